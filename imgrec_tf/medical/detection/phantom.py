"""Synthetic blood smears with exact boxes: the default data of the lesson on detection and counting.

What makes real ones hard is drawn too: cells that touch and overlap, cells cut by the edge, stains that differ from
slide to slide, blur, noise, uneven light, and dirt that looks like a platelet.

No blood was photographed for them. A figure measured on them says nothing about a laboratory.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from imgrec_tf._checks import check_whole
from imgrec_tf._parallel import in_processes
from imgrec_tf.medical.detection.data_set import BoxDataset, from_arrays
from imgrec_tf.medical.detection.smear import boxes_of_cells, paint, place_cells

CLASS_NAMES = ("red cell", "white cell", "platelet")


def blood_phantom(
    count: int = 140,
    *,
    height: int = 128,
    width: int = 160,
    seed: int = 0,
    crowding: float = 0.4,
    images_per_slide: int = 2,
    validation: float = 0.2,
    test: float = 0.3,
) -> BoxDataset:
    """Make synthetic pictures of blood smears with exact boxes, split by slide.

    A slide keeps its stain, its light, its density of cells and its sharpness over all of its pictures. Picture i
    depends on `seed`, the sizes, i and the shares only: a larger `count` adds pictures behind the same ones.

    Args:
        count: Number of pictures, 12 or more. 100 of 128 × 160 pixels take about three seconds of one core.
        height: Height in pixels, 64 to 1024; cells keep their size, about 24 pixels for a red one.
        width: Width in pixels, 64 to 1024.
        seed: Seed of everything random, 0 or more.
        crowding: Share of red cells that are put beside another one so that they touch or overlap, in [0, 1].
        images_per_slide: Pictures of one slide, 1 or more; they stay in one split.
        validation: Share of the pictures, in (0, 1).
        test: Share of the pictures, in (0, 1).

    Returns:
        A data set with the classes red cell, white cell and platelet, slides as groups.

    Raises:
        TypeError: If a number is not whole.
        ValueError: If an argument is out of its range.
    """
    check_whole("count", count, 12, 1_000_000)
    check_whole("height", height, 64, 1024)
    check_whole("width", width, 64, 1024)
    check_whole("seed", seed, 0, 2**63)
    check_whole("images_per_slide", images_per_slide, 1, 1000)
    if not 0 <= crowding <= 1:
        raise ValueError(f"crowding must lie between 0 and 1, got {crowding}")
    make = partial(
        _picture, height=height, width=width, seed=seed, crowding=crowding, per_slide=images_per_slide
    )  # fmt: skip
    made = in_processes(make, range(count))
    slides = [f"slide {place // images_per_slide:03d}" for place in range(count)]
    return from_arrays(
        *([one[part] for one in made] for part in range(3)),
        CLASS_NAMES,
        groups=slides,
        names=[f"{slide}, view {place % images_per_slide + 1}" for place, slide in enumerate(slides)],
        validation=validation,
        test=test,
        seed=seed,
        card=_card(),
    )


def _picture(place: int, height: int, width: int, seed: int, crowding: float, per_slide: int):
    """Return picture, boxes and labels number `place`."""
    slide = np.random.default_rng([seed, 0, place // per_slide])
    radius = slide.uniform(10.5, 13.5)
    density = slide.uniform(0.3, 0.65)  # share of the picture that red cells would cover side by side
    stain = slide.uniform(0.7, 1.3) * slide.uniform(0.88, 1.12, 3)
    light = np.array([0.93, 0.9, 0.91]) * slide.uniform(0.88, 1.04) * slide.uniform(0.97, 1.03, 3)
    blur, noise = slide.uniform(0.4, 1.6), slide.uniform(0.003, 0.01)

    rng = np.random.default_rng([seed, 1, place])
    reds = max(1, round(density * height * width / (np.pi * radius**2)))
    whites = int(rng.choice([0, 1, 2], p=[0.2, 0.6, 0.2]))
    cells = place_cells(rng, height, width, radius, (reds, whites, int(rng.poisson(2.5))), crowding)
    picture = paint(rng, cells, height, width, stain=stain, light=np.minimum(light, 0.98), blur=blur, noise=noise)
    return picture, *boxes_of_cells(cells, height, width)


def _card():
    from imgrec_tf.datasets import DatasetCard

    return DatasetCard(
        "blood-phantom",
        "Synthetic blood smears with exact boxes",
        "multi-label",
        CLASS_NAMES,
        synthetic=True,
        source="Made on the spot by imgrec_tf.medical.detection; no blood was photographed",
        licence="Apache-2.0, as imgrec_tf",
        citation="imgrec_tf",
        intended_use="Teaching without a download, and testing programs. Says nothing about real blood. Never for "
        "clinical use.",
    )
