"""The data set `forged-documents`: crops of fields, or whole pages, labelled genuine or forged.

Kind of forgery and field are drawn before the label, camera and layout independently of it, and both labels come from
the same photos: what is left to learn is the forgery. Two faults can be planted on purpose, to be found: see `shortcut`
and `placebo`.
"""

from __future__ import annotations

import io
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from imgrec_tf._checks import check_whole
from imgrec_tf.finance import capture
from imgrec_tf.finance.forgery import photographed
from imgrec_tf.finance.forgery.forged import KINDS
from imgrec_tf.finance.id_documents import SPLIT_BY, build_dataset, split_photos
from imgrec_tf.finance.photo_plans import Plan, plan_photos

if TYPE_CHECKING:
    from imgrec_tf.datasets import ImageDataset, Split

CLASS_NAMES = ("genuine", "forged")
CLASSES = ("portrait_side", "passport", "id_card_td1")
SHORTCUTS = ("jpeg_quality",)
LARGEST = 1024
_QUALITY, _PLANTED = 92, 70  # JPEG quality of every picture, and of forged ones with the shortcut


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
    """Make pictures of genuine and forged fields, or of whole pages.

    Every page is rendered, forged or not, photographed by a simulated camera, straightened by its exact corners, and
    saved as JPEG of one quality. Crops of one photo hold genuine and forged fields side by side, except for recaptured
    pages, which are forged as a whole.

    Args:
        count: Number of photos, 40 or more.
        what: "crops" for crops of fields, (64, 128) pixels; "pages" for one picture a photo.
        crops_per_photo: How many crops a photo gives at most, 2 to 24; a crop with a sliver of a forgery is left out.
        size: Height and width of whole pages in pixels, 32 to 1,024.
        seed: Seed of everything random, 0 to 999,999.
        severity: "scan", "mild", "phone" or "harsh", or a `capture.Severity`.
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
        ("random" has photos' numbers as sources only). `kinds_in` tells the kind that each picture stands for.

    Raises:
        TypeError: If an argument has a wrong type.
        ValueError: If an argument is out of its range, or a class has too few groups for the splits.
    """
    check_whole("count", count, 40, 1_000_000)
    check_whole("crops_per_photo", crops_per_photo, 2, 24)
    if what not in ("crops", "pages"):
        raise ValueError(f'what must be "crops" or "pages", got {what!r}')
    if split_by not in (*SPLIT_BY, "random"):
        raise ValueError(f"split_by must be one of {', '.join(SPLIT_BY)} or random, got {split_by!r}")
    if shortcut not in (None, *SHORTCUTS):
        raise ValueError(f"shortcut must be None or one of {', '.join(SHORTCUTS)}, got {shortcut!r}")
    for name, share, least in (
        ("validation", validation, False),
        ("test", test, False),
        ("placebo", placebo, True),
        ("skill", skill, True),
    ):
        if not (0 <= share <= 1 if least else 0 < share < 1):
            raise ValueError(f"{name} must be a share between 0 and 1, got {share}")
    from imgrec_tf.datasets import Split

    kinds = _kinds(kinds)
    height, width = _size(size)
    plans = plan_photos(count, seed=seed, classes=classes, templates=templates, held_back=held_back, cameras=cameras)

    def take(plan: Plan) -> list[tuple[np.ndarray, int, str, str]]:
        edits = 1 if what == "pages" else max(2, crops_per_photo // 2)
        page = photographed.take_page(plan, kinds, edits=edits, severity=severity, placebo=placebo, skill=skill)
        if what == "pages":
            small = Image.fromarray(page.image).resize((width, height), Image.Resampling.BILINEAR)
            found = [(np.asarray(small), int(page.forged[0]), page.edits[0].kind, page.edits[0].field)]
        else:
            rng = np.random.default_rng([plan.seed, 42])
            found = photographed.crops_of(page, max(1, crops_per_photo // edits), rng)
        return [(_saved(image, label, shortcut), label, kind, field) for image, label, kind, field in found]

    with ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as pool:
        taken = list(pool.map(take, plans))
    rows = [(plan, *one) for plan, several in zip(plans, taken) for one in several]
    images = np.stack([image for _, image, *_ in rows])
    labels = np.array([label for _, _, label, *_ in rows], np.int64)
    sources = [
        ", ".join([*plan.groups.values(), f"photo {plan.index}", f"field {field}", f"kind {kind}"])
        for plan, _, _, kind, field in rows
    ]
    document_classes = np.array([list(classes).index(plan.document_class) for plan, *_ in rows])
    if split_by == "random":
        groups = np.array([f"picture {number}" for number in range(len(rows))])
    else:
        groups = np.array([plan.groups[split_by] for plan, *_ in rows])
    parts = split_photos(
        labels,
        groups,
        split_by,
        CLASS_NAMES,
        validation=validation,
        test=test,
        seed=int(seed),
        kinds=document_classes,
    )
    photos = Split(
        images,
        labels,
        class_names=CLASS_NAMES,
        task="binary",
        groups=groups,
        sources=np.array(sources, dtype=object),
        synthetic=True,
    )
    return build_dataset("forged-documents", photos, parts)


def kinds_in(split: Split) -> np.ndarray:
    """Return the kind of forgery that each picture of a split stands for, whether it is forged or not: text (n,).

    Raises:
        ValueError: If the split is not of `forged_documents`.
    """
    parts = [str(source).rpartition("kind ") for source in (split.sources if split.sources is not None else ())]
    if len(parts) != len(split) or not all(found and kind in KINDS for _, found, kind in parts):
        raise ValueError("the sources of this split name no kinds of forgery; give a split of forged_documents")
    return np.array([kind for *_, kind in parts])


def _saved(image: np.ndarray, label: int, shortcut: str | None) -> np.ndarray:
    """Every picture is saved as JPEG and read back; with the shortcut, forged ones at another quality."""
    file = io.BytesIO()
    quality = _PLANTED if shortcut == "jpeg_quality" and label else _QUALITY
    Image.fromarray(image).save(file, "JPEG", quality=quality, subsampling=0)
    return np.asarray(Image.open(file))


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
