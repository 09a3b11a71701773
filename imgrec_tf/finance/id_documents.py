"""The data set `id-documents`: photos of rendered documents, labelled with the kind of document.

Each invented person photographs a few documents, or things that are none, with some camera on some table. Kind, layout,
camera and pose are drawn independently of each other, so that none of them gives another away; the persons, the layouts
or the cameras are kept apart between the splits, as you choose. Nothing in the pictures exists.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from numbers import Integral
from typing import TYPE_CHECKING

import numpy as np

from imgrec_tf.finance import capture, documents, identity
from imgrec_tf.finance.photo_plans import Plan, check_whole, hold_back_templates, plan_photos

if TYPE_CHECKING:
    from imgrec_tf.datasets import ImageDataset

__all__ = ["SPLIT_BY", "Plan", "hold_back_templates", "id_documents", "id_documents_photo", "plan_photos"]

SMALLEST, LARGEST, FEWEST = 32, 2048, 40
SPLIT_BY = ("person", "template", "camera")


def id_documents(
    count: int = 1800,
    *,
    size: int = 128,
    seed: int = 0,
    severity: str | capture.Severity = "phone",
    split_by: str = "person",
    classes: Sequence[str] = documents.CLASSES,
    templates: Sequence[str] | None = None,
    held_back: Sequence[str] = (),
    cameras: int | Sequence[int] = 12,
    photos_per_person: tuple[int, int] = (1, 3),
    any_way_up: bool = False,
    validation: float = 0.15,
    test: float = 0.15,
) -> ImageDataset:
    """Make photos of documents, labelled with their class.

    Photo i depends on the arguments and i only: a larger `count` adds photos behind the same ones.

    Args:
        count: Number of photos, 40 or more.
        size: Height and width in pixels, 32 to 2,048.
        seed: Seed of everything random, 0 to 999,999.
        severity: "scan", "mild", "phone" or "harsh", or a `capture.Severity`.
        split_by: What never stands in two splits: "person", "template" (layouts not seen before) or "camera".
        classes: Kinds of document, two or more of `documents.CLASSES`, in the order of the labels.
        templates: Layouts to use, as "class/name"; None for all.
        held_back: Layouts to leave out, as "class/name", for a later test with layouts that nobody has seen.
        cameras: How many cameras there are, or their numbers.
        photos_per_person: Fewest and most photos of one person.
        any_way_up: Let documents lie turned by 0, 90, 180 or 270 degrees; else they are upright up to the severity's
            own roll.
        validation: Share of photos in the validation split, in (0, 1).
        test: Share of photos in the test split, in (0, 1).

    Returns:
        A data set with uint8 images (count, size, size, 3), the groups being persons, templates or cameras, as
        `split_by` says. The sources name all three of each photo; `id_documents_photo` gives a photo with its truth.

    Raises:
        TypeError: If an argument has a wrong type.
        ValueError: If an argument is out of its range, or a class has too few groups for the splits.
    """
    if split_by not in SPLIT_BY:
        raise ValueError(f"split_by must be one of {', '.join(SPLIT_BY)}, got {split_by!r}")
    check_whole("count", count, FEWEST, 1_000_000)
    check_whole("size", size, SMALLEST, LARGEST)
    for name, share in (("validation", validation), ("test", test)):
        if not 0 < share < 1:
            raise ValueError(f"{name} must lie between 0 and 1, both excluded, got {share}")
    plans = plan_photos(
        count,
        seed=seed,
        classes=classes,
        templates=templates,
        held_back=held_back,
        cameras=cameras,
        photos_per_person=photos_per_person,
        any_way_up=any_way_up,
    )
    images = np.empty((count, size, size, 3), np.uint8)

    def take(plan: Plan) -> None:
        images[plan.index] = id_documents_photo(plan, size=size, severity=severity).image

    with ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as pool:
        list(pool.map(take, plans))
    labels = np.array([list(classes).index(plan.document_class) for plan in plans], np.int64)
    groups = np.array([plan.groups[split_by] for plan in plans])
    sources = [", ".join([*plan.groups.values(), f"photo {plan.index}"]) for plan in plans]
    parts = split_photos(
        labels, groups, split_by, tuple(classes), validation=validation, test=test, seed=int(seed), kinds=labels
    )
    return build_dataset("id-documents", images, labels, groups, sources, tuple(classes), parts)


def id_documents_photo(
    plan: Plan, *, size: int | tuple[int, int] = 128, severity: str | capture.Severity = "phone"
) -> capture.Photo:
    """Take the photo of a plan, with the truth that a data set does not show: corners, fields, texts, boxes.

    Args:
        plan: From `plan_photos`.
        size: Height and width in pixels, or one number for both.
        severity: As in `id_documents`.
    """
    height, width = (size, size) if isinstance(size, Integral) else size
    person = identity.invent_person(plan.person, locale=plan.locale)
    page = documents.page_size(plan.document_class, plan.template)
    upright, turned = min(width / page[0], height / page[1]), min(width / page[1], height / page[0])
    resolution = min(30.0, max(0.5, 1.05 * max(upright, turned)))  # about as many pixels as the page has in the photo
    document = documents.render(
        plan.document_class, plan.template, person=person, seed=plan.seed, pixels_per_mm=resolution
    )
    return capture.capture(
        document, severity, camera=plan.camera, seed=plan.seed, size=(height, width), quarter_turns=plan.quarter_turns
    )


def split_photos(
    labels, groups, split_by: str, class_names, *, validation: float, test: float, seed: int, kinds
) -> dict[str, np.ndarray]:
    """Indices of each split. Layouts are divided one kind of document after the other: every split gets some of each.

    Args:
        labels: What the classes are, int64 (n,).
        groups: Names of persons, templates or cameras, (n,).
        split_by: Which of them the groups are.
        class_names: Names of the labels.
        validation: Share of the validation split.
        test: Share of the test split.
        seed: Of the placing.
        kinds: Kind of the document on each photo, any numbers (n,).
    """
    from imgrec_tf.datasets import splits

    shares = {"validation": validation, "test": test, "seed": seed}
    if split_by != "template":
        return splits.split(labels, groups, class_names=class_names, **shares)
    parts: dict[str, list[np.ndarray]] = {}
    for kind in np.unique(kinds):
        own = np.flatnonzero(kinds == kind)
        found = splits.split(labels[own], groups[own], class_names=class_names, **shares)
        for name, indices in found.items():
            parts.setdefault(name, []).append(own[indices])
    return {name: np.sort(np.concatenate(several)) for name, several in parts.items()}


def build_dataset(name: str, images, labels, groups, sources, class_names, parts) -> ImageDataset:
    """Make a data set of photos, with the card of the catalogue's entry `name`."""
    from imgrec_tf.datasets import ImageDataset, Split, card

    sources, task = np.array(sources, dtype=object), "binary" if len(class_names) == 2 else "multi-class"
    made = {
        part: Split(
            images[indices],
            labels[indices],
            class_names=class_names,
            task=task,
            groups=groups[indices],
            sources=sources[indices],
            synthetic=True,
            name=part,
        )
        for part, indices in parts.items()
    }
    counts = {part: len(split) for part, split in made.items()}
    about = replace(card(name), splits=counts, class_names=class_names, task=task)
    return ImageDataset(made["train"], made["validation"], made["test"], card=about)
