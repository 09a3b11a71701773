"""What is long and thin in a chest: ribs, collar bones, vessels and airways, as curved tubes.

The frame is that of `chest_outlines`; lengths are centimetres.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from imgrec_tf.medical.chest_outlines import outlines, spine_middle


@dataclass(frozen=True)
class Tubes:
    """Curved tubes as quadratic Bézier arcs.

    Attributes:
        arcs: Start, control and end point of each arc in cm, shape (n, 3 points, 3 coordinates).
        kind: Name of the tube's cross-section for each arc, a key of `tube_projection.CROSS_SECTIONS`, shape (n,).
    """

    arcs: np.ndarray
    kind: np.ndarray

    def __add__(self, other: Tubes) -> Tubes:
        return Tubes(np.concatenate([self.arcs, other.arcs]), np.concatenate([self.kind, other.kind]))


def _arcs_through(points: np.ndarray) -> np.ndarray:
    """Turn polylines (…, n, 3) with n odd into (n - 1) / 2 Bézier arcs each that pass through all of their points."""
    start, middle, end = points[..., :-2:2, :], points[..., 1:-1:2, :], points[..., 2::2, :]
    return np.stack([start, 2 * middle - (start + end) / 2, end], axis=-2)


def _stubs(start: np.ndarray, course: tuple[float, float, float]) -> np.ndarray:
    """Short straight arcs from points (n, 3), all of the same course."""
    course = np.array(course)
    return np.stack([start, start + course / 2, start + course], axis=1)


def ribs(rng: np.random.Generator, width: float, height: float, depth: float, calcified: bool, callus) -> Tubes:
    """Twelve pairs: outwards and down at the back, around the side, and back towards the middle lower in front."""
    number = np.tile(np.arange(12), 2)[:, None]
    side = np.repeat([-1, 1], 12)[:, None]
    top = (13.4 - 2.42 * number) * height + rng.normal(0, 0.12, (24, 1))
    drop = rng.uniform(0.85, 1.15) * (2.6 + 0.62 * np.minimum(number, 9)) * height
    side_height = (top - 0.42 * drop) / height
    lateral, deep = outlines(side_height, "lung_lateral", "lung_depth")
    reach = np.where(number == 0, 6.6, lateral + 0.45) * width
    end = np.deg2rad((150, 146, 142, 139, 137, 134, 130, 124, 112, 98, 70, 45))[number]
    angle = np.deg2rad(9) + (end - np.deg2rad(9)) * np.linspace(0, 1, 25)
    x = side * (1.9 + (reach - 1.9) * np.sin(angle))
    y = -depth * (deep + 0.4) * np.cos(angle) - 0.4
    fall = drop * ((1 - np.cos(angle)) / 2) ** 1.15 - 0.35 * np.sin(np.minimum(2 * angle, np.pi))
    points = np.stack([x, y, top - fall], axis=2)
    arcs = [_arcs_through(points).reshape(-1, 3, 3)]
    kinds = [str(rng.choice(["rib-thin", "rib", "rib-thick"]))] * len(arcs[0])
    if calcified:
        spot = points[(number[:, 0] >= 1) & (number[:, 0] <= 8), -1].repeat(2, axis=0) + rng.normal(0, 0.35, (32, 3))
        arcs.append(_stubs(spot, (0.2, 0.3, 0.0)))
        kinds += ["spot"] * len(spot)
    if callus is not None:
        place = points[12 + callus[0], round(callus[1] * 24)]
        arcs.append((place + np.array([[-0.3, 0, 0.05], [0, 0.3, 0], [0.3, 0, -0.05]]))[None])
        kinds.append("callus")
    return Tubes(np.concatenate(arcs), np.array(kinds))


def shoulders(rng: np.random.Generator, width: float, height: float) -> Tubes:
    """Collar bones, the edges and blades of the shoulder blades, heads of the upper arm bones."""
    arcs, kinds = [], []
    lift, apart = rng.normal(0, 0.5), rng.uniform(0.4, 2.6)
    for side in (-1, 1):
        collar = np.array(
            [
                [1.7, 7.0, 9.6],
                [5.2, 7.2, 10.3 + 0.5 * lift],
                [9.0, 4.5, 11.2 + lift],
                [12.6, 1.0, 11.6 + lift],
                [16.0, -0.5, 11.4 + lift],
            ]
        )
        tip = np.array([[1.5, 7.0, 9.9], [1.8, 7.0, 9.5], [2.3, 7.1, 9.6]])
        edge = np.array([[15.2, -3, 8.6], [14.0, -5.5, 3.5], [11.8, -7.5, -1.2], [10.6, -7.5, 2.0], [10.2, -6.5, 7.6]])
        ridge = np.array([[10.3, -7.0, 7.2], [13.2, -6.5, 9.0], [16.3, -3, 10.4]])
        edge[:, 0] += apart
        ridge[:, 0] += apart
        blade = edge[1] + rng.random((60, 1)) * (edge[3] - edge[1]) + rng.random((60, 1)) * (edge[0] - edge[1]) * 0.8
        for points, kind in ((collar, "collar"), (tip, "collar"), (edge, "blade-edge"), (ridge, "blade-edge")):
            pieces = _arcs_through(points * [side * width, 1, height])
            arcs.append(pieces)
            kinds += [kind] * len(pieces)
        flat = blade * [side * width, 1, height]
        arcs.append(_stubs(flat, (0.04, 0.04, 0.0)))
        kinds += ["blade"] * len(flat)
        head = np.array([[17.6 + apart, -1, 9.4], [18.2 + apart, -1, 8.2], [19.2 + apart, -1, 3.0]]) * [
            side * width,
            1,
            height,
        ]
        arcs.append(_arcs_through(head))
        kinds.append("arm-bone")
    return Tubes(np.concatenate(arcs), np.array(kinds))


def vertebrae(scoliosis: float) -> Tubes:
    """Pedicles and spinous processes: the pairs of rings and the drops along the middle of the picture."""
    z = 16.2 - 2.42 * np.arange(16)
    x = spine_middle(scoliosis, z)
    arcs, kinds = [], []
    for sideways in (-1.25, 1.25):
        start = np.stack([x + sideways, np.full(16, -7.6), z + 0.3], axis=1)
        arcs.append(_stubs(start, (0.0, -0.8, -0.3)))
        kinds += ["pedicle"] * 16
    start = np.stack([x, np.full(16, -9.0), z - 0.2], axis=1)
    arcs.append(_stubs(start, (0.0, -1.1, -1.0)))
    kinds += ["pedicle"] * 16
    return Tubes(np.concatenate(arcs), np.array(kinds))


_VESSEL_KINDS = ("vessel-5", "vessel-4", "vessel-3", "vessel-2", "vessel-1", "vessel-0")


def lung_vessels(rng: np.random.Generator, side: int, width: float, height: float) -> Tubes:
    """A tree that leaves the hilum and halves at each step, six times over."""
    fan = np.deg2rad(np.array([78, 48, 22, 0, -22, -42, -58, -74, -86]) + rng.normal(0, 6, 9))
    direction = np.stack([side * np.cos(fan), rng.normal(0, 0.45, 9), np.sin(fan)], axis=1)
    start = np.array([side * 3.1, -0.8, 0.6]) + np.stack(
        [np.zeros(9), rng.normal(0, 0.5, 9), 1.5 * np.sin(fan)], axis=1
    )
    start *= [width, 1, height]
    length = rng.uniform(2.2, 3.4, 9)
    arcs, kinds = [], []
    for kind in _VESSEL_KINDS:
        direction /= np.linalg.norm(direction, axis=1, keepdims=True)
        end = start + direction * length[:, None]
        control = (start + end) / 2 + rng.normal(0, 0.09, end.shape) * length[:, None]
        arcs.append(np.stack([start, control, end], axis=1))
        kinds += [kind] * len(end)
        start, direction, length = (np.repeat(one, 2, axis=0) for one in (end, direction, length))
        direction = direction + rng.normal(0, 0.42, direction.shape)
        length = length * rng.uniform(0.62, 0.98, len(length))
    return Tubes(np.concatenate(arcs), np.array(kinds))


def great_vessels(rng: np.random.Generator) -> Tubes:
    """Aortic knob and descending aorta, pulmonary trunk and the two pulmonary arteries at the hila."""
    knob = rng.uniform(2.0, 2.7)
    lines = [
        ([[0.8, 2.0, 5.2], [knob + 0.1, -1.0, 5.9], [knob, -4.0, 4.4]], "great"),
        ([[knob, -4.0, 4.4], [knob - 0.3, -5.2, -2.0], [1.1, -5.5, -12.0]], "great"),
        ([[1.5, 3.5, 0.2], [2.6, 2.4, 1.8], [3.4, 0.2, 2.2]], "great"),
        ([[3.0, 0.0, 2.2], [4.2, -1.0, 1.2], [4.6, -1.6, -2.0]], "hilum"),
        ([[-2.2, 0.6, 1.4], [-3.9, 0.0, 0.6], [-4.6, -0.8, -3.0]], "hilum"),
        ([[-2.2, 0.8, 1.6], [-3.4, 0.4, 2.2], [-4.0, 0.0, 3.2]], "hilum"),
    ]
    return Tubes(
        np.concatenate([_arcs_through(np.array(points)) for points, _ in lines]), np.array([kind for _, kind in lines])
    )


def airways(rng: np.random.Generator) -> Tubes:
    """Windpipe and the two main bronchi."""
    lean = rng.normal(0, 0.25)
    windpipe = np.array([[0.1, 0.5, 19.0], [-0.1 - lean, -1.0, 10.0], [-0.2 - lean, -1.8, 3.4]])
    right = np.array([[-0.2 - lean, -1.8, 3.5], [-1.8, -2.0, 1.9], [-3.6, -2.2, 0.2]])
    left = np.array([[-0.2 - lean, -1.8, 3.5], [1.9, -2.2, 2.3], [4.2, -2.6, 1.2]])
    arcs = np.concatenate([_arcs_through(points) for points in (windpipe, right, left)])
    return Tubes(arcs, np.array(["windpipe", "bronchus", "bronchus"]))
