"""The kind of document on a photo: locate, straighten, ask; or abstain, with the reason."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from imgrec_tf.datasets import ImageProblem
from imgrec_tf.finance import locating
from imgrec_tf.finance.document_types import aligning
from imgrec_tf.finance.document_types.pages import page_picture
from imgrec_tf.finance.locating import geometry
from imgrec_tf.finance.locating.pictures import reduced_picture
from imgrec_tf.finance.photos import opened

if TYPE_CHECKING:
    import pandas as pd

    from imgrec_tf.recognizer import Recognizer

_WORKING = 640  # longer side of the photo's copy from which other outlines are cut


class DocumentClassifier:
    """Names the document on a photo, after it has been located and straightened.

    Attributes:
        recognizer: What is asked about the straightened page; see `recognize_known_layouts`.
    """

    def __init__(self, recognizer: Recognizer):
        """Keep the recogniser.

        Args:
            recognizer: Of kinds of document, trained on straightened pages.

        Raises:
            ValueError: If its task is not to name one class among several.
        """
        if recognizer.task not in ("binary", "multi-class"):
            raise ValueError(f"the recogniser must name one class among several, its task is {recognizer.task!r}")
        self.recognizer = recognizer

    @property
    def class_names(self) -> tuple[str, ...]:
        """The kinds that it knows."""
        return self.recognizer.class_names

    def predict(self, photos: Any) -> pd.DataFrame:
        """Say what each photo shows.

        Args:
            photos: A photo, or a list of photos: paths, bytes, images of Pillow or uint8 arrays (height, width, 3).

        Returns:
            One row a photo with the columns of `Recognizer.predict`. Where the page could not be located, or its upper
            side not be told and no known layout fits any side, `problem` says why, and there is neither a label nor a
            score; where it resembles no known layout, any way up and by any outline near the located one, `abstained`
            is True. The column `corners` holds, where there is a label, the page's corners in the photo's pixels,
            float64 (4, 2), the page's own upper left one first, as the layout tells them; else None.

        Raises:
            TypeError: If something is no photo at all.
        """
        several = photos if _is_several(photos) else [photos]
        straightened = [_straightened(one) for one in several]
        return self.predict_straightened([page for page, _ in straightened], [pixels for _, pixels in straightened])

    def predict_straightened(
        self, pages: Iterable[locating.Straightened], photos: Iterable[np.ndarray | None] | None = None
    ) -> pd.DataFrame:
        """The same for photos that have been straightened before.

        Args:
            pages: What `locating.straighten` returned for each photo.
            photos: The photos themselves, arrays. With them, other outlines near the located one are tried where no
                known layout fits the page; None tries none.
        """
        import pandas as pd

        pages = list(pages)
        photos = [None] * len(pages) if photos is None else list(photos)
        seen = [_turned(page) for page in pages]
        asked = self._ask([picture for views in seen for picture, _ in views])
        firsts = np.cumsum([0, *map(len, seen)])
        rows, corners = [], []
        for page, photo, views, first, last in zip(pages, photos, seen, firsts, firsts[1:]):
            row = _best_row(asked[first:last], page)
            found, where = asked.loc[row], views[row - first][1]
            if found["abstained"] and photo is not None and where is not None:
                found, where = self._by_another_outline(photo, where, found)
            rows.append(found)
            corners.append(where if found["label"] is not None else None)
        table = pd.DataFrame(rows).reset_index(drop=True).astype(asked.dtypes)
        table["source"] = [f"photo[{number}]" for number in range(len(pages))]
        table["corners"] = pd.Series(corners, dtype=object)
        # Without a layout that fits, it is as unknown as before which side is up.
        missing = np.array([one.image is None for one in pages], bool)
        missing &= np.array([one.unturned is None for one in pages]) | table["abstained"].to_numpy(bool)
        table.loc[missing, [one for one in table.columns if one.startswith("score")]] = np.nan
        table["label"] = table["label"].astype(object)
        table.loc[missing, ["label", "corners"]] = None
        table.loc[missing, "abstained"] = False
        table["problem"] = [one.reason if gone else said for one, gone, said in zip(pages, missing, table["problem"])]
        return table

    def _ask(self, pictures: list[np.ndarray]) -> pd.DataFrame:
        return self.recognizer.predict([page_picture(one, self.recognizer.image_shape[:2]) for one in pictures])

    def _by_another_outline(self, photo: np.ndarray, corners: np.ndarray, found: pd.Series):
        """The answer for the outline near the located one that a known layout fits, and its corners; else as it was."""
        small, scale = reduced_picture(photo, _WORKING)
        near = aligning.outlines_near(corners * scale)
        views = [view for one in near for view in _all_turns(geometry.rectify(small, one), one)]
        asked = self._ask([picture for picture, _ in views])
        best = int(asked["score"].idxmax())
        if asked["score"][best] < aligning.SURE:
            return found, corners
        return asked.loc[best], aligning.snapped(small, views[best][1]) / scale


def _turned(page: locating.Straightened) -> list[tuple[np.ndarray, np.ndarray | None]]:
    """What the recogniser is asked about: the page in its four turns, with corners; grey where there is none."""
    shown = page.unturned if page.image is None else page.image
    if shown is None:
        return [(np.full((8, 8, 3), 128, np.uint8), None)]
    corners = page.corners
    if corners is None and page.location is not None:
        corners = page.location.corners
    return _all_turns(shown, corners)


def _all_turns(page: np.ndarray, corners: np.ndarray | None) -> list[tuple[np.ndarray, np.ndarray | None]]:
    """A page turned clockwise by 0, 1, 2 and 3 quarter turns, and its corners, the upper left one first."""
    return [
        (np.rot90(page, -turns), None if corners is None else np.roll(corners, turns, axis=0)) for turns in range(4)
    ]


def _best_row(asked: pd.DataFrame, page: locating.Straightened) -> int:
    """Which turn counts: the upright one, unless no known layout fits it and one fits another side."""
    best = int(asked["score"].idxmax())
    stays = page.image is not None and (not asked["abstained"].iloc[0] or asked["abstained"][best])
    return int(asked.index[0]) if stays else best


def _is_several(photos: Any) -> bool:
    return isinstance(photos, list | tuple) or (isinstance(photos, np.ndarray) and photos.ndim == 4)


def _straightened(photo: Any) -> tuple[locating.Straightened, np.ndarray | None]:
    """The page and the photo's pixels; a photo that cannot be opened is a problem of that one row."""
    try:
        pixels = opened(photo)
        return locating.straighten(pixels), pixels
    except ImageProblem as problem:
        what = os.fspath(photo) if isinstance(photo, str | os.PathLike) else "The photo"
        reason = f"{what} {problem.reason}"
        return locating.Straightened(None, None, None, 0, None, None, "unreadable", reason, ()), None
