"""The data set `id-documents`: photos of rendered documents, labelled with the kind of document.

Each invented person photographs a few documents, or things that are none, with some camera on some table. Kind, layout,
camera and pose are drawn independently of each other, so that none of them gives another away; the persons, the layouts
or the cameras are kept apart between the splits, as you choose. Nothing in the pictures exists.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from numbers import Integral
from typing import TYPE_CHECKING

import numpy as np

from imgrec_tf._checks import check_whole
from imgrec_tf._parallel import in_processes
from imgrec_tf.finance import capture, documents, identity
from imgrec_tf.finance.photo_plans import Plan, hold_back_templates, plan_photos

if TYPE_CHECKING:
    from imgrec_tf.datasets import ImageDataset, Split

__all__ = [
    "SPLIT_BY",
    "Plan",
    "hold_back_templates",
    "id_documents",
    "id_documents_photo",
    "id_documents_split",
    "plan_photos",
]

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
    _check("split_by", split_by, size)
    check_whole("count", count, FEWEST, 1_000_000)
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
    photos = id_documents_split(plans, size=size, severity=severity, classes=classes, group_by=split_by)
    shares = {"validation": validation, "test": test, "seed": int(seed)}
    parts = split_photos(photos.labels, photos.groups, split_by, photos.class_names, kinds=photos.labels, **shares)
    return build_dataset("id-documents", photos, parts)


def id_documents_split(
    plans: Sequence[Plan],
    *,
    size: int = 128,
    severity: str | capture.Severity = "phone",
    classes: Sequence[str] = documents.CLASSES,
    group_by: str = "person",
    name: str = "photos",
) -> Split:
    """Take the photos of some plans, as one split: for a test with layouts, cameras or a severity of your choice.

    Args:
        plans: From `plan_photos`.
        size: Height and width in pixels, 32 to 2,048.
        severity: As in `id_documents`.
        classes: Kinds of document, in the order of the labels; every plan shows one of them.
        group_by: What the groups are: "person", "template" or "camera".
        name: Name of the split, for tables and figures.

    Returns:
        A split with uint8 images (plans, size, size, 3) in the order of the plans.

    Raises:
        ValueError: If there is no plan, a plan shows another class, or an argument is out of its range.
    """
    _check("group_by", group_by, size)
    shown = [plan.document_class for plan in plans]
    return split_of(plans, shown, classes, partial(_image, size, severity), group_by=group_by, name=name)


def split_of(
    plans: Sequence[Plan],
    shown: Sequence[str],
    names: Sequence[str],
    picture: Callable[[Plan], np.ndarray],
    *,
    group_by: str,
    name: str,
) -> Split:
    """Make the picture of each plan, in several processes, and put them together as one split.

    Args:
        plans: From `plan_photos`.
        shown: What each plan shows.
        names: The labels in order.
        picture: Makes a uint8 array of a plan; a function that other processes can import, or a `partial` of one.
        group_by: "person", "template" or "camera".
        name: Name of the split.

    Raises:
        ValueError: If there is no plan, or one shows what is not among the names.
    """
    from imgrec_tf.datasets import Split

    names = tuple(names)
    if not plans:
        raise ValueError("plans is empty; make some with plan_photos")
    others = sorted(set(shown) - set(names))
    if others:
        listed = ", ".join(names)
        raise ValueError(f"plans show {', '.join(others)}, which is not among {listed}; add it to classes or names")
    return Split(
        np.stack(in_processes(picture, plans)),
        np.array([names.index(one) for one in shown], np.int64),
        class_names=names,
        task="binary" if len(names) == 2 else "multi-class",
        groups=np.array([plan.groups[group_by] for plan in plans]),
        sources=np.array([", ".join([*plan.groups.values(), f"photo {plan.index}"]) for plan in plans], dtype=object),
        synthetic=True,
        name=name,
    )


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


def _image(size: int, severity: str | capture.Severity, plan: Plan) -> np.ndarray:
    return id_documents_photo(plan, size=size, severity=severity).image


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


def build_dataset(name: str, photos: Split, parts: dict[str, np.ndarray]) -> ImageDataset:
    """Make a data set of photos, with the card of the catalogue's entry `name`."""
    from imgrec_tf.datasets import ImageDataset, card

    made = {part: photos.subset(indices, part) for part, indices in parts.items()}
    counts = {part: len(split) for part, split in made.items()}
    about = replace(card(name), splits=counts, class_names=photos.class_names, task=photos.task)
    return ImageDataset(made["train"], made["validation"], made["test"], card=about)


def _check(name: str, groups: str, size: int) -> None:
    if groups not in SPLIT_BY:
        raise ValueError(f"{name} must be one of {', '.join(SPLIT_BY)}, got {groups!r}")
    check_whole("size", size, SMALLEST, LARGEST)
