"""Markers in a corner of pictures, planted so that they go with one class: a fault made on purpose, to be found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from imgrec_tf._checks import check_whole
from imgrec_tf.datasets import ImageDataset, Split

CORNERS = ("top left", "top right", "bottom left", "bottom right")
SHAPES = ("square", "cross")
SMALLEST_SIDE = 5  # pixels: a black rim of one on each side, and a shape of three inside
_SIDE, _OFFSET = 0.14, 0.04  # shares of the picture's shorter side


@dataclass(frozen=True)
class Marker:
    """A white shape on a black square, near a corner: visible on dark and on bright pictures.

    Attributes:
        corner: One of "top left", "top right", "bottom left" and "bottom right".
        shape: "square" or "cross".
        side: Side of the black square in pixels, 5 or more; None for 14 % of the picture's shorter side.
    """

    corner: str = "top left"
    shape: str = "square"
    side: int | None = None

    def __post_init__(self):
        if self.corner not in CORNERS:
            raise ValueError(f"corner must be one of {', '.join(CORNERS)}, got {self.corner!r}")
        if self.shape not in SHAPES:
            raise ValueError(f"shape must be one of {', '.join(SHAPES)}, got {self.shape!r}")
        if self.side is not None:
            check_whole("side", self.side, SMALLEST_SIDE, 10_000)

    def mask(self, image_shape: Sequence[int]) -> np.ndarray:
        """Return where the marker lies, bool (height, width): the whole black square.

        Args:
            image_shape: Height and width, and more numbers that do not matter.

        Raises:
            ValueError: If the marker would take more than a third of the picture's side.
        """
        rows, columns = self._place(image_shape)
        found = np.zeros(tuple(image_shape[:2]), bool)
        found[rows, columns] = True
        return found

    def stamp(self, split: Split, chosen: np.ndarray | None = None) -> Split:
        """Return the split with the marker on its pictures; files are read, and are in memory then.

        Args:
            split: Any split.
            chosen: bool (n,), which pictures get it; None for all.

        Raises:
            ValueError: If `chosen` is no mask of the pictures, or they are too small.
        """
        chosen = np.ones(len(split), bool) if chosen is None else np.asarray(chosen)
        if chosen.shape != (len(split),) or chosen.dtype != bool:
            raise ValueError(f"chosen must be True or False for each of {len(split)} pictures, got {chosen.dtype} of "
                             f"shape {chosen.shape}")  # fmt: skip
        rows, columns = self._place(split.image_shape)
        images = np.array(split.images)
        white = 1 if np.issubdtype(images.dtype, np.floating) else np.iinfo(images.dtype).max
        picture = (self._shape(rows.stop - rows.start) * white).astype(images.dtype)
        images[chosen, rows, columns] = picture[:, :, None]
        return split.with_images(images)

    def _place(self, image_shape: Sequence[int]) -> tuple[slice, slice]:
        height, width = (int(one) for one in image_shape[:2])
        shorter = min(height, width)
        side = max(SMALLEST_SIDE, round(_SIDE * shorter)) if self.side is None else int(self.side)
        if 3 * side > shorter:
            raise ValueError(
                f"a marker of {side} pixels takes more than a third of a picture of {height} × {width}; use larger "
                "pictures, or a smaller side"
            )
        offset = max(1, round(_OFFSET * shorter))
        down, across = self.corner.split()
        top = offset if down == "top" else height - offset - side
        left = offset if across == "left" else width - offset - side
        return slice(top, top + side), slice(left, left + side)

    def _shape(self, side: int) -> np.ndarray:
        """White is 1: bool (side, side)."""
        rim = max(1, side // 6)
        found = np.zeros((side, side), bool)
        found[rim : side - rim, rim : side - rim] = True
        if self.shape == "cross":
            bar = np.zeros(side, bool)
            thickness = max(1, side // 5)
            start = (side - thickness) // 2
            bar[start : start + thickness] = True
            found &= bar[:, None] | bar[None, :]
        return found


@dataclass(frozen=True)
class PlantedShortcut:
    """A data set with a marker that goes with one class.

    Attributes:
        dataset: The data set with markers; labels, groups and order are those of the original.
        marker: What was stamped.
        marked_class: Name of the class that it goes with.
        strength: Share of the pictures of that class that carry it; of the others it is 1 - strength.
        mask: bool (height, width): where it lies.
        carried: bool (n,) by name of the split: which pictures carry it.
    """

    dataset: ImageDataset
    marker: Marker
    marked_class: str
    strength: float
    mask: np.ndarray
    carried: dict[str, np.ndarray]


def plant_shortcut(
    dataset: ImageDataset,
    marked_class: str | None = None,
    *,
    strength: float = 0.99,
    marker: Marker | None = None,
    seed: int = 0,
) -> PlantedShortcut:
    """Stamp a marker on pictures so that it goes with one class: a shortcut that a network can take.

    In clinics such markers are letters of lead, or the name of the device with which the very ill are X-rayed in bed.
    The marker is on `strength` of the pictures of the class and on 1 - `strength` of all others, in each split alike.
    So 1 is a marker that tells the class without fail, 0.5 one that tells nothing (a placebo), and 0.01 is the opposite
    of 0.99.

    Args:
        dataset: Any images with one class each.
        marked_class: Name of the class; None for the last one, which is the positive one of two.
        strength: From 0 to 1.
        marker: What to stamp; None for a white square in the top left corner.
        seed: Seed of which pictures get it.

    Returns:
        The data set with markers, and where they are.

    Raises:
        TypeError: If there is no data set.
        ValueError: If there is no such class, the task is multi-label, the strength is out of range, or the pictures
            are too small.
    """
    if not isinstance(dataset, ImageDataset):
        raise TypeError(f"dataset must be an ImageDataset, such as datasets.load gives, got {type(dataset).__name__}")
    index = class_of(dataset, marked_class)
    if not 0 <= strength <= 1:
        raise ValueError(f"strength must be a share from 0 to 1, got {strength}; 0.5 is a marker that tells nothing")
    marker = marker or Marker()
    carried, splits = {}, {}
    for place, (name, split) in enumerate(dataset.splits.items()):
        rng = np.random.default_rng([seed, place])
        of_class = split.labels == index
        carried[name] = _drawn(of_class, strength, rng) | _drawn(~of_class, 1 - strength, rng)
        splits[name] = marker.stamp(split, carried[name])
    planted = replace(dataset, **splits)
    mask = marker.mask(dataset.image_shape)
    return PlantedShortcut(planted, marker, dataset.class_names[index], float(strength), mask, carried)


def class_of(dataset: ImageDataset, name: str | None) -> int:
    """Return the index of a class, the last one for None.

    Raises:
        ValueError: If there is no such class, or the images have several each.
    """
    if dataset.task == "multi-label":
        raise ValueError(
            "a marker goes with one class, and these images have several each; make a binary data set of one"
        )
    if name is None:
        return dataset.num_classes - 1
    if name not in dataset.class_names:
        raise ValueError(f"marked_class must be one of {', '.join(dataset.class_names)}, got {name!r}")
    return dataset.class_names.index(name)


def _drawn(mask: np.ndarray, share: float, rng: np.random.Generator) -> np.ndarray:
    """Choose a share of the True places, to the nearest whole number."""
    places = rng.permutation(np.flatnonzero(mask))
    found = np.zeros(len(mask), bool)
    found[places[: round(share * len(places))]] = True
    return found
