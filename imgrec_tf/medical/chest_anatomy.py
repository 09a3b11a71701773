"""A randomised chest in three dimensions: everything about one patient that stays from picture to picture."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from imgrec_tf.medical import chest_tubes
from imgrec_tf.medical.chest_tubes import Tubes


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
    width, height, depth = rng.uniform(0.93, 1.07), rng.uniform(0.94, 1.07), rng.uniform(0.87, 1.12)
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
        bones=chest_tubes.ribs(rng, width, height, depth, calcified, callus)
        + chest_tubes.shoulders(rng, width, height)
        + chest_tubes.vertebrae(scoliosis),
        vessels=chest_tubes.lung_vessels(rng, -1, width, height)
        + chest_tubes.lung_vessels(rng, 1, width, height)
        + chest_tubes.great_vessels(rng),
        airways=chest_tubes.airways(rng),
        texture_seed=int(rng.integers(2**63)),
    )
