"""What the document lies on, and the light that falls on both. All textures are computed."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw
from scipy import ndimage

from imgrec_tf.finance.capture import patterned_tables
from imgrec_tf.finance.documents.textures import blend, smooth_noise


def background(kind: str, rng: np.random.Generator, height: int, width: int) -> np.ndarray:
    """Make a table top: uint8 (height, width, 3). Large ones are computed at up to 640 pixels and enlarged.

    Raises:
        ValueError: If there is no such background.
    """
    if kind not in BACKGROUNDS:
        raise ValueError(f"background must be one of {', '.join(BACKGROUNDS)}, got {kind!r}")
    factor = max(1.0, max(height, width) / 640)
    rows, columns = max(8, round(height / factor)), max(8, round(width / factor))
    pixels = np.clip(BACKGROUNDS[kind](rng, rows, columns), 0, 255).astype(np.uint8)
    if (rows, columns) == (height, width):
        return pixels
    return np.asarray(Image.fromarray(pixels).resize((width, height), Image.Resampling.BICUBIC))


def _wood(rng, rows, columns):
    light = np.array([(196, 150, 104), (140, 94, 60), (214, 184, 142), (98, 66, 46)][rng.integers(4)])
    bend = smooth_noise(rng, rows, columns, 0.5)
    y = np.linspace(0, 1, rows, dtype=np.float32)[:, None]
    rings = np.sin(2 * np.pi * (rng.uniform(5, 14) * y + rng.uniform(0.6, 2.0) * bend))
    fibre = np.asarray(
        Image.fromarray(rng.random((rows, max(2, columns // 24)), dtype=np.float32)).resize(
            (columns, rows), Image.Resampling.BICUBIC
        )
    )
    grain = 0.5 + 0.22 * rings + 0.5 * (fibre - 0.5)
    if rng.random() < 0.5:
        grain = np.ascontiguousarray(
            np.rot90(np.asarray(Image.fromarray(grain.astype(np.float32)).resize((rows, columns))))
        )
    return blend(light * 0.68, light * 1.12, np.clip(grain, 0, 1)[:rows, :columns])


def _cloth(rng, rows, columns):
    base = rng.uniform(50, 210, 3)
    y, x = np.mgrid[:rows, :columns].astype(np.float32)
    weave = np.sin(x * rng.uniform(1.2, 2.4)) * np.sin(y * rng.uniform(1.2, 2.4))
    folds = smooth_noise(rng, rows, columns, 0.6)
    checks = 0.0
    if rng.random() < 0.5:
        pitch = columns / rng.uniform(4, 12)
        checks = 0.2 * ((x // pitch + y // pitch) % 2)
    return blend(base * 0.6, base * 1.2, np.clip(0.25 + 0.5 * folds + 0.1 * weave + checks, 0, 1))


def _stone(rng, rows, columns):
    base = rng.uniform(90, 215) + rng.normal(0, 8, 3)
    veins = np.abs(smooth_noise(rng, rows, columns, 0.4) - 0.5)
    speckle = rng.random((rows, columns), dtype=np.float32)
    share = (
        0.35 * np.clip(1 - veins * 14, 0, 1) + 0.15 * (speckle > 0.93) + 0.25 * smooth_noise(rng, rows, columns, 0.1)
    )
    return blend(base, base * 0.55, np.clip(share, 0, 1))


def _plain(rng, rows, columns):
    base = rng.uniform(25, 240) + rng.normal(0, 15, 3)
    return blend(base * 0.92, base * 1.06, smooth_noise(rng, rows, columns, 0.7))


def _tiles(rng, rows, columns):
    pitch, first = columns / rng.uniform(2.5, 6), rng.uniform(60, 230) + rng.normal(0, 22, 3)
    second = np.clip(first + rng.normal(0, 30) + rng.normal(0, 15, 3), 20, 245)
    angle = rng.uniform(0, np.pi / 2)
    y, x = np.mgrid[:rows, :columns].astype(np.float32)
    u, v = x * np.cos(angle) + y * np.sin(angle), -x * np.sin(angle) + y * np.cos(angle)
    joint = (np.abs((u / pitch) % 1 - 0.5) > 0.47) | (np.abs((v / pitch) % 1 - 0.5) > 0.47)
    tone = ((np.floor(u / pitch) + np.floor(v / pitch)) % 2) * 0.8 + 0.2 * smooth_noise(rng, rows, columns, 0.2)
    return np.where(joint[..., None], first * 0.5, blend(first, second, tone))


def _clutter(rng, rows, columns):
    table = Image.fromarray(np.clip(_plain(rng, rows, columns), 0, 255).astype(np.uint8))
    rows, columns = 2 * rows, 2 * columns  # drawn twice as large, for smooth edges
    sheet = table.resize((columns, rows))
    pen = ImageDraw.Draw(sheet)
    for _ in range(int(rng.integers(3, 8))):
        x, y, turn = rng.uniform(0, columns), rng.uniform(0, rows), rng.uniform(0, np.pi)
        long, wide = rng.uniform(0.1, 0.5) * columns, rng.uniform(0.04, 0.35) * columns
        across = np.array([np.cos(turn), np.sin(turn)])
        down = np.array([-across[1], across[0]])
        corners = [
            (x, y) + a * long * across + b * wide * down
            for a, b in ((-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5))
        ]
        pen.polygon(
            [tuple(one) for one in corners],
            fill=tuple(int(one) for one in np.clip(rng.uniform(30, 235) + rng.normal(0, 40, 3), 0, 255)),
        )
        for line in range(int(rng.integers(0, 6))):
            start = corners[0] + 0.12 * long * across + (line + 1) / 7 * wide * down
            pen.line(
                [tuple(start), tuple(start + 0.6 * long * across)], fill=(90, 90, 96), width=max(1, columns // 300)
            )
    return np.asarray(sheet.reduce(2))


def _paper(rng, rows, columns):
    base = rng.uniform(205, 248) + rng.normal(0, 4, 3)
    y, x = np.mgrid[:rows, :columns].astype(np.float32)
    pixels = blend(base * 0.95, base, smooth_noise(rng, rows, columns, 0.3))
    lines, letters = int(rng.integers(22, 46)), int(rng.integers(70, 160))
    words = (rng.random((lines, letters)) > 0.17) & (np.arange(letters) % letters > 4)
    words[:, -int(rng.integers(4, 12)) :] = False
    words[rng.random(lines) < 0.15] = False
    inked = words[(y[:, 0] * lines / rows).astype(int)][:, (x[0] * letters / columns).astype(int)]
    text = inked & ((y * lines / rows) % 1 < 0.36)
    return np.where(text[..., None], pixels * 0.62, pixels)


def _lid(rng, rows, columns):
    base = np.full(3, rng.uniform(236, 254)) if rng.random() < 0.75 else np.full(3, rng.uniform(20, 50))
    return blend(base * 0.985, base, smooth_noise(rng, rows, columns, 0.5))


BACKGROUNDS = {
    "wood": _wood, "cloth": _cloth, "stone": _stone, "plain": _plain, "tiles": _tiles, "clutter": _clutter,
    "paper": _paper, "lid": _lid, "newspaper": patterned_tables.newspaper, "keyboard": patterned_tables.keyboard,
    "planks": patterned_tables.planks, "checks": patterned_tables.checks,
}  # fmt: skip


def gradient(rng: np.random.Generator, height: int, width: int, strength: float) -> np.ndarray:
    """Light that falls off across the scene in a random direction: float32 (height, width), mean 1."""
    angle = rng.uniform(0, 2 * np.pi)
    y = np.linspace(-0.5, 0.5, height, dtype=np.float32)[:, None] * np.sin(angle)
    x = np.linspace(-0.5, 0.5, width, dtype=np.float32) * np.cos(angle)
    return np.maximum(1 + strength * (x + y), 0.05).astype(np.float32)


def shadow(rng: np.random.Generator, height: int, width: int, depth: float) -> np.ndarray:
    """The soft shadow of a hand or a phone: float32 (height, width), 1 in the light, 1 - depth in the shade."""
    small = Image.new("L", (96, 96), 0)
    edge, angle = rng.uniform(0.15, 0.6), rng.uniform(0, 2 * np.pi)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    y = np.linspace(-1, 1, 12)
    bumps = edge * 0.8 + rng.normal(0, 0.09, 12)
    outline = np.concatenate([np.stack([bumps, y * 1.5], axis=1), [(2.5, 1.5), (2.5, -1.5)]]) @ turn.T
    ImageDraw.Draw(small).polygon([tuple(one) for one in 48 + 48 * outline], fill=255)
    blurred = ndimage.gaussian_filter(np.asarray(small, np.float32) / 255, rng.uniform(1.5, 7))
    whole = Image.fromarray(blurred).resize((width, height), Image.Resampling.BICUBIC)
    return 1 - depth * np.clip(np.asarray(whole), 0, 1)


def glare(rng: np.random.Generator, corners: np.ndarray, height: int, width: int, strength: float) -> np.ndarray:
    """A lamp mirrored by the document: float32 (height, width), the light that is added, a bent Gaussian spot."""
    weights = rng.dirichlet(np.ones(4))
    x0, y0 = weights @ corners
    span = np.hypot(*(corners[2] - corners[0]))
    long, wide, angle = span * rng.uniform(0.06, 0.22), span * rng.uniform(0.03, 0.09), rng.uniform(0, np.pi)
    y = np.arange(height, dtype=np.float32)[:, None] + 0.5 - y0
    x = np.arange(width, dtype=np.float32) + 0.5 - x0
    u, v = x * np.cos(angle) + y * np.sin(angle), -x * np.sin(angle) + y * np.cos(angle)
    return (strength * np.exp(-0.5 * ((u / long) ** 2 + (v / wide) ** 2))).astype(np.float32)
