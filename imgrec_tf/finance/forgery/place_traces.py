"""What one place of a page is like against what lies around it: paper, rim and letters as numbers."""

from __future__ import annotations

import numpy as np

from imgrec_tf.finance.forgery.crossing_traces import CROSSING, crossing_traces
from imgrec_tf.finance.forgery.edge_traces import EDGES, edge_traces
from imgrec_tf.finance.forgery.page_layers import PATTERNS, Layers, block_noise
from imgrec_tf.finance.forgery.patches import Box

_RING = 9  # units around a place that it is compared with
_FEWEST = 30  # pixels; with fewer nothing is compared
_LUMA = np.array([0.299, 0.587, 0.114])  # ITU-R BT.601
_PAPER = (
    *(f"tone, {one}" for one in ("red", "green", "blue", "size", "hue")),
    "tone beside the ring's slope, size",
    "tone beside the ring's slope, hue",
    *(f"{what}, {one}" for what in PATTERNS for one in ("inside", "ratio")),
)
_RIM = (
    *(f"step at the rim, {one}" for one in ("strongest", "second", "third")),
    *(f"step against lines beside it, {one}" for one in ("strongest", "second", "third", "mean")),
    *(f"step against its extension, {one}" for one in ("strongest", "second", "third", "mean")),
)
_LETTERS = (
    "share of letters",
    *(f"ink, {one}" for one in ("red", "green", "blue", "red against blue", "green against both")),
    "contrast of letters",
    *(f"edges of letters, {one}" for one in ("strong", "strongest")),
    "width of strokes",
    "height of letters",
    "foot of letters",
    "noise in letters",
    "fine pattern in letters",
)
_CALM = (
    *(f"{what} of {which} blocks" for what in ("noise", "fine pattern") for which in ("calm", "busy")),
    "noise of calm blocks against the page",
    "fine pattern of calm blocks against the page",
    "noise against fine pattern",
    "noise against fine pattern, against the page",
)
PLACE_TRACES = (*_PAPER, *_RIM, *_LETTERS, *_CALM, *CROSSING, *EDGES)


def place_traces(layers: Layers, box: Box, *, portrait: bool = False) -> list[float]:
    """Measure one place; NaN where something cannot be compared; as `PLACE_TRACES`."""
    left, top, right, bottom = box
    height, width = layers.grey.shape
    ring = max(6, round(_RING * layers.unit))
    rows, columns = slice(max(0, top - ring), bottom + ring), slice(max(0, left - ring), right + ring)
    y, x = np.mgrid[rows.start : min(height, rows.stop), columns.start : min(width, columns.stop)]
    inside = (y >= top) & (y < bottom) & (x >= left) & (x < right)
    beyond = (y < top - 2) | (y >= bottom + 2) | (x < left - 2) | (x >= right + 2)
    ink = layers.ink[rows, columns]
    here, there = inside & ~ink, beyond & ~ink
    found = _paper(layers, (rows, columns), here, there)
    found += _rim(layers, box)
    around = layers.colours[rows, columns][there].mean(axis=0) if there.sum() >= _FEWEST else np.full(3, np.nan)
    found += [np.nan] * len(_LETTERS) if portrait else _letters(layers, box, around)
    found += _calm(layers, box)
    found += crossing_traces(layers.colours, box, layers.unit, portrait=portrait)
    found += edge_traces(layers.edges, box, layers.unit, portrait=portrait)
    return [float(one) for one in found]


def _paper(layers: Layers, window, here: np.ndarray, there: np.ndarray) -> list[float]:
    """Another tone, and a pattern that does not go on."""
    both = here.sum() >= _FEWEST and there.sum() >= _FEWEST
    tone, flat = np.full(3, np.nan), np.full(3, np.nan)
    if both:
        colours = layers.colours[window]
        tone = colours[here].mean(axis=0) - colours[there].mean(axis=0)
        step = max(1, int(there.sum()) // 1500)
        places = [np.c_[np.argwhere(one) / 100, np.ones(one.sum())].astype(np.float32) for one in (there, here)]
        slope = np.linalg.lstsq(places[0][::step], colours[there][::step], rcond=None)[0]
        flat = (colours[here] - places[1] @ slope).mean(axis=0)
    found = [*tone, np.abs(tone).sum(), np.ptp(tone), np.abs(flat).sum(), np.ptp(flat)]
    for layer in layers.patterns.values():
        own = np.log(layer[window][here].std() + 0.3) if here.sum() >= _FEWEST else np.nan
        found += [own, own - np.log(layer[window][there].std() + 0.3) if both else np.nan]
    return found


def _rim(layers: Layers, box: Box) -> list[float]:
    """Steps of the mean colour along the four sides: by themselves, against lines beside them, against what they become
    beyond the corners, where a printed line goes on and the rim of a patch ends."""
    left, top, right, bottom = box
    steps, unlike, ends = [], [], []
    for axis, edge, low, high in ((0, top, left, right), (0, bottom, left, right), (1, left, top, bottom),
                                  (1, right, top, bottom)):  # fmt: skip
        colours = layers.colours if axis == 0 else layers.colours.transpose(1, 0, 2)
        clear = ~(layers.ink if axis == 0 else layers.ink.T)
        search = max(2, round(2.5 * layers.unit))
        reach = round(8 * layers.unit)
        profile, first = _profile(colours, clear, edge, reach + 2, low, high, 0.2)
        if profile is None:
            continue
        sizes = np.abs(profile).sum(axis=1)
        offsets = np.arange(len(sizes)) + first - edge
        near, far = np.abs(offsets) <= search, np.abs(offsets) > search + 1
        near, far = near & np.isfinite(sizes), far & np.isfinite(sizes)
        if near.any():
            steps.append(sizes[near].max())
            if far.sum() >= 3:
                usual = np.median(sizes[far])
                unlike.append((steps[-1] - usual) / (sizes[far].std() + 0.15 * usual + 0.2))
        ends += _against_extension(layers, colours, clear, edge, search, low, high)
    return [*_largest(steps)[:3], *_largest(unlike), *_largest(ends)]


def _profile(colours, clear, edge: int, reach: int, low: int, high: int, least: float):
    """Difference of two lines before and two lines after each boundary near an edge, mean over the clear pixels."""
    first, last = max(2, edge - reach), min(len(colours) - 2, edge + reach)
    low, high = max(0, low), min(colours.shape[1], high)
    if last <= first or high - low < 4:
        return None, 0
    band, free = colours[first - 2 : last + 2, low:high], clear[first - 2 : last + 2, low:high]
    free = free[:-3] & free[1:-2] & free[2:-1] & free[3:]
    change = (band[:-3] + band[1:-2] - band[2:-1] - band[3:]) / 2
    count = free.sum(axis=1)
    mean = (change * free[..., None]).sum(axis=1) / np.maximum(count, 1)[:, None]
    mean[count < max(4, least * (high - low))] = np.nan
    return mean, first


def _against_extension(layers: Layers, colours, clear, edge: int, search: int, low: int, high: int) -> list[float]:
    gap = round(1.5 * layers.unit)
    length = max(round(6 * layers.unit), min(high - low, round(16 * layers.unit)))
    own, _ = _profile(colours, clear, edge, search, low + gap, high - gap, 0.15)
    others = [_profile(colours, clear, edge, search, *span, 0.15)[0]
              for span in ((low - gap - length, low - gap), (high + gap, high + gap + length))]  # fmt: skip
    others = [one for one in others if one is not None and np.isfinite(one).any()]
    if own is None or not others:
        return []
    known = [np.isfinite(one) for one in others]
    count = np.maximum(np.sum(known, axis=0), np.where(np.any(known, axis=0), 0, np.nan))
    usual = np.sum([np.where(one, other, 0) for one, other in zip(known, others)], axis=0) / count
    difference = np.abs(own - usual).sum(axis=1)
    return [np.nanmax(difference)] if np.isfinite(difference).any() else []


def _largest(values: list[float]) -> list[float]:
    """The three largest, and the mean."""
    mean = float(np.mean(values)) if values else np.nan
    return [*(sorted(values, reverse=True) + [np.nan] * 3)[:3], mean]


def _letters(layers: Layers, box: Box, paper: np.ndarray) -> list[float]:
    """Another ink, other strokes, letters that are more or less sharp, or that stand higher."""
    left, top, right, bottom = box
    window = slice(top, bottom), slice(left, right)
    letters, dark = layers.letters[window], layers.dark[window]
    share = letters.mean()
    if letters.sum() < 15:
        return [share] + [np.nan] * (len(_LETTERS) - 1)
    ink = layers.colours[window][letters & (dark >= np.quantile(dark[letters], 0.6))].mean(axis=0)
    light = float(paper @ _LUMA) if np.isfinite(paper).all() else 200.0
    contrast = max(10.0, light - float(ink @ _LUMA))
    strong = [np.log(one / contrast + 1e-3) for one in np.quantile(layers.slope[window][letters], (0.9, 0.98))]
    drawn = layers.grey[window] < light - contrast / 2
    rim = (drawn[1:] != drawn[:-1]).sum() + (drawn[:, 1:] != drawn[:, :-1]).sum()
    rows = np.flatnonzero(drawn.any(axis=1))
    high, foot = (np.log(rows[-1] - rows[0] + 1), (bottom - top - rows[-1]) / layers.unit) if len(rows) else (0.0, 0.0)
    noise = [np.log(np.abs(layers.patterns[name][window][letters]).mean() + 0.5) - np.log(contrast)
             for name in ("noise", "fine pattern")]  # fmt: skip
    hue = [ink[0] - ink[2], ink[1] - (ink[0] + ink[2]) / 2]
    return [share, *ink, *hue, np.log(contrast), *strong, 2 * drawn.sum() / max(rim, 1), high, foot, *noise]


def _calm(layers: Layers, box: Box) -> list[float]:
    """Noise of the calmest and the busiest blocks of a place, letters or not: a face has no paper."""
    window = slice(box[1], box[3]), slice(box[0], box[2])
    noise, fine = (block_noise(layers.patterns[name][window], layers.unit) for name in ("noise", "fine pattern"))
    own = noise[0] - layers.calm_noise, fine[0] - layers.calm_fine
    return [*noise, *fine, *own, noise[0] - fine[0], own[0] - own[1]]
