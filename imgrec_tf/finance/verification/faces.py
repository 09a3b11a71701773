"""Pictures of one drawn person that a verifier has to recognise: what a person keeps, and what years and days change.

Shape of face, eyes, nose and mouth, skin, iris, moles and the natural colour of the hair stay. Pose, light, expression,
up to twenty years of age, clothes and glasses, and also hair style, beard and dyed hair, belong to the picture.
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

SIZE = (64, 56)
NEW_STYLE, NEW_BEARD, DYED, YEARS = 0.5, 0.4, 0.12, 20.0
_DRAWN = (96, 84)
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
        pose=np.clip(rng.normal(0, (12, 6, 4)), (-28, -15, -12), (28, 15, 12)),
        light=(rng.uniform(-85, 85), rng.uniform(0.1, 0.95)),
        age=rng.uniform(max(18, oldest - YEARS), oldest),
        expression=_expression(rng),
    )
    drawn = paint(identity, appearance, _DRAWN, 2)
    return photographed(drawn, rng, size, turn=2.0, zoom=(1.25, 1.5), shift=0.03)


def _expression(rng: np.random.Generator) -> tuple:
    """A named expression, more or less of it."""
    named = np.array(EXPRESSIONS[str(rng.choice(list(_LIKELY), p=list(_LIKELY.values())))])
    plain = np.array(EXPRESSIONS["neutral"])
    mixed = plain + (named - plain) * rng.uniform(0.5, 1.1) + rng.normal(0, (0.08, 0, 0.1, 0.05))
    return tuple(np.clip(mixed, (-1, 0, -1, 0.3), (1, 1, 1, 1.3)))


def sex(person: int) -> str:
    """ "M" or "F", as it is drawn."""
    return draw_identity(person).sex
