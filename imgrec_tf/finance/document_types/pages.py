"""Straightened pages as a data set: what a network sees that is asked for the kind of document behind a located page.

A page seen from straight above and upright looks like every other page of its layout, up to the holder's own data. A
whole photo does not. That makes the kind easy to tell, and a layout that was never learnt easy to notice.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from imgrec_tf._checks import check_whole
from imgrec_tf.finance import capture, documents, id_documents
from imgrec_tf.finance.locating import geometry
from imgrec_tf.finance.photo_plans import Plan, plan_photos
from imgrec_tf.vision.preparing import prepare

if TYPE_CHECKING:
    from imgrec_tf.datasets import ImageDataset, Split

SIZE = (80, 96)  # of a prepared page in pixels, whatever its proportions
LABELS = ("layout", "class")
_PHOTO = 256  # side of the photos that pages are cut out of, in pixels
_OFF = 0.006  # standard deviation of a corner's error, as a share of the page's size: about what locating leaves


def page_picture(page: np.ndarray, size: tuple[int, int] = SIZE) -> np.ndarray:
    """Bring an upright page to the size that a classifier takes: uint8 (*size, 3).

    It is stretched to it: how high a page is for its width, its four corners tell only about, and the print of a
    stretched page stands at the same places in any case.

    Args:
        page: uint8 (height, width, 3), as `locating.straighten` returns it.
        size: Height and width in pixels.
    """
    return (prepare(page, size, 3, "stretch") + 0.5).astype(np.uint8)


def page_split(
    plans: Sequence[Plan],
    *,
    size: tuple[int, int] = SIZE,
    severity: str | capture.Severity | Sequence[str] = "phone",
    labels: str = "layout",
    names: Sequence[str] | None = None,
    group_by: str = "person",
    name: str = "pages",
) -> Split:
    """Take the photos of some plans and straighten each by its true corners, with an error such as locating leaves.

    Args:
        plans: From `id_documents.plan_photos`.
        size: Height and width of the prepared pages in pixels.
        severity: As in `capture.capture`; of several names, the photos take turns.
        labels: "layout" labels a page with "class/name", "class" with the kind of document.
        names: The labels in order; None takes those of the plans, or all of `documents.CLASSES`.
        group_by: What the groups are: "person", "template" or "camera".
        name: Name of the split.

    Returns:
        A split with uint8 images (plans, *size, 3) in the order of the plans.

    Raises:
        ValueError: If there is no plan, a plan is of none of the names, or an argument is none of its choices.
    """
    if labels not in LABELS or group_by not in id_documents.SPLIT_BY:
        raise ValueError(
            f"labels must be one of {', '.join(LABELS)} and group_by one of {', '.join(id_documents.SPLIT_BY)}, "
            f"got {labels!r} and {group_by!r}"
        )
    shown = [plan.document_class if labels == "class" else plan.groups["template"] for plan in plans]
    if names is None:
        names = documents.CLASSES if labels == "class" else sorted(set(shown), key=_place)
    severities = (severity,) if isinstance(severity, str | capture.Severity) else tuple(severity)
    picture = partial(_page, size, severities)
    return id_documents.split_of(plans, shown, names, picture, group_by=group_by, name=name)


def page_dataset(
    count: int = 1500,
    *,
    size: tuple[int, int] = SIZE,
    severity: str | capture.Severity | Sequence[str] = ("phone", "mild", "phone", "harsh"),
    validation: float = 0.15,
    test: float = 0.15,
    **planned: Any,
) -> ImageDataset:
    """Make straightened pages, labelled with their layouts, no person in two splits.

    Args:
        count: Number of pages, 40 or more.
        size: Height and width in pixels.
        severity: As in `page_split`.
        validation: Share of the validation split, in (0, 1).
        test: Share of the test split, in (0, 1).
        **planned: What `id_documents.plan_photos` takes, such as `seed` and `templates`.

    Returns:
        A data set with uint8 images (count, *size, 3).

    Raises:
        ValueError: If an argument is out of its range.
    """
    check_whole("count", count, id_documents.FEWEST, 1_000_000)
    pages = page_split(plan_photos(count, **planned), size=size, severity=severity)
    shares = {"validation": validation, "test": test, "seed": int(planned.get("seed", 0))}
    parts = id_documents.split_photos(
        pages.labels, pages.groups, "person", pages.class_names, kinds=pages.labels, **shares
    )
    return id_documents.build_dataset("id-documents", pages, parts)


def _page(size: tuple[int, int], severities: tuple, plan: Plan) -> np.ndarray:
    photo = id_documents.id_documents_photo(plan, size=_PHOTO, severity=severities[plan.index % len(severities)])
    rng = np.random.default_rng([plan.seed, 41])
    off = rng.normal(0, _OFF * np.sqrt(geometry.area(photo.corners)), (4, 2))
    return page_picture(geometry.rectify(photo.image, photo.corners + off), size)


def _place(layout: str) -> tuple[int, int]:
    kind, name = layout.split("/")
    return documents.CLASSES.index(kind), documents.template_names(kind).index(name)
