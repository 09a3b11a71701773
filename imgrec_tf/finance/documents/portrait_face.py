"""Head, features, neck and clothes of a drawn portrait."""

from __future__ import annotations

import numpy as np

from imgrec_tf.finance.documents.portrait_sheet import Sheet, curve, mirrored
from imgrec_tf.finance.documents.portrait_traits import Appearance, Colour, Identity, hair_at_age, mix, shade


def outline(identity: Identity) -> list[tuple[float, float]]:
    """The outline of head and face, closed."""
    temple, cheek, jaw, chin, end = identity.face
    half = [(0, -1.12), (temple * 0.52, -1.05), (temple * 0.9, -0.76), (temple, -0.32), (cheek, 0.08), (jaw, 0.52),
            (0.5 * (jaw + chin), 0.52 + 0.58 * (end - 0.52)), (chin * 0.72, end - 0.035), (0, end)]  # fmt: skip
    return mirrored(half)


def neck_and_clothes(sheet: Sheet, identity: Identity, appearance: Appearance) -> None:
    """Neck, shoulders and one of five collars."""
    wide = 1.0 if identity.sex == "M" else 0.86
    neck = identity.face[2] * (0.74 if identity.sex == "M" else 0.62)
    skin, cloth = shade(identity.skin, 0.86), appearance.cloth
    bottom = 2.6
    shoulders = mirrored(
        [(0, 1.36), (neck + 0.05, 1.36), (0.95 * wide, 1.58), (1.3 * wide, 1.82), (1.45 * wide, bottom)]
    )
    sheet.fill(sheet.body(curve(shoulders)), cloth)
    sheet.fill(sheet.body([(-1.43 * wide, bottom), (1.43 * wide, bottom), (1.3, 3.2), (-1.3, 3.2)]), cloth)
    column = [
        (-neck, 0.4),
        (neck, 0.4),
        (neck, 1.28),
        (neck + 0.08, 1.46),
        (0, 1.62),
        (-neck - 0.08, 1.46),
        (-neck, 1.28),
    ]
    collar = _COLLARS[appearance.clothes]
    collar(sheet, neck, column, skin, appearance)
    shadow = [(-neck, 0.7), (neck, 0.7), (neck, 1.06), (0, identity.face[4] + 0.22), (-neck, 1.06)]
    if appearance.clothes != 4:
        sheet.fill(sheet.body(curve(shadow)), shade(identity.skin, 0.76))


def _crew(sheet: Sheet, neck: float, column, skin: Colour, appearance: Appearance) -> None:
    sheet.fill(sheet.body(curve(mirrored([(0, 1.3), (neck + 0.2, 1.34), (neck + 0.12, 1.55), (0, 1.76)]))),
               shade(appearance.cloth, 0.8))  # fmt: skip
    sheet.fill(sheet.body(column), skin)


def _shirt(sheet: Sheet, neck: float, column, skin: Colour, appearance: Appearance) -> None:
    edge = shade(appearance.shirt, 0.84)
    sheet.fill(sheet.body(column), skin)
    for side in (-1, 1):
        flap = [(side * (neck + 0.02), 1.2), (side * (neck + 0.2), 1.4), (side * 0.34, 1.86), (0, 1.62)]
        sheet.fill(sheet.body(flap), appearance.shirt)
        sheet.draw.line([tuple(p) for p in sheet.body([flap[1], flap[2], flap[3]])], fill=edge, width=_thin(sheet))
    sheet.draw.line([tuple(p) for p in sheet.body([(0, 1.64), (0, 2.8)])], fill=shade(appearance.cloth, 0.75),
                    width=_thin(sheet))  # fmt: skip


def _vneck(sheet: Sheet, neck: float, column, skin: Colour, appearance: Appearance) -> None:
    sheet.fill(sheet.body([(-neck - 0.2, 1.3), (neck + 0.2, 1.3), (0, 2.15)]), shade(appearance.cloth, 0.8))
    sheet.fill(sheet.body([*column[:3], (neck + 0.08, 1.4), (0, 2.02), (-neck - 0.08, 1.4), column[-1]]), skin)


def _suit(sheet: Sheet, neck: float, column, skin: Colour, appearance: Appearance) -> None:
    sheet.fill(sheet.body([(-neck - 0.16, 1.32), (neck + 0.16, 1.32), (0.12, 2.9), (-0.12, 2.9)]), appearance.shirt)
    sheet.fill(sheet.body(column), skin)
    tie = shade(mix(appearance.cloth, (150, 40, 50), 0.6), 1.0)
    sheet.fill(sheet.body([(-0.09, 1.62), (0.09, 1.62), (0.06, 1.78), (0.13, 2.8), (-0.13, 2.8), (-0.06, 1.78)]), tie)
    for side in (-1, 1):
        flap = [(side * (neck + 0.0), 1.22), (side * (neck + 0.15), 1.38), (side * 0.26, 1.78), (0, 1.62)]
        sheet.fill(sheet.body(flap), appearance.shirt)
        lapel = [(side * (neck + 0.2), 1.36), (side * (neck + 0.42), 1.72), (side * 0.42, 2.02), (side * 0.14, 2.9)]
        sheet.fill(sheet.body(lapel), shade(appearance.cloth, 0.8))


def _turtleneck(sheet: Sheet, neck: float, column, skin: Colour, appearance: Appearance) -> None:
    sheet.fill(sheet.body(column), skin)
    roll = mirrored([(0, 1.2), (neck + 0.04, 1.14), (neck + 0.12, 1.5), (0, 1.62)])
    sheet.fill(sheet.body(curve(roll)), shade(appearance.cloth, 1.12))


_COLLARS = (_crew, _shirt, _vneck, _suit, _turtleneck)


def _thin(sheet: Sheet) -> int:
    return max(1, round(0.025 * sheet.unit))


def head(sheet: Sheet, identity: Identity, appearance: Appearance) -> None:
    """Ears, face, cheeks."""
    size, out = identity.ears
    for side in (-1, 1):
        x, y = side * (identity.face[1] * 0.97 + 0.05 * out), 0.02
        ear = [(x, y - size), (x + side * 0.5 * size, y - 0.9 * size), (x + side * 0.62 * size, y - 0.2 * size),
               (x + side * 0.3 * size, y + 0.8 * size), (x - side * 0.1, y + size)]  # fmt: skip
        sheet.shape(ear, shade(identity.skin, 0.93), flat=True)
        sheet.stroke([(x + side * 0.1, y - 0.5 * size), (x + side * 0.4 * size, y - 0.3 * size),
                      (x + side * 0.22 * size, y + 0.35 * size)], shade(identity.skin, 0.8), 0.03,
                      flat=True)  # fmt: skip
    sheet.shape(outline(identity), identity.skin, flat=True)
    _beard(sheet, identity, appearance)
    if identity.sex == "F":
        for side in (-1, 1):
            for ring in range(5, 0, -1):
                warm = mix(identity.skin, (226, 120, 110), 0.05 * (6 - ring))
                sheet.dot(side * 0.44, 0.24, 0.035 * ring, warm)
    if identity.freckles:
        rng = np.random.default_rng(int(identity.freckles * 1e6))
        for x, y in rng.uniform((-0.5, 0.0), (0.5, 0.3), (26, 2)):
            sheet.dot(x, y, 0.012, shade(identity.skin, 0.8))


def _beard(sheet: Sheet, identity: Identity, appearance: Appearance) -> None:
    if identity.beard == "none" or appearance.age < 20:
        return
    colour = mix(hair_at_age(identity, appearance.age), identity.skin, 0.12)
    _temple, cheek, jaw, chin, end = identity.face
    low = identity.nose[0] + 0.06
    if identity.beard in ("moustache", "goatee", "full"):
        sheet.shape(
            mirrored([(0, low + 0.01), (0.16, low), (0.3, low + 0.15), (0.14, low + 0.12), (0, low + 0.1)]), colour
        )
    if identity.beard == "goatee":
        sheet.shape(mirrored([(0, end - 0.26), (0.16, end - 0.24), (0.17, end - 0.05), (0, end + 0.01)]), colour)
    if identity.beard in ("full", "chin strap"):
        inner = 0.42 if identity.beard == "full" else 0.66
        band = [(cheek * 0.99, 0.12), (jaw * 1.01, 0.54), (0.5 * (jaw + chin), 0.52 + 0.6 * (end - 0.52)),
                (chin * 0.7, end - 0.01), (0, end + 0.03)]  # fmt: skip
        inside = [(0, end - (0.24 if inner < 0.5 else 0.12)), (0.3, end - (0.3 if inner < 0.5 else 0.13)),
                  (inner, 0.55), (cheek * 0.9, 0.14)]  # fmt: skip
        for side in (-1, 1):
            sheet.shape([(side * x, y) for x, y in [*band, *inside]], colour, flat=True)


def features(sheet: Sheet, identity: Identity, appearance: Appearance) -> None:
    """Lines of age, nose, mouth, eyes, brows, moles."""
    _lines(sheet, identity, appearance)
    _nose(sheet, identity, appearance)
    _mouth(sheet, identity, appearance)
    for side in (-1, 1):
        _eye(sheet, identity, appearance, side)
        _brow(sheet, identity, appearance, side)
    for x, y, radius in identity.moles:
        sheet.dot(x, y, radius, mix(shade(identity.skin, 0.45), (60, 36, 30), 0.4))


def _lines(sheet: Sheet, identity: Identity, appearance: Appearance) -> None:
    strength = float(np.clip((appearance.age - 33) / 42, 0, 1))
    smile = max(0.0, appearance.expression[0])
    strength = max(strength, 0.35 * smile)
    if strength <= 0.05:
        return
    dark = shade(identity.skin, 1 - 0.2 * strength)
    low, wide = identity.nose[0], identity.nose[1]
    for side in (-1, 1):
        fold = [
            (side * (wide + 0.06), low - 0.06),
            (side * (wide + 0.17), low + 0.1),
            (side * (wide + 0.2), low + 0.26),
        ]
        sheet.stroke(fold, dark, 0.028)
        x, y = identity.eye[0], identity.eye_height + identity.eye[2]
        sheet.stroke([(side * (x - 0.12), y + 0.07), (side * x, y + 0.11), (side * (x + 0.13), y + 0.06)], dark, 0.022)
    if appearance.age > 45:
        for number in range(1 + (appearance.age > 58)):
            y = -0.52 + 0.1 * number
            sheet.stroke([(-0.34, y + 0.02), (0, y - 0.01), (0.34, y + 0.02)], dark, 0.02)


def _nose(sheet: Sheet, identity: Identity, appearance: Appearance) -> None:
    low, wide, bridge = identity.nose
    dark, soft = shade(identity.skin, 0.74), shade(identity.skin, 0.89)
    side = -1 if appearance.light[0] > 0 else 1
    sheet.shape([(side * 0.05, -0.12), (side * 0.09, low * 0.5), (side * wide, low - 0.04),
                 (side * wide * 0.6, low + 0.04),
                 (0, low + 0.05), (side * 0.02, low * 0.6)], soft, 0.02)  # fmt: skip
    if bridge > 0.45:
        sheet.stroke([(side * 0.08, -0.1), (side * 0.075, low * 0.45), (side * 0.1, low * 0.72)], dark, 0.02, 0.02)
    sheet.stroke([(-wide, low - 0.07), (-wide * 0.95, low + 0.01), (-wide * 0.5, low + 0.02), (0, low + 0.055),
                  (wide * 0.5, low + 0.02), (wide * 0.95, low + 0.01), (wide, low - 0.07)], dark, 0.032,
                  0.1)  # fmt: skip
    sheet.dot(-side * 0.03, low - 0.07, 0.035, mix(identity.skin, (255, 255, 255), 0.28), 0.14)


def _mouth(sheet: Sheet, identity: Identity, appearance: Appearance) -> None:
    half, upper, lower, drop = identity.mouth
    smile, opened = appearance.expression[:2]
    half *= 1 + 0.22 * max(smile, 0) - 0.08 * opened
    y = identity.nose[0] + drop
    corner = y - 0.085 * smile
    gap = 0.16 * opened
    arc = [(-half, corner), (-half * 0.5, y + 0.012 * smile), (0, y + 0.02 * smile), (half * 0.5, y + 0.012 * smile),
           (half, corner)]  # fmt: skip
    if opened > 0.05:
        sheet.shape([(-half, corner), (-half * 0.5, y - 0.01), (0, y), (half * 0.5, y - 0.01), (half, corner),
                     (half * 0.55, y + gap), (0, y + gap * 1.25), (-half * 0.55, y + gap)], (92, 34, 38))  # fmt: skip
        if smile > -0.2:
            sheet.shape([(-half * 0.8, corner + 0.03), (0, y + 0.012), (half * 0.8, corner + 0.03),
                         (half * 0.5, y + 0.08), (-half * 0.5, y + 0.08)], (246, 243, 236))  # fmt: skip
    top = [(-half, corner), (-half * 0.45, y - upper * 0.8), (-half * 0.16, y - upper * 1.15), (0, y - upper * 0.8),
           (half * 0.16, y - upper * 1.15), (half * 0.45, y - upper * 0.8), (half, corner)]  # fmt: skip
    sheet.shape(top + arc[-2:0:-1], shade(identity.lips, 0.92))
    base = y + gap
    bottom = [(-half * 0.92, corner + gap * 0.4), (-half * 0.5, base + 0.012 * smile), (0, base + 0.02 * smile),
              (half * 0.5, base + 0.012 * smile), (half * 0.92, corner + gap * 0.4),
              (half * 0.5, base + lower), (0, base + lower * 1.2), (-half * 0.5, base + lower)]  # fmt: skip
    sheet.shape(bottom, identity.lips)
    if opened <= 0.05:
        sheet.stroke(arc, shade(identity.lips, 0.58), 0.026)
    below = base + lower * 1.2 + 0.07
    sheet.stroke([(-half * 0.4, below), (0, below + 0.02), (half * 0.4, below)], shade(identity.skin, 0.88), 0.03)


def _eye(sheet: Sheet, identity: Identity, appearance: Appearance, side: int) -> None:
    apart, half, high, tilt = identity.eye
    young = 1.1 if appearance.age < 16 else 1.0
    opened = appearance.expression[3] * (1 - 0.2 * np.clip((appearance.age - 50) / 30, 0, 1))
    high = high * opened * young
    x, y = side * apart, identity.eye_height
    inner, outer = (x - side * half, y + 0.01 + tilt * 0.3), (x + side * half, y - 0.01 - tilt)
    lid = [inner, (x - side * half * 0.55, y - high * 0.8), (x, y - high * 1.08 - tilt * 0.3),
           (x + side * half * 0.6, y - high * 0.75 - tilt * 0.6), outer]  # fmt: skip
    low = [(x + side * half * 0.5, y + high * 0.7 - tilt * 0.4), (x, y + high * 0.92),
           (x - side * half * 0.5, y + high * 0.68)]  # fmt: skip
    radius = 0.088 * young
    gaze = x + 0.02 * np.sin(sheet.yaw)
    ring = shade(identity.iris, 0.6)
    discs = [(gaze, y - 0.008, radius, ring), (gaze, y - 0.008, radius * 0.86, identity.iris),
             (gaze, y - 0.008, radius * 0.48, (16, 12, 14)),
             (gaze - 0.03, y - 0.04, radius * 0.26, (250, 250, 250))]  # fmt: skip
    sheet.inside(lid + low, (244, 242, 240), discs)
    lash = 0.034 if identity.sex == "F" else 0.026
    sheet.stroke(lid, (38, 28, 28), lash)
    sheet.stroke([outer, *low, inner], shade(identity.skin, 0.74), 0.014)
    if identity.sex == "F":
        sheet.stroke([outer, (outer[0] + side * 0.045, outer[1] - 0.035)], (38, 28, 28), lash)
    if identity.double_lid:
        crease = [(px, py - 0.06 - 0.01 * number * (4 - number)) for number, (px, py) in enumerate(lid)]
        sheet.stroke(crease[:-1] if opened < 0.7 else crease, shade(identity.skin, 0.72), 0.016)


def _brow(sheet: Sheet, identity: Identity, appearance: Appearance, side: int) -> None:
    thick, length, arch, tilt = identity.brow
    raised = appearance.expression[2]
    x, y = identity.eye[0], identity.eye_height - identity.brow_height - 0.07 * raised
    frown = 0.05 * min(raised, 0)  # inner ends go down and in
    inner = x - 0.85 * length
    points = [(inner, y - frown + tilt * 0.4), (x - 0.1 * length, y - arch),
              (x + 0.55 * length, y - arch * 0.9 - tilt * 0.5),
              (x + 1.05 * length, y + 0.03 - tilt), (x + 0.5 * length, y - arch * 0.9 - tilt * 0.5 + thick * 0.8),
              (x - 0.1 * length, y - arch + thick), (inner, y - frown + tilt * 0.4 + thick * 0.9)]  # fmt: skip
    colour = mix(shade(hair_at_age(identity, appearance.age), 0.85), identity.skin, 0.1)
    sheet.shape([(side * px, py) for px, py in points], colour)


def glasses(sheet: Sheet, identity: Identity, appearance: Appearance) -> None:
    """One of four frames, where the picture has glasses."""
    if not appearance.glasses:
        return
    colour = ((40, 38, 42), (96, 70, 48), (150, 150, 158), (120, 40, 46))[appearance.glasses - 1]
    rounded = (2.0, 4.0, 2.4, 3.0)[appearance.glasses - 1]
    thick = 0.03 if appearance.glasses == 3 else 0.05
    angles = np.linspace(0, 2 * np.pi, 28)
    x0, y0 = max(identity.eye[0], 0.31), identity.eye_height + 0.03
    for side in (-1, 1):
        power = 2 / rounded
        x = side * x0 + 0.245 * np.sign(np.cos(angles)) * np.abs(np.cos(angles)) ** power
        y = y0 + 0.2 * np.sign(np.sin(angles)) * np.abs(np.sin(angles)) ** power
        pixels = sheet.place(np.stack([x, y], axis=1), 0.08)
        sheet.draw.line(
            [tuple(one) for one in pixels], fill=colour, width=max(1, round(thick * sheet.unit)), joint="curve"
        )
        sheet.stroke([(side * (x0 + 0.24), y0 - 0.05), (side * identity.face[1], y0 - 0.08)], colour, thick, 0.02)
    sheet.stroke([(-x0 + 0.25, y0 - 0.04), (0, y0 - 0.08), (x0 - 0.25, y0 - 0.04)], colour, thick, 0.1)
