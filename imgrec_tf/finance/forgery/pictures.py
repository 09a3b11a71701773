"""Pictures of the data set `forged-documents`: what each stands for, how they are split, and how they are saved."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from imgrec_tf._checks import check_whole
from imgrec_tf.finance.forgery.forged import KINDS
from imgrec_tf.finance.id_documents import SPLIT_BY, build_dataset, split_photos
from imgrec_tf.finance.photo_plans import Plan

if TYPE_CHECKING:
    from imgrec_tf.datasets import ImageDataset, Split

CLASS_NAMES = ("genuine", "forged")
SPLITS = (*SPLIT_BY, "random")
QUALITY, PLANTED = 92, 70  # JPEG quality of every picture, and of forged ones with the shortcut
_SOURCE = re.compile(
    r"(?P<person>person \d+), (?P<template>[^,]+), (?P<camera>camera \d+), photo (?P<photo>\d+), "
    r"place (?P<place>\d+ \d+ \d+ \d+), field \w+, kind (?P<kind>\w+)"
)


def kinds_in(split: Split) -> np.ndarray:
    """Return the kind of forgery that each picture of a split stands for, whether it is forged or not: text (n,).

    Raises:
        ValueError: If the split is not of `forged_documents`.
    """
    return np.array([one["kind"] for one in _read(split)])


def places_in(split: Split) -> np.ndarray:
    """Return where the forged field lies in each picture, or would lie if it were forged: bool (n, height, width).

    A rectangle around all that the forger pasted; the whole picture for a recaptured page.

    Raises:
        ValueError: If the split is not of `forged_documents`.
    """
    found = np.zeros((len(split), *split.image_shape[:2]), bool)
    for mask, (left, top, right, bottom) in zip(found, boxes_in(split)):
        mask[top:bottom, left:right] = True
    return found


def boxes_in(split: Split) -> list[tuple[int, ...]]:
    """The rectangles of `places_in`: left, top, right, bottom each."""
    return [tuple(int(edge) for edge in one["place"].split()) for one in _read(split)]


def resplit(
    dataset: ImageDataset, split_by: str, *, validation: float = 0.15, test: float = 0.15, seed: int = 0
) -> ImageDataset:
    """Split the same pictures in another way, without taking new photos.

    Args:
        dataset: From `forged_documents`.
        split_by: As in `forged_documents`.
        validation: Share of the validation split, in (0, 1).
        test: Share of the test split, in (0, 1).
        seed: Which group goes where.

    Returns:
        A new data set with the same pictures.

    Raises:
        ValueError: If the data set is not of `forged_documents`, or there are too few groups for the splits.
    """
    if split_by not in SPLITS:
        raise ValueError(f"split_by must be one of {', '.join(SPLITS)}, got {split_by!r}")
    parts = list(dataset.splits.values())
    photos = np.concatenate([[int(one["photo"]) for one in _read(part)] for part in parts])
    order = np.argsort(photos, kind="stable")
    from imgrec_tf.datasets import Split

    whole = Split(
        np.concatenate([part.images for part in parts])[order],
        np.concatenate([part.labels for part in parts])[order],
        class_names=dataset.class_names,
        task="binary",
        sources=np.concatenate([part.sources for part in parts])[order],
        synthetic=True,
    )
    return divided(whole, split_by, validation=validation, test=test, seed=seed)


def resave(dataset: ImageDataset, quality: int, *, label: str | None = None) -> ImageDataset:
    """Save pictures once more as JPEG: those of one class, which plants a shortcut, or all, which takes it away.

    A network that is to find forgeries must give a genuine picture that was saved once more the score of a genuine one:
    the placebo.

    Args:
        dataset: Of uint8 images.
        quality: Of the JPEG file, 1 to 100, as the IJG's library scales its tables.
        label: Name of the class whose pictures are saved once more; None for all.

    Raises:
        TypeError: If the quality is not whole.
        ValueError: If it is out of range, or there is no such class.
    """
    check_whole("quality", quality, 1, 100)
    if label is not None and label not in dataset.class_names:
        raise ValueError(f"label must be one of {', '.join(dataset.class_names)}, or None for all, got {label!r}")

    def again(split: Split) -> Split:
        chosen = np.ones(len(split), bool) if label is None else split.labels == dataset.class_names.index(label)
        images = [saved(image, quality) if one else image for image, one in zip(split.images, chosen)]
        return split.with_images(np.stack(images))

    return replace(dataset, **{name: again(split) for name, split in dataset.splits.items()})


def saved(image: np.ndarray, quality: int) -> np.ndarray:
    """Save a picture as JPEG and read it back: uint8 of the same shape."""
    file = io.BytesIO()
    Image.fromarray(image).save(file, "JPEG", quality=int(quality), subsampling=0)
    return np.asarray(Image.open(file))


def describe(plan: Plan, kind: str, field: str, place) -> str:
    """What a picture stands for, as its source tells it."""
    box = " ".join(str(int(edge)) for edge in place)
    return ", ".join([*plan.groups.values(), f"photo {plan.index}", f"place {box}", f"field {field}", f"kind {kind}"])


def divided(pictures: Split, split_by: str, *, validation: float, test: float, seed: int) -> ImageDataset:
    """Make a data set of pictures whose sources tell what they belong to."""
    told = _read(pictures)
    if split_by == "random":
        groups = np.array([f"picture {number}" for number in range(len(told))])
    else:
        groups = np.array([one[split_by] for one in told])
    kept = type(pictures)(
        pictures.images,
        pictures.labels,
        class_names=pictures.class_names,
        task=pictures.task,
        groups=groups,
        sources=pictures.sources,
        synthetic=True,
    )
    classes = np.array([one["template"].partition("/")[0] for one in told])
    shares = {"validation": validation, "test": test, "seed": seed}
    parts = split_photos(kept.labels, groups, split_by, CLASS_NAMES, kinds=classes, **shares)
    return build_dataset("forged-documents", kept, parts)


def _read(split: Split) -> list[re.Match]:
    found = [_SOURCE.fullmatch(str(source)) for source in (split.sources if split.sources is not None else ())]
    if len(found) != len(split) or not all(one and one["kind"] in KINDS for one in found):
        raise ValueError("the sources of this split name no kinds of forgery; give a split of forged_documents")
    return found
