"""Lens and hand: the point spread of defocus, motion and the lens itself, in linear light."""

from __future__ import annotations

import numpy as np
from scipy import fft


def point_spread(defocus: float, motion: float, angle: float, lens: float) -> np.ndarray:
    """Return the kernel of one photo: a disc (geometric defocus), a line (motion), a Gaussian (the lens).

    Each is the textbook model (Gonzalez and Woods, "Digital Image Processing", chapter on restoration); the kernel is
    symmetric about its middle, so no point moves.

    Args:
        defocus: Radius of the disc in pixels.
        motion: Length of the line in pixels.
        angle: Direction of the line in radians.
        lens: Standard deviation of the Gaussian in pixels.

    Returns:
        float32, odd and square, adding up to 1.
    """
    reach = max(1, int(np.ceil(defocus + motion / 2 + 3 * lens)))
    fine = 5
    steps = (np.arange((2 * reach + 1) * fine) + 0.5) / fine - reach - 0.5
    x, y = np.meshgrid(steps, steps)
    spectrum = fft.rfft2(_unit(np.exp(-0.5 * (x**2 + y**2) / max(lens, 0.15) ** 2)))
    for size, shape in ((defocus, np.hypot(x, y) <= defocus), (motion, _line(x, y, motion, angle, fine))):
        if size > 0.2:
            spectrum = spectrum * fft.rfft2(fft.ifftshift(_unit(shape.astype(float))))
    kernel = fft.irfft2(spectrum, s=x.shape)
    kernel = np.maximum(kernel + kernel[::-1, ::-1], 0)
    side = 2 * reach + 1
    return _unit(kernel.reshape(side, fine, side, fine).sum(axis=(1, 3))).astype(np.float32)


def _line(x, y, length: float, angle: float, fine: int) -> np.ndarray:
    along, across = x * np.cos(angle) + y * np.sin(angle), y * np.cos(angle) - x * np.sin(angle)
    return (np.abs(along) <= length / 2) & (np.abs(across) <= 0.75 / fine)


def _unit(kernel: np.ndarray) -> np.ndarray:
    total = kernel.sum()
    return kernel / total if total > 0 else np.pad([[1.0]], (kernel.shape[0] - 1) // 2)


def blurred(light: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    """Convolve float32 (height, width, 3) with a kernel; the edge is mirrored."""
    reach = kernel.shape[0] // 2
    height, width = light.shape[:2]
    if kernel[reach, reach] > 0.995:
        return light
    padded = np.pad(
        light, ((reach, reach), (reach, reach), (0, 0)), mode="reflect" if reach < min(height, width) else "edge"
    )
    shape = [fft.next_fast_len(size, real=True) for size in padded.shape[:2]]
    spectrum = fft.rfft2(padded, s=shape, axes=(0, 1)) * fft.rfft2(kernel, s=shape)[..., None]
    whole = fft.irfft2(spectrum, s=shape, axes=(0, 1))
    return np.maximum(whole[2 * reach : 2 * reach + height, 2 * reach : 2 * reach + width], 0).astype(np.float32)
