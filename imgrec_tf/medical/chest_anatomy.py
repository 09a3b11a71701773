"""A randomised chest in three dimensions, as curves and shapes that a ray can be intersected with.

Lengths are centimetres in the patient's own frame: x to the patient's left (the right of the picture), y towards the front,
z upwards, the origin between the lungs a little below the carina. Large parts (body, lungs, heart, diaphragm) are smooth
solids; ribs, vessels and airways are tubes, given by points along their middle line. Proportions are those of a schematic
adult: they are drawn to look like a chest, not measured on people.
"""

from __future__ import annotations

from dataclasses import dataclass

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


@dataclass(frozen=True)
class Tubes:
    """Curved tubes as quadratic Bézier arcs.

    Attributes:
        arcs: Start, control and end point of each arc in cm, shape (n, 3 points, 3 coordinates).
        kind: Name of the tube's cross-section for each arc, a key of `projection.CROSS_SECTIONS`, shape (n,).
    """

    arcs: np.ndarray
    kind: np.ndarray

    def __add__(self, other: Tubes) -> Tubes:
        return Tubes(np.concatenate([self.arcs, other.arcs]), np.concatenate([self.kind, other.kind]))


@dataclass(frozen=True)
class Thorax:
    """One patient's chest. Lengths in cm; factors are relative to the schematic adult.

    Attributes:
        width, height, depth: Factors of the rib cage.
        fat: Thickness of the fat under the skin.
        breast: Radius of the soft-tissue shadow of each breast, 0 for none.
        arm: Distance of the upper arms from the chest wall.
        dome: Height of the top of the right and of the left diaphragm dome, right one higher.
        heart: Factor on the heart's size.
        heart_angle: Angle of the heart's long axis below the horizontal, in degrees.
        lung_density: Density of inflated lung in g/cm³.
        scoliosis: Sideways bend of the spine, signed.
        bubble: Half-widths of the stomach's air bubble in x, y, z, or None.
        nipples: Whether both nipples cast a shadow.
        skin_fold: Position, slope and strength of a skin fold, or None.
        calcified: Whether rib cartilage is calcified in spots.
        callus: Rib and place (0 back, 1 front) of a healed fracture, or None.
        bones: Ribs, collar bones, shoulder blades and parts of the vertebrae.
        vessels: The branching vessels of both lungs and the great arteries.
        airways: Windpipe and main bronchi.
        texture_seed: Seed of the fine lung texture.
    """

    width: float
    height: float
    depth: float
    fat: float
    breast: float
    arm: float
    dome: tuple[float, float]
    heart: float
    heart_angle: float
    lung_density: float
    scoliosis: float
    bubble: tuple[float, float, float] | None
    nipples: bool
    skin_fold: tuple[float, float, float] | None
    calcified: bool
    callus: tuple[int, float] | None
    bones: Tubes
    vessels: Tubes
    airways: Tubes
    texture_seed: int


def draw_thorax(rng: np.random.Generator) -> Thorax:
    """Draw one patient. What is drawn here never depends on whether the patient has an opacity."""
    width, height, depth = rng.uniform(0.90, 1.08), rng.uniform(0.92, 1.08), rng.uniform(0.85, 1.12)
    right_dome = rng.uniform(-9.0, -7.4)
    female_like = rng.random() < 0.5
    scoliosis = rng.normal(0, 0.35)
    calcified = rng.random() < 0.25
    callus = (int(rng.integers(3, 9)), float(rng.uniform(0.2, 0.8))) if rng.random() < 0.10 else None
    return Thorax(
        width=width,
        height=height,
        depth=depth,
        fat=float(np.clip(rng.gamma(3.0, 0.45), 0.3, 3.5)),
        breast=rng.uniform(4.0, 6.5) if female_like else 0.0,
        arm=rng.uniform(1.0, 5.0),
        dome=(right_dome, right_dome - rng.uniform(0.6, 1.9)),
        heart=rng.uniform(0.88, 1.12),
        heart_angle=rng.uniform(25, 50),
        lung_density=rng.uniform(0.22, 0.30),
        scoliosis=scoliosis,
        bubble=(rng.uniform(1.8, 3.4), rng.uniform(1.2, 2.6), rng.uniform(0.9, 1.9)) if rng.random() < 0.55 else None,
        nipples=rng.random() < 0.15,
        skin_fold=(rng.uniform(-10, 10), rng.normal(0, 0.35), rng.uniform(0.25, 0.8)) if rng.random() < 0.08 else None,
        calcified=calcified,
        callus=callus,
        bones=_ribs(rng, width, height, depth, calcified, callus)
        + _shoulders(rng, width, height)
        + _vertebrae(scoliosis),
        vessels=_lung_vessels(rng, -1, width, height) + _lung_vessels(rng, 1, width, height) + _great_vessels(rng),
        airways=_airways(rng),
        texture_seed=int(rng.integers(2**63)),
    )


def outlines(z: np.ndarray, *names: str) -> list[np.ndarray]:
    """Read outline curves at heights z in cm, any shape."""
    rows = np.clip(((np.asarray(z) - TABLE_LOW) / TABLE_STEP).astype(np.intp), 0, TABLE_ROWS - 1)
    return [OUTLINES[name].take(rows) for name in names]


def spine_middle(scoliosis: float, z: np.ndarray) -> np.ndarray:
    """Sideways place of the spine at heights z, in cm."""
    return scoliosis * np.sin(np.asarray(z) / 6.5)


def _arcs_through(points: np.ndarray) -> np.ndarray:
    """Turn polylines (…, n, 3) with n odd into (n - 1) / 2 Bézier arcs each that pass through all of their points."""
    start, middle, end = points[..., :-2:2, :], points[..., 1:-1:2, :], points[..., 2::2, :]
    return np.stack([start, 2 * middle - (start + end) / 2, end], axis=-2)


def _ribs(rng, width: float, height: float, depth: float, calcified: bool, callus) -> Tubes:
    """Twelve pairs: each leaves the spine, runs outwards and down at the back, turns at the side and comes back lower in front."""
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
        arcs.append(np.stack([spot, spot + [0.1, 0.15, 0], spot + [0.2, 0.3, 0]], axis=1))
        kinds += ["spot"] * len(spot)
    if callus is not None:
        place = points[12 + callus[0], round(callus[1] * 24)]
        arcs.append((place + np.array([[-0.3, 0, 0.05], [0, 0.3, 0], [0.3, 0, -0.05]]))[None])
        kinds.append("callus")
    return Tubes(np.concatenate(arcs), np.array(kinds))


def _shoulders(rng, width: float, height: float) -> Tubes:
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
        arcs.append(np.stack([flat, flat + [0.02, 0.02, 0], flat + [0.04, 0.04, 0]], axis=1))
        kinds += ["blade"] * len(flat)
        head = np.array([[17.6 + apart, -1, 9.4], [18.2 + apart, -1, 8.2], [19.2 + apart, -1, 3.0]]) * [
            side * width,
            1,
            height,
        ]
        arcs.append(_arcs_through(head))
        kinds.append("arm-bone")
    return Tubes(np.concatenate(arcs), np.array(kinds))


def _vertebrae(scoliosis: float) -> Tubes:
    """Pedicles and spinous processes: the pairs of rings and the drops along the middle of the picture."""
    z = 16.2 - 2.42 * np.arange(16)
    x = spine_middle(scoliosis, z)
    arcs, kinds = [], []
    for sideways in (-1.25, 1.25):
        start = np.stack([x + sideways, np.full(16, -7.6), z + 0.3], axis=1)
        arcs.append(np.stack([start, start + [0, -0.4, -0.15], start + [0, -0.8, -0.3]], axis=1))
        kinds += ["pedicle"] * 16
    start = np.stack([x, np.full(16, -9.0), z - 0.2], axis=1)
    arcs.append(np.stack([start, start + [0, -0.6, -0.5], start + [0, -1.0, -1.0]], axis=1))
    kinds += ["pedicle"] * 16
    return Tubes(np.concatenate(arcs), np.array(kinds))


_VESSEL_KINDS = ("vessel-5", "vessel-4", "vessel-3", "vessel-2", "vessel-1", "vessel-0")


def _lung_vessels(rng, side: int, width: float, height: float) -> Tubes:
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


def _great_vessels(rng) -> Tubes:
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


def _airways(rng) -> Tubes:
    lean = rng.normal(0, 0.25)
    windpipe = np.array([[0.1, 0.5, 19.0], [-0.1 - lean, -1.0, 10.0], [-0.2 - lean, -1.8, 3.4]])
    right = np.array([[-0.2 - lean, -1.8, 3.5], [-1.8, -2.0, 1.9], [-3.6, -2.2, 0.2]])
    left = np.array([[-0.2 - lean, -1.8, 3.5], [1.9, -2.2, 2.3], [4.2, -2.6, 1.2]])
    arcs = np.concatenate([_arcs_through(points) for points in (windpipe, right, left)])
    return Tubes(arcs, np.array(["windpipe", "bronchus", "bronchus"]))
