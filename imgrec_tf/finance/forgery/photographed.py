"""One photo of a page on which some fields are forged, and the crops and labels that come from it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from imgrec_tf.finance import capture, documents, identity
from imgrec_tf.finance.documents import Document
from imgrec_tf.finance.forgery import eligible, forging, traces, windows
from imgrec_tf.finance.forgery.forged import Forged
from imgrec_tf.finance.locating import rectify
from imgrec_tf.finance.photo_plans import Plan

LEAST_SHARE = 0.01  # of a crop that a forgery changes, or would have changed in a genuine one
_FRAME = 1.4  # longer side of the photo, in widths of the page
_TRIES = 12


@dataclass(frozen=True)
class Page:
    """A page, photographed and straightened, with the truth.

    Attributes:
        image: uint8 (height, width, 3), as seen from straight above.
        mask: bool (height, width): what was forged.
        document: What is printed now.
        edits: What was done to each field that was looked at, forged or not.
        forged: For each of them, whether it was.
    """

    image: np.ndarray
    mask: np.ndarray
    document: Document
    edits: tuple[Forged, ...]
    forged: tuple[bool, ...]


def take_page(
    plan: Plan,
    kinds: tuple[str, ...],
    *,
    edits: int,
    severity: str | capture.Severity,
    placebo: float,
    skill: float = 0.5,
) -> Page:
    """Draw what is forged, render, forge, photograph and straighten the page of a plan.

    Kind and field are drawn before it is drawn whether the field is forged, so neither tells the label. With one edit,
    a page is forged or genuine; with more, half of its fields are forged and half are not, on the same photo.
    """
    rng = np.random.default_rng([plan.seed, 41])
    person = identity.invent_person(plan.person, locale=plan.locale)
    document = documents.render(
        plan.document_class,
        plan.template,
        person=person,
        seed=plan.seed,
        pixels_per_mm=traces.PIXELS_PER_MM,
        oversampling=2,
    )
    possible = [kind for kind in kinds if eligible.targets(document, kind)]
    if not possible:
        raise ValueError(
            f"{plan.document_class}/{plan.template} has nothing for {', '.join(kinds)}; "
            "leave the layout out with held_back, or give other kinds"
        )
    as_copy = "recapture" in possible and rng.random() < 1 / len(possible)
    painted = [kind for kind in possible if kind != "recapture"]
    order = np.arange(edits) < edits // 2 + (rng.random() < 0.5) * (edits % 2)
    labels = rng.permutation(order)
    done: list[Forged] = []
    flags: list[bool] = []
    now, recaptured = document, None
    if as_copy or not painted:
        made = forging.forge(document, "recapture", int(rng.integers(2**31)))
        flags = [bool(rng.random() < 0.5)] * (1 if edits == 1 else edits)
        recaptured = made.recapture if flags[0] else None
        done = [made] * len(flags)
    else:
        used: set[str] = set()
        for label in labels:
            made = _next(document, now, painted, used, bool(label), placebo, skill, rng)
            if made is None:
                continue
            used.add(made.field)
            done.append(made)
            flags.append(bool(label))
            now = made.document if label or made.placebo else now
    changed = (now.image != document.image).any(axis=-1) if recaptured is None else np.ones(now.mask.shape, bool)
    mask = np.zeros(now.mask.shape, bool)
    for made, label in zip(done, flags):
        if label:
            mask |= made.mask
    width = now.image.shape[1]
    photo = capture.capture(
        now,
        severity,
        camera=plan.camera,
        seed=plan.seed,
        size=(round(0.75 * _FRAME * width), round(_FRAME * width)),
        quarter_turns=plan.quarter_turns,
        recapture=recaptured,
    )
    image = rectify(photo.image, photo.corners, now.image.shape[:2])
    return Page(image, mask & changed, now, tuple(done), tuple(flags))


def _next(document, now, painted, used, label: bool, placebo: float, skill: float, rng) -> Forged | None:
    """Forge one more field; where it is to stay genuine, only its place is wanted, or the placebo's traces."""
    for _ in range(_TRIES):
        kind = painted[int(rng.integers(len(painted)))]
        free = [name for name in eligible.targets(document, kind) if name not in used]
        if not free:
            continue
        name, seed = free[int(rng.integers(len(free)))], int(rng.integers(2**31))
        untouched = not label and rng.random() < placebo
        try:
            if name not in eligible.targets(now, kind):
                continue
            return forging.forge(now, kind, seed, field=name, skill=skill, placebo=untouched)
        except ValueError:  # it would have hidden the mark, or another page has no such field
            continue
    return None


def crops_of(
    page: Page, per_edit: int, rng: np.random.Generator
) -> list[tuple[np.ndarray, int, str, str, tuple[int, int, int, int]]]:
    """Cut crops around every field that was looked at: (crop, label, kind, field, place in the crop) each.

    A crop into which another forged field reaches is left out, whatever its own label: were only genuine ones left out,
    the place of a field would tell the label.
    """
    found = []
    for number, (made, label) in enumerate(zip(page.edits, page.forged)):
        others = np.zeros(page.mask.shape, bool)
        for other, (edit, forged) in enumerate(zip(page.edits, page.forged)):
            if forged and other != number and made.kind != "recapture":
                _fill(others, edit.region)
        place = np.zeros(page.mask.shape, bool)  # painted, or what would have been in a genuine field
        _fill(place, made.region)
        if made.kind == "recapture":
            names = [name for name, field in page.document.fields.items() if field.text and name != "specimen"]
            name = names[int(rng.integers(len(names)))]
            box = page.document.fields[name].box
        else:
            name, box = made.field, made.region
        scale = windows.window_scale(page.document.pixels_per_mm)
        kept = 0
        for _ in range(_TRIES):
            if kept == per_edit:
                break
            x, y = (rng.uniform(0.5 * low + 0.5 * (low + high) / 2, 0.5 * high + 0.5 * (low + high) / 2)
                    for low, high in ((box[0], box[2]), (box[1], box[3])))  # fmt: skip
            x, y = x + rng.normal(0, 4) * scale, y + rng.normal(0, 2) * scale
            window = windows.around((x, y), scale, page.image.shape)
            share = windows.share_of(place, window)
            if share >= LEAST_SHARE and not windows.share_of(others, window):
                here = windows.in_window(made.region, window)
                found.append((windows.cut(page.image, window), int(label), made.kind, name, here))
                kept += 1
    return found


def _fill(mask: np.ndarray, region: tuple[int, int, int, int]) -> None:
    left, top, right, bottom = region
    mask[top:bottom, left:right] = True
