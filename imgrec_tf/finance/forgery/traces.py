"""Traces that a forged place leaves, as numbers: what lies inside of a place against what lies around it.

A patch that was laid on paper has another tone, its pattern does not go on, its noise and its sharpness differ, its rim
is a step, its ink is another ink. A page that was photographed from a copy has dots or stripes: peaks in its spectrum.
Letters are left out where paper is compared: they are what differs between any two fields, forged or not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import ndimage

from imgrec_tf.finance.forgery.pictures import boxes_in

if TYPE_CHECKING:
    from imgrec_tf.datasets import Split

Box = Sequence[int]
_INK, _SURE_INK = 14.0, 25.0  # grey levels below the surroundings from which on a pixel counts as a letter's
_RING = 9  # pixels around a place that it is compared with
_FEWEST = 20  # pixels of paper; with fewer nothing is compared
_LUMA = np.float32([0.299, 0.587, 0.114])  # ITU-R BT.601
TRACES = (
    *(f"tone, {one}" for one in ("red", "green", "blue")),
    "tone, size",
    *(
        f"{what}, {one}"
        for what in ("noise", "fine pattern", "pattern", "colour pattern")
        for one in ("ratio", "inside")
    ),
    *(f"step at the rim, {one}" for one in ("strongest", "second", "mean", "of the strongest, in noise")),
    *(f"ink, {one}" for one in ("red", "green", "blue", "size")),
    "sharpness of letters, ratio",
    "sharpness of letters, inside",
    *(f"peak of the spectrum, {one}" for one in ("height", "place", "second")),
    "noise of the picture",
    "saturation, difference",
    "share of letters",
)


def trace_features(picture: np.ndarray, place: Box) -> np.ndarray:
    """Measure the traces of one place.

    Args:
        picture: uint8 (height, width, 3): a crop or a page, straightened, 6.4 pixels a mm.
        place: Left, top, right, bottom in pixels, the last two exclusive.

    Returns:
        float64 in the order of `TRACES`; 0 where something cannot be compared, as where nothing lies around a place.

    Raises:
        ValueError: If the picture has another form, or the place holds no pixel of it.
    """
    picture = np.asarray(picture)
    if picture.ndim != 3 or picture.shape[2] != 3 or picture.dtype != np.uint8:
        raise ValueError(f"picture must be uint8 (height, width, 3), got {picture.dtype} {picture.shape}")
    height, width = picture.shape[:2]
    left, top, right, bottom = (int(edge) for edge in place)
    left, top, right, bottom = max(0, left), max(0, top), min(width, right), min(height, bottom)
    if left >= right or top >= bottom:
        raise ValueError(f"place {tuple(place)} holds no pixel of a picture of {height} × {width}")
    # Nothing beyond the ring and the filters' reach matters: a page is cut first.
    reach = 4 * _RING
    rows, columns = slice(max(0, top - reach), bottom + reach), slice(max(0, left - reach), right + reach)
    pixels = picture[rows, columns].astype(np.float32)
    box = (left - columns.start, top - rows.start, right - columns.start, bottom - rows.start)
    return np.nan_to_num(_measured(pixels, box))


def _measured(pixels: np.ndarray, box: tuple[int, int, int, int]) -> np.ndarray:
    left, top, right, bottom = box
    grey = pixels @ _LUMA
    dark = ndimage.uniform_filter(grey, 15) - grey
    ink = ndimage.binary_dilation(dark > _INK)
    inside, around = np.zeros(grey.shape, bool), np.zeros(grey.shape, bool)
    inside[top:bottom, left:right] = True
    around[max(0, top - _RING) : bottom + _RING, max(0, left - _RING) : right + _RING] = True
    here, there = inside & ~ink, around & ~inside & ~ink
    fine = grey - ndimage.gaussian_filter(grey, 1)
    smooth = ndimage.gaussian_filter(grey, 1)
    saturation = np.ptp(pixels, axis=-1)
    comparable = here.sum() >= _FEWEST and there.sum() >= _FEWEST
    tone = pixels[here].mean(axis=0) - pixels[there].mean(axis=0) if comparable else np.zeros(3)
    found = [*tone, np.abs(tone).sum()]
    for layer in (
        fine,
        smooth - ndimage.gaussian_filter(grey, 2),
        smooth - ndimage.gaussian_filter(grey, 5),
        saturation,
    ):
        own = np.log(layer[here].std() + 0.3) if here.sum() >= _FEWEST else 0.0
        found += [own - np.log(layer[there].std() + 0.3) if comparable else 0.0, own]
    noise = float(fine[~ink].std()) if (~ink).sum() >= _FEWEST else 0.0
    steps = [*sorted(_steps(pixels, ink, box), reverse=True), 0.0, 0.0]
    found += [steps[0], steps[1], float(np.mean(steps[:4])), steps[0] / (noise + 0.5)]
    found += _letters(pixels, fine, inside, around, dark > _SURE_INK)
    found += _peaks(np.where(ink, 0, fine))
    difference = saturation[here].mean() - saturation[there].mean() if comparable else 0.0
    return np.array([*found, noise, difference, float((inside & ink).sum() / inside.sum())], np.float64)


def _letters(pixels, fine, inside, around, letters) -> list[float]:
    """Another ink, and letters that are more or less sharp than those beside them."""
    own, others = inside & letters, ~around & letters
    if own.sum() < 10 or others.sum() < 10:
        return [0.0] * 6
    ink = pixels[own].mean(axis=0) - pixels[others].mean(axis=0)
    sharp, others_sharp = (np.log(np.abs(fine[one]).mean() + 0.5) for one in (own, others))
    return [*ink, float(np.abs(ink).sum()), sharp - others_sharp, sharp]


def _steps(pixels, ink, box) -> list[float]:
    """For each side that has paper on both sides: the largest step of the mean colour, two pixels to and fro."""
    left, top, right, bottom = box
    found = []
    sides = ((0, top, left, right), (0, bottom, left, right), (1, left, top, bottom), (1, right, top, bottom))
    for axis, edge, low, high in sides:
        image, letters = (pixels, ink) if axis == 0 else (pixels.transpose(1, 0, 2), ink.T)
        best = 0.0
        for shift in range(-2, 3):
            middle = edge + shift
            if middle - 2 < 0 or middle + 2 > len(image):
                continue
            both = slice(middle - 2, middle + 2)
            clear = ~letters[both, low:high].any(axis=0)
            if clear.sum() >= 4:
                band = image[both, low:high][:, clear].mean(axis=1)
                best = max(best, float(np.abs(band[:2].mean(axis=0) - band[2:].mean(axis=0)).sum()))
        if edge - 4 >= 0 and edge + 4 <= len(image):
            found.append(best)
    return found


def _peaks(fine: np.ndarray) -> list[float]:
    """The strongest peaks of the spectrum against its median, and how far from the middle the first lies."""
    window = np.hanning(fine.shape[0])[:, None] * np.hanning(fine.shape[1])
    power = np.abs(np.fft.rfft2(fine * window)) ** 2
    distance = np.hypot(np.fft.fftfreq(fine.shape[0])[:, None], np.fft.rfftfreq(fine.shape[1]))
    power = np.where(distance > 0.12, power, 0)
    order = np.argsort(power, axis=None)[::-1]
    typical = float(np.median(power[distance > 0.12])) + 1e-6
    first, tenth = power.ravel()[order[0]], power.ravel()[order[min(10, len(order) - 1)]]
    heights = [float(np.log((one + 1e-6) / typical)) for one in (first, tenth)]
    return [heights[0], float(distance.ravel()[order[0]]), heights[1]]


@dataclass(frozen=True)
class TraceDetector:
    """Scores places by their traces: a random forest (Breiman, "Random forests", Machine Learning 45, 2001).

    Attributes:
        forest: The fitted scikit-learn classifier.
        fitted_on: Number of pictures.
    """

    forest: Any
    fitted_on: int

    def score(self, pictures: np.ndarray | Sequence[np.ndarray], places: Sequence[Box]) -> np.ndarray:
        """Return a score for forged, float64 (n,) in [0, 1], of one place in each picture.

        Raises:
            ValueError: If there are not as many places as pictures, or one of them is unusable.
        """
        if len(pictures) != len(places):
            raise ValueError(f"give one place a picture, got {len(places)} for {len(pictures)}")
        if not len(places):
            return np.zeros(0)
        return self.forest.predict_proba(_rows(pictures, places))[:, 1]

    def score_split(self, split: Split) -> np.ndarray:
        """Return the scores of a split of `forged_documents`, float64 (n,) in [0, 1]."""
        return self.score(split.images, boxes_in(split))

    def importances(self):
        """Return how much each trace counts in the forest, a pandas Series that adds up to 1, the largest first."""
        import pandas as pd

        return pd.Series(self.forest.feature_importances_, TRACES).sort_values(ascending=False)


def fit_traces(split: Split, *, trees: int = 400, seed: int = 0) -> TraceDetector:
    """Fit a detector on the traces of the places in a split of `forged_documents`.

    Args:
        split: The training pictures.
        trees: Of the forest, 10 to 10,000.
        seed: Of the forest.

    Raises:
        ValueError: If the split is of another data set, or shows one class only.
    """
    from sklearn.ensemble import RandomForestClassifier

    if len(np.unique(split.labels)) < 2:
        raise ValueError("the split must show genuine and forged pictures")
    if not 10 <= trees <= 10_000:
        raise ValueError(f"trees must be from 10 to 10,000, got {trees}")
    forest = RandomForestClassifier(trees, min_samples_leaf=4, random_state=seed)
    return TraceDetector(forest.fit(_rows(split.images, boxes_in(split)), split.labels), len(split))


def _rows(pictures, places) -> np.ndarray:
    return np.stack([trace_features(picture, place) for picture, place in zip(pictures, places)])
