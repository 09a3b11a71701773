"""Thickness of tubes and balls along the rays of a parallel beam, summed in the frequency domain.

The thickness of a tube of radius r is the sum over its middle line of ds times a disc of radius r in the picture.
That is exact for straight tubes, also for inclined ones, and free of jagged edges at any size of picture.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from scipy import fft, special

from imgrec_tf.medical.chest_tubes import Tubes
from imgrec_tf.medical.chest_views import FIELD_OF_VIEW, Grid, follow_breath

# name: (material group, half-width across and half-height in cm, wall in cm or 0 for solid, weight)
CROSS_SECTIONS = {
    "rib-thin": ("bone", 0.32, 0.52, 0.12, 1.0),
    "rib": ("bone", 0.37, 0.60, 0.14, 1.0),
    "rib-thick": ("bone", 0.42, 0.68, 0.16, 1.0),
    "collar": ("bone", 0.52, 0.58, 0.20, 1.35),
    "blade-edge": ("bone", 0.30, 0.30, 0.0, 0.5),
    "blade": ("bone", 1.6, 1.6, 0.0, 1.2),
    "arm-bone": ("bone", 1.6, 1.6, 0.3, 0.8),
    "pedicle": ("bone", 0.32, 0.48, 0.0, 0.4),
    "spot": ("bone", 0.22, 0.18, 0.0, 1.2),
    "callus": ("bone", 0.55, 0.80, 0.0, 0.55),
    "vessel-5": ("vessel", 0.44, 0.44, 0.0, 1.0),
    "vessel-4": ("vessel", 0.34, 0.34, 0.0, 1.0),
    "vessel-3": ("vessel", 0.26, 0.26, 0.0, 1.0),
    "vessel-2": ("vessel", 0.20, 0.20, 0.0, 1.0),
    "vessel-1": ("vessel", 0.15, 0.15, 0.0, 1.0),
    "vessel-0": ("vessel", 0.11, 0.11, 0.0, 1.0),
    "hilum": ("vessel", 0.70, 0.70, 0.0, 1.0),
    "great": ("vessel", 1.25, 1.25, 0.0, 1.0),
    "windpipe": ("air", 0.95, 0.95, 0.0, 1.0),
    "bronchus": ("air", 0.55, 0.55, 0.0, 1.0),
}


def tube_lengths(tubes: Tubes, grid: Grid, height: float = 1.0) -> dict[str, np.ndarray]:
    """Thickness of tubes along every ray, by material group, in cm.

    Args:
        tubes: The tubes; those of the lung's vessels and airways follow the breath.
        grid: The pixels and the view.
        height: The patient's height factor, for the breath.

    Returns:
        "bone" (cortical bone), "vessel" (soft tissue) and "air": arrays of shape (pixels, pixels).
    """
    kinds, number = np.unique(tubes.kind, return_inverse=True)
    points, lengths, arc = _sample(tubes.arcs.astype(np.float32), 0.6 * FIELD_OF_VIEW * grid.factor / grid.pixels)
    groups = np.array([CROSS_SECTIONS[kind][0] for kind in kinds])
    soft = (groups != "bone").astype(np.float32)[number[arc]]
    points[:, 2] -= soft * follow_breath(points[:, 2], grid.view, height)
    coarse = grid.pixels // grid.factor
    spectra = spread(*grid.places(points), lengths, number[arc], len(kinds), coarse)
    spectra *= np.stack([_tube_kernel(kind, coarse) for kind in kinds])
    return {group: from_spectrum(spectra[groups == group].sum(axis=0), grid) for group in ("bone", "vessel", "air")}


def _sample(arcs: np.ndarray, spacing: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Points along arcs about `spacing` cm apart, the length that each stands for, and the arc that it lies on."""
    start, control, end = (np.ascontiguousarray(arcs[:, place].T) for place in range(3))  # (3 coordinates, arcs) each
    length = _norm(control - start) + _norm(end - control)
    count = np.ceil(length / spacing).astype(np.int64) + 1
    arc = np.repeat(np.arange(len(arcs)), count)
    first = np.cumsum(count) - count
    place = ((np.arange(len(arc)) - first[arc] + 0.5) / count[arc]).astype(np.float32)
    back = np.repeat(start - 2 * control + end, count, axis=1)
    forth = np.repeat(control - start, count, axis=1)
    points = (back * place + 2 * forth) * place + np.repeat(start, count, axis=1)
    return points.T, _norm(2 * (back * place + forth)) / count[arc], arc


def _norm(vectors: np.ndarray) -> np.ndarray:
    return np.sqrt(vectors[0] ** 2 + vectors[1] ** 2 + vectors[2] ** 2)


def padded(pixels: int) -> int:
    """Edge of the lattice with a margin: what leaves the picture on one side must not come back on the other."""
    return fft.next_fast_len(pixels + pixels // 7, real=True)


def spread(column, row, weight, number, count: int, pixels: int) -> np.ndarray:
    """Share weights among the four nearest pixels of `count` separate lattices and return their spectra."""
    edge = padded(pixels)
    margin = (edge - pixels) // 2
    column, row = column.ravel() + margin, row.ravel() + margin
    keep = (column >= 0) & (row >= 0) & (column < edge - 1) & (row < edge - 1)
    column, row, weight, number = column[keep], row[keep], weight.ravel()[keep], number.ravel()[keep]
    left, upper = column.astype(np.int64), row.astype(np.int64)
    right, lower = column - left, row - upper
    flat = (number * edge + upper) * edge + left
    places = np.concatenate([flat, flat + 1, flat + edge, flat + edge + 1])
    shares = np.concatenate([(1 - right) * (1 - lower), right * (1 - lower), (1 - right) * lower, right * lower])
    lattice = np.bincount(places, shares * np.tile(weight, 4), minlength=count * edge * edge)
    return fft.rfft2(lattice.astype(np.float32).reshape(count, edge, edge))


def from_spectrum(spectrum: np.ndarray, grid: Grid) -> np.ndarray:
    """Read a spectrum of the coarser lattice out at the grid's pixels, negative ripples removed."""
    coarse = grid.pixels // grid.factor
    edge = padded(coarse)
    margin = (edge - coarse) // 2 * grid.factor
    if grid.factor > 1:  # zeros beyond the highest frequency: the same picture, more finely sampled
        half, fine = edge // 2, edge * grid.factor
        wide = np.zeros((fine, fine // 2 + 1), spectrum.dtype)
        wide[:half, :half], wide[-half:, :half] = spectrum[:half, :half], spectrum[-half:, :half]
        spectrum, edge = wide, fine
    picture = fft.irfft2(spectrum, s=(edge, edge))[margin : margin + grid.pixels, margin : margin + grid.pixels]
    return np.maximum(picture * np.float32(grid.factor**2), 0)


def _frequencies(pixels: int):
    """Frequencies of the padded lattice in cycles per cm, and the softening that suppresses ripples."""
    edge, step = padded(pixels), FIELD_OF_VIEW / pixels
    down, across = np.fft.fftfreq(edge, step)[:, None], np.fft.rfftfreq(edge, step)[None]
    soften = np.exp(-2 * (np.pi * 0.45 * step) ** 2 * (down**2 + across**2))
    return down, across, soften


def _disc(down, across, wide: float, high: float, step: float) -> np.ndarray:
    """Spectrum of an elliptic disc of height one, in pixels."""
    argument = 2 * np.pi * np.sqrt((wide * across) ** 2 + (high * down) ** 2)
    argument[0, 0] = 1e-6
    return 2 * np.pi * wide * high / step**2 * special.j1(argument) / argument


@lru_cache(maxsize=128)
def _tube_kernel(kind: str, pixels: int) -> np.ndarray:
    _, wide, high, wall, weight = CROSS_SECTIONS[kind]
    step = FIELD_OF_VIEW / pixels
    down, across, soften = _frequencies(pixels)
    kernel = _disc(down, across, wide, high, step)
    if wall:  # a hollow bone: seven tenths of the inside is marrow
        kernel = kernel - 0.7 * _disc(down, across, wide - wall, high - wall, step)
    return (weight * kernel * soften).astype(np.float32)


@lru_cache(maxsize=32)
def ball_kernel(radius: float, pixels: int) -> np.ndarray:
    """Spectrum of the thickness of a ball of `radius` cm, to be multiplied with what `spread` returns."""
    step = FIELD_OF_VIEW / pixels
    down, across, soften = _frequencies(pixels)
    argument = 2 * np.pi * radius * np.sqrt(down**2 + across**2)
    argument[0, 0] = 1e-3
    volume = 4 * np.pi * radius**3 * (np.sin(argument) - argument * np.cos(argument)) / argument**3
    return (volume / step**2 * soften).astype(np.float32)
