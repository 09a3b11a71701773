"""Pictures of one drawn person that a verifier has to recognise: what a person keeps, and what years and days change.

Shape of face, eyes, nose and mouth, skin, iris, moles and the natural colour of the hair stay. Pose, light, expression,
up to fifteen years of age, clothes and glasses, and also hair style, beard and dyed hair, belong to the picture.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from imgrec_tf.finance.documents.portrait_traits import (
    BEARDS,
    EXPRESSIONS,
    FEMALE_HAIR,
    HAIR,
    MALE_HAIR,
    draw_appearance,
    draw_identity,
)
from imgrec_tf.finance.documents.portraits import paint
from imgrec_tf.finance.verification import checks
from imgrec_tf.finance.verification.camera import photographed

SIZE = (80, 70)
NEW_STYLE, NEW_BEARD, DYED, YEARS = 0.5, 0.4, 0.08, 15.0
_DRAWN = (160, 128)
_SHOWN, _MIDDLE = 0.62, 0.45  # share of a portrait's height around the face, and where its middle is
_LIKELY = {"neutral": 0.3, "smile": 0.24, "laugh": 0.1, "serious": 0.12, "sad": 0.06, "surprised": 0.08,
           "squinting": 0.1}  # fmt: skip


def face_picture(person: int, picture: int, size: tuple[int, int] = SIZE) -> np.ndarray:
    """Draw one picture of one invented person, as a camera of these days would have it.

    Args:
        person: Who, 0 or more; the same number as `identity_seed` of `documents.draw_portrait`.
        picture: Which of this person's pictures, 0 or more.
        size: Height and width in pixels.

    Returns:
        uint8 (height, width, 3).

    Raises:
        TypeError: If a number is not whole.
        ValueError: If an argument is out of its range.
    """
    checks.picture_arguments("person", person, picture, size)
    person = int(person)
    identity = draw_identity(person)
    born = np.random.default_rng([person, 21])
    oldest = born.uniform(28, 75)
    rng = np.random.default_rng([person, 22, picture])
    male = identity.sex == "M"
    if rng.random() < NEW_STYLE:
        style = str(rng.choice(MALE_HAIR if male else FEMALE_HAIR))
        identity = replace(identity, hair_style=style, part=identity.part * float(rng.choice([-1, 1])))
    if rng.random() < DYED:
        identity = replace(identity, hair=HAIR[str(rng.choice(list(HAIR)))], greys_at=110.0)
    if male and rng.random() < NEW_BEARD:
        identity = replace(identity, beard=str(rng.choice(BEARDS)))
    identity = replace(identity, hair_volume=float(np.clip(identity.hair_volume * rng.uniform(0.75, 1.3), 0.5, 1.6)))
    appearance = draw_appearance(
        int(rng.integers(2**31)),
        pose=np.clip(rng.normal(0, (9, 5, 3)), (-22, -12, -9), (22, 12, 9)),
        light=(rng.uniform(-85, 85), rng.uniform(0.1, 0.8)),
        age=rng.uniform(max(18, oldest - YEARS), oldest),
        expression=_expression(rng),
    )
    drawn = paint(identity, appearance, _DRAWN, 2)
    high = round(size[0] / _SHOWN)
    whole = photographed(
        drawn,
        rng,
        (high, round(high * _DRAWN[1] / _DRAWN[0])),
        turn=1.5,
        zoom=(0.96, 1.08),
        shift=0.018,
        blur=(0, 0.6),
        noise=(1, 7),
        exposure=0.1,
    )
    return face_crop(whole, size[1] / size[0])


def face_crop(portrait: np.ndarray, proportion: float = SIZE[1] / SIZE[0]) -> np.ndarray:
    """Cut the face out of a head-and-shoulders portrait as `documents.draw_portrait` frames it.

    Args:
        portrait: uint8 (height, width) or (height, width, channels); the head stands a little above the middle.
        proportion: Width of the result over its height.

    Returns:
        The part from the hairline to below the chin, as the verifier's network learnt to see it; a view.

    Raises:
        TypeError: If it is no array.
        ValueError: If it has another number of axes.
    """
    if not isinstance(portrait, np.ndarray):
        raise TypeError(f"portrait must be a uint8 array, got {type(portrait).__name__}")
    if portrait.ndim not in (2, 3):
        raise ValueError(f"portrait must be (height, width) or (height, width, channels), got {portrait.shape}")
    height, width = portrait.shape[:2]
    high = round(_SHOWN * height)
    wide = min(width, round(high * proportion))
    top, left = max(0, round(_MIDDLE * height - high / 2)), (width - wide) // 2
    return portrait[top : top + high, left : left + wide]


def _expression(rng: np.random.Generator) -> tuple:
    """A named expression, more or less of it."""
    named = np.array(EXPRESSIONS[str(rng.choice(list(_LIKELY), p=list(_LIKELY.values())))])
    plain = np.array(EXPRESSIONS["neutral"])
    mixed = plain + (named - plain) * rng.uniform(0.5, 1.1) + rng.normal(0, (0.08, 0, 0.1, 0.05))
    return tuple(np.clip(mixed, (-1, 0, -1, 0.3), (1, 1, 1, 1.3)))


def sex(person: int) -> str:
    """ "M" or "F", as it is drawn."""
    return draw_identity(person).sex
