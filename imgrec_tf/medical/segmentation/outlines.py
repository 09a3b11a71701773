"""Where synthetic nuclei lie: wavy ellipses that grow in groups, touch, and never overlap."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

_WAVES = np.arange(2, 6)  # how often an outline rises and falls on its way around


@dataclass(frozen=True)
class Nucleus:
    """One nucleus.

    Attributes:
        row: Of its centre, in pixels.
        column: Of its centre, in pixels.
        radius: Mean radius in pixels.
        stretch: Long axis divided by short axis, 1 or more.
        angle: Of the long axis, in radians.
        waves: (4,) size of each wave of the outline, as a share of the radius.
        phases: (4,) where each wave starts, in radians.
    """

    row: float
    column: float
    radius: float
    stretch: float
    angle: float
    waves: np.ndarray
    phases: np.ndarray

    @property
    def reach(self) -> float:
        """Largest distance of the outline from the centre, in pixels."""
        return self.radius * self.stretch**0.5 * (1 + np.abs(self.waves).sum())


def place_nuclei(rng: np.random.Generator, size: int, count: int, radius: float, crowding: float) -> list[Nucleus]:
    """Draw nuclei one after the other: some anywhere, some beside one that is there.

    Args:
        rng: Where randomness comes from.
        size: Height and width of the picture in pixels; centres may lie up to half a radius outside.
        count: How many are tried.
        radius: Typical radius in pixels; single ones vary from 0.6 to 1.5 of it.
        crowding: Share that is put beside another one so that the outlines touch, in [0, 1].

    Returns:
        The nuclei; a few fewer than were tried, where there was no room.
    """
    placed: list[Nucleus] = []
    for _ in range(count):
        for _ in range(8):
            one = _draw(rng, size, radius)
            if placed and rng.random() < crowding:
                one = _beside(rng, one, placed[int(rng.integers(len(placed)))])
            if -radius / 2 < min(one.row, one.column) and max(one.row, one.column) < size + radius / 2:
                distances = [np.hypot(one.row - other.row, one.column - other.column) for other in placed]
                if all(d > 0.85 * (one.radius + other.radius) for d, other in zip(distances, placed)):
                    placed.append(one)
                    break
    return placed


def depth_inside(nucleus: Nucleus, size: int) -> tuple[tuple[slice, slice], np.ndarray]:
    """Return how deep pixels lie inside of the outline: 1 in the centre, 0 on it, negative outside.

    Returns:
        The part of the picture around the nucleus (rows, columns), and float32 of its shape.
    """
    reach = nucleus.reach + 2
    rows, columns = (
        slice(max(0, int(middle - reach)), max(0, min(size, int(middle + reach) + 1)))
        for middle in (nucleus.row, nucleus.column)
    )
    down = np.arange(rows.start, rows.stop)[:, None] - nucleus.row
    right = np.arange(columns.start, columns.stop)[None] - nucleus.column
    along = right * np.cos(nucleus.angle) + down * np.sin(nucleus.angle)
    across = down * np.cos(nucleus.angle) - right * np.sin(nucleus.angle)
    along, across = along / nucleus.stretch**0.5, across * nucleus.stretch**0.5
    around = np.arctan2(across, along)
    outline = 1 + (nucleus.waves * np.cos(around[..., None] * _WAVES + nucleus.phases)).sum(axis=-1)
    return (rows, columns), (1 - np.hypot(along, across) / (nucleus.radius * outline)).astype(np.float32)


def number_pixels(nuclei: list[Nucleus], size: int) -> np.ndarray:
    """Return the exact mask: int32 (size, size), nucleus i + 1 where its outline contains the pixel's centre.

    Where two outlines would overlap, a pixel belongs to the nucleus in which it lies deeper. Nuclei of fewer than 12
    pixels, cut by the picture's edge, are left out.
    """
    mask, deepest = np.zeros((size, size), np.int32), np.zeros((size, size), np.float32)
    for number, nucleus in enumerate(nuclei, 1):
        place, depth = depth_inside(nucleus, size)
        deeper = depth > deepest[place]
        mask[place][deeper] = number
        deepest[place][deeper] = depth[deeper]
    few = np.bincount(mask.ravel(), minlength=len(nuclei) + 1) < 12
    mask[few[mask]] = 0
    return mask


def _draw(rng: np.random.Generator, size: int, radius: float) -> Nucleus:
    return Nucleus(
        row=rng.uniform(0, size),
        column=rng.uniform(0, size),
        radius=radius * float(np.clip(rng.lognormal(0, 0.22), 0.6, 1.5)),
        stretch=rng.uniform(1.0, 1.7),
        angle=rng.uniform(0, np.pi),
        waves=rng.normal(0, 0.05, len(_WAVES)) / (_WAVES - 1),
        phases=rng.uniform(0, 2 * np.pi, len(_WAVES)),
    )


def _beside(rng: np.random.Generator, one: Nucleus, other: Nucleus) -> Nucleus:
    """Move a nucleus so that it touches another one, in any direction."""
    from dataclasses import replace

    angle = rng.uniform(0, 2 * np.pi)
    distance = _towards(other, angle) + _towards(one, angle + np.pi) - rng.uniform(0, 2)
    return replace(one, row=other.row + distance * np.sin(angle), column=other.column + distance * np.cos(angle))


def _towards(nucleus: Nucleus, angle: float) -> float:
    """Return the distance from the centre to the outline's ellipse in a direction."""
    turned = angle - nucleus.angle
    long, short = nucleus.radius * nucleus.stretch**0.5, nucleus.radius / nucleus.stretch**0.5
    return float(long * short / np.hypot(short * np.cos(turned), long * np.sin(turned)))
