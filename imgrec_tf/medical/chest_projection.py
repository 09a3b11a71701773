"""Line integrals of attenuation through a chest: what a parallel X-ray beam meets on its way to each pixel.

Large solids are crossed analytically: each gives, for every ray, the two depths where the ray enters and leaves, and lengths
inside lung are what remains when the heart, the middle of the chest and the diaphragm have taken theirs. Tubes and balls are
added in the frequency domain: the thickness of a tube of radius r seen from the side is the sum over its middle line of
ds times a disc of radius r, which is exact for straight tubes, also for inclined ones, and free of jagged edges at any size.

Linear attenuation coefficients are at 60 keV, near the mean energy of a 120 kVp chest beam behind a patient: mass attenuation
coefficients times densities from J. H. Hubbell and S. M. Seltzer, "Tables of X-Ray Mass Attenuation Coefficients", NISTIR 5632,
tissues of ICRU Report 44 (physics.nist.gov/PhysRefData/XrayMassCoef).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy import fft, special

from imgrec_tf.medical.chest_anatomy import Thorax, Tubes, outlines, spine_middle

FIELD_OF_VIEW = 36.0  # cm, width and height of the picture in the plane of the chest

# 1/cm at 60 keV: mass attenuation coefficient in cm²/g times density in g/cm³.
SOFT_TISSUE = 0.2048 * 1.06
FAT = 0.1974 * 0.95
CORTICAL_BONE = 0.3148 * 1.92
AIR = 0.1875 * 0.001205
LUNG_TISSUE_PER_DENSITY = 0.2053  # times the density of the inflated lung, 0.22 to 0.30 g/cm³
SPONGY_BONE = 0.2 * CORTICAL_BONE + 0.8 * SOFT_TISSUE  # struts and marrow by volume, a rounded mixture

# name: (material group, half-width across and half-height in cm, wall in cm or 0 for solid, weight)
CROSS_SECTIONS = {
    "rib-thin": ("bone", 0.32, 0.52, 0.12, 1.0),
    "rib": ("bone", 0.37, 0.60, 0.14, 1.0),
    "rib-thick": ("bone", 0.42, 0.68, 0.16, 1.0),
    "collar": ("bone", 0.52, 0.58, 0.20, 1.35),
    "blade-edge": ("bone", 0.30, 0.30, 0.0, 0.5),
    "blade": ("bone", 1.6, 1.6, 0.0, 1.2),
    "arm-bone": ("bone", 1.6, 1.6, 0.3, 0.8),
    "pedicle": ("bone", 0.32, 0.48, 0.0, 0.55),
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
    "windpipe": ("air", 0.92, 0.92, 0.0, 1.0),
    "bronchus": ("air", 0.55, 0.55, 0.0, 1.0),
}


@dataclass(frozen=True)
class View:
    """How a patient stands in front of the detector and breathes; it changes from picture to picture.

    Attributes:
        turn: Turn about the vertical axis, in degrees; the front moves to the right of the picture for positive values.
        tilt: Sideways tilt in the plane of the picture, in degrees.
        shift: Shift to the right and upwards, in cm.
        magnification: Factor on all lengths in the picture.
        breath: How far the diaphragm stands below its usual height, in cm; negative when breathed out.
    """

    turn: float = 0.0
    tilt: float = 0.0
    shift: tuple[float, float] = (0.0, 0.0)
    magnification: float = 1.0
    breath: float = 0.0


@dataclass(frozen=True)
class Grid:
    """A square pixel lattice with its place in the patient's frame.

    Attributes:
        x, z: Coordinates of each pixel's ray in the upright patient's frame, in cm, shape (pixels, pixels).
        pixels: Number of pixels along each edge.
        factor: How much coarser the lattice is on which tubes and balls are laid down, a divisor of `pixels`.
        view: The view that it was made for.
    """

    x: np.ndarray
    z: np.ndarray
    pixels: int
    factor: int
    view: View

    @classmethod
    def of(cls, pixels: int, view: View, factor: int = 1) -> Grid:
        """Lay a lattice of pixels × pixels over the field of view."""
        step = FIELD_OF_VIEW / pixels
        across = (
            (np.arange(pixels, dtype=np.float32) + 0.5) * step - FIELD_OF_VIEW / 2 - view.shift[0]
        ) / view.magnification
        up = (
            FIELD_OF_VIEW / 2 - (np.arange(pixels, dtype=np.float32) + 0.5) * step - view.shift[1]
        ) / view.magnification
        cos, sin = math.cos(math.radians(view.tilt)), math.sin(math.radians(view.tilt))
        return cls(across * cos + up[:, None] * sin, up[:, None] * cos - across * sin, pixels, factor, view)

    def places(self, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Column and row on the coarser lattice of points (n, 3) given in the patient's frame in cm, fractions included."""
        view, turn, tilt = self.view, math.radians(self.view.turn), math.radians(self.view.tilt)
        x = points[:, 0] * math.cos(turn) + points[:, 1] * math.sin(turn)
        z = points[:, 2]
        column = (x * math.cos(tilt) - z * math.sin(tilt)) * view.magnification + (view.shift[0] + FIELD_OF_VIEW / 2)
        row = (FIELD_OF_VIEW / 2 - view.shift[1]) - (x * math.sin(tilt) + z * math.cos(tilt)) * view.magnification
        scale = self.pixels / self.factor / FIELD_OF_VIEW
        half = 0.5 / self.factor  # half a pixel of the finer lattice, on which the sum is read out
        return column * scale - half, row * scale - half


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
    half = depth * np.float32(thorax.depth) * np.sqrt(np.maximum(1 - across**4, 0))
    front, back = half - np.float32(0.3), -half - np.float32(0.3)

    def clipped(start, end):
        start = np.maximum(start, back)
        return start, np.maximum(np.minimum(end, front), start)

    border = np.where(x < 0, right, left)
    middle = 9.5 * np.float32(thorax.depth) * np.sqrt(np.maximum(1 - (away / border) ** 4, 0))
    taken = [clipped(-middle, middle), clipped(*_heart(thorax, grid)), clipped(*_diaphragm(thorax, grid, side))]
    total = sum(end - start for start, end in taken)
    for first, second in ((0, 1), (0, 2), (1, 2)):
        total = total - _overlap(taken[first], taken[second])
    total = total + _overlap(_both(taken[0], taken[1]), taken[2])
    return np.maximum(front - back - total, 0)


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
    """Depths where rays enter and leave an ellipsoid whose first axis points down by `angle` in the plane of the picture."""
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
    lean = deep * np.sqrt(np.maximum(1 - (grid.x / wide) ** 4, 0))
    fat_layer = np.float32(thorax.fat)
    body = (deep + 2 * fat_layer) * np.sqrt(np.maximum(1 - (grid.x / (wide + fat_layer)) ** 4, 0))
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
            bulge = 0.6 * radius * np.maximum(1 - dx**2 - dz**2, 0)
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
    waist = np.float32(2.0) - 0.22 * np.maximum(phase, 0) + np.maximum(-grid.z, 0) * np.float32(0.02)
    across = (grid.x - spine_middle(thorax.scoliosis, grid.z).astype(np.float32) - turned) / waist
    body = np.float32(3.1) * np.sqrt(np.maximum(1 - across**4, 0))
    rims = np.exp(-(((phase + 0.55) / 0.2) ** 2))
    return body * (0.62 + 0.38 * np.tanh(5 * (phase + 0.75)) + 0.3 * rims)


def _bubble_length(thorax: Thorax, grid: Grid) -> np.ndarray:
    wide, deep, high = thorax.bubble
    z = thorax.dome[1] - grid.view.breath - high - 1.1
    start, end = _ellipsoid(grid, (6.0 * thorax.width, 2.0, z), (wide, deep, high), 0.0)
    flat = grid.z > np.float32(z - 0.35 * high)  # the level of the stomach's fluid
    return np.maximum(end - start, 0) * flat


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


def follow_breath(z: np.ndarray, view: View, height: float) -> np.ndarray:
    """How far a point of the lung at height z goes down with the diaphragm, in cm."""
    return view.breath * np.clip((8 * height - z) / (16 * height), 0, 1)


def _sample(arcs: np.ndarray, spacing: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Points along arcs about `spacing` cm apart, the length that each stands for, and the arc that it lies on."""
    start, control, end = arcs[:, 0], arcs[:, 1], arcs[:, 2]
    length = np.sqrt(((control - start) ** 2).sum(1)) + np.sqrt(((end - control) ** 2).sum(1))
    count = np.ceil(length / spacing).astype(np.int64) + 1
    arc = np.repeat(np.arange(len(arcs)), count)
    first = np.cumsum(count) - count
    place = ((np.arange(len(arc)) - first[arc] + 0.5) / count[arc]).astype(np.float32)[:, None]
    back = start - 2 * control + end
    points = (back[arc] * place + 2 * (control - start)[arc]) * place + start[arc]
    speed = 2 * (back[arc] * place + (control - start)[arc])
    return points, np.sqrt((speed**2).sum(1)) / count[arc], arc


def padded(pixels: int) -> int:
    """Edge of the lattice with a margin, so that what leaves the picture on one side does not come back on the other."""
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
