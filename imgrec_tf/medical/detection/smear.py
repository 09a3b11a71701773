"""Drawing a synthetic blood smear: cells as layers of dye that light passes through, one over the other.

Light is weakened by exp(-dye × absorption) in each colour (the law of Lambert and Beer), so where two cells overlap the
picture is darker, as it is under a microscope. The numbers are chosen by eye; no cell was measured for them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from imgrec_tf.medical.detection.boxes import inside

RED, WHITE, PLATELET = 0, 1, 2
_FINE = 2  # drawn at twice the size, so that edges are smooth
_RED_DYE = np.array([0.14, 0.52, 0.46])
_PLASMA_DYE = np.array([0.30, 0.42, 0.14])
_NUCLEUS_DYE = np.array([1.15, 1.60, 0.55])
_DIRT_DYE = np.array([1.2, 1.25, 1.1])


@dataclass(frozen=True)
class Cell:
    """An ellipse, in pixels and radians: kind, middle, half axes, turn."""

    kind: int
    x: float
    y: float
    long: float
    short: float
    turn: float

    def box(self) -> tuple[float, float, float, float]:
        """Return left, top, right and bottom of the ellipse, exactly."""
        cosine, sine = np.cos(self.turn), np.sin(self.turn)
        across, down = np.hypot(self.long * cosine, self.short * sine), np.hypot(self.long * sine, self.short * cosine)
        return self.x - across, self.y - down, self.x + across, self.y + down


def place_cells(
    rng: np.random.Generator, height: int, width: int, radius: float, counts: tuple[int, int, int], crowding: float
) -> list[Cell]:
    """Draw where cells lie: some anywhere, some beside one that is there so that they touch or overlap.

    Args:
        rng: Where randomness comes from.
        height: Height of the picture in pixels.
        width: Width of the picture in pixels.
        radius: Radius of a red cell in pixels.
        counts: How many red cells, white cells and platelets are tried.
        crowding: Share of red cells that are put beside another one, in [0, 1].

    Returns:
        The cells, a few fewer than were tried, where there was no room. Middles lie inside of the picture.
    """
    cells: list[Cell] = []
    for kind in (WHITE, RED, PLATELET):
        for _ in range(counts[kind]):
            for _ in range(20):
                cell = _drawn(rng, kind, height, width, radius, crowding, cells)
                if cell is not None and all(_apart(cell, other) for other in cells):
                    cells.append(cell)
                    break
    return cells


def boxes_of_cells(cells: list[Cell], height: int, width: int) -> tuple[np.ndarray, np.ndarray]:
    """Return boxes, float32 (n, 4), cut at the picture's edges, and labels, int64 (n,)."""
    boxes = np.array([cell.box() for cell in cells], np.float32).reshape(-1, 4)
    cut, kept, _ = inside(boxes, height, width)
    return cut[kept], np.array([cell.kind for cell in cells], np.int64)[kept]


def paint(
    rng: np.random.Generator, cells: list[Cell], height: int, width: int, *, stain: np.ndarray, light: np.ndarray,
    blur: float, noise: float,
) -> np.ndarray:  # fmt: skip
    """Draw the picture of a smear.

    Args:
        rng: Where randomness comes from.
        cells: What lies on the glass.
        height: Height in pixels.
        width: Width in pixels.
        stain: Factors of the dye in red, green and blue, about 1.
        light: Brightness of empty glass in red, green and blue, in [0, 1].
        blur: Standard deviation of the blur in pixels.
        noise: Standard deviation of the noise, as a share of white.

    Returns:
        uint8 (height, width, 3).
    """
    from scipy import ndimage

    dye = np.zeros((height * _FINE, width * _FINE, 3), np.float32)
    for cell in cells:
        (_red, _white, _platelet)[cell.kind](rng, cell, dye)
    for _ in range(int(rng.poisson(1.2))):  # dirt: small and black, no cell
        _blob(
            dye, rng.uniform(0, width), rng.uniform(0, height), rng.uniform(1.2, 2.6), rng.uniform(0.5, 1.2) * _DIRT_DYE
        )
    down, right = np.mgrid[-0.5 : 0.5 : dye.shape[0] * 1j, -0.5 : 0.5 : dye.shape[1] * 1j]
    turn, ramp = rng.uniform(0, 2 * np.pi), rng.uniform(0, 0.14)
    uneven = 1 + ramp * (right * np.cos(turn) + down * np.sin(turn)) - 0.1 * (right**2 + down**2)
    through = light * uneven[..., None] * np.exp(-dye * stain)
    through = ndimage.gaussian_filter(through, (blur * _FINE, blur * _FINE, 0))
    through = through.reshape(height, _FINE, width, _FINE, 3).mean(axis=(1, 3))
    return np.round(255 * np.clip(through + rng.normal(0, noise, through.shape), 0, 1)).astype(np.uint8)


def _drawn(rng, kind: int, height: int, width: int, radius: float, crowding: float, cells: list[Cell]) -> Cell | None:
    size, flat = {
        RED: (radius * rng.lognormal(0, 0.08), rng.uniform(0.84, 1.0)),
        WHITE: (radius * rng.uniform(1.5, 2.0), rng.uniform(0.88, 1.0)),
        PLATELET: (radius * rng.uniform(0.28, 0.45), rng.uniform(0.7, 1.0)),
    }[kind]
    x, y = rng.uniform(0, width), rng.uniform(0, height)
    reds = [cell for cell in cells if cell.kind == RED]
    if kind == RED and reds and rng.random() < crowding:
        other, angle = reds[rng.integers(len(reds))], rng.uniform(0, 2 * np.pi)
        reach = (size + other.long) * rng.uniform(0.45, 1.0)
        x, y = other.x + reach * np.cos(angle), other.y + reach * np.sin(angle)
    if not (0 <= x < width and 0 <= y < height):
        return None
    return Cell(kind, float(x), float(y), float(size), float(size * flat), float(rng.uniform(0, np.pi)))


def _apart(cell: Cell, other: Cell) -> bool:
    """Whether two cells may lie as they do: red cells overlap a little, all others only touch."""
    least = 0.45 if cell.kind == other.kind == RED else 0.95
    return np.hypot(cell.x - other.x, cell.y - other.y) >= least * (cell.long + other.long)


def _red(rng, cell: Cell, dye: np.ndarray) -> None:
    window, far, _ = _window(cell, dye)
    hollow = rng.uniform(0.25, 0.75)  # thinner in the middle, where a red cell has no nucleus
    thick = np.clip(1.15 - hollow * np.exp(-((far / 0.45) ** 2)), 0, None) * (0.9 + 0.25 * far**2)
    dye[window] += (rng.lognormal(-0.1, 0.25) * thick * _soft(far))[..., None] * _RED_DYE


def _white(rng, cell: Cell, dye: np.ndarray) -> None:
    window, far, grid = _window(cell, dye)
    grain = 1 + 0.25 * rng.standard_normal(far.shape)
    dye[window] += (0.8 * grain * _soft(far))[..., None] * _PLASMA_DYE
    lobes = int(rng.integers(1, 5))
    nucleus = np.zeros_like(far)
    start = rng.uniform(0, 2 * np.pi)
    for lobe in range(lobes):
        angle, out = start + 1.25 * lobe, 0.0 if lobes == 1 else 0.42
        size = rng.uniform(0.6, 0.75) if lobes == 1 else rng.uniform(0.32, 0.42)
        middle = out * cell.short * np.array([np.cos(angle), np.sin(angle)])
        distance = np.hypot(grid[0] - cell.x - middle[0], grid[1] - cell.y - middle[1]) / (size * cell.short)
        np.maximum(nucleus, _soft(distance), out=nucleus)
    dye[window] += (rng.uniform(0.85, 1.15) * nucleus * (0.9 + 0.1 * grain))[..., None] * _NUCLEUS_DYE


def _platelet(rng, cell: Cell, dye: np.ndarray) -> None:
    window, far, _ = _window(cell, dye)
    grain = np.clip(1 + 0.35 * rng.standard_normal(far.shape), 0.2, None)
    dye[window] += (rng.uniform(0.35, 0.7) * grain * _soft(far, 0.25))[..., None] * _NUCLEUS_DYE


def _blob(dye: np.ndarray, x: float, y: float, size: float, color: np.ndarray) -> None:
    window, far, _ = _window(Cell(PLATELET, x, y, size, size, 0.0), dye)
    dye[window] += _soft(far, 0.3)[..., None] * color


def _window(cell: Cell, dye: np.ndarray):
    """Return where an ellipse lies, how far each of its pixels is from its middle (1 at the edge), and x and y."""
    left, top, right, bottom = cell.box()
    rows = np.arange(max(int(top * _FINE) - 2, 0), min(int(bottom * _FINE) + 3, dye.shape[0]))
    columns = np.arange(max(int(left * _FINE) - 2, 0), min(int(right * _FINE) + 3, dye.shape[1]))
    x, y = np.meshgrid((columns + 0.5) / _FINE, (rows + 0.5) / _FINE)
    along = (x - cell.x) * np.cos(cell.turn) + (y - cell.y) * np.sin(cell.turn)
    across = (y - cell.y) * np.cos(cell.turn) - (x - cell.x) * np.sin(cell.turn)
    far = np.hypot(along / cell.long, across / cell.short)
    return np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1], far, (x, y)


def _soft(far: np.ndarray, width: float = 0.08) -> np.ndarray:
    """Return 1 inside and 0 outside, with a soft edge that ends at the outline."""
    return np.clip((1 - far) / width, 0, 1)
