"""Opacities: lung whose air is partly replaced, in all sizes, densities and places.

An opacity is a heap of overlapping balls, thinned out by a random texture, and never longer along a ray than the lung
that is left there, so it stays inside the lung also behind the heart and below the top of the diaphragm.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy import fft

from imgrec_tf.medical.chest_anatomy import Thorax
from imgrec_tf.medical.chest_projection import LUNG_TISSUE_PER_DENSITY, SOFT_TISSUE, project_lung
from imgrec_tf.medical.chest_views import FIELD_OF_VIEW, Grid, View, follow_breath
from imgrec_tf.medical.tube_projection import ball_kernel, from_spectrum, spread

BALL_RADII = (0.4, 0.8, 1.4)  # cm
AIRWAY_RADIUS = 0.3  # cm, air-filled bronchi that stand out against dense lung
_TEXTURE_LATTICE = 128


@dataclass(frozen=True)
class Pattern:
    """Ranges that opacities of one look are drawn from.

    Attributes:
        share: How many of all opacities look like this.
        size: Least and greatest standard deviation of the heap of balls, in cm.
        density: Least and greatest share of the air that is replaced.
        balls: Number of balls, at a size of 1 cm.
        radii: Chance of each of `BALL_RADII`.
    """

    share: float
    size: tuple[float, float]
    density: tuple[float, float]
    balls: float
    radii: tuple[float, float, float]


PATTERNS = {
    "consolidation": Pattern(0.52, (1.8, 3.6), (0.75, 1.00), 44, (0.0, 0.4, 0.6)),
    "patchy": Pattern(0.27, (1.8, 3.8), (0.60, 1.00), 24, (0.1, 0.5, 0.4)),
    "clustered": Pattern(0.08, (1.2, 2.2), (0.70, 1.00), 16, (0.2, 0.6, 0.2)),
    "faint": Pattern(0.13, (2.0, 3.8), (0.35, 0.60), 36, (0.0, 0.5, 0.5)),
}


@dataclass(frozen=True)
class Opacity:
    """One opacity of a patient.

    Attributes:
        pattern: One of `PATTERNS`.
        centre: Its place in the patient's frame, in cm, x, y, z.
        extent: Standard deviations of the heap of balls, in cm, x, y, z.
        density: Share of the air that is replaced by soft tissue, in [0, 1].
        balls: Centres of the balls relative to `centre`, in cm, shape (n, 3).
        sizes: Index into `BALL_RADII` for each ball, shape (n,).
        airways: Air-filled branches through it relative to `centre`, in cm, shape (m, 3); m is 0 for most.
        roughness: Strength of the texture that thins it out.
        texture_seed: Seed of that texture.
    """

    pattern: str
    centre: tuple[float, float, float]
    extent: tuple[float, float, float]
    density: float
    balls: np.ndarray
    sizes: np.ndarray
    airways: np.ndarray
    roughness: float
    texture_seed: int


def draw_opacity(rng: np.random.Generator, thorax: Thorax) -> Opacity:
    """Draw an opacity anywhere in the lungs of a patient, also behind heart and diaphragm."""
    pattern = str(rng.choice(list(PATTERNS), p=[kind.share for kind in PATTERNS.values()]))
    kind = PATTERNS[pattern]
    size, density = float(rng.uniform(*kind.size)), float(rng.uniform(*kind.density))
    extent = size * rng.uniform(0.65, 1.35, 3)
    count = round(kind.balls * (0.5 + 0.5 * size**2))
    airways = np.zeros((0, 3))
    if pattern == "consolidation" and rng.random() < 0.5:
        steps = np.linspace(-1.3, 1.3, 24)[:, None]
        lines = [steps * rng.normal(0, 1, 3) * extent + rng.normal(0, 0.3, 3) for _ in range(3)]
        airways = np.concatenate(lines)
    return Opacity(
        pattern=pattern,
        centre=_place(rng, thorax),
        extent=tuple(float(one) for one in extent),
        density=density,
        balls=rng.normal(0, 1, (count, 3)) * extent,
        sizes=rng.choice(3, count, p=kind.radii),
        airways=airways,
        roughness=float(rng.uniform(0.15, 0.6)),
        texture_seed=int(rng.integers(2**63)),
    )


def _place(rng: np.random.Generator, thorax: Thorax) -> tuple[float, float, float]:
    """Draw a ray with a chance that grows with the length of lung along it; depth plays no part in a parallel beam."""
    grid = Grid.of(48, View())
    lung = project_lung(thorax, grid).ravel()
    lower = np.clip(
        0.5 - grid.z.ravel() / 12, 0, 1
    )  # the lower parts of the lung are the likelier ones, as in pneumonia
    chance = np.where(lung > 1.5, lung**0.6 * (0.35 + lower), 0)
    pixel = rng.choice(chance.size, p=chance / chance.sum())
    jitter = rng.uniform(-0.5, 0.5, 2) * FIELD_OF_VIEW / 48
    return float(grid.x.ravel()[pixel] + jitter[0]), float(rng.uniform(-5, 4)), float(grid.z.ravel()[pixel] + jitter[1])


def opacity_attenuation(opacity: Opacity, thorax: Thorax, grid: Grid, lung: np.ndarray) -> np.ndarray:
    """Attenuation that an opacity adds to the line integrals.

    Args:
        opacity: The opacity.
        thorax: The patient who has it.
        grid: The pixels and the view.
        lung: Length inside lung by pixel in cm, shape (pixels, pixels).

    Returns:
        What to add to the line integral, no unit, 0 or more, shape (pixels, pixels).
    """
    centre = np.array(opacity.centre)
    centre[2] -= follow_breath(centre[2], grid.view, thorax.height)
    column, row = grid.places(np.concatenate([opacity.balls, opacity.airways]) + centre)
    number = np.concatenate([opacity.sizes, np.full(len(opacity.airways), len(BALL_RADII))])
    coarse = grid.pixels // grid.factor
    spectra = spread(column, row, np.ones(len(number)), number, len(BALL_RADII) + 1, coarse)
    heap = from_spectrum(sum(s * ball_kernel(r, coarse) for s, r in zip(spectra, BALL_RADII)), grid)
    limit = 4.0 * opacity.extent[1]  # overlapping balls do not add up beyond the depth of the heap
    length = limit * (1 - np.exp(-heap / limit))
    length = length * np.clip(1 + opacity.roughness * smooth_noise(opacity.texture_seed, grid, 2.0), 0, 2)
    if len(opacity.airways):
        air = from_spectrum(spectra[-1] * ball_kernel(AIRWAY_RADIUS, coarse), grid)
        length = length * (1 - 0.5 * np.clip(air / (2 * AIRWAY_RADIUS), 0, 1))
    length = np.minimum(length, 0.9 * lung)
    replaced = SOFT_TISSUE - LUNG_TISSUE_PER_DENSITY * thorax.lung_density
    return (opacity.density * replaced * length).astype(np.float32)


def smooth_noise(seed: int, grid: Grid, power: float) -> np.ndarray:
    """Random texture with a power-law spectrum that moves with the patient and looks alike at every picture size.

    Args:
        seed: Seed of the texture.
        grid: The pixels and the view.
        power: Exponent of the amplitude's fall with frequency; larger is smoother.

    Returns:
        Values with mean 0 and standard deviation near 1, shape (pixels, pixels), float32.
    """
    half, pixels = _TEXTURE_LATTICE // 2, grid.pixels
    rng = np.random.default_rng(seed)
    draws = rng.standard_normal((2, 2 * half, half), dtype=np.float32)
    down = np.concatenate([np.arange(half), np.arange(-half, 0)])
    across = np.arange(half)
    right, up = (shift * 2j * np.pi / FIELD_OF_VIEW for shift in grid.view.shift)
    move = np.exp(down * up).astype(np.complex64)[:, None] * np.exp(-across * right).astype(np.complex64)
    values = (draws[0] + 1j * draws[1]) * _amplitude(power) * move
    keep = min(half, pixels // 2)
    spectrum = np.zeros((pixels, pixels // 2 + 1), np.complex64)
    spectrum[:keep, :keep] = values[:keep, :keep]
    spectrum[-keep:, :keep] = values[-keep:, :keep]
    return (fft.irfft2(spectrum, s=(pixels, pixels)) * np.float32(pixels**2)).astype(np.float32)


@lru_cache(maxsize=4)
def _amplitude(power: float) -> np.ndarray:
    half = _TEXTURE_LATTICE // 2
    down = np.concatenate([np.arange(half), np.arange(-half, 0)])[:, None]
    amplitude = (down**2 + np.arange(half) ** 2 + 2.0**2) ** (-power / 2)
    amplitude[0, 0] = 0
    return (amplitude / np.sqrt(4 * (amplitude**2).sum())).astype(np.float32)
