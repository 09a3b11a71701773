"""How hard a photo is: what may happen to it, and how strongly, under four names."""

from __future__ import annotations

from dataclasses import dataclass

Range = tuple[float, float]


@dataclass(frozen=True)
class Severity:
    """Ranges that one photo is drawn from. Chances are in [0, 1]; lengths are shares of the photo's longer side.

    Attributes:
        name: For the card and the figures.
        tilt: Greatest angle between the line of sight and the page's normal, in degrees.
        roll: Greatest turn within the picture, in degrees.
        fill: Share of the frame, in its tighter direction, that the document spans.
        crop_chance: Chance that a part of the document lies outside of the frame.
        gradient: Change of the light across the photo, as a share of its mean.
        shadow_chance: Chance of a soft shadow over the scene.
        shadow_depth: Share of the light that the shadow takes away.
        glare_chance: Chance of a reflection on the document.
        glare_strength: Light that the reflection adds, 1 being white paper.
        defocus: Radius of the circle of confusion.
        motion: Length of the path that the camera moved while the shutter was open.
        exposure: Error of the exposure in stops.
        noise: Factor on the camera's own noise.
        falloff: Share of the lens's falloff towards the corners that is left: a scanner has hardly any.
        quality: JPEG quality, 1 to 100, as the IJG's library scales its tables.
        backgrounds: What the document may lie on, names of `scenes.BACKGROUNDS`.
    """

    name: str
    tilt: float
    roll: float
    fill: Range
    crop_chance: float
    gradient: Range
    shadow_chance: float
    shadow_depth: Range
    glare_chance: float
    glare_strength: Range
    defocus: Range
    motion: Range
    exposure: Range
    noise: Range
    falloff: float
    quality: tuple[int, int]
    backgrounds: tuple[str, ...]


_TABLES = ("wood", "cloth", "stone", "plain", "tiles", "clutter", "paper")

SEVERITIES = {
    "scan": Severity(
        "scan", tilt=0.0, roll=2.5, fill=(0.80, 0.95), crop_chance=0.0, gradient=(0.0, 0.03), shadow_chance=0.0,
        shadow_depth=(0.0, 0.0), glare_chance=0.0, glare_strength=(0.0, 0.0), defocus=(0.0, 0.0002), motion=(0.0, 0.0),
        exposure=(-0.05, 0.1), noise=(0.1, 0.4), falloff=0.1, quality=(82, 96), backgrounds=("lid",),
    ),
    "mild": Severity(
        "mild", tilt=10.0, roll=6.0, fill=(0.74, 0.92), crop_chance=0.0, gradient=(0.0, 0.18), shadow_chance=0.1,
        shadow_depth=(0.1, 0.2), glare_chance=0.05, glare_strength=(0.05, 0.2), defocus=(0.0, 0.0007),
        motion=(0.0, 0.0008), exposure=(-0.2, 0.2), noise=(0.4, 0.9), falloff=1.0,
        quality=(75, 94), backgrounds=_TABLES,
    ),
    "phone": Severity(
        "phone", tilt=24.0, roll=16.0, fill=(0.62, 0.90), crop_chance=0.0, gradient=(0.05, 0.4), shadow_chance=0.35,
        shadow_depth=(0.12, 0.38), glare_chance=0.25, glare_strength=(0.1, 0.5), defocus=(0.0, 0.0014),
        motion=(0.0, 0.0018), exposure=(-0.5, 0.35), noise=(0.7, 1.6), falloff=1.0,
        quality=(55, 90), backgrounds=_TABLES,
    ),
    "harsh": Severity(
        "harsh", tilt=38.0, roll=40.0, fill=(0.45, 0.85), crop_chance=0.15, gradient=(0.15, 0.7), shadow_chance=0.6,
        shadow_depth=(0.25, 0.6), glare_chance=0.45, glare_strength=(0.3, 1.1), defocus=(0.0004, 0.0026),
        motion=(0.0, 0.0045), exposure=(-1.3, 0.7), noise=(1.5, 4.0), falloff=1.0,
        quality=(25, 75), backgrounds=_TABLES,
    ),
}  # fmt: skip


def severity_of(severity: str | Severity) -> Severity:
    """Return a severity by its name; a `Severity` of your own passes through.

    Raises:
        ValueError: If there is no severity of that name.
        TypeError: If it is neither.
    """
    if isinstance(severity, Severity):
        return severity
    if not isinstance(severity, str):
        raise TypeError(f"severity must be a name or a Severity, got {severity!r}")
    if severity not in SEVERITIES:
        raise ValueError(f"severity must be one of {', '.join(SEVERITIES)}, got {severity!r}")
    return SEVERITIES[severity]
