"""Photographed pages as rows: one row a place, with what was done to it and its traces."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from imgrec_tf.finance.forgery import eligible, photographed, places, traces
from imgrec_tf.finance.forgery.places import SORTS, Place
from imgrec_tf.finance.id_documents import SPLIT_BY, split_photos
from imgrec_tf.finance.photo_plans import Plan

if TYPE_CHECKING:
    import pandas as pd

    from imgrec_tf.finance.forgery.forged import Forged

ABOUT = ("photo", "person", "template", "camera", "field", "sort", "kind", "asked", "placebo", "forged")
_CHARACTERS = 8  # of a line that stand beside those that were looked at
_TOUCHED = 0.02  # share of a place that another forgery may cover


@dataclass(frozen=True)
class TracedPage:
    """What is kept of one photographed page.

    Attributes:
        plan: What the photo shows.
        crops: Around the fields that were looked at, as `photographed.crops_of` cuts them.
        about: One row a place, in the order of `ABOUT` without the first four.
        traces: float32 (places, traces), in the order of `TRACES`.
    """

    plan: Plan
    crops: tuple
    about: tuple[tuple, ...]
    traces: np.ndarray


def traced(plan: Plan, page: photographed.Page, crops: Sequence) -> TracedPage:
    """Measure the places of a page that were looked at, and others of it, which are genuine."""
    fields = page.document.fields
    listed = places.places_on(
        {name: one.box for name, one in fields.items()},
        {name: one.text for name, one in fields.items()},
        page.image,
        most=_CHARACTERS,
        seed=plan.index,
    )
    asked = _asked(page, listed, plan.index)
    found = [place for place, *_ in asked]
    found += [one for one in listed if one not in set(found)]
    rows, kept = [], []
    for number, place in enumerate(found):
        made, label = asked[number][1:] if number < len(asked) else (None, False)
        if _share(_changed(page, made), place) > _TOUCHED:
            continue  # a neighbour's forgery reaches into it, or a part of it was changed
        kept.append(number)
        placebo = made is not None and made.placebo and not label
        rows.append((place.field, place.sort, made.kind if made else "", made is not None, placebo, bool(label)))
    measured = traces.trace_features(page.image, found)[kept]
    return TracedPage(plan, tuple(crops), tuple(rows), measured)


def _asked(page: photographed.Page, listed: Sequence[Place], seed: int) -> list[tuple[Place, Forged, bool]]:
    """The places that were looked at: fields as they are printed now, or the characters that were changed."""
    found: list[tuple[Place, Forged, bool]] = []
    if page.edits and page.edits[0].kind == "recapture":  # any fields: as many as on other pages
        whole = [one for one in listed if one.sort != SORTS[2]]
        order = np.random.default_rng(seed).permutation(len(whole))[: len(page.edits)]
        return [(whole[one], page.edits[0], page.forged[0]) for one in order]
    for made, label in zip(page.edits, page.forged):
        field = page.document.fields[made.field]
        own = places.places_on({made.field: field.box}, {made.field: field.text}, page.image)
        if made.field in eligible.EVENLY_SPACED and made.kind in ("field_edit", "copy_move"):
            ends = made.region[0], made.region[2]  # one character, or two: a digit and its check digit
            cells = [one for one in own if one.sort == SORTS[2]]
            middles = np.array([(one.box[0] + one.box[2]) / 2 for one in cells])
            half = (cells[0].box[2] - cells[0].box[0]) / 2
            chosen = {int(np.abs(middles - at).argmin()) for at in (ends[0] + half, ends[1] - half)}
            found += [(cells[one], made, label) for one in sorted(chosen)]
        else:
            found += [(one, made, label) for one in own[:1]]
    return found


def _changed(page: photographed.Page, but: Forged | None) -> np.ndarray:
    """Where other fields than this one were forged."""
    changed = np.zeros(page.mask.shape, bool)
    for made, label in zip(page.edits, page.forged):
        if label and made is not but:
            changed |= made.mask
    return changed


def _share(mask: np.ndarray, place: Place) -> float:
    left, top, right, bottom = place.box
    return float(mask[top:bottom, left:right].mean())


def place_table(pages: Sequence[TracedPage]) -> pd.DataFrame:
    """Put the places of pages into one table.

    Returns:
        One row a place. "photo", "person", "template" and "camera" say what it belongs to, "field" and "sort" where it
        is, "kind" which kind of forgery was, or might have been, done to it ("" for a place that nobody looked at, and
        which is genuine), "asked" whether it was looked at, "placebo" whether the forger's tool was used without
        changing anything, "forged" the truth; then the traces, in the order of `TRACES`.
    """
    import pandas as pd

    rows = [(page.plan.index, *page.plan.groups.values(), *about) for page in pages for about in page.about]
    measured = np.concatenate([page.traces for page in pages])
    return pd.concat([pd.DataFrame(rows, columns=ABOUT), pd.DataFrame(measured, columns=traces.TRACES)], axis=1)


def split_places(
    table: pd.DataFrame, split_by: str, *, validation: float = 0.15, test: float = 0.15, seed: int = 0
) -> dict[str, pd.DataFrame]:
    """Split a table of places, so that no person, layout or camera stands in two parts.

    Args:
        table: From `place_table`.
        split_by: "person", "template", "camera", or "random", which keeps nothing apart.
        validation: Share of the validation part, in (0, 1).
        test: Share of the test part, in (0, 1).
        seed: Which group goes where.

    Returns:
        Tables "train", "validation" and "test". The last two hold the places that were looked at; the first also the
        other places of its pages, which are genuine.

    Raises:
        ValueError: If there is no such split, a share is out of range, or there are too few groups.
    """
    if split_by not in (*SPLIT_BY, "random"):
        raise ValueError(f"split_by must be one of {', '.join((*SPLIT_BY, 'random'))}, got {split_by!r}")
    groups = table[split_by].to_numpy() if split_by != "random" else np.arange(len(table)).astype(str)
    classes = table["template"].str.partition("/")[0].to_numpy()
    parts = split_photos(
        table["forged"].to_numpy(int), groups, split_by, ("genuine", "forged"), kinds=classes,
        validation=validation, test=test, seed=seed,
    )  # fmt: skip
    found = {name: table.iloc[np.sort(rows)] for name, rows in parts.items()}
    return {name: one if name == "train" else one[one["asked"]] for name, one in found.items()}
