"""Rows of characters on a picture: where they lie, how they bend and lean, and how they are cut out straight."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from PIL import Image
from scipy import ndimage


@dataclass(frozen=True)
class Row:
    """A row of characters on the picture.

    Attributes:
        start: float64 (2,): x and y of one end, half-way up the capitals.
        end: The other end. Which one is the beginning is not known yet.
        height: Height of the capitals in pixels.
        bend: How far the middle of the row lies beside the straight line, in pixels, to the left of start → end.
        shear: How far the print leans: shift from start to end for each pixel downwards, as a view from aside gives.
    """

    start: np.ndarray
    end: np.ndarray
    height: float
    bend: float = 0.0
    shear: float = 0.0

    @property
    def length(self) -> float:
        """Distance of the ends in pixels."""
        return float(np.hypot(*(self.end - self.start)))

    @property
    def direction(self) -> np.ndarray:
        """Unit vector from start to end."""
        return (self.end - self.start) / max(self.length, 1e-9)

    @property
    def normal(self) -> np.ndarray:
        """Unit vector downwards when the row is read from start to end."""
        along = self.direction
        return np.array([-along[1], along[0]])

    def turned(self) -> Row:
        """The same row, read from the other end."""
        return Row(self.end, self.start, self.height, -self.bend, self.shear)

    def moved(self, distance: float) -> Row:
        """The row that lies `distance` pixels below, read in the same direction."""
        step = distance * (self.normal + self.shear * self.direction)
        return replace(self, start=self.start + step, end=self.end + step)


@dataclass(frozen=True)
class Zone:
    """Rows that belong together.

    Attributes:
        rows: Two or three, from the top down when read from start to end.
        score: How much it looks like a zone; larger is better, no unit.
    """

    rows: tuple[Row, ...]
    score: float

    def turned(self) -> Zone:
        """The same zone upside down."""
        return Zone(tuple(row.turned() for row in reversed(self.rows)), self.score)

    @property
    def corners(self) -> np.ndarray:
        """float64 (4, 2): x and y around the zone: upper left, upper right, lower right, lower left as it is read."""
        first, last = self.rows[0], self.rows[-1]
        up, down = -0.8 * first.height * first.normal, 0.8 * last.height * last.normal
        return np.array([first.start + up, first.end + up, last.end + down, last.start + down])


def cut_row(grey: np.ndarray, row: Row, *, margin: float = 1.3, size: float = 1.0, height: int = 48) -> np.ndarray:
    """Cut a row out, straightened: float32 (height, columns), capitals 14/24 of the height.

    Args:
        grey: The picture.
        row: Where.
        margin: What is added at each end, in capital heights.
        size: Factor on the height of the capitals, for a second try.
        height: Rows of the result.
    """
    capitals = row.height * size
    step = capitals * 24 / 14 / height  # of the picture's pixels
    reach = row.length / 2 + margin * row.height
    along = np.arange(-reach, reach, step)
    across = (np.arange(height) - (height - 1) / 2) * step
    middle = (row.start + row.end) / 2
    # The bend is a parabola: nothing at the ends, all of it in the middle.
    bent = -row.bend * (1 - (along / max(row.length / 2, 1e-9)) ** 2)
    along = along + across[:, None] * row.shear
    x = middle[0] + along * row.direction[0] + (across[:, None] + bent) * row.normal[0]
    y = middle[1] + along * row.direction[1] + (across[:, None] + bent) * row.normal[1]
    left, top = max(0, int(x.min()) - 3), max(0, int(y.min()) - 3)
    part = np.asarray(grey[top : int(y.max()) + 4, left : int(x.max()) + 4], np.float32)
    if not part.size:
        return np.zeros_like(x)
    x, y, factor = x - left, y - top, max(1, int(step))
    if factor > 1:  # many pixels to one of the result: put them together first
        part = np.asarray(Image.fromarray(part).reduce(factor))
        x, y, step = (x + 0.5) / factor - 0.5, (y + 0.5) / factor - 0.5, step / factor
    if step > 1.2:
        part = ndimage.gaussian_filter(part, 0.4 * step)
    return ndimage.map_coordinates(part, [y, x], order=1, mode="nearest")
