"""Synthetic nuclei under a microscope, with exact masks: the default data of the lesson on segmentation.

Two kinds of picture: fluorescence (bright nuclei on a dark ground) and bright field (dark ones on a light ground). What
makes real ones hard is drawn too: nuclei that touch, faint beside bright ones, some out of focus, dirt, uneven light,
and noise of photons and of the camera. The mask comes from the outlines, before any of this.

No cell was photographed for them. A figure measured on them says nothing about a laboratory.
"""

from __future__ import annotations

from functools import partial

import numpy as np
from scipy import ndimage

from imgrec_tf._checks import check_whole
from imgrec_tf._parallel import in_processes
from imgrec_tf.medical.segmentation.data_set import MaskDataset, from_arrays
from imgrec_tf.medical.segmentation.outlines import depth_inside, number_pixels, place_nuclei

_GOLDEN = 0.6180339887498949


def cells_phantom(
    count: int = 120,
    *,
    size: int = 128,
    seed: int = 0,
    bright_field: float = 0.25,
    crowding: float = 0.4,
    images_per_slide: int = 2,
    validation: float = 0.15,
    test: float = 0.25,
) -> MaskDataset:
    """Make synthetic pictures of nuclei with exact masks, split by slide.

    A slide keeps its kind, its typical nucleus, its light and its noise over all of its pictures. Picture i depends on
    `seed`, `size`, i and the shares only: a larger `count` adds pictures behind the same ones.

    Args:
        count: Number of pictures, 12 or more. 100 of 128 pixels take about two seconds of one core.
        size: Height and width in pixels, 64 to 1024.
        seed: Seed of everything random, 0 or more.
        bright_field: Share of slides with dark nuclei on a light ground, in [0, 1].
        crowding: Share of nuclei that are put beside another one so that they touch, in [0, 1].
        images_per_slide: Pictures of one slide, 1 or more; they stay in one split.
        validation: Share of the pictures, in (0, 1).
        test: Share of the pictures, in (0, 1).

    Returns:
        A data set with uint8 pictures (size, size), slides as groups.

    Raises:
        TypeError: If a number is not whole.
        ValueError: If an argument is out of its range.
    """
    check_whole("count", count, 12, 1_000_000)
    check_whole("size", size, 64, 1024)
    check_whole("seed", seed, 0, 2**63)
    check_whole("images_per_slide", images_per_slide, 1, 1000)
    for name, share in (("bright_field", bright_field), ("crowding", crowding)):
        if not 0 <= share <= 1:
            raise ValueError(f"{name} must lie between 0 and 1, got {share}")
    make = partial(
        _picture, size=size, seed=seed, bright_field=bright_field, crowding=crowding, per_slide=images_per_slide
    )
    made = in_processes(make, range(count))
    slides = [f"slide {place // images_per_slide:03d}" for place in range(count)]
    return from_arrays(
        [picture for picture, _ in made],
        [mask for _, mask in made],
        groups=slides,
        names=[f"{slide}, view {place % images_per_slide + 1}" for place, slide in enumerate(slides)],
        validation=validation,
        test=test,
        seed=seed,
        card=_card(),
    )


def _picture(place: int, size: int, seed: int, bright_field: float, crowding: float, per_slide: int):
    """Return picture and mask number `place`."""
    slide = np.random.default_rng([seed, 0, place // per_slide])
    # Spread evenly over the slides, so that a short series has its share of both kinds.
    dark = (np.random.default_rng([seed, 2]).random() + place // per_slide * _GOLDEN) % 1.0 < bright_field
    radius = slide.uniform(5.5, 12.0) * (size / 128) ** 0.5
    cover = slide.uniform(0.08, 0.34)  # share of the picture that nuclei take
    light, ramp, turn = slide.uniform(0.25, 0.9), slide.uniform(0.0, 0.5), slide.uniform(0, 2 * np.pi)
    photons, blur = np.exp(slide.uniform(np.log(25), np.log(400))), slide.uniform(0.6, 1.1)

    rng = np.random.default_rng([seed, 1, place])
    tried = max(3, round(cover * size**2 / (np.pi * radius**2)))
    nuclei = place_nuclei(rng, size, tried, radius, crowding)
    mask = number_pixels(nuclei, size)
    stain = _stain(rng, nuclei, mask, blur)
    down, right = np.mgrid[-0.5 : 0.5 : size * 1j, -0.5 : 0.5 : size * 1j]
    uneven = 1 + ramp * (right * np.cos(turn) + down * np.sin(turn)) - 0.6 * ramp * (right**2 + down**2)
    haze = _cloud(rng, size, size / 6)
    if dark:
        signal = uneven * (0.85 + 0.04 * haze) * np.exp(-0.9 * light * stain)
        photons = 4 * photons
    else:
        signal = uneven * (0.05 + light * (stain + 0.06 * np.abs(haze)))
    signal = rng.poisson(np.maximum(signal, 0) * photons) / photons + rng.normal(0, 0.01, mask.shape)
    return np.round(255 * np.clip(signal, 0, 1)).astype(np.uint8), mask


def _stain(rng: np.random.Generator, nuclei, mask: np.ndarray, blur: float) -> np.ndarray:
    """Return the dye above each pixel: about 1 in a typical nucleus; some are out of focus, some of it is dirt."""
    size = len(mask)
    texture = 1 + 0.18 * _cloud(rng, size, 1.6)
    sharp, soft = np.zeros(mask.shape, np.float32), np.zeros(mask.shape, np.float32)
    for number, nucleus in enumerate(nuclei, 1):
        place, depth = depth_inside(nucleus, size)
        amount = float(np.clip(rng.lognormal(0, 0.3), 0.4, 1.8))
        rounded = 0.75 + 0.25 * np.sqrt(np.clip(depth, 0, 1))  # thinner towards its edge
        (soft if rng.random() < 0.15 else sharp)[place] += amount * rounded * (mask[place] == number)
    for _ in range(int(rng.poisson(1.5))):  # dirt: small, bright, and no nucleus
        row, column = rng.integers(0, size, 2)
        sharp[row : row + 2, column : column + 2] += rng.uniform(0.5, 1.5)
    return ndimage.gaussian_filter(sharp * texture, blur) + ndimage.gaussian_filter(soft, 2.2 * blur)


def _cloud(rng: np.random.Generator, size: int, scale: float) -> np.ndarray:
    """Return smooth noise with mean 0 and standard deviation 1, float (size, size)."""
    step = max(1, int(scale / 2))  # drawn coarsely where it is smooth, and enlarged
    coarse = ndimage.gaussian_filter(rng.standard_normal((size // step + 4,) * 2), scale / step)
    fine = ndimage.zoom(coarse, step, order=1)[:size, :size]
    return (fine - fine.mean()) / max(fine.std(), 1e-6)


def _card():
    from imgrec_tf.datasets import DatasetCard

    return DatasetCard(
        "cells-phantom",
        "Synthetic nuclei under a microscope, with exact masks",
        "multi-class",
        ("background", "nucleus"),
        synthetic=True,
        source="Made on the spot by imgrec_tf.medical.segmentation; no cell was photographed",
        licence="Apache-2.0, as imgrec_tf",
        citation="imgrec_tf",
        intended_use="Teaching without a download, and testing programs. Says nothing about real cells. Never for "
        "clinical use.",
    )
