"""How a patient stands before the detector, and which ray meets which pixel.

The beam is parallel and runs from back to front, so depth plays no part in where a point falls in the picture.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

FIELD_OF_VIEW = 36.0  # cm, width and height of the picture in the plane of the chest


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
        """Column and row, with fractions, on the coarser lattice of points (n, 3) of the patient's frame in cm."""
        view, turn, tilt = self.view, math.radians(self.view.turn), math.radians(self.view.tilt)
        x = points[:, 0] * math.cos(turn) + points[:, 1] * math.sin(turn)
        z = points[:, 2]
        column = (x * math.cos(tilt) - z * math.sin(tilt)) * view.magnification + (view.shift[0] + FIELD_OF_VIEW / 2)
        row = (FIELD_OF_VIEW / 2 - view.shift[1]) - (x * math.sin(tilt) + z * math.cos(tilt)) * view.magnification
        scale = self.pixels / self.factor / FIELD_OF_VIEW
        half = 0.5 / self.factor  # half a pixel of the finer lattice, on which the sum is read out
        return column * scale - half, row * scale - half


def follow_breath(z: np.ndarray, view: View, height: float) -> np.ndarray:
    """How far a point of the lung at height z goes down with the diaphragm, in cm."""
    return view.breath * np.clip((8 * height - z) / (16 * height), 0, 1)
