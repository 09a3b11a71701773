"""Traces that a forged place leaves, as numbers: against what lies around it, and against the other places of its page.

A patch that was laid on paper has another tone, its pattern does not go on, its noise and its sharpness differ, its rim
is a step, its ink is another ink. How much of that is much depends on the layout and on the camera, which are the same
for all places of one page: so each number is also compared with its like on the page, a character with the others of
its line, a field with the other fields. A page that was photographed from a copy has dots or stripes everywhere.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import numpy as np

from imgrec_tf.finance.forgery.page_layers import PAGE_TRACES, layers_of, page_traces
from imgrec_tf.finance.forgery.place_traces import PLACE_TRACES, place_traces
from imgrec_tf.finance.forgery.places import SORTS, Place

PIXELS_PER_MM = 9.6  # of the straightened pages that are measured: 244 an inch
MISSING = -99.0  # for what cannot be compared
_FEWEST_LIKE = 4  # places of one sort that make a usual value
_MOST = 12.0
_ABOUT = ("is a portrait", "is a character", "width in mm", "height in mm")
TRACES = (
    *PAGE_TRACES,
    *PLACE_TRACES,
    *_ABOUT,
    *(f"{one}; difference from its like" for one in PLACE_TRACES),
    *(f"{one}; in deviations of its like" for one in PLACE_TRACES),
)


def trace_features(page: np.ndarray, places: Sequence[Place]) -> np.ndarray:
    """Measure the traces of several places of one page.

    Args:
        page: uint8 (height, width, 3), straightened, with `PIXELS_PER_MM` pixels a mm.
        places: As `places_on` lists them; those not asked about help to say what is usual on this page.

    Returns:
        float32 (places, traces), in the order of `TRACES`; `MISSING` where something cannot be compared.

    Raises:
        ValueError: If the page has another form, or a place does not lie on it.
    """
    page = np.asarray(page)
    if page.ndim != 3 or page.shape[2] != 3 or page.dtype != np.uint8:
        raise ValueError(f"page must be uint8 (height, width, 3), got {page.dtype} {page.shape}")
    for one in places:
        left, top, right, bottom = one.box
        if not (0 <= left < right <= page.shape[1] and 0 <= top < bottom <= page.shape[0]):
            raise ValueError(f"{one.box} does not lie on a page of {page.shape[0]} × {page.shape[1]} pixels")
    if not len(places):
        return np.zeros((0, len(TRACES)), np.float32)
    layers = layers_of(page, PIXELS_PER_MM)
    own = np.array([place_traces(layers, one.box, portrait=one.sort == SORTS[0]) for one in places])
    about = [
        [
            one.sort == SORTS[0],
            one.sort == SORTS[2],
            (one.box[2] - one.box[0]) / PIXELS_PER_MM,
            (one.box[3] - one.box[1]) / PIXELS_PER_MM,
        ]
        for one in places
    ]
    whole = np.tile(page_traces(layers), (len(places), 1))
    found = np.hstack([whole, own, np.array(about, float), *_against_like(own, places)])
    return np.nan_to_num(found, nan=MISSING).astype(np.float32)


def _against_like(own: np.ndarray, places: Sequence[Place]) -> tuple[np.ndarray, np.ndarray]:
    """Compare each place with the median of its like: characters of its line, or all places with text."""
    difference, deviations = np.full_like(own, np.nan), np.full_like(own, np.nan)
    sorts = np.array([one.field if one.sort == SORTS[2] else f" {one.sort}" for one in places])
    text = np.array([one.sort == SORTS[1] for one in places])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # columns that hold nothing but NaN give NaN
        for sort in set(sorts.tolist()) - {f" {SORTS[0]}"}:
            chosen = sorts == sort
            like = chosen if chosen.sum() >= _FEWEST_LIKE else text
            if like.sum() < _FEWEST_LIKE:
                continue
            usual = np.nanmedian(own[like], axis=0)
            difference[chosen] = own[chosen] - usual
            spread = 1.48 * np.nanmedian(np.abs(own[like] - usual), axis=0)  # of a normal distribution: its deviation
            spread = spread + 0.3 * np.nanstd(own[like], axis=0) + 1e-3
            deviations[chosen] = np.clip(difference[chosen] / spread, -_MOST, _MOST)
    return difference, deviations
