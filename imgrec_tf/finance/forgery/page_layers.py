"""A straightened page taken apart once, so that each place of it can be measured quickly: ink, patterns, noise."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from imgrec_tf.finance.forgery.edge_traces import Edges, edges_of

_LUMA = np.float32([0.299, 0.587, 0.114])  # ITU-R BT.601
_INK, _SURE_INK = 14.0, 25.0  # grey levels below the surroundings from which on a pixel counts as a letter's
_TILE = 128  # pixels of the square pieces whose spectra are taken
_CLEAR = 0.7  # share of a piece that must be paper
PATTERNS = ("noise", "fine pattern", "pattern", "coarse pattern", "saturation", "blue pattern", "red pattern")
PAGE_TRACES = (
    *(f"page: {one} of the spectrum" for one in ("peak", "fourth peak", "ninth peak", "place of the peak", "slope")),
    "page: noise of the colours",
    "page: noise of the brightness",
    "page: noise, colours against brightness",
    "page: darkest against lightest",
    "page: dark against light",
)


@dataclass(frozen=True)
class Layers:
    """What a page is made of. All arrays are (height, width), float32 where nothing else is said.

    Attributes:
        unit: Pixels of the page in 1 / 6.4 mm: what lengths are measured in.
        colours: (height, width, 3), grey levels.
        grey: Brightness.
        dark: How many grey levels a pixel is darker than its surroundings.
        ink: bool: letters and what lies close to them.
        letters: bool: letters, surely.
        patterns: By name, of `PATTERNS`: from the finest to the coarsest, and in colours.
        slope: Length of the gradient.
        edges: Where the strong edges are, and how sharp.
        calm_noise, calm_fine: How noisy the calmest places of the page are, as logarithms.
    """

    unit: float
    colours: np.ndarray
    grey: np.ndarray
    dark: np.ndarray
    ink: np.ndarray
    letters: np.ndarray
    patterns: dict[str, np.ndarray]
    slope: np.ndarray
    edges: Edges
    calm_noise: float
    calm_fine: float


def layers_of(page: np.ndarray, pixels_per_mm: float) -> Layers:
    """Take a page apart: uint8 (height, width, 3)."""
    unit = pixels_per_mm / 6.4
    colours = page.astype(np.float32)
    grey = colours @ _LUMA

    def blurred(image: np.ndarray, sigma: float) -> np.ndarray:
        return ndimage.gaussian_filter(image, sigma, truncate=3.0)

    dark = ndimage.uniform_filter(grey, round(15 * unit) | 1) - grey
    one, two, mid, wide = (blurred(grey, sigma) for sigma in (1.0, 2.0, 2 * unit + 1, 5 * unit))
    blue, red = colours[..., 2] - grey, colours[..., 0] - grey
    patterns = (
        grey - one,
        one - two,
        two - mid,
        mid - wide,
        np.ptp(ndimage.uniform_filter(colours, (3, 3, 1)), axis=-1),
        blurred(blue, 1.0) - blurred(blue, 4 * unit),
        blurred(red, 1.0) - blurred(red, 4 * unit),
    )
    across, down = np.diff(grey, axis=1, prepend=grey[:, :1]), np.diff(grey, axis=0, prepend=grey[:1])
    return Layers(
        unit,
        colours,
        grey,
        dark,
        ndimage.binary_dilation(dark > _INK, iterations=max(1, round(unit))),
        dark > _SURE_INK,
        dict(zip(PATTERNS, patterns)),
        np.hypot(across, down),
        edges_of(grey, unit),
        block_noise(patterns[0], unit)[0],
        block_noise(patterns[1], unit)[0],
    )


def block_noise(layer: np.ndarray, unit: float) -> tuple[float, float]:
    """How much a layer varies in its calm and in its busy small blocks: logarithms of two standard deviations."""
    size = max(4, round(4 * unit))
    rows, columns = layer.shape[0] // size, layer.shape[1] // size
    if not rows * columns:
        return np.nan, np.nan
    blocks = layer[: rows * size, : columns * size].reshape(rows, size, columns, size).std(axis=(1, 3))
    calm, busy = np.quantile(blocks, (0.2, 0.8))
    return float(np.log(calm + 0.2)), float(np.log(busy + 0.2))


def page_traces(layers: Layers) -> list[float]:
    """Measure what a copy of a whole page has: dots or stripes, and a black that is not black; as `PAGE_TRACES`."""
    height, width = layers.grey.shape
    paper = ~layers.ink if not layers.ink.all() else np.ones_like(layers.ink)
    tint = layers.colours[..., 0] - layers.colours[..., 2]
    tint_noise = float(np.log(np.median(np.abs(tint - ndimage.gaussian_filter(tint, 1.5))[paper]) + 0.05))
    noise = float(np.log(np.median(np.abs(layers.patterns["noise"])[paper]) + 0.05))
    inner = layers.grey[height // 10 : height - height // 10, width // 10 : width - width // 10]
    darkest, dark, light = np.quantile(inner, (0.005, 0.02, 0.98))
    levels = [float(one / max(light, 1)) for one in (darkest, dark)]
    return [*_spectrum(layers, paper), tint_noise, noise, tint_noise - noise, *levels]


def _spectrum(layers: Layers, paper: np.ndarray) -> list[float]:
    """Peaks above their surroundings in the median spectrum of pieces of paper."""
    fine = np.where(paper, layers.patterns["noise"] + layers.patterns["fine pattern"], 0)
    window = np.hanning(_TILE)[:, None] * np.hanning(_TILE)
    powers = []
    for top in range(0, fine.shape[0] - _TILE + 1, _TILE // 2):
        for left in range(0, fine.shape[1] - _TILE + 1, _TILE // 2):
            piece = slice(top, top + _TILE), slice(left, left + _TILE)
            if paper[piece].mean() > _CLEAR:
                powers.append(np.abs(np.fft.rfft2(fine[piece] * window)) ** 2)
    if not powers:
        return [np.nan] * 5
    power = np.log(np.median(powers, axis=0) + 1e-3)
    distance = np.hypot(np.fft.fftfreq(_TILE)[:, None], np.fft.rfftfreq(_TILE))
    above = np.where((distance > 0.08) & (distance < 0.5), power - ndimage.median_filter(power, 9, mode="wrap"), 0)
    order = np.argsort(above, axis=None)[::-1]
    peaks = [float(above.ravel()[order[rank]]) for rank in (0, 3, 8)]
    high, low = (power[(distance > a) & (distance < b)].mean() for a, b in ((0.3, 0.5), (0.1, 0.2)))
    return [*peaks, float(distance.ravel()[order[0]]), float(high - low)]
