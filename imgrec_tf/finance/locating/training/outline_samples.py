"""Right and wrong outlines of pages, as the network of `whole_pages` sees them.

The wrong ones are those that locating meets: sides that settled on a line within the page or on the table, sides that
lie a little off, halves of pages that the photo's rim cut, and outlines around parts of two pages. Most deceiving is
a band along a side of the page, such as a dark foot; more of them are painted into the views.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from imgrec_tf._parallel import in_processes
from imgrec_tf.finance import capture, documents
from imgrec_tf.finance.locating import geometry, refining, whole_pages
from imgrec_tf.finance.locating.sizes import PAGE_INPUT
from imgrec_tf.finance.locating.training import inventing, photos

SERIES = 84  # photos that are drawn one after the other, by one process
RIGHT, WRONG = 0.965, 0.945  # overlap with the true page; what lies between is not shown
_INVENTED, _RECOLOURED = 0.35, 0.4  # shares of the pages, see `inventing`
_CUT, _BESIDE = 0.15, 0.1  # shares of the photos that are cut through the page, and put beside another one
_FARTHEST = 0.45  # how far a side may be from its place, as a share of the page's width or height
_DEPTHS = (0.06, 0.45)  # of the bands, as shares of the page's height
_PLACES = 9  # quadrilaterals tried in each photo, two of three moved onto the edges that are there
_WHOLE = 0.985  # share of the page that has to lie within the photo
_HEIGHT = PAGE_INPUT / (1 + 2 * whole_pages.MARGIN)  # of the page in a view, and where it begins
_TOP = whole_pages.MARGIN * _HEIGHT
_BANDS, _SOFT = 0.3, 0.25  # shares of the views in a batch that get a band, and that are blurred across one direction


def outline_views(count: int, *, seed: int = 0) -> Iterator[tuple[np.ndarray, bool]]:
    """Take photos and cut views of right and wrong outlines from them.

    Args:
        count: Photos; each gives about twelve views.
        seed: 0 or more.

    Yields:
        A view, uint8 (80, 80, 3), and whether it shows one whole page.
    """
    before = None
    for number in range(count):
        rng = np.random.default_rng([seed, 15, number])
        image, corners, visible = _photo(documents.CLASSES[number % len(documents.CLASSES)], rng)
        choice = rng.random()
        if choice < _CUT:
            image, corners, visible = _cut(image, corners, rng)
        elif choice < _CUT + _BESIDE and before is not None:
            rows = min(len(image), len(before))
            image = np.concatenate([image[:rows], before[:rows]], axis=1)
            visible *= float(corners[:, 1].max() < rows)
        else:
            before = image
        for outline in _outlines(image, corners, rng):
            overlap = geometry.quadrilateral_iou(outline, corners)
            if overlap < WRONG or (overlap > RIGHT and not 0.95 < visible < _WHOLE):
                yield whole_pages.page_view(image, outline), overlap > RIGHT and visible >= _WHOLE


def draw_views(count: int, *, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Draw views in series of `SERIES` photos, on all cores; a series' views are those that `outline_views` yields.

    Args:
        count: Photos, 1 or more.
        seed: 0 or more; the series of seed 0 are those of the seeds 100, 101 and so on, of seed 1 from 200.

    Returns:
        Views, uint8 (n, 80, 80, 3), and whether they show one whole page, bool (n,).
    """
    starts = range(0, count, SERIES)
    items = [(min(SERIES, count - start), 100 * (seed + 1) + number) for number, start in enumerate(starts)]
    series = in_processes(_series, items)
    return np.concatenate([views for views, _ in series]), np.concatenate([right for _, right in series])


def _series(item: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    count, seed = item
    seen = list(outline_views(count, seed=seed))
    views = np.array([view for view, _ in seen], np.uint8).reshape(-1, PAGE_INPUT, PAGE_INPUT, 3)
    return views, np.array([right for _, right in seen], bool)


def outline_batches(
    views: np.ndarray, right: np.ndarray, seed: int, batch: int = 48
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Put views together to batches, a third of them right, each turned and in other light and colours.

    Some of the right ones get a band along a side. Some of the wrong ones are right ones whose outline leaves it out.

    Args:
        views: uint8 (n, 80, 80, 3).
        right: bool (n,).
        seed: 0 or more.
        batch: Views in a batch.

    Yields:
        Views float32 (batch, 80, 80, 3) in [0, 255], and float32 (batch, 1), 1 for right.
    """
    rng = np.random.default_rng([seed, 16])
    share = batch // 3
    while True:
        chosen = [rng.choice(np.flatnonzero(right), share), rng.choice(np.flatnonzero(~right), batch - share)]
        chosen = np.concatenate(chosen)
        answers = right[chosen, None].astype(np.float32)
        cut = np.flatnonzero(~right[chosen] & (rng.random(batch) < _BANDS))
        chosen[cut] = rng.choice(np.flatnonzero(right), len(cut))
        turned = np.stack([np.rot90(one[:, :: rng.choice([-1, 1])], rng.integers(4)) for one in views[chosen]])
        for one in np.flatnonzero(rng.random(batch) < _BANDS):
            if answers[one]:
                turned[one] = _banded(turned[one], rng.uniform(*_DEPTHS), rng)
        for one in cut:
            depth = rng.uniform(*_DEPTHS)
            turned[one] = _rows_at(_banded(turned[one], depth, rng), _without_band(depth))
        for one in np.flatnonzero(rng.random(batch) < _SOFT):
            turned[one] = _rows_at(turned[one], _coarse_rows(int(rng.integers(PAGE_INPUT // 2, PAGE_INPUT))))
        yield _altered(np.stack([np.rot90(one, rng.integers(4)) for one in turned]), rng), answers


def _banded(view: np.ndarray, depth: float, rng: np.random.Generator) -> np.ndarray:
    """A page with a band along its upper side, `depth` of its height wide."""
    banded = view.astype(np.float32)
    band = banded[round(_TOP) : round(_TOP + depth * _HEIGHT), round(_TOP) : round(_TOP + _HEIGHT)]
    cover = rng.uniform(0.3, 1)
    band += cover * (rng.uniform(0, 255, 3).astype(np.float32) * rng.uniform(0.5, 1) - band)
    return np.round(banded).astype(np.uint8)


def _without_band(depth: float) -> np.ndarray:
    """Where the rows of a view lie whose outline leaves out the upper `depth` of the page."""
    return _TOP + depth * _HEIGHT + (np.arange(PAGE_INPUT) + 0.5 - _TOP) * (1 - depth) - 0.5


def _coarse_rows(count: int) -> np.ndarray:
    """Where the rows of a view lie that was only `count` rows high, each as often as it takes."""
    return np.floor((np.arange(PAGE_INPUT) + 0.5) / PAGE_INPUT * count) * PAGE_INPUT / count


def _rows_at(view: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Rows of a view at fractional places, interpolated."""
    places = np.clip(places, 0, len(view) - 1)
    low = np.minimum(places.astype(int), len(view) - 2)
    share = (places - low).astype(np.float32)[:, None, None]
    return np.round((1 - share) * view[low] + share * view[low + 1]).astype(np.uint8)


def _altered(views: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Other colours, gamma, gain and noise; what lies outside of the photo stays as it is."""
    count = len(views)
    pixels = views.astype(np.float32)
    for one in np.flatnonzero(rng.random(count) < 0.35):
        pixels[one] = pixels[one] @ rng.dirichlet(np.ones(3) * 0.6, 3).T.astype(np.float32)
    each = (count, 1, 1, 1)
    gain = np.exp(rng.normal(0, 0.25, each) + rng.normal(0, 0.08, (count, 1, 1, 3))).astype(np.float32)
    gamma = np.exp(rng.normal(0, 0.25, each)).astype(np.float32)
    pixels = 255 * np.clip(pixels / 255, 1e-4, 1) ** gamma * gain
    negative = rng.random(count) < 0.08
    pixels[negative] = 255 - pixels[negative]
    pixels += rng.standard_normal(pixels.shape, np.float32) * rng.uniform(0, 6, each).astype(np.float32)
    outside = (views == whole_pages.OUTSIDE).all(axis=-1, keepdims=True)
    return np.where(outside, np.float32(whole_pages.OUTSIDE), np.clip(pixels, 0, 255))


def _photo(kind: str, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, float]:
    choice = rng.random()
    if choice < _INVENTED:
        page = inventing.invented_page(rng, 480)
    else:
        page = photos.flat_document("train", kind, rng, 480)
        page = inventing.recoloured(page, rng) if choice < _INVENTED + _RECOLOURED else page
    height = float(rng.choice([3 / 4, 4 / 3, 1, 16 / 9]))
    photo = capture.capture(
        page,
        str(rng.choice(["mild", "phone", "phone", "phone", "harsh"])),
        camera=int(rng.choice(photos.CAMERAS["train"])),
        seed=int(rng.integers(2**31)),
        size=(round(560 * min(1, height)), round(560 * min(1, 1 / height))),
        quarter_turns=int(rng.integers(4)),
    )
    return photo.image, photo.corners, float(photo.settings["visible_share"])


def _cut(image: np.ndarray, corners: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, float]:
    """Cut a photo through its page; the page that is left has its corners at the cut."""
    turns = int(rng.integers(4))
    low, high = corners.min(axis=0), corners.max(axis=0)
    x = round(float(low[0] + rng.uniform(0.25, 0.85) * (high[0] - low[0])))
    if turns % 2:
        y = round(float(low[1] + rng.uniform(0.25, 0.85) * (high[1] - low[1])))
        image, offset = (image[y:], (0, y)) if turns == 1 else (image[:y], (0, 0))
    else:
        image, offset = (image[:, x:], (x, 0)) if turns == 0 else (image[:, :x], (0, 0))
    left = np.clip(corners - offset, 0, image.shape[1::-1])
    try:
        return np.ascontiguousarray(image), geometry.check_corners(left), 0.5
    except ValueError:
        return np.ascontiguousarray(image), corners - offset, 0.5


def _outlines(image: np.ndarray, corners: np.ndarray, rng: np.random.Generator) -> Iterator[np.ndarray]:
    size = np.sqrt(geometry.area(corners))
    for _ in range(3):
        yield corners + rng.normal(0, 0.003, (4, 2)) * size
    for number in range(_PLACES):
        moved = _moved(corners, rng)
        if moved is None:
            continue
        if number % 3:
            reaches = refining.CLOSE if rng.random() < 0.5 else refining.NEAR_REACHES
            moved, _ = refining.exact_sides(image, moved, reaches=reaches)
        if moved is not None:
            yield moved


def _moved(corners: np.ndarray, rng: np.random.Generator) -> np.ndarray | None:
    """The page's outline with one or two of its sides elsewhere, in the page's own perspective."""
    box = np.array([0.0, 0, 1, 1])  # left, top, right and bottom
    for side in rng.choice(4, int(rng.choice([1, 1, 2])), replace=False):
        box[side] += rng.choice([-1, 1]) * rng.uniform(0.04, _FARTHEST)
    places = box[np.array([[0, 1], [2, 1], [2, 3], [0, 3]])] + rng.normal(0, 0.01, (4, 2))
    return geometry.places_on_page(corners, places)
