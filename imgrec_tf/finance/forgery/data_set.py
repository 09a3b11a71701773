"""The data set `forged-documents`: crops of fields, or whole pages, labelled genuine or forged.

Kind of forgery and field are drawn before the label, camera and layout independently of it, and both labels come from
the same photos: what is left to learn is the forgery. Two faults can be planted on purpose, to be found: see `shortcut`
and `placebo`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from imgrec_tf._checks import check_whole
from imgrec_tf._parallel import in_processes
from imgrec_tf.finance import capture
from imgrec_tf.finance.forgery import photographed
from imgrec_tf.finance.forgery.forged import KINDS
from imgrec_tf.finance.forgery.pictures import CLASS_NAMES, PLANTED, QUALITY, SPLITS, describe, divided, saved
from imgrec_tf.finance.photo_plans import Plan, plan_photos

if TYPE_CHECKING:
    from imgrec_tf.datasets import ImageDataset

CLASSES = ("portrait_side", "passport", "id_card_td1")
SHORTCUTS = ("jpeg_quality",)
LARGEST = 1024


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
        ("random" has pictures' numbers only). `kinds_in` and `places_in` tell kind and place of the forgery that each
        picture stands for, `resplit` splits the same pictures in another way.

    Raises:
        TypeError: If an argument has a wrong type.
        ValueError: If an argument is out of its range, or a class has too few groups for the splits.
    """
    check_whole("count", count, 40, 1_000_000)
    check_whole("crops_per_photo", crops_per_photo, 2, 24)
    if what not in ("crops", "pages"):
        raise ValueError(f'what must be "crops" or "pages", got {what!r}')
    if split_by not in SPLITS:
        raise ValueError(f"split_by must be one of {', '.join(SPLITS)}, got {split_by!r}")
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

    def take(plan: Plan) -> list[tuple]:
        edits = 1 if what == "pages" else max(2, crops_per_photo // 2)
        page = photographed.take_page(plan, kinds, edits=edits, severity=severity, placebo=placebo, skill=skill)
        if what == "pages":
            small = Image.fromarray(page.image).resize((width, height), Image.Resampling.BILINEAR)
            scale = np.array([width, height] * 2) / ([*page.image.shape[1::-1]] * 2)
            place = np.round(np.array(page.edits[0].region) * scale).astype(int)
            found = [(np.asarray(small), int(page.forged[0]), page.edits[0].kind, page.edits[0].field, place)]
        else:
            rng = np.random.default_rng([plan.seed, 42])
            found = photographed.crops_of(page, max(1, crops_per_photo // edits), rng)
        return [(saved(image, PLANTED if shortcut and label else QUALITY), label, *rest)
                for image, label, *rest in found]  # fmt: skip

    rows = [(plan, *one) for plan, several in zip(plans, in_processes(take, plans)) for one in several]
    pictures = Split(
        np.stack([image for _, image, *_ in rows]),
        np.array([label for _, _, label, *_ in rows], np.int64),
        class_names=CLASS_NAMES,
        task="binary",
        sources=np.array([describe(plan, kind, field, place) for plan, _, _, kind, field, place in rows], dtype=object),
        synthetic=True,
    )
    return divided(pictures, split_by, validation=validation, test=test, seed=int(seed))


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
