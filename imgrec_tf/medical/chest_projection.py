"""Line integrals of attenuation through a chest: what a parallel X-ray beam meets on its way to each pixel.

Body, lungs, heart and diaphragm are crossed analytically: each gives, for every ray, the two depths where the ray
enters and leaves, and the length inside lung is what remains when the heart, the middle of the chest and the
diaphragm have taken theirs. Tubes come from `tube_projection`.

Linear attenuation coefficients are at 60 keV, near the mean energy of a 120 kVp chest beam behind a patient: mass
attenuation coefficients times densities from J. H. Hubbell and S. M. Seltzer, "Tables of X-Ray Mass Attenuation
Coefficients", NISTIR 5632, tissues of ICRU Report 44 (physics.nist.gov/PhysRefData/XrayMassCoef).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from imgrec_tf.medical.chest_anatomy import Thorax
from imgrec_tf.medical.chest_outlines import outlines, spine_middle
from imgrec_tf.medical.chest_views import Grid
from imgrec_tf.medical.tube_projection import tube_lengths

# 1/cm at 60 keV: mass attenuation coefficient in cm²/g times density in g/cm³.
SOFT_TISSUE = 0.2048 * 1.06
FAT = 0.1974 * 0.95
CORTICAL_BONE = 0.3148 * 1.92
AIR = 0.1875 * 0.001205
LUNG_TISSUE_PER_DENSITY = 0.2053  # times the density of the inflated lung, 0.22 to 0.30 g/cm³
SPONGY_BONE = 0.2 * CORTICAL_BONE + 0.8 * SOFT_TISSUE  # struts and marrow by volume, a rounded mixture


@dataclass(frozen=True)
class Paths:
    """Lengths in cm that each ray travels, arrays of shape (pixels, pixels).

    Attributes:
        lung: Inside inflated lung, nothing else having taken its place.
        chest: The dimensionless line integral of attenuation of everything but an opacity.
    """

    lung: np.ndarray
    chest: np.ndarray


def project(thorax: Thorax, grid: Grid, texture: np.ndarray) -> Paths:
    """Integrate the attenuation of a chest along every ray.

    Args:
        thorax: The patient.
        grid: The pixels and the view.
        texture: Relative change of lung density by pixel, around 0, shape (pixels, pixels).

    Returns:
        Length inside lung and line integral of attenuation.
    """
    lung = project_lung(thorax, grid)
    body, fat = _body_lengths(thorax, grid)
    tubes = tube_lengths(thorax.bones + thorax.vessels + thorax.airways, grid, thorax.height)
    lung_attenuation = np.float32(LUNG_TISSUE_PER_DENSITY * thorax.lung_density)
    vessels = np.minimum(tubes["vessel"], 0.85 * lung)
    integral = SOFT_TISSUE * (body - fat) + FAT * fat
    integral -= (SOFT_TISSUE - lung_attenuation) * (lung - vessels)
    integral += lung_attenuation * (lung - vessels) * texture
    inside = body > 0.5
    integral += (CORTICAL_BONE - SOFT_TISSUE) * tubes["bone"] * inside
    integral += (SPONGY_BONE - SOFT_TISSUE) * _spine_length(thorax, grid)
    integral -= (SOFT_TISSUE - AIR) * np.minimum(tubes["air"], 0.5 * body)
    if thorax.bubble is not None:
        integral -= (SOFT_TISSUE - AIR) * _bubble_length(thorax, grid)
    return Paths(lung=lung - vessels, chest=np.maximum(integral, 0).astype(np.float32))


def project_lung(thorax: Thorax, grid: Grid) -> np.ndarray:
    """Length inside inflated lung along every ray in cm, shape (pixels, pixels), vessels not yet taken off."""
    view = grid.view
    z = grid.z / np.float32(thorax.height)
    x = (grid.x - np.float32(-0.3 * math.sin(math.radians(view.turn)))) / np.float32(thorax.width)
    side, away = np.sign(x), np.abs(x)
    lateral, medial, depth, right, left = outlines(
        z, "lung_lateral", "lung_medial", "lung_depth", "middle_right", "middle_left"
    )
    lateral = lateral * np.float32(1 + 0.008 * view.breath)
    across = (away - (lateral + medial) / 2) / ((lateral - medial) / 2)
    half = depth * np.float32(thorax.depth) * np.sqrt(np.maximum(1 - _fourth(across), 0))
    front, back = half - np.float32(0.3), -half - np.float32(0.3)

    def clipped(start, end):
        start = np.maximum(start, back)
        return start, np.maximum(np.minimum(end, front), start)

    border = np.where(x < 0, right, left)
    middle = 9.5 * np.float32(thorax.depth) * np.sqrt(np.maximum(1 - _fourth(away / border), 0))
    taken = [clipped(-middle, middle), clipped(*_heart(thorax, grid)), clipped(*_diaphragm(thorax, grid, side))]
    total = sum(end - start for start, end in taken)
    for first, second in ((0, 1), (0, 2), (1, 2)):
        total = total - _overlap(taken[first], taken[second])
    total = total + _overlap(_both(taken[0], taken[1]), taken[2])
    return np.maximum(front - back - total, 0)


def _fourth(values: np.ndarray) -> np.ndarray:
    """The fourth power; `values**4` would be computed by logarithms, many times slower."""
    squares = values * values
    return squares * squares


def _both(first, second):
    start = np.maximum(first[0], second[0])
    return start, np.maximum(np.minimum(first[1], second[1]), start)


def _overlap(first, second) -> np.ndarray:
    start, end = _both(first, second)
    return end - start


def _heart(thorax: Thorax, grid: Grid):
    """Ventricles (a slanted ellipsoid) and right atrium: first and last depth of heart along each ray."""
    size, turn = thorax.heart, math.sin(math.radians(grid.view.turn))
    drop, wide = 0.55 * grid.view.breath, 1 - 0.03 * grid.view.breath
    angle = math.radians(thorax.heart_angle + 2.5 * grid.view.breath)
    base = thorax.dome[1] + 4.4 - drop
    ventricles = _ellipsoid(
        grid, (2.7 + 3 * turn, 3.0, base), (6.4 * size * wide, 4.9 * size, 4.5 * size * wide), angle
    )
    atrium = _ellipsoid(grid, (-0.9 + 1.5 * turn, 1.5, base + 0.7), (3.5 * size * wide, 4.2 * size, 4.6 * size), 0.0)
    start, end = np.minimum(ventricles[0], atrium[0]), np.maximum(ventricles[1], atrium[1])
    return start, end


def _ellipsoid(grid: Grid, centre, axes, angle: float):
    """Depths where rays enter and leave an ellipsoid whose first axis points down by `angle` in the picture."""
    dx, dz = grid.x - np.float32(centre[0]), grid.z - np.float32(centre[2])
    along = (dx * math.cos(angle) - dz * math.sin(angle)) / axes[0]
    across = (dx * math.sin(angle) + dz * math.cos(angle)) / axes[2]
    rest = 1 - along**2 - across**2
    half = np.float32(axes[1]) * np.sqrt(np.maximum(rest, 0))
    missed = np.where(rest > 0, np.float32(0), np.float32(99))
    return np.float32(centre[1]) - half + missed, np.float32(centre[1]) + half - missed


def _diaphragm(thorax: Thorax, grid: Grid, side: np.ndarray):
    """Depths between which a ray is below the dome: the domes are paraboloids with their tops a little in front."""
    top = np.where(side < 0, np.float32(thorax.dome[0]), np.float32(thorax.dome[1])) - np.float32(grid.view.breath)
    away = (
        np.abs(grid.x) / np.float32(thorax.width) - np.where(side < 0, np.float32(6.0), np.float32(6.6))
    ) / np.float32(7.4)
    below = top - np.float32(5.2) * away**2 - grid.z
    half = np.sqrt(np.maximum(below, 0) / np.float32(0.030))
    missed = np.where(below > 0, np.float32(0), np.float32(99))
    return np.float32(1.2) - half + missed, np.float32(1.2) + half - missed


def _body_lengths(thorax: Thorax, grid: Grid) -> tuple[np.ndarray, np.ndarray]:
    """Length inside the body and, of it, inside fat: skin fold, breasts and nipples included."""
    z = grid.z / np.float32(thorax.height)
    wide, deep = outlines(z, "body_width", "body_depth")
    wide, deep = wide * np.float32(thorax.width), deep * np.float32(2 * thorax.depth)
    lean = deep * np.sqrt(np.maximum(1 - _fourth(grid.x / wide), 0))
    fat_layer = np.float32(thorax.fat)
    body = (deep + 2 * fat_layer) * np.sqrt(np.maximum(1 - _fourth(grid.x / (wide + fat_layer)), 0))
    arm_middle = wide + fat_layer + np.float32(thorax.arm)
    arm_middle = np.maximum(arm_middle, np.float32(17.0 * thorax.width) + np.float32(thorax.arm) + 0.12 * (8 - z))
    arm = 2 * np.sqrt(np.maximum(4.6**2 - (np.abs(grid.x) - arm_middle) ** 2, 0)) * (z < 10)
    lean = np.maximum(lean, 0.75 * arm)
    body = np.maximum(body, arm)
    fat = body - lean
    if thorax.breast:
        radius, lower = np.float32(thorax.breast), np.float32(-5.0 * thorax.height)
        for sideways in (-7.4, 7.4):
            dx = (grid.x - np.float32(sideways * thorax.width)) / radius
            dz = (grid.z - lower) / (radius * np.where(grid.z > lower, np.float32(1.35), np.float32(0.85)))
            bulge = 0.45 * radius * np.maximum(1 - dx**2 - dz**2, 0)
            body, fat = body + bulge, fat + 0.5 * bulge
    if thorax.nipples:
        for sideways in (-8.2, 8.2):
            distance = (grid.x - np.float32(sideways * thorax.width)) ** 2 + (
                grid.z - np.float32(-6.2 * thorax.height)
            ) ** 2
            body = body + 1.3 * np.sqrt(np.maximum(1 - distance / np.float32(0.5**2), 0))
    if thorax.skin_fold is not None:
        place, slope, strength = thorax.skin_fold
        over = grid.x - np.float32(place) - np.float32(slope) * grid.z
        body = body + np.where((over > 0) & (body > 1), np.float32(strength) * 3 * np.exp(-over / 2.5), 0)
    return body.astype(np.float32), fat.astype(np.float32)


def _spine_length(thorax: Thorax, grid: Grid) -> np.ndarray:
    """Length inside the vertebral bodies, which are narrower at their waists and apart at the discs."""
    turned = np.float32(-6.3 * math.sin(math.radians(grid.view.turn)))
    phase = np.cos(np.float32(2 * np.pi / 2.42) * (grid.z - np.float32(16.2)))
    waist = np.float32(1.55) - 0.18 * np.maximum(phase, 0) + np.maximum(10 - grid.z, 0) * np.float32(0.03)
    across = (grid.x - spine_middle(thorax.scoliosis, grid.z).astype(np.float32) - turned) / waist
    body = np.float32(2.7) * np.sqrt(np.maximum(1 - _fourth(across), 0))
    rims = np.exp(-(((phase + 0.55) / 0.2) ** 2))
    return body * (0.62 + 0.38 * np.tanh(5 * (phase + 0.75)) + 0.3 * rims)


def _bubble_length(thorax: Thorax, grid: Grid) -> np.ndarray:
    wide, deep, high = thorax.bubble
    z = thorax.dome[1] - grid.view.breath - high - 1.1
    start, end = _ellipsoid(grid, (6.0 * thorax.width, 2.0, z), (wide, deep, high), 0.0)
    flat = grid.z > np.float32(z - 0.35 * high)  # the level of the stomach's fluid
    return np.maximum(end - start, 0) * flat
