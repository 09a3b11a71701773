"""The check that every training can afford: equal images and shared groups, in well under a second."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING

import numpy as np

from imgrec_tf.vision.pixels import SIXTEEN_BIT_STEP, to_pixels

if TYPE_CHECKING:
    from imgrec_tf.datasets.dataset import ImageDataset

_MOST_BYTES = 600_000_000  # of pixels to hash: about a second
_MOST_FILES = 50_000  # whose length is asked for


def quick_leaks(dataset: ImageDataset) -> str | None:
    """Look for equal images and shared groups in the splits, fast enough to be done before every training.

    Arrays are compared by their pixels; image files by their bytes, and only those whose lengths agree are read. Near
    duplicates are not looked for: `leak_report` does that.

    Args:
        dataset: The data set.

    Returns:
        One sentence on what was found, or on what was left out because there is too much of it; None when nothing was
        found.
    """
    splits = dataset.splits
    findings = []
    keys, left_out = _keys(dataset)
    sets = {name: set(found) for name, found in keys.items()} if keys else {}
    for first, second in (("train", "validation"), ("train", "test"), ("validation", "test")):
        if first not in splits or second not in splits:
            continue
        shared = len([key for key in keys[second] if key in sets[first]]) if keys else 0
        if shared:
            findings.append(f"{shared:,} of the {second} images stand in {first} too")
        a, b = splits[first].groups, splits[second].groups
        groups = len(np.intersect1d(a, b)) if a is not None and b is not None else 0
        if groups:
            findings.append(f"{groups:,} groups stand in both {first} and {second}")
    if findings:
        return f"The splits of {dataset.card.name} leak: {'; '.join(findings)}. See datasets.leak_report(dataset)."
    return left_out


def has_deep_images(dataset: ImageDataset) -> bool:
    """Tell whether any split holds other images than 8-bit ones."""
    return any(split.images.dtype != np.uint8 for split in dataset.splits.values())


def hash_images(images: np.ndarray, *, deep: bool) -> list[bytes]:
    """Return a hash of each image's pixel values.

    Args:
        images: (n, height, width, channels), uint8, uint16 or float32 in [0, 1].
        deep: Compare on the scale of 16 bits, on which all three types agree; uint8 images alone need it not.
    """
    if deep and images.dtype != np.uint16:
        images = np.rint(to_pixels(images) * SIXTEEN_BIT_STEP).astype(np.uint16)
    images = np.ascontiguousarray(images)
    return [hashlib.blake2b(image.data, digest_size=16).digest() for image in images]


def _keys(dataset: ImageDataset) -> tuple[dict[str, list] | None, str | None]:
    """Return what tells images apart, by split; or why it was not looked at."""
    splits = dataset.splits
    see = "datasets.leak_report(dataset) looks at all of them."
    if all(isinstance(split.images, np.ndarray) for split in splits.values()):
        size = sum(split.images.nbytes for split in splits.values())
        if size > _MOST_BYTES:
            return None, f"Equal images were not looked for in {size / 1e9:.1f} GB of pixels; {see}"
        deep = has_deep_images(dataset)
        return {name: hash_images(split.images, deep=deep) for name, split in splits.items()}, None
    paths = {name: getattr(split.images, "paths", None) for name, split in splits.items()}
    if any(found is None for found in paths.values()):
        return None, None
    count = sum(map(len, paths.values()))
    if count > _MOST_FILES:
        return None, f"Equal images were not looked for in {count:,} files; {see}"
    lengths = {name: [_length(path) for path in found] for name, found in paths.items()}
    wanted = _lengths_in_two_splits(lengths)
    if sum(length for found in lengths.values() for length in found if length in wanted) > _MOST_BYTES:
        return None, f"Equal images were not looked for, as too many files have the same length; {see}"
    keys = {}
    for name, found in paths.items():
        chosen = [(path, length) for path, length in zip(found, lengths[name]) if length in wanted]
        read = (_file_key(path, length) for path, length in chosen)
        keys[name] = [key for key in read if key is not None]
    return keys, None


def _length(path: str) -> int:
    try:
        return os.stat(path).st_size  # noqa: PTH116 (a Path each for 50,000 files takes longer than the question)
    except OSError:
        return -1


def _lengths_in_two_splits(lengths: dict[str, list[int]]) -> set[int]:
    seen: dict[int, str] = {}
    return {
        length
        for name, found in lengths.items()
        for length in found
        if length > 0 and seen.setdefault(length, name) != name
    }


def _file_key(path: str, length: int) -> tuple[int, bytes] | None:
    try:
        with open(path, "rb") as file:  # noqa: PTH123
            return length, hashlib.blake2b(file.read(), digest_size=16).digest()
    except OSError:
        return None
