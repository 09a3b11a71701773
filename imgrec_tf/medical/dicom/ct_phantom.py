"""Synthetic slices of computed tomography: ellipses of known density, in Hounsfield units."""

from __future__ import annotations

import numpy as np

# Hounsfield units: air -1000 and water 0 by definition; the others as textbooks round them.
AIR, LUNG, FAT, NODULE, MUSCLE, BLOOD, BONE = -1000.0, -820.0, -100.0, 20.0, 50.0, 40.0, 700.0
HEIGHT_MM, WIDTH_MM = 300.0, 400.0


def ct_slice(size: int = 128, level: float = 0.5, *, seed: int = 0) -> np.ndarray:
    """Return one slice through a chest.

    Args:
        size: Rows and columns.
        level: Height of the slice, 0 at the diaphragm and 1 at the top of the lungs.
        seed: Seed of the nodule's place and of the noise.

    Returns:
        float32 (size, size) in Hounsfield units; the patient's left side at the right, the back at the bottom.
    """
    generator = np.random.default_rng(seed)
    across, down = np.meshgrid(np.linspace(-1, 1, size), np.linspace(-1, 1, size))
    values = np.full((size, size), AIR)

    def ellipse(x: float, y: float, width: float, height: float, value: float) -> None:
        values[((across - x) / width) ** 2 + ((down - y) / height) ** 2 <= 1] = value

    lung = 0.55 + 0.45 * np.sin(np.pi * (0.15 + 0.75 * level))
    ellipse(0, 0, 0.90, 0.62, FAT)
    ellipse(0, 0, 0.84, 0.56, MUSCLE)
    ellipse(-0.42, 0.0, 0.30 * lung, 0.42 * lung, LUNG)
    ellipse(0.44, 0.0, 0.29 * lung, 0.42 * lung, LUNG)
    ellipse(0.14, -0.12, 0.24 * (1.1 - 0.6 * level), 0.22 * (1.1 - 0.6 * level), BLOOD)
    ellipse(0.0, 0.36, 0.10, 0.10, BONE)
    for side in (-1, 1):
        ellipse(side * 0.70, -0.10 + 0.3 * level, 0.035, 0.10, BONE)
        ellipse(side * 0.55, 0.34 - 0.2 * level, 0.09, 0.035, BONE)
    across_nodule, down_nodule = generator.uniform(-0.46, -0.38), generator.uniform(-0.12, 0.12)
    nodule = 0.08 * np.sqrt(max(0.0, 1 - ((level - 0.5) / 0.07) ** 2))  # a ball, cut at this level
    if nodule > 0:
        ellipse(across_nodule, down_nodule, nodule, nodule * WIDTH_MM / HEIGHT_MM, NODULE)
    noise = np.random.default_rng([seed, round(1e6 * level)])
    return (values + noise.normal(0, 12, values.shape)).clip(-1024, 3071).astype(np.float32)
