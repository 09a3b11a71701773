"""Pages and tables as layers at the sheet network's size, made once; `composing` lays any page upon any table.

Rendering is what costs time. A page that was rendered once is photographed in many poses and printed in many colours,
and a table serves many pages: a network meets the same picture never twice.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image
from scipy import ndimage

from imgrec_tf.finance.capture import geometry, scenes
from imgrec_tf.finance.documents import CLASSES, Document
from imgrec_tf.finance.locating.sizes import SHEET_INPUT
from imgrec_tf.finance.locating.training import inventing, photos

_FINE = 2 * SHEET_INPUT
_TABLE = 320  # longer side at which tables are drawn, so that what is finer than the network sees averages out
_KINDS = (*scenes.BACKGROUNDS, *("clutter",) * 3, "tiles", "paper", "photo", "invented")  # tables, some more often
_ASPECTS = (3 / 4, 4 / 3, 1.0, 9 / 16, 16 / 9)  # height by width of the photos
_NONE, _TWO, _WINDOW = 0.07, 0.14, 0.15  # shares of the layers with no page, with two, of a part of the frame
_INVENTED, _RECOLOURED = 0.3, 0.35  # shares of the pages that nobody designed, and in other colours


@dataclass(frozen=True)
class Layers:
    """What scenes are composed of.

    Attributes:
        pages: uint8 (n, 96, 96, 5): three colours, the cover of the pages and the shade that they cast, 255 for full.
        tables: uint8 (m, 96, 96, 3).
        lights: float32 (k, 96, 96): light that falls on the scene, about 1.
    """

    pages: np.ndarray
    tables: np.ndarray
    lights: np.ndarray


def draw_layers(*, pages: int = 9000, rendered: int = 900, tables: int = 4000, seed: int = 0) -> Layers:
    """Draw layers from a seed.

    Args:
        pages: Layers with pages.
        rendered: Documents that are rendered for them; layouts in `photos.HELD_BACK` are not among them.
        tables: Layers with tables.
        seed: 0 or more.
    """
    render, lay, table, light = (np.random.default_rng([seed, 14, part]) for part in range(4))
    drawn = [_rendered(CLASSES[number % len(CLASSES)], render) for number in range(rendered)]
    return Layers(
        np.stack([_page_layer(drawn, lay) for _ in range(pages)]),
        np.stack([_table(drawn, table) for _ in range(tables)]),
        np.stack([_light(light) for _ in range(400)]),
    )


def _rendered(kind: str, rng: np.random.Generator) -> Document:
    return photos.flat_document("train", kind, rng, 260)


def _page(drawn: list[Document], rng: np.random.Generator) -> Document:
    choice = rng.random()
    if choice < _INVENTED:
        return inventing.invented_page(rng, 220)
    page = drawn[int(rng.integers(len(drawn)))]
    return inventing.recoloured(page, rng) if choice < _INVENTED + _RECOLOURED else page


def _page_layer(drawn: list[Document], rng: np.random.Generator) -> np.ndarray:
    """No page, one or two in random poses: uint8 (96, 96, 5)."""
    colours, cover, shade = np.zeros((_FINE, _FINE, 3)), np.zeros((_FINE, _FINE)), np.zeros((_FINE, _FINE))
    choice = rng.random()
    height = float(rng.choice(_ASPECTS))
    frame = (round(640 * min(1, height)), round(640 * min(1, 1 / height)))
    squeeze = np.diag([_FINE / frame[1], _FINE / frame[0], 1.0])
    cells = [] if choice < _NONE else [np.eye(3)]
    if _NONE <= choice < _NONE + _TWO:  # in halves of the frame
        down = int(frame[1] < frame[0])
        frame = (frame[0] // 2, frame[1]) if down else (frame[0], frame[1] // 2)
        second = np.eye(3)
        second[down, 2] = frame[0] if down else frame[1]
        cells.append(second)
    if choice > 1 - _WINDOW:
        seen = rng.uniform(0.5, 0.9)
        low = rng.uniform(0, 1 - seen, 2) * _FINE
        squeeze = np.array([[1 / seen, 0, -low[0] / seen], [0, 1 / seen, -low[1] / seen], [0, 0, 1]]) @ squeeze
    for cell in cells:
        page = _page(drawn, rng)
        pose = geometry.placed(
            page.image.shape[:2], frame, rng, tilt=rng.choice([4, 24, 38]), fill=rng.uniform(0.45, 0.95),
            roll=rng.choice([0, 90, 180, 270]) + rng.choice([6, 16, 45]) * rng.uniform(-1, 1),
            cropped=rng.random() < 0.04,
        )  # fmt: skip
        pixels, own = geometry.projected(page.image, page.mask, squeeze @ cell @ pose, _FINE, _FINE)
        colours += pixels * own[..., None] * (1 - cover[..., None])
        cover += own * (1 - cover)
        offset = rng.uniform(-0.008, 0.008, 2) * _FINE
        soft = ndimage.shift(ndimage.gaussian_filter(own, rng.uniform(0.003, 0.009) * _FINE), offset, order=1)
        shade = np.maximum(shade, soft)
    return _halved(np.dstack([colours / np.maximum(cover[..., None], 1e-3), 255 * cover, 255 * shade]))


def _table(drawn: list[Document], rng: np.random.Generator) -> np.ndarray:
    """A table top, the inside of a picture, or a piece of something printed that is no whole page."""
    kind = str(rng.choice(_KINDS))
    if kind in scenes.BACKGROUNDS:
        height = float(rng.choice(_ASPECTS))
        pixels = scenes.background(kind, rng, round(_TABLE * min(1, height)), round(_TABLE * min(1, 1 / height)))
        return np.asarray(Image.fromarray(pixels).resize((SHEET_INPUT, SHEET_INPUT), Image.Resampling.BOX))
    if kind == "photo":
        prints = [one for one in drawn if one.document_class == "photo"]
        pixels = prints[int(rng.integers(len(prints)))].image
    else:
        pixels = inventing.invented_page(rng, 300).image
    share = rng.uniform(0.4, 0.9, 2)
    low = rng.uniform(0.04, 0.96 - share) * pixels.shape[1::-1]
    box = (*low, *(low + share * pixels.shape[1::-1]))
    return np.asarray(Image.fromarray(pixels).resize((SHEET_INPUT, SHEET_INPUT), Image.Resampling.BILINEAR, box))


def _light(rng: np.random.Generator) -> np.ndarray:
    light = scenes.gradient(rng, SHEET_INPUT, SHEET_INPUT, rng.uniform(0, 0.7))
    if rng.random() < 0.45:
        light = light * scenes.shadow(rng, SHEET_INPUT, SHEET_INPUT, rng.uniform(0.1, 0.6))
    y, x = (np.mgrid[:SHEET_INPUT, :SHEET_INPUT] + 0.5) / SHEET_INPUT - 0.5
    return (light / (1 + rng.uniform(0, 0.6) * (x**2 + y**2)) ** 2).astype(np.float32)


def _halved(fine: np.ndarray) -> np.ndarray:
    coarse = fine.reshape(SHEET_INPUT, 2, SHEET_INPUT, 2, -1).mean(axis=(1, 3))
    return np.clip(coarse + 0.5, 0, 255).astype(np.uint8)
