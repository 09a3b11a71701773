"""Drawn, cartoon-like portraits of people who do not exist.

A face is built from `portrait_traits.Identity`, turned and lit as `portrait_traits.Appearance` says. Later parts ask
"is this the same person?" of two such pictures, so what stays and what changes is kept strictly apart.
"""

from __future__ import annotations

from numbers import Integral

import numpy as np
from PIL import Image

from imgrec_tf.finance.documents import portrait_face, portrait_hair
from imgrec_tf.finance.documents.portrait_sheet import Sheet
from imgrec_tf.finance.documents.portrait_traits import (
    EXPRESSIONS,
    Appearance,
    Identity,
    draw_appearance,
    draw_identity,
)

__all__ = ["EXPRESSIONS", "draw_portrait"]


def draw_portrait(
    identity_seed: int,
    *,
    pose: tuple[float, float, float] | None = (0.0, 0.0, 0.0),
    light: tuple[float, float] | None = (-25.0, 0.3),
    age: float | None = 35.0,
    expression: str | tuple[float, float, float, float] | None = "neutral",
    seed: int = 0,
    sex: str | None = None,
    size: tuple[int, int] = (320, 256),
    oversampling: int = 3,
) -> np.ndarray:
    """Draw a portrait, head and shoulders.

    Args:
        identity_seed: Who it is: face, eyes, nose, mouth, hair, skin. 0 or more.
        pose: Yaw, pitch and roll in degrees, at most ±40, ±25 and ±45; None draws them from `seed`.
        light: Direction in degrees, -90 (from the left) to 90, and strength of the modelling, 0 to 1; None draws them.
        age: Years, 0 to 110: grey hair, lines, receding hair; None draws it.
        expression: One of `EXPRESSIONS`, or four numbers: smile (-1 to 1), mouth open (0 to 1), brows raised (-1 to 1),
            eyes open (0.3 to 1.3); None draws it.
        seed: What else belongs to this picture only: clothes, glasses, colour of the light, background, framing.
        sex: "M" or "F"; None leaves it to the identity.
        size: Height and width in pixels, at least 16.
        oversampling: Drawn this many times larger, then reduced.

    Returns:
        uint8 (height, width, 3).

    Raises:
        TypeError: If a seed is not a whole number.
        ValueError: If an argument is out of its range.
    """
    for name, value in (("identity_seed", identity_seed), ("seed", seed)):
        if isinstance(value, bool) or not isinstance(value, Integral):
            raise TypeError(f"{name} must be a whole number, 0 or more, got {value!r}")
        if value < 0:
            raise ValueError(f"{name} must be 0 or more, got {value}")
    if sex not in (None, "M", "F"):
        raise ValueError(f'sex must be "M", "F" or None, got {sex!r}')
    if len(size) != 2 or min(size) < 16 or max(size) > 4096:
        raise ValueError(f"size must be height and width, 16 to 4096 pixels each, got {size!r}")
    identity = draw_identity(int(identity_seed), sex)
    appearance = draw_appearance(int(seed), pose=pose, light=light, age=age, expression=expression)
    return paint(identity, appearance, size, oversampling)


def paint(identity: Identity, appearance: Appearance, size: tuple[int, int], oversampling: int = 3) -> np.ndarray:
    """Draw a person as one picture shows them, uint8 (height, width, 3): for traits that no seed gives together."""
    height, width = (int(one) for one in size)
    sheet = Sheet(height * oversampling, width * oversampling, appearance)
    portrait_hair.back(sheet, identity, appearance)
    portrait_face.neck_and_clothes(sheet, identity, appearance)
    portrait_hair.behind_ears(sheet, identity, appearance)
    portrait_face.head(sheet, identity, appearance)
    portrait_face.features(sheet, identity, appearance)
    portrait_hair.front(sheet, identity, appearance)
    portrait_face.glasses(sheet, identity, appearance)
    picture = Image.fromarray(sheet.lit(appearance)).reduce(oversampling)
    return np.asarray(picture)
