"""The data set `forged-documents`: crops of fields, or whole pages, labelled genuine or forged.

Kind of forgery and field are drawn before the label, camera and layout independently of it, and both labels come from
the same photos: what is left to learn is the forgery. Two faults can be planted on purpose, to be found: see `shortcut`
and `placebo`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from imgrec_tf._checks import check_whole
from imgrec_tf._parallel import in_processes
from imgrec_tf.finance import capture
from imgrec_tf.finance.forgery import photographed, traced_pages
from imgrec_tf.finance.forgery.forged import KINDS
from imgrec_tf.finance.forgery.pictures import CLASS_NAMES, PLANTED, QUALITY, SPLITS, describe, divided, saved
from imgrec_tf.finance.forgery.traced_pages import TracedPage
from imgrec_tf.finance.photo_plans import Plan, plan_photos

if TYPE_CHECKING:
    from imgrec_tf.datasets import ImageDataset

CLASSES = ("portrait_side", "passport", "id_card_td1")
SHORTCUTS = ("jpeg_quality",)
LARGEST = 1024
MOST_EDITS = 6  # fields that are looked at on a page; more crops show the same fields again


def forged_pages(
    count: int = 300,
    *,
    crops_per_photo: int = 12,
    seed: int = 0,
    severity: str | capture.Severity = "mild",
    kinds: Sequence[str] = KINDS,
    classes: Sequence[str] = CLASSES,
    templates: Sequence[str] | None = None,
    held_back: Sequence[str] = (),
    cameras: int | Sequence[int] = 12,
    skill: float = 0.5,
    placebo: float = 0.5,
) -> list[TracedPage]:
    """Photograph pages with genuine and forged fields, and keep what detectors look at: traces of places, and crops.

    Every page is rendered, forged or not, photographed by a simulated camera and straightened by its exact corners. It
    holds genuine and forged fields side by side, except for recaptured pages, which are forged as a whole.

    Args:
        count: Number of photos, 40 or more.
        crops_per_photo: How many crops a photo gives at most, 2 to 24; a crop with a sliver of a forgery is left out.
        seed: Seed of everything random, 0 to 999,999.
        severity: "scan", "mild", "phone" or "harsh", or a `capture.Severity`.
        kinds: Kinds of forgery, of `KINDS`.
        classes: Kinds of document, two or more that carry the mark.
        templates: Layouts to use, as "class/name"; None for all.
        held_back: Layouts to leave out.
        cameras: How many cameras there are, or their numbers.
        skill: Of the forgers, 0 (clumsy) to 1 (careful), as in `forge`.
        placebo: Share of the genuine fields on which the forger's tool was used without changing anything, in [0, 1].

    Returns:
        One page a photo: `place_table` makes rows of their places for `fit_traces`, `crops_of_pages` a data set of
        pictures for a network.

    Raises:
        TypeError: If an argument has a wrong type.
        ValueError: If an argument is out of its range.
    """
    about = _Photos(crops_per_photo, severity, _kinds(kinds), skill, placebo, True)
    plans = _planned(count, seed, classes, templates, held_back, cameras)
    return in_processes(about.take, plans)


def crops_of_pages(
    pages: Sequence[TracedPage],
    split_by: str = "person",
    *,
    validation: float = 0.15,
    test: float = 0.15,
    seed: int = 0,
    shortcut: str | None = None,
) -> ImageDataset:
    """Make a data set of the crops of pages; arguments and result as in `forged_documents`.

    Args:
        pages: From `forged_pages`.
        split_by: What never stands in two splits: "person", "template", "camera", or "random".
        validation: Share of the validation split, in (0, 1).
        test: Share of the test split, in (0, 1).
        seed: Which group goes where.
        shortcut: As in `forged_documents`.

    Raises:
        ValueError: If an argument is out of its range, or there are too few groups for the splits.
    """
    _check_division(split_by, shortcut, validation, test)
    rows = [(page.plan, *one) for page in pages for one in page.crops]
    return _divided(rows, split_by, validation, test, int(seed), shortcut)


def forged_documents(
    count: int = 300,
    *,
    what: str = "crops",
    crops_per_photo: int = 12,
    size: tuple[int, int] = (160, 224),
    seed: int = 0,
    severity: str | capture.Severity = "mild",
    split_by: str = "person",
    kinds: Sequence[str] = KINDS,
    classes: Sequence[str] = CLASSES,
    templates: Sequence[str] | None = None,
    held_back: Sequence[str] = (),
    cameras: int | Sequence[int] = 12,
    skill: float = 0.5,
    placebo: float = 0.5,
    shortcut: str | None = None,
    validation: float = 0.15,
    test: float = 0.15,
) -> ImageDataset:
    """Make pictures of genuine and forged fields, or of whole pages: `forged_pages` without the traces.

    Every picture is saved as JPEG of one quality.

    Args:
        count: Number of photos, 40 or more.
        what: "crops" for crops of fields, (96, 192) pixels; "pages" for one picture a photo.
        crops_per_photo: As in `forged_pages`.
        size: Height and width of whole pages in pixels, 32 to 1,024.
        seed: Seed of everything random, 0 to 999,999.
        severity: As in `forged_pages`.
        split_by: What never stands in two splits: "person", "template", "camera", or "random" for a split that keeps
            nothing apart, whose figures flatter.
        kinds: Kinds of forgery, of `KINDS`.
        classes: Kinds of document, two or more that carry the mark.
        templates: Layouts to use, as "class/name"; None for all.
        held_back: Layouts to leave out.
        cameras: How many cameras there are, or their numbers.
        skill: Of the forgers, 0 (clumsy) to 1 (careful), as in `forge`.
        placebo: Share of the genuine fields on which the forger's tool was used without changing anything, in [0, 1].
        shortcut: "jpeg_quality" saves forged pictures at a lower JPEG quality: a fault that a network learns in place
            of the forgery. None for no fault.
        validation: Share of the validation split, in (0, 1).
        test: Share of the test split, in (0, 1).

    Returns:
        A data set with uint8 images, classes "genuine" and "forged", the groups being persons, templates or cameras
        ("random" has pictures' numbers only). `kinds_in` and `places_in` tell kind and place of the forgery that each
        picture stands for, `resplit` splits the same pictures in another way.

    Raises:
        TypeError: If an argument has a wrong type.
        ValueError: If an argument is out of its range, or a class has too few groups for the splits.
    """
    if what not in ("crops", "pages"):
        raise ValueError(f'what must be "crops" or "pages", got {what!r}')
    _check_division(split_by, shortcut, validation, test)
    about = _Photos(crops_per_photo, severity, _kinds(kinds), skill, placebo, False)
    about = replace(about, size=_size(size) if what == "pages" else None)
    plans = _planned(count, seed, classes, templates, held_back, cameras)
    found = in_processes(about.take, plans)
    rows = [(plan, *one) for plan, several in zip(plans, found) for one in several]
    return _divided(rows, split_by, validation, test, int(seed), shortcut)


@dataclass(frozen=True)
class _Photos:
    """How photos are taken, and what is kept of each."""

    crops_per_photo: int
    severity: str | capture.Severity
    kinds: tuple[str, ...]
    skill: float
    placebo: float
    traces: bool
    size: tuple[int, int] | None = None

    def __post_init__(self):
        check_whole("crops_per_photo", self.crops_per_photo, 2, 24)
        for name, share in (("placebo", self.placebo), ("skill", self.skill)):
            if not 0 <= share <= 1:
                raise ValueError(f"{name} must be a share between 0 and 1, got {share}")

    def take(self, plan: Plan):
        """Photograph one page: a `TracedPage`, or rows of (picture, label, kind, field, place)."""
        edits = 1 if self.size else min(max(2, self.crops_per_photo // 2), MOST_EDITS)
        page = photographed.take_page(
            plan, self.kinds, edits=edits, severity=self.severity, placebo=self.placebo, skill=self.skill
        )
        if self.size:
            height, width = self.size
            small = Image.fromarray(page.image).resize((width, height), Image.Resampling.BILINEAR)
            scale = np.array([width, height] * 2) / ([*page.image.shape[1::-1]] * 2)
            place = np.round(np.array(page.edits[0].region) * scale).astype(int)
            return [(np.asarray(small), int(page.forged[0]), page.edits[0].kind, page.edits[0].field, place)]
        rng = np.random.default_rng([plan.seed, 42])
        crops = photographed.crops_of(page, max(1, self.crops_per_photo // edits), rng)
        return traced_pages.traced(plan, page, crops) if self.traces else crops


def _planned(count, seed, classes, templates, held_back, cameras) -> list[Plan]:
    check_whole("count", count, 40, 1_000_000)
    return plan_photos(count, seed=seed, classes=classes, templates=templates, held_back=held_back, cameras=cameras)


def _check_division(split_by, shortcut, validation, test) -> None:
    if split_by not in SPLITS:
        raise ValueError(f"split_by must be one of {', '.join(SPLITS)}, got {split_by!r}")
    if shortcut not in (None, *SHORTCUTS):
        raise ValueError(f"shortcut must be None or one of {', '.join(SHORTCUTS)}, got {shortcut!r}")
    for name, share in (("validation", validation), ("test", test)):
        if not 0 < share < 1:
            raise ValueError(f"{name} must be a share between 0 and 1, got {share}")


def _divided(rows, split_by: str, validation: float, test: float, seed: int, shortcut: str | None) -> ImageDataset:
    from imgrec_tf.datasets import Split

    pictures = Split(
        np.stack([saved(image, PLANTED if shortcut and label else QUALITY) for _, image, label, *_ in rows]),
        np.array([label for _, _, label, *_ in rows], np.int64),
        class_names=CLASS_NAMES,
        task="binary",
        sources=np.array([describe(plan, kind, field, place) for plan, _, _, kind, field, place in rows], dtype=object),
        synthetic=True,
    )
    return divided(pictures, split_by, validation=validation, test=test, seed=seed)


def _kinds(kinds) -> tuple[str, ...]:
    chosen = (kinds,) if isinstance(kinds, str) else tuple(kinds)
    unknown = [one for one in chosen if one not in KINDS]
    if unknown or not chosen or len(set(chosen)) < len(chosen):
        raise ValueError(f"kinds must be one or more of {', '.join(KINDS)}, each once, got {kinds!r}")
    return chosen


def _size(size) -> tuple[int, int]:
    try:
        height, width = size
    except (TypeError, ValueError):
        raise ValueError(f"size must be height and width such as (160, 224), got {size!r}") from None
    check_whole("size[0]", height, 32, LARGEST)
    check_whole("size[1]", width, 32, LARGEST)
    return int(height), int(width)
