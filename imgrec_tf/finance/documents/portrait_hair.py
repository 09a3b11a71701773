"""Hair of a drawn portrait: what hangs behind the head, and what covers skull and forehead."""

from __future__ import annotations

import numpy as np

from imgrec_tf.finance.documents.portrait_sheet import Sheet, curve, mirrored
from imgrec_tf.finance.documents.portrait_traits import Appearance, Identity, hair_at_age, mix, shade

# How far each style stands out above the skull and at the sides, and how far down it reaches at the sides.
_CAPS = {
    "crop": (0.08, 0.03, -0.22), "side part": (0.13, 0.05, -0.12), "buzz": (0.02, 0.005, -0.16),
    "quiff": (0.24, 0.02, -0.18), "curly": (0.2, 0.1, -0.12), "curtain": (0.14, 0.1, 0.1), "spiky": (0.16, 0.03, -0.2),
    "receding": (0.04, 0.03, -0.05), "slick": (0.1, 0.02, -0.1), "bowl": (0.14, 0.1, -0.08),
    "bob": (0.13, 0.14, 0.62), "long straight": (0.1, 0.1, 0.9), "long wavy": (0.15, 0.15, 0.9),
    "bun": (0.07, 0.02, -0.1),
    "ponytail": (0.08, 0.02, -0.1), "pixie": (0.14, 0.06, 0.02), "curly long": (0.18, 0.16, 0.6),
    "fringe long": (0.12, 0.12, 0.85), "braids": (0.08, 0.04, 0.2), "side bob": (0.16, 0.13, 0.5),
}  # fmt: skip


def _colours(identity: Identity, appearance: Appearance):
    colour = hair_at_age(identity, appearance.age)
    return colour, shade(colour, 0.72), mix(shade(colour, 1.25), (255, 255, 255), 0.1)


def back(sheet: Sheet, identity: Identity, appearance: Appearance) -> None:
    """Hair that hangs behind neck and shoulders, or stands out around the head."""
    colour, dark, _ = _colours(identity, appearance)
    wide, style, volume = identity.face[1], identity.hair_style, identity.hair_volume
    side = wide + _CAPS[style][1] * volume + 0.05
    top = [(0, -1.2), (side * 0.7, -1.05), (side, -0.5)]
    if style in ("bob", "side bob"):
        low = 0.86 if style == "bob" else 0.7
        sheet.shape(
            mirrored([*top, (side + 0.1, 0.3), (side + 0.08, low), (side * 0.6, low + 0.08), (0, low)]), dark, flat=True
        )
    elif style in ("long straight", "fringe long"):
        sheet.shape(
            mirrored([*top, (side + 0.06, 0.4), (side + 0.1, 1.3), (side + 0.02, 2.0), (0, 2.0)]), dark, flat=True
        )
    elif style == "long wavy":
        waves = [(side + 0.14, 0.2), (side + 0.04, 0.6), (side + 0.22, 1.0), (side + 0.08, 1.4), (side + 0.2, 1.8)]
        sheet.shape(mirrored([*top, *waves, (side * 0.5, 2.0), (0, 1.9)]), dark, flat=True)
    elif style == "curly long":
        for number, angle in enumerate(np.linspace(-0.3, np.pi + 0.3, 15)):
            x, y = (side + 0.08) * np.cos(angle), 0.3 - 1.25 * np.sin(angle)
            sheet.dot(x, y, 0.3 + 0.04 * (number % 3), dark, flat=True)
        for x in (-1, 1):
            sheet.dot(x * (side + 0.1), 0.75, 0.32, dark, flat=True)
    elif style == "bun":
        sheet.dot(0, -1.36 - 0.05 * volume, 0.3 + 0.06 * volume, dark, flat=True)
        sheet.dot(0, -1.38 - 0.05 * volume, 0.23 + 0.06 * volume, colour, flat=True)
    elif style == "ponytail":
        x = np.sign(identity.part)
        tail = [
            (0, -1.1),
            (x * 0.6, -1.2),
            (x * 1.12, -0.8),
            (x * 1.22, 0.2),
            (x * 1.08, 1.0),
            (x * 0.9, 0.3),
            (x * 0.7, -0.5),
        ]
        sheet.shape(tail, dark, flat=True)
    elif style == "curtain":
        sheet.shape(mirrored([*top, (side, 0.2), (side * 0.8, 0.34), (0, 0.3)]), dark, flat=True)


def behind_ears(sheet: Sheet, identity: Identity, appearance: Appearance) -> None:
    """Braids, which hang before the shoulders."""
    if identity.hair_style != "braids":
        return
    colour, dark, _ = _colours(identity, appearance)
    for side in (-1, 1):
        for number in range(7):
            x, y = side * (identity.face[1] + 0.06 + 0.02 * number), 0.25 + 0.24 * number
            sheet.dot(x, y, 0.15 - 0.008 * number, dark if number % 2 else colour, flat=True)


def front(sheet: Sheet, identity: Identity, appearance: Appearance) -> None:
    """Hair on skull and forehead."""
    colour, dark, light = _colours(identity, appearance)
    style, volume, wide = identity.hair_style, identity.hair_volume, identity.face[0]
    tall, side, reach = _CAPS[style]
    tall, side = tall * volume, side * volume
    recede = 0.0
    if identity.sex == "M":
        recede = 0.16 * float(np.clip((appearance.age - 40) / 35, 0, 1))
    line = identity.hairline - recede
    outer = _outer(wide, tall, side, reach, style, identity)
    inner = _HAIRLINES.get(style, _plain)(wide, line, identity.part, reach)
    skin = identity.skin
    cap_colour = mix(colour, skin, 0.3) if style == "buzz" else colour
    outer_pixels = sheet.place(curve(outer, closed=False), flat=True)
    inner_pixels = sheet.place(curve(inner, closed=False))
    ends = sheet.place([inner[0], inner[-1]], flat=True)  # at the temples the hair lies on the outline
    pixels = np.vstack([outer_pixels, ends[:1], inner_pixels[4:-4], ends[1:]])
    sheet.fill(pixels, cap_colour)
    if style in ("curly", "curly long"):
        for number, angle in enumerate(np.linspace(0.12, np.pi - 0.12, 12)):
            x, y = (wide + 0.5 * side) * np.cos(angle), -0.42 - (0.68 + 0.6 * tall) * np.sin(angle)
            sheet.dot(
                x, y, 0.17 + 0.05 * (number % 2) * volume, colour if number % 2 else shade(colour, 0.9), flat=True
            )
    if style != "buzz":
        _shine(sheet, identity, tall, light, dark)


def _outer(wide, tall, side, reach, style, identity) -> list[tuple[float, float]]:
    """From the left temple over the crown to the right one."""
    half = [(wide + side * 0.6, reach), (wide + side + 0.02, -0.42), (wide * 0.86 + side, -0.86 - 0.4 * tall),
            (wide * 0.48, -1.12 - tall)]  # fmt: skip
    crown = (0.0, -1.17 - tall)
    left, right = [(-x, y) for x, y in half], half[::-1]
    if style == "quiff":
        crown = (0.12 * np.sign(identity.part), -1.2 - tall * 1.1)
    if style == "spiky":
        spikes = []
        for number, x in enumerate(np.linspace(-wide * 0.8, wide * 0.8, 11)):
            y = -1.16 + 0.28 * (x / wide) ** 2
            spikes.append((x, y - (tall * 1.3 if number % 2 else 0.0)))
        return [left[0], left[1], *spikes, right[-2], right[-1]]
    return [*left, crown, *right]


def _plain(wide, line, part, reach):
    return [(wide - 0.02, reach), (wide * 0.86, line + 0.3), (wide * 0.62, line + 0.02), (0, line - 0.02),
            (-wide * 0.62, line + 0.02), (-wide * 0.86, line + 0.3), (-wide + 0.02, reach)]  # fmt: skip


def _parted(wide, line, part, reach):
    """Swept from a parting at x = part to both sides."""
    return [(wide - 0.02, reach), (wide * 0.84, line + 0.36), (wide * 0.55, line + 0.16), (part + 0.05, line - 0.1),
            (part - 0.05, line - 0.1), (-wide * 0.55, line + 0.14), (-wide * 0.84, line + 0.36),
            (-wide + 0.02, reach)]  # fmt: skip


def _swept(wide, line, part, reach):
    """A fringe that falls from one side to the other."""
    points = [(wide - 0.02, reach), (wide * 0.85, line + 0.34), (wide * 0.6, line + 0.3), (0.1, line + 0.2),
              (-wide * 0.45, line + 0.04), (-wide * 0.86, line + 0.2), (-wide + 0.02, reach)]  # fmt: skip
    return points if part > 0 else [(-x, y) for x, y in points[::-1]]


def _fringe(wide, line, part, reach):
    low = -0.36
    return [(wide - 0.02, reach), (wide * 0.88, low + 0.12), (wide * 0.7, low), (wide * 0.3, low + 0.03), (0, low),
            (-wide * 0.3, low + 0.03), (-wide * 0.7, low), (-wide * 0.88, low + 0.12), (-wide + 0.02,
                                                                                        reach)]  # fmt: skip


def _hanging(wide, line, part, reach):
    """Parted, hanging down along the cheeks."""
    return [(wide * 0.98, reach), (wide * 0.86, 0.2), (wide * 0.82, -0.3), (wide * 0.5, line + 0.12),
            (part * 0.4, line - 0.1),
            (-wide * 0.5, line + 0.12), (-wide * 0.82, -0.3), (-wide * 0.86, 0.2), (-wide * 0.98, reach)]  # fmt: skip


def _hanging_fringe(wide, line, part, reach):
    low = -0.34
    return [(wide * 0.98, reach), (wide * 0.88, 0.2), (wide * 0.86, low + 0.06), (wide * 0.5, low), (0, low + 0.02),
            (-wide * 0.5, low), (-wide * 0.86, low + 0.06), (-wide * 0.88, 0.2), (-wide * 0.98, reach)]  # fmt: skip


def _high(wide, line, part, reach):
    """Two bays above the temples."""
    return [(wide - 0.02, reach), (wide * 0.9, line + 0.2), (wide * 0.66, line - 0.16), (wide * 0.34, line - 0.12),
            (0, line + 0.0), (-wide * 0.34, line - 0.12), (-wide * 0.66, line - 0.16), (-wide * 0.9, line + 0.2),
            (-wide + 0.02, reach)]  # fmt: skip


_HAIRLINES = {
    "side part": _parted, "quiff": _high, "curtain": _hanging, "receding": _high, "slick": _plain, "bowl": _fringe,
    "bob": _hanging_fringe, "long straight": _hanging, "long wavy": _hanging, "pixie": _swept, "curly long": _parted,
    "fringe long": _hanging_fringe, "side bob": _swept, "braids": _parted,
}  # fmt: skip


def _shine(sheet: Sheet, identity: Identity, tall: float, light, dark) -> None:
    """A soft highlight across the crown, and a few strands."""
    wide, y = identity.face[0], -0.98 - 0.55 * tall
    colour = mix(light, dark, 0.4)
    band = [(-0.5, y + 0.13), (-0.25, y + 0.02), (0, y - 0.02), (0.25, y + 0.02), (0.5, y + 0.13)]
    under = [(x * 0.9, py + 0.09 - 0.05 * abs(x)) for x, py in band[::-1]]
    sheet.shape([(x * wide * 1.1, py) for x, py in [*band, *under]], colour, flat=True)
