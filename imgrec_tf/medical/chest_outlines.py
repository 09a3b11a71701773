"""Outlines of a schematic chest: how wide and deep body, lungs and the middle of the chest are at each height.

Lengths are centimetres in the patient's own frame: x to the patient's left (the right of the picture), y towards the
front, z upwards, the origin between the lungs a little below the carina. Proportions are those of a schematic adult:
they are drawn to look like a chest, not measured on people.
"""

from __future__ import annotations

import numpy as np
from scipy.interpolate import PchipInterpolator

TABLE_LOW, TABLE_STEP, TABLE_ROWS = -26.0, 0.02, 2601

# Outline curves by height: (z, value) pairs in cm, joined smoothly.
_OUTLINES = {
    "lung_lateral": (
        (-26, 13.6),
        (-12, 13.9),
        (-8, 13.8),
        (-4, 13.4),
        (0, 12.8),
        (4, 11.7),
        (7, 10.5),
        (10, 8.6),
        (11.5, 7.3),
        (12.4, 6.2),
        (12.85, 5.3),
        (13, 4.7),
        (26, 4.7),
    ),
    "lung_medial": (
        (-26, 0.9),
        (0, 0.9),
        (5, 1.1),
        (9, 1.7),
        (11.2, 2.5),
        (12.3, 3.3),
        (12.8, 4.1),
        (13, 4.69),
        (26, 4.69),
    ),
    "lung_depth": ((-26, 8.6), (-8, 8.9), (0, 8.4), (5, 7.2), (9, 5.4), (12, 3.2), (12.7, 1.8), (13, 0), (26, 0)),
    "body_width": (
        (-26, 15.3),
        (-14, 15.0),
        (-6, 15.4),
        (0, 15.4),
        (4, 15.5),
        (7, 16.6),
        (9, 18.6),
        (11, 19.4),
        (12.5, 18.0),
        (14, 13.5),
        (15.3, 9.0),
        (16.5, 6.7),
        (18, 6.0),
        (26, 5.8),
    ),
    "body_depth": ((-26, 10.4), (-10, 10.3), (0, 10.1), (5, 8.8), (10, 7.0), (13, 6.0), (16, 5.4), (26, 5.3)),
    "middle_right": ((-26, 2.6), (-8, 2.6), (0, 2.8), (3, 3.1), (6, 2.9), (9, 2.6), (11.5, 2.9), (13, 3.6), (26, 3.8)),
    "middle_left": (
        (-26, 2.7),
        (-8, 2.8),
        (-1, 2.9),
        (1.2, 3.15),
        (4, 2.6),
        (8, 2.4),
        (11.5, 2.8),
        (13, 3.5),
        (26, 3.8),
    ),
}


def _outline_table() -> dict[str, np.ndarray]:
    z = TABLE_LOW + TABLE_STEP * np.arange(TABLE_ROWS)
    return {name: PchipInterpolator(*zip(*points))(z).astype(np.float32) for name, points in _OUTLINES.items()}


OUTLINES = _outline_table()


def outlines(z: np.ndarray, *names: str) -> list[np.ndarray]:
    """Read outline curves at heights z in cm, any shape."""
    rows = np.clip(((np.asarray(z) - TABLE_LOW) / TABLE_STEP).astype(np.intp), 0, TABLE_ROWS - 1)
    return [OUTLINES[name].take(rows) for name in names]


def spine_middle(scoliosis: float, z: np.ndarray) -> np.ndarray:
    """Sideways place of the spine at heights z, in cm."""
    return scoliosis * np.sin(np.asarray(z) / 6.5)
