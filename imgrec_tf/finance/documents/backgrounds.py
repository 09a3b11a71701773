"""Tints and plain patterns under the text: sine waves, ripples, dots, hills. Readers have to learn to read over them.

They are invented and kept plain on purpose: nothing here follows the security printing of a real document.
"""

from __future__ import annotations

import numpy as np
from PIL import Image

from imgrec_tf.finance.documents.canvas import Canvas, Colour


def tint(canvas: Canvas, first: Colour, second: Colour, angle: float = 0.0) -> None:
    """Fill the page with a gradient from one colour to another; 0 degrees runs from left to right, 90 downwards."""
    direction = np.deg2rad(angle)
    x, y = np.linspace(0, 1, 64), np.linspace(0, 1, 64)[:, None]
    along = x * np.cos(direction) + y * np.sin(direction)
    along = (along - along.min()) / (along.max() - along.min())
    colours = np.array(first) * (1 - along[..., None]) + np.array(second) * along[..., None]
    small = Image.fromarray(np.clip(colours + 0.5, 0, 255).astype(np.uint8))
    canvas.image.paste(small.resize(canvas.image.size, Image.Resampling.BICUBIC))


def waves(
    canvas: Canvas,
    colour: Colour,
    *,
    spacing: float = 1.4,
    height: float = 1.2,
    length: float = 18.0,
    width: float = 0.14,
    second: Colour | None = None,
    phase: float = 0.35,
) -> None:
    """Parallel sine lines across the page; each is shifted against the one above by `phase` radians."""
    x = np.arange(-1, canvas.width + 1.5, max(0.6, length / 24))
    for number, y in enumerate(np.arange(-height, canvas.height + height, spacing)):
        line = y + height * np.sin(2 * np.pi * x / length + phase * number)
        canvas.line(np.stack([x, line], axis=1), second if second and number % 2 else colour, width)


def mesh(canvas: Canvas, colour: Colour, *, spacing: float = 2.2, angle: float = 30.0, width: float = 0.12) -> None:
    """Two families of straight lines that cross."""
    reach = canvas.width + canvas.height
    for turn in (angle, -angle):
        direction = np.array([np.cos(np.deg2rad(turn)), np.sin(np.deg2rad(turn))])
        normal = np.array([-direction[1], direction[0]])
        middle = np.array([canvas.width, canvas.height]) / 2
        for offset in np.arange(-reach / 2, reach / 2, spacing):
            start = middle + normal * offset
            canvas.line([start - direction * reach, start + direction * reach], colour, width)


def ripples(canvas: Canvas, colour: Colour, x: float, y: float, *, spacing: float = 1.8, width: float = 0.14) -> None:
    """Circles around a point, as after a stone in water, each a little bent."""
    angle = np.linspace(0, 2 * np.pi, 90)
    farthest = np.hypot(max(x, canvas.width - x), max(y, canvas.height - y))
    for number, radius in enumerate(np.arange(spacing, farthest, spacing)):
        bent = radius * (1 + 0.03 * np.sin(5 * angle + 0.3 * number))
        canvas.line(np.stack([x + bent * np.cos(angle), y + bent * np.sin(angle)], axis=1), colour, width)


def dots(canvas: Canvas, colour: Colour, *, spacing: float = 2.4, radius: float = 0.3) -> None:
    """Dots on a hexagonal lattice, larger towards the lower right."""
    for row, y in enumerate(np.arange(spacing / 2, canvas.height, spacing * 0.87)):
        for x in np.arange((row % 2) * spacing / 2, canvas.width + spacing, spacing):
            size = radius * (0.45 + 0.75 * (x / canvas.width + y / canvas.height) / 2)
            canvas.ellipse(x, y, size, fill=colour, line=0)


def hills(canvas: Canvas, colours: tuple[Colour, ...], *, top: float = 0.5, seed: int = 0) -> None:
    """Rolling hills, one behind the other, from `top` (a share of the height) down."""
    rng = np.random.default_rng(seed)
    x = np.linspace(-1, canvas.width + 1, 60)
    for number, colour in enumerate(colours):
        base = canvas.height * (top + (1 - top) * number / len(colours))
        line = base + sum(
            canvas.height * 0.05 / (k + 1) * np.sin(2 * np.pi * (k + 1) * x / canvas.width * 0.8 + rng.uniform(0, 6.3))
            for k in range(3)
        )
        outline = [*zip(x, line), (canvas.width + 1, canvas.height + 1), (-1, canvas.height + 1)]
        canvas.polygon(outline, colour)


def stripes(canvas: Canvas, colour: Colour, *, spacing: float = 3.0, width: float = 1.2, angle: float = 60.0) -> None:
    """Broad diagonal stripes."""
    direction = np.array([np.cos(np.deg2rad(angle)), np.sin(np.deg2rad(angle))])
    reach = canvas.width + canvas.height
    for x in np.arange(-reach, reach, spacing):
        start = np.array([x, 0.0])
        canvas.line([start - direction * reach, start + direction * reach], colour, width)


def leaves(canvas: Canvas, colour: Colour, *, count: int = 26, size: float = 5.0, seed: int = 0) -> None:
    """Scattered leaf shapes with a midrib."""
    rng = np.random.default_rng(seed)
    t = np.linspace(0, 1, 12)
    half = 0.22 * np.sin(np.pi * t) ** 0.8
    outline = np.concatenate([np.stack([t, half], axis=1), np.stack([t[::-1], -half[::-1]], axis=1)]) - [0.5, 0]
    for _ in range(count):
        turn, scale = rng.uniform(0, 2 * np.pi), size * rng.uniform(0.6, 1.3)
        rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
        centre = rng.uniform((0, 0), (canvas.width, canvas.height))
        placed = outline @ rotation.T * scale + centre
        canvas.line(np.concatenate([placed, placed[:1]]), colour, 0.16)
        canvas.line(np.array([(-0.45, 0), (0.45, 0)]) @ rotation.T * scale + centre, colour, 0.12)


def emblem(canvas: Canvas, kind: str, x: float, y: float, radius: float, colour: Colour, second: Colour) -> None:
    """A neutral invented mark: "sail", "leaf", "dunes", "kite", "loop" or "lantern". No state has it.

    Raises:
        ValueError: If there is no such mark.
    """
    if kind not in _MARKS:
        raise ValueError(f"emblem must be one of {', '.join(_MARKS)}, got {kind!r}")
    _MARKS[kind](canvas, x, y, radius, colour, second)


def _sail(canvas, x, y, r, colour, second):
    canvas.polygon([(x - 0.05 * r, y - r), (x - 0.05 * r, y + 0.45 * r), (x - 0.8 * r, y + 0.45 * r)], colour)
    canvas.polygon([(x + 0.08 * r, y - 0.7 * r), (x + 0.08 * r, y + 0.45 * r), (x + 0.66 * r, y + 0.45 * r)], second)
    t = np.linspace(-1, 1, 30)
    for drop in (0.62, 0.84):
        wave = np.stack([x + r * t, y + r * (drop + 0.07 * np.sin(3 * np.pi * t))], axis=1)
        canvas.line(wave, colour, 0.09 * r)


def _leaf(canvas, x, y, r, colour, second):
    t = np.linspace(0, 1, 20)
    half = 0.42 * np.sin(np.pi * t) ** 0.9
    for turn, paint in ((-90, colour), (-150, second), (-30, second)):
        outline = np.concatenate([np.stack([t, half], 1), np.stack([t[::-1], -half[::-1]], 1)])
        direction = np.deg2rad(turn)
        rotation = np.array([[np.cos(direction), -np.sin(direction)], [np.sin(direction), np.cos(direction)]])
        canvas.polygon(outline @ rotation.T * r * 1.1 + [x, y + 0.3 * r], paint)
    canvas.line([(x, y + 0.3 * r), (x, y + r)], colour, 0.1 * r)


def _dunes(canvas, x, y, r, colour, second):
    canvas.ellipse(x, y, r, outline=colour, line=0.08 * r)
    canvas.ellipse(x + 0.3 * r, y - 0.35 * r, 0.22 * r, fill=second)
    t = np.linspace(-1, 1, 30)
    for drop, paint in ((0.05, second), (0.35, colour)):
        top = y + r * (drop - 0.18 * np.cos(np.pi * t + drop * 4))
        half = np.sqrt(np.clip(1 - ((top - y) / r) ** 2, 0, 1)) * r * 0.93
        across = x + np.clip(t * r, -half, half)
        arc = np.linspace(0.12, np.pi - 0.12, 24)
        rim = np.stack([x + 0.93 * r * np.cos(arc), y + 0.93 * r * np.sin(arc)], 1)
        canvas.polygon(np.concatenate([np.stack([across, top], 1), rim]), paint)


def _kite(canvas, x, y, r, colour, second):
    points = {
        "top": (x, y - r),
        "right": (x + 0.6 * r, y - 0.2 * r),
        "low": (x, y + 0.6 * r),
        "left": (x - 0.6 * r, y - 0.2 * r),
    }
    middle = (x, y - 0.2 * r)
    canvas.polygon([points["top"], points["right"], middle], colour)
    canvas.polygon([points["right"], points["low"], middle], second)
    canvas.polygon([points["low"], points["left"], middle], colour)
    canvas.polygon([points["left"], points["top"], middle], second)
    t = np.linspace(0, 1, 20)
    canvas.line(np.stack([x + 0.22 * r * np.sin(2 * np.pi * t), y + r * (0.6 + 0.45 * t)], 1), colour, 0.07 * r)


def _loop(canvas, x, y, r, colour, second):
    t = np.linspace(0, 2 * np.pi, 60)
    for turn, paint in ((0, colour), (60, second), (120, colour)):
        direction = np.deg2rad(turn)
        rotation = np.array([[np.cos(direction), -np.sin(direction)], [np.sin(direction), np.cos(direction)]])
        oval = np.stack([r * np.cos(t), 0.36 * r * np.sin(t)], 1) @ rotation.T
        canvas.line(oval + np.array([x, y]), paint, 0.11 * r)


def _lantern(canvas, x, y, r, colour, second):
    canvas.ellipse(x, y, 0.72 * r, 0.62 * r, fill=colour)
    for share in (0.24, 0.48):
        canvas.ellipse(x, y, share * r, 0.62 * r, outline=second, line=0.05 * r)
    canvas.rectangle(x - 0.3 * r, y - 0.76 * r, 0.6 * r, 0.16 * r, second)
    canvas.rectangle(x - 0.3 * r, y + 0.6 * r, 0.6 * r, 0.16 * r, second)
    for offset in (-0.15, 0.0, 0.15):
        canvas.line([(x + offset * r, y + 0.74 * r), (x + offset * r, y + r)], second, 0.05 * r)


_MARKS = {"sail": _sail, "leaf": _leaf, "dunes": _dunes, "kite": _kite, "loop": _loop, "lantern": _lantern}
