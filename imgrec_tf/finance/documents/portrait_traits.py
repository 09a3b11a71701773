"""What makes a drawn face this person's, and what only makes it this picture's.

`Identity` is what stays: the shape of face, eyes, nose and mouth, hair, skin, moles. `Appearance` is what changes from
picture to picture: pose, light, age, expression, clothes, glasses. All are invented, and of no living person.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

Colour = tuple[int, int, int]

SKIN = np.array([(255, 226, 202), (247, 208, 176), (236, 188, 148), (220, 165, 122), (190, 132, 92), (150, 98, 66)])
HAIR = {
    "black": (33, 30, 36),
    "soft black": (52, 44, 46),
    "dark brown": (74, 50, 38),
    "brown": (112, 74, 48),
    "chestnut": (134, 72, 44),
    "auburn": (150, 66, 40),
    "dark blond": (168, 126, 78),
    "blond": (212, 172, 104),
    "blue black": (38, 44, 68),
}
IRIS = ((58, 38, 28), (84, 54, 34), (110, 76, 42), (96, 104, 64), (72, 112, 140), (104, 120, 132))
MALE_HAIR = ("crop", "side part", "buzz", "quiff", "curly", "curtain", "spiky", "receding", "slick", "bowl")
FEMALE_HAIR = ("bob", "long straight", "long wavy", "bun", "ponytail", "pixie", "curly long", "fringe long", "braids",
               "side bob")  # fmt: skip
BEARDS = ("none", "none", "none", "none", "none", "moustache", "goatee", "full", "chin strap")
EXPRESSIONS = {  # smile, mouth open, brows raised, eyes open
    "neutral": (0.0, 0.0, 0.0, 1.0),
    "smile": (0.8, 0.0, 0.1, 0.92),
    "laugh": (1.0, 0.75, 0.25, 0.72),
    "serious": (-0.35, 0.0, -0.35, 0.92),
    "sad": (-0.8, 0.0, 0.35, 0.82),
    "surprised": (0.1, 0.9, 1.0, 1.18),
    "squinting": (0.15, 0.0, -0.25, 0.55),
}


@dataclass(frozen=True)
class Identity:
    """What stays the same in every picture of a person. Lengths are in half heights of the face."""

    sex: str
    face: tuple[float, float, float, float, float]  # half widths: temple, cheek, jaw, chin; chin's place
    skin: Colour
    hair_style: str
    hair: Colour
    hair_volume: float
    hairline: float
    part: float  # side of the parting, -1 or 1 times how far out
    brow: tuple[float, float, float, float]  # thickness, length, arch, tilt
    brow_height: float
    eye: tuple[float, float, float, float]  # distance from the middle, half width, half height, tilt
    eye_height: float
    double_lid: bool
    iris: Colour
    nose: tuple[float, float, float]  # length, width, how much of the bridge is seen
    mouth: tuple[float, float, float, float]  # half width, upper lip, lower lip, place
    lips: Colour
    ears: tuple[float, float]  # size, how far they stand out
    beard: str
    moles: tuple[tuple[float, float, float], ...]  # x, y, radius
    freckles: float
    greys_at: float  # age at which half of the hair is grey


@dataclass(frozen=True)
class Appearance:
    """What belongs to one picture only.

    Attributes:
        pose: Yaw, pitch and roll in degrees: turned to the picture's right, looking down, tilted clockwise.
        light: Where it comes from, in degrees from the left (-90) over the front (0) to the right (90), and how strong
            its modelling is, 0 (even) to 1.
        age: Years.
        expression: Smile (-1 to 1), mouth open (0 to 1), brows raised (-1 to 1), eyes open (0.5 to 1.2).
        warmth: Colour of the light, -1 bluish to 1 yellowish.
        brightness: Factor on all values.
        glasses: 0 for none, else the number of a frame.
        clothes: Kind of collar, 0 to 4.
        cloth, shirt: Colours.
        background: Colour.
        scale, shift: How large and where the head stands in the picture.
    """

    pose: tuple[float, float, float]
    light: tuple[float, float]
    age: float
    expression: tuple[float, float, float, float]
    warmth: float
    brightness: float
    glasses: int
    clothes: int
    cloth: Colour
    shirt: Colour
    background: Colour
    scale: float
    shift: tuple[float, float]


def draw_identity(seed: int, sex: str | None = None) -> Identity:
    """Draw what makes a face: the same seed and sex, the same face."""
    rng = np.random.default_rng([seed, 11])
    drawn = "M" if rng.random() < 0.5 else "F"
    male = (sex or drawn) == "M"
    tone = float(np.clip(rng.beta(1.3, 2.2) * 5.2, 0, 4.999))
    low = int(tone)
    skin = SKIN[low] + (SKIN[low + 1] - SKIN[low]) * (tone - low) + rng.normal(0, 3, 3)
    names = list(HAIR)
    weights = np.array([0.26, 0.17, 0.16, 0.12, 0.08, 0.06, 0.06, 0.05, 0.04])
    hair = np.array(HAIR[names[rng.choice(len(names), p=weights)]]) + rng.normal(0, 5, 3)
    temple = rng.uniform(0.70, 0.84)
    jaw = temple * (rng.uniform(0.74, 0.96) if male else rng.uniform(0.66, 0.88))
    face = (
        temple,
        temple * rng.uniform(0.97, 1.08),
        jaw,
        rng.uniform(0.2, 0.42) + 0.06 * male,
        rng.uniform(0.93, 1.14),
    )
    lips = 0.62 * skin + 0.38 * np.array((150, 74, 72) if male else (178, 44, 66)) + rng.normal(0, 7, 3)
    brow = (rng.uniform(0.05, 0.105) if male else rng.uniform(0.03, 0.07), rng.uniform(0.2, 0.29),
            rng.uniform(0.0, 0.1), rng.normal(0.0, 0.035))  # fmt: skip
    nose = (rng.uniform(0.34, 0.56), rng.uniform(0.12, 0.23) + 0.02 * male, rng.uniform(0, 1))
    moles = tuple(
        (float(rng.uniform(-0.5, 0.5)), float(rng.uniform(-0.3, 0.75)), float(rng.uniform(0.018, 0.034)))
        for _ in range(rng.choice(4, p=[0.5, 0.28, 0.15, 0.07]))
    )
    return Identity(
        sex="M" if male else "F",
        face=tuple(float(one) for one in face),
        skin=_colour(skin),
        hair_style=str(rng.choice(MALE_HAIR if male else FEMALE_HAIR)),
        hair=_colour(hair),
        hair_volume=float(rng.uniform(0.6, 1.4)),
        hairline=float(rng.uniform(-0.78, -0.58)),
        part=float(rng.choice([-1, 1]) * rng.uniform(0.2, 0.5)),
        brow=tuple(float(one) for one in brow),
        brow_height=float(rng.uniform(0.19, 0.29)),
        eye=tuple(float(one) for one in (rng.uniform(0.29, 0.40), rng.uniform(0.125, 0.185), rng.uniform(0.052, 0.105),
                                         rng.normal(0.0, 0.03))),
        eye_height=float(rng.uniform(-0.14, 0.0)),
        double_lid=bool(rng.random() < 0.55),
        iris=IRIS[rng.choice(len(IRIS), p=[0.34, 0.28, 0.14, 0.08, 0.08, 0.08])],
        nose=tuple(float(one) for one in nose),
        mouth=tuple(float(one) for one in (rng.uniform(0.2, 0.33), rng.uniform(0.025, 0.065), rng.uniform(0.04, 0.095),
                                           rng.uniform(0.24, 0.34))),
        lips=_colour(lips),
        ears=(float(rng.uniform(0.17, 0.26)), float(rng.uniform(0.3, 1.0))),
        beard=str(rng.choice(BEARDS)) if male else "none",
        moles=moles,
        freckles=float(rng.uniform(0.5, 1)) if rng.random() < 0.12 else 0.0,
        greys_at=float(rng.uniform(48, 75)),
    )  # fmt: skip


def draw_appearance(
    seed: int,
    *,
    pose=None,
    light=None,
    age: float | None = None,
    expression: str | tuple | None = None,
) -> Appearance:
    """Draw what belongs to one picture; what is given is kept.

    Raises:
        ValueError: If an argument is out of its range.
    """
    rng = np.random.default_rng([seed, 12])
    drawn_pose = tuple(float(one) for one in np.clip(rng.normal(0, (9, 5, 3.5)), (-24, -13, -10), (24, 13, 10)))
    drawn_light = float(rng.uniform(-75, 75)), float(rng.uniform(0.1, 0.75))
    drawn_age = float(rng.uniform(18, 75))
    drawn_expression = EXPRESSIONS[str(rng.choice(list(EXPRESSIONS), p=[0.36, 0.26, 0.08, 0.12, 0.05, 0.05, 0.08]))]
    cloths = ((46, 52, 66), (92, 40, 46), (40, 78, 74), (70, 74, 84), (120, 94, 66), (52, 70, 110), (34, 34, 38),
              (138, 60, 52), (84, 92, 60), (104, 76, 118))  # fmt: skip
    shirts = ((244, 244, 240), (206, 220, 236), (240, 226, 204), (222, 206, 214), (60, 64, 74))
    grounds = ((236, 239, 243), (214, 226, 238), (228, 234, 226), (242, 236, 226), (200, 212, 226), (226, 222, 232))
    return Appearance(
        pose=_numbers("pose", pose, drawn_pose, (-40, -25, -45), (40, 25, 45), "yaw, pitch and roll in degrees"),
        light=_numbers("light", light, drawn_light, (-90, 0), (90, 1), "direction in degrees and strength"),
        age=_numbers("age", None if age is None else (age,), (drawn_age,), (0,), (110,), "years")[0],
        expression=_expression(expression, drawn_expression),
        warmth=float(np.clip(rng.normal(0, 0.4), -1, 1)),
        brightness=float(np.clip(rng.normal(1.0, 0.05), 0.85, 1.12)),
        glasses=int(rng.integers(1, 5)) if rng.random() < 0.18 else 0,
        clothes=int(rng.integers(5)),
        cloth=cloths[rng.integers(len(cloths))],
        shirt=shirts[rng.integers(len(shirts))],
        background=grounds[rng.integers(len(grounds))],
        scale=float(rng.uniform(0.94, 1.05)),
        shift=(float(rng.normal(0, 0.04)), float(rng.normal(0, 0.04))),
    )


def hair_at_age(identity: Identity, age: float) -> Colour:
    """Colour of the hair: it turns grey around the person's own age for that."""
    share = 1 / (1 + np.exp(-(age - identity.greys_at) / 5.0))
    grey = np.array([196, 196, 200])
    return _colour(np.array(identity.hair) * (1 - 0.85 * share) + grey * 0.85 * share)


def shade(colour: Colour, factor: float) -> Colour:
    """A colour made darker (factor below 1) or lighter (above)."""
    return _colour(np.array(colour) * factor)


def mix(first: Colour, second: Colour, share: float) -> Colour:
    """Between two colours: 0 gives the first, 1 the second."""
    return _colour(np.array(first) * (1 - share) + np.array(second) * share)


def _colour(values) -> Colour:
    return tuple(int(one) for one in np.clip(np.round(values), 0, 255))


def _expression(given, drawn) -> tuple:
    if isinstance(given, str):
        if given not in EXPRESSIONS:
            raise ValueError(f"expression must be one of {', '.join(EXPRESSIONS)}, or four numbers, got {given!r}")
        return EXPRESSIONS[given]
    what = "smile, mouth open, brows raised and eyes open"
    return _numbers("expression", given, drawn, (-1, 0, -1, 0.3), (1, 1, 1, 1.3), what)


def _numbers(name: str, given, drawn: tuple, low: tuple, high: tuple, what: str) -> tuple:
    if given is None:
        return drawn
    try:
        values = tuple(float(one) for one in given)
    except (TypeError, ValueError):
        values = ()
    if len(values) != len(low) or not all(a <= v <= b for a, v, b in zip(low, values, high)):
        raise ValueError(f"{name} must be {what}, from {low} to {high}, got {given!r}")
    return values
