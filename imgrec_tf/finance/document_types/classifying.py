"""The kind of document on a photo: locate, straighten, ask; or abstain, with the reason."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from imgrec_tf.datasets import ImageProblem
from imgrec_tf.finance import locating
from imgrec_tf.finance.document_types.pages import page_picture

if TYPE_CHECKING:
    import pandas as pd

    from imgrec_tf.recognizer import Recognizer


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
            score; where it resembles no known layout any way up, `abstained` is True. The column `quarter_turns` says
            by how many clockwise quarter turns the located page becomes upright.

        Raises:
            TypeError: If something is no photo at all.
        """
        several = photos if _is_several(photos) else [photos]
        return self.predict_straightened([_straightened(one) for one in several])

    def predict_straightened(self, pages: Iterable[locating.Straightened]) -> pd.DataFrame:
        """The same for photos that have been straightened before.

        Args:
            pages: What `locating.straighten` returned for each photo.
        """
        pages = list(pages)
        size = self.recognizer.image_shape[:2]
        seen = [_views(one) for one in pages]
        firsts = np.cumsum([0, *map(len, seen)])
        pictures = [page_picture(one, size) for views in seen for one in views]
        asked = self.recognizer.predict(pictures)
        rows = [_best_row(asked[first:last], page) for page, first, last in zip(pages, firsts, firsts[1:])]
        table = asked.loc[rows].reset_index(drop=True)
        table["source"] = [f"photo[{number}]" for number in range(len(pages))]
        turns = [one.quarter_turns + row - first for one, row, first in zip(pages, rows, firsts)]
        table["quarter_turns"] = np.array(turns, int) % 4
        # Without a layout that fits, it is as unknown as before which side is up.
        missing = np.array([one.image is None for one in pages], bool)
        missing &= np.array([one.unturned is None for one in pages]) | table["abstained"].to_numpy(bool)
        table.loc[missing, [one for one in table.columns if one.startswith("score")]] = np.nan
        table["label"] = table["label"].astype(object)
        table.loc[missing, "label"] = None
        table.loc[missing, "abstained"] = False
        table["problem"] = [one.reason if gone else said for one, gone, said in zip(pages, missing, table["problem"])]
        return table


def _views(page: locating.Straightened) -> list[np.ndarray]:
    """What the recogniser is asked about: the page and its three other turns; grey where there is no page."""
    shown = page.unturned if page.image is None else page.image
    if shown is None:
        return [np.full((8, 8, 3), 128, np.uint8)]
    return [np.rot90(shown, -turns) for turns in range(4)]


def _best_row(asked: pd.DataFrame, page: locating.Straightened) -> int:
    """Which turn counts: the upright one, unless no known layout fits it and one fits another side."""
    best = int(asked["score"].idxmax())
    stays = page.image is not None and (not asked["abstained"].iloc[0] or asked["abstained"][best])
    return int(asked.index[0]) if stays else best


def _is_several(photos: Any) -> bool:
    return isinstance(photos, list | tuple) or (isinstance(photos, np.ndarray) and photos.ndim == 4)


def _straightened(photo: Any) -> locating.Straightened:
    """A photo that cannot be opened is a problem of that one row."""
    try:
        return locating.straighten(photo)
    except ImageProblem as problem:
        what = os.fspath(photo) if isinstance(photo, str | os.PathLike) else "The photo"
        return locating.Straightened(None, None, None, 0, None, None, "unreadable", f"{what} {problem.reason}", ())
