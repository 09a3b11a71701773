"""What all pages of a layout have in common: the print that stands there before a holder's own data come.

Labels, lines, patterns and seals stand at the same places on every straightened page of a layout, names and portraits
differ. The mean over its pages keeps the first and blurs the others away. How much of this mean a page shows, as the
cosine between the two, tells whether it is of that layout: another layout has its print at other places. Before that,
light and colour are taken away: each place is compared with its surroundings, and strong contrasts count hardly more
than fair ones. A page may lie a little off, so the best of a few shifts counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import keras

# Chosen on layouts held back from the training pages by another draw than the benchmark's; 7 of its 18 were among them.
SURROUNDINGS = 11  # pixels each way that a place is compared with
CONTRAST = 16.0  # grey levels of difference that count half as much as the strongest
SHIFT = 2  # pixels that a page may lie off, each way
LEAST_PRINT = 0.45  # likeness of a layout's pages to their mean below which it has no print of its own: photos


@dataclass(frozen=True)
class FixedPrints:
    """The fixed print of some layouts.

    Attributes:
        kernels: float32 (layouts, height - 2 `SHIFT`, width - 2 `SHIFT`): the mean maps, scaled so that a usual page of
            the layout has a likeness of 1; zero for layouts without a print of their own.
        usual: float64 (layouts,): median cosine between a page and the mean of the others of its layout.
    """

    kernels: np.ndarray
    usual: np.ndarray

    @property
    def printed(self) -> np.ndarray:
        """bool (layouts,): which layouts have a print of their own."""
        return self.usual >= LEAST_PRINT

    def likeness(self, maps: np.ndarray) -> np.ndarray:
        """Compare pages with all layouts: float64 (pages, layouts), 1 for a usual page of a layout.

        Args:
            maps: float32 (pages, height, width), what the layers of `contrast_map` return.
        """
        flat = self.kernels.reshape(len(self.kernels), -1).T
        return np.max([part.reshape(len(part), -1) @ flat for part in _shifted(maps)], axis=0).astype(np.float64)


def contrast_map(pixels: keras.KerasTensor) -> keras.KerasTensor:
    """Take light and colour from pages, by plain layers with fixed weights.

    Args:
        pixels: (b, height, width, channels) in [0, 255].

    Returns:
        (b, height, width, 1): d / (|d| + `CONTRAST`) for the difference d of a place's grey from the mean around it,
        scaled to a vector of length 1 for each page.
    """
    from keras import layers

    height, width, channels = pixels.shape[1:]
    grey = layers.Conv2D(1, 1, use_bias=False, trainable=False, name="grey", dtype="float32")
    level = grey(pixels)
    grey.set_weights([np.full((1, 1, channels, 1), 1 / channels, np.float32)])
    around = layers.AveragePooling2D(SURROUNDINGS, 1, "same", name="around", dtype="float32")(level)
    detail = layers.Subtract(name="detail", dtype="float32")([level, around])
    scaled = layers.Rescaling(1 / CONTRAST, name="scaled_detail", dtype="float32")(detail)
    soft = layers.Activation("softsign", name="soft_detail", dtype="float32")(scaled)
    flat = layers.Flatten(name="flat_detail", dtype="float32")(soft)
    unit = layers.UnitNormalization(name="unit_detail", dtype="float32")(flat)
    return layers.Reshape((height, width, 1), name="contrast_map", dtype="float32")(unit)


def learn_prints(maps: np.ndarray, labels: np.ndarray, layouts: int) -> FixedPrints:
    """Learn the fixed print of each layout from its pages.

    Args:
        maps: float32 (pages, height, width), what the layers of `contrast_map` return.
        labels: int (pages,), the layout of each, 0 to `layouts` - 1.
        layouts: Their number.
    """
    maps = np.asarray(maps, np.float32)
    inner = maps[:, SHIFT : maps.shape[1] - SHIFT, SHIFT : maps.shape[2] - SHIFT]
    kernels, usual = np.zeros((layouts, *inner.shape[1:]), np.float32), np.zeros(layouts)
    for layout in range(layouts):
        own, mine = maps[labels == layout], inner[labels == layout]
        if len(own) < 2:
            continue
        others = _unit((mine.sum(axis=0) - mine).reshape(len(mine), -1))  # a page is not compared with itself
        cosines = np.max([np.einsum("ij,ij->i", one.reshape(len(own), -1), others) for one in _shifted(own)], axis=0)
        usual[layout] = np.median(cosines)
        if usual[layout] >= LEAST_PRINT:
            kernels[layout] = _unit(mine.mean(axis=0).reshape(1, -1)).reshape(mine.shape[1:]) / usual[layout]
    return FixedPrints(kernels, usual)


def limit_of(prints: FixedPrints, maps: np.ndarray, labels: np.ndarray, passed: float) -> float:
    """Choose the likeness below which a page is of no known layout.

    What unknown layouts look like is taken from the known ones: each is a stranger to all the others, and lying on its
    side or upside down to its own too. The best of the four turns counts, since an answer may come from any of them.

    Args:
        prints: From the training pages.
        maps: float32 (4, pages, height, width) of other pages: upright, and by one, two and three quarter turns.
        labels: int (pages,), their layouts.
        passed: Share of strangers that may lie above the limit, in (0, 0.5).
    """
    likeness = np.stack([prints.likeness(one) for one in maps])
    likeness[0, np.arange(len(labels)), labels] = 0
    strangers = likeness.max(axis=(0, 2))[prints.printed[labels]]  # photos have no print: they would flatter the limit
    return float(np.quantile(strangers, 1 - passed))


def _shifted(maps: np.ndarray):
    """The part of the maps that the kernels cover, at each shift."""
    height, width = maps.shape[1] - 2 * SHIFT, maps.shape[2] - 2 * SHIFT
    for down in range(2 * SHIFT + 1):
        for right in range(2 * SHIFT + 1):
            yield maps[:, down : down + height, right : right + width]


def _unit(vectors: np.ndarray) -> np.ndarray:
    return vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-9)
