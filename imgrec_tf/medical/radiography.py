"""From line integrals of attenuation to the grey picture that a clinic shows.

The steps of a digital X-ray system, in their order: Beer and Lambert's law, scattered radiation, blur of focal spot and
detector, binning into pixels, quantum and electronic noise, logarithm, window. Bones come out bright and lungs dark.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from imgrec_tf.medical.chest_views import FIELD_OF_VIEW


@dataclass(frozen=True)
class Exposure:
    """Settings of one exposure and of its display.

    Attributes:
        photons: X-ray quanta that a pixel would count with nothing in the beam; the same at every picture size.
        scatter: Strength of scattered radiation behind the grid. At 0.25 scatter is about a fifth of the signal
            behind lung and about two thirds behind the middle of the chest, near the fractions that Niklason,
            Sorenson and Nelson measured ("Scattered radiation in chest radiography", Medical Physics 8, 1981).
        blur: Standard deviation of focal spot and detector blur, in pixels.
        level: Shift of the window, as a share of its width.
        width: Factor on the width of the window.
        gamma: Exponent of the display curve.
    """

    photons: float = 20_000.0
    scatter: float = 0.25
    blur: float = 0.4
    level: float = 0.0
    width: float = 1.0
    gamma: float = 1.0


def intensity(integral: np.ndarray, exposure: Exposure, size: int) -> np.ndarray:
    """Expected signal at the detector, without noise.

    Args:
        integral: Line integral of linear attenuation for each ray, no unit, shape (k·size, k·size) with k a whole
            number.
        exposure: Settings of the exposure.
        size: Pixels along each edge of the picture.

    Returns:
        Share of the unattenuated beam, scatter included, shape (size, size). More in the way of a ray gives less.

    Raises:
        ValueError: If the lattice of the integrals is not a whole multiple of `size`.
    """
    if integral.ndim != 2 or integral.shape[0] != integral.shape[1] or integral.shape[0] % size:
        raise ValueError(
            f"integral must be square with an edge that is a whole multiple of {size}, got shape {integral.shape}; "
            "project on size, 2·size, 3·size, … pixels"
        )
    factor = integral.shape[0] // size
    primary = np.exp(-integral)
    signal = binned(primary, factor) + exposure.scatter * _scattered(binned(integral * primary, factor))
    return ndimage.gaussian_filter(signal, exposure.blur, mode="nearest") if exposure.blur > 0 else signal


def add_noise(signal: np.ndarray, exposure: Exposure, rng: np.random.Generator) -> np.ndarray:
    """Add quantum noise (the normal approximation of Poisson counts) and electronic noise of four quanta.

    The same generator gives the same noise pattern for two signals, so that pictures with and without an opacity
    compare.
    """
    counts = signal * np.float32(exposure.photons)
    spread = np.sqrt(counts + np.float32(16))
    return np.maximum(counts + spread * rng.standard_normal(signal.shape, dtype=np.float32), 1) / np.float32(
        exposure.photons
    )


def display(signal: np.ndarray, exposure: Exposure) -> np.ndarray:
    """Take the logarithm and window it to uint8: thick is bright.

    The window is set on the middle of the picture, from the 3rd to the 98th percentile, as systems do automatically;
    then it is moved and widened by the exposure's settings.
    """
    values = -np.log(signal)
    edge = max(1, signal.shape[0] // 7)
    low, high = np.percentile(values[edge:-edge, edge:-edge], [3, 97])
    width = max(high - low, 0.1) * exposure.width
    place = (values - low - exposure.level * width) / width
    grey = np.clip(0.10 + 0.70 * place, 0, None) ** exposure.gamma
    grey = np.where(grey > 0.8, 0.8 + 0.2 * np.tanh((grey - 0.8) / 0.2), grey)  # the shoulder of the display curve
    return np.round(255 * grey).astype(np.uint8)


def binned(picture: np.ndarray, factor: int) -> np.ndarray:
    """Average blocks of factor × factor pixels."""
    if factor == 1:
        return picture
    size = picture.shape[0] // factor
    return picture.reshape(size, factor, size, factor).mean(axis=(1, 3))


def _scattered(source: np.ndarray, reach: float = 4.0) -> np.ndarray:
    """Spread single-scatter sources over `reach` cm (standard deviation), on at most 64 × 64 pixels: it is smooth."""
    factor = source.shape[0] // 64 if source.shape[0] % 64 == 0 and source.shape[0] > 64 else 1
    small = binned(source, factor)
    wide = ndimage.gaussian_filter(small, reach * small.shape[0] / FIELD_OF_VIEW, mode="nearest", truncate=2.5)
    return wide if factor == 1 else ndimage.zoom(wide, factor, order=1, mode="nearest", grid_mode=True)
