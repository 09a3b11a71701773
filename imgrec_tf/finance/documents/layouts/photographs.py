"""`photo`: pictures that look like snapshots, all computed: sky and hills, fruit, foliage, lights, a wall."""

from __future__ import annotations

import numpy as np
from PIL import Image
from scipy import ndimage

from imgrec_tf.finance.documents import backgrounds
from imgrec_tf.finance.documents.printer import Printer
from imgrec_tf.finance.documents.templates import template
from imgrec_tf.finance.documents.textures import blend, smooth_noise

_PRINT = (150.0, 100.0)  # a 10 × 15 cm print
_FINE = (150, 225)  # rows and columns that textures are computed at


def _show(p: Printer, pixels: np.ndarray) -> None:
    picture = Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))
    p.canvas.image.paste(picture.resize(p.canvas.image.size, Image.Resampling.BICUBIC))


@template("photo", _PRINT)
def hills(p: Printer) -> None:
    """Sky with clouds over hills that fade into the distance."""
    rng = p.canvas.rng
    clouds = ndimage.gaussian_filter(np.clip(smooth_noise(rng, *_FINE) * 2.2 - 0.9, 0, 1), 1)
    _show(p, blend(blend((116, 164, 214), (206, 226, 240), np.linspace(0, 1, _FINE[0])[:, None] * np.ones(_FINE)),
                    (250, 250, 248), 0.8 * clouds))  # fmt: skip
    greens = ((150, 176, 180), (120, 156, 138), (92, 134, 96), (68, 104, 62))
    backgrounds.hills(p.canvas, greens, top=float(rng.uniform(0.42, 0.6)), seed=int(rng.integers(1000)))
    p.canvas.soften(0.3)


@template("photo", _PRINT)
def fruit(p: Printer) -> None:
    """Round fruit on a table, with shade and highlights."""
    c, rng = p.canvas, p.canvas.rng
    backgrounds.tint(c, (206, 190, 168), (150, 122, 96), 90)
    c.rectangle(0, 62, 150, 40, (140, 104, 72))
    for _ in range(int(rng.integers(4, 8))):
        x, y, radius = rng.uniform(18, 132), rng.uniform(52, 78), rng.uniform(11, 18)
        base = np.array([(214, 66, 46), (236, 160, 50), (148, 176, 62), (224, 200, 80), (150, 40, 70)][rng.integers(5)])
        c.ellipse(x + 3, y + 0.8 * radius, radius, 0.35 * radius, fill=(96, 70, 50), line=0)
        for share in np.linspace(1, 0.15, 14):
            colour = tuple(int(one) for one in np.clip(base * (0.55 + 0.6 * (1 - share)), 0, 255))
            c.ellipse(
                x - 0.3 * radius * (1 - share), y - 0.35 * radius * (1 - share), radius * share, fill=colour, line=0
            )
        c.line([(x, y - 0.8 * radius), (x + 2, y - 1.15 * radius)], (70, 50, 30), 0.9)
    c.soften(0.5)


@template("photo", _PRINT)
def foliage(p: Printer) -> None:
    """Leaves out of focus, with a few sharp ones before them."""
    c, rng = p.canvas, p.canvas.rng
    _show(p, blend((40, 70, 36), (178, 204, 110), smooth_noise(rng, *_FINE)))
    for _ in range(40):
        x, y, turn, long = rng.uniform(0, 150), rng.uniform(0, 100), rng.uniform(0, 6.28), rng.uniform(6, 20)
        t = np.linspace(0, 1, 12)
        half = 0.25 * np.sin(np.pi * t) * long
        along, across = np.concatenate([t, t[::-1]]) * long, np.concatenate([half, -half[::-1]])
        points = np.stack(
            [x + along * np.cos(turn) - across * np.sin(turn), y + along * np.sin(turn) + across * np.cos(turn)], 1
        )
        c.polygon(points, tuple(int(one) for one in rng.uniform((40, 90, 30), (130, 180, 80))))
    c.soften(0.35)


@template("photo", _PRINT)
def lights(p: Printer) -> None:
    """Lights of a town at night, out of focus."""
    rng, (rows, columns) = p.canvas.rng, _FINE
    y, x = np.mgrid[:rows, :columns]
    pixels = blend((12, 14, 32), (54, 40, 62), np.linspace(0, 1, rows)[:, None] * np.ones(_FINE))
    for _ in range(45):
        cx, cy, radius = rng.uniform(0, columns), rng.uniform(0.25 * rows, rows), rng.uniform(3, 13)
        disc = 1 / (1 + np.exp((np.hypot(x - cx, y - cy) - radius) * 1.6))
        pixels += disc[..., None] * rng.uniform(0.2, 0.7) * np.array([(255, 190, 100), (255, 110, 80), (140, 190, 255),
                                                                     (255, 240, 200)][rng.integers(4)])  # fmt: skip
    _show(p, pixels)


@template("photo", _PRINT)
def wall(p: Printer) -> None:
    """A brick wall in slanting light."""
    c, rng = p.canvas, p.canvas.rng
    grain = smooth_noise(rng, *_FINE, coarsest=0.1)
    _show(p, blend((170, 160, 148), (206, 200, 190), grain))
    for row, y in enumerate(np.arange(0, 100, 10)):
        for x in np.arange(-22 + 11 * (row % 2), 150, 22):
            tone = rng.uniform(0.78, 1.12)
            c.rectangle(x + 0.6, y + 0.6, 20.8, 8.8, tuple(int(one * tone) for one in (168, 92, 70)), radius=0.6)
    pixels = np.asarray(c.image.resize(_FINE[::-1]), float) * (0.72 + 0.4 * grain[..., None])
    _show(p, pixels * np.linspace(1.15, 0.75, _FINE[1])[:, None])
