"""Smooth random textures, computed: for pictures, table tops and paper."""

from __future__ import annotations

import numpy as np
from PIL import Image


def smooth_noise(rng: np.random.Generator, rows: int, columns: int, coarsest: float = 0.25) -> np.ndarray:
    """Value noise: random lattices, each twice as fine and 0.55 times as strong as the one before, added up.

    Args:
        rng: What it depends on.
        rows: Height in pixels.
        columns: Width in pixels.
        coarsest: Cell of the coarsest lattice, as a share of the width.

    Returns:
        float32 (rows, columns) from 0 to 1.
    """
    total = np.zeros((rows, columns), np.float32)
    size, weight = coarsest, 1.0
    while size * columns > 1.5:
        cells = max(2, round(rows / (size * columns)) + 2), max(2, round(1 / size) + 2)
        small = Image.fromarray(rng.random(cells, dtype=np.float32))
        total += weight * np.asarray(small.resize((columns, rows), Image.Resampling.BICUBIC))
        size, weight = size / 2, weight * 0.55
    low, high = total.min(), total.max()
    return (total - low) / max(high - low, 1e-6)


def blend(first, second, share: np.ndarray) -> np.ndarray:
    """Mix colours or pictures: a share (rows, columns) of 0 gives the first, 1 the second; float (rows, columns, 3)."""
    share = np.asarray(share, np.float32)[..., None]
    return np.asarray(first, np.float32) * (1 - share) + np.asarray(second, np.float32) * share
