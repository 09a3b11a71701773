"""A trained network with what turns its answers into objects: thresholds, tiles, the smallest object."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import keras
import numpy as np

from imgrec_tf.datasets import DatasetCard
from imgrec_tf.medical.segmentation.data_set import MaskSplit
from imgrec_tf.medical.segmentation.instances import objects_from_scores
from imgrec_tf.medical.segmentation.tiles import pixel_scores, side_step
from imgrec_tf.recognizer.file import FileKind, read_recognizer, write_recognizer

_FILE = FileKind("segmenter", "a segmenter file", "Segmenter.save", ".imgseg")
_SETTINGS = ("threshold", "marker_threshold", "smallest", "tile", "overlap", "flips")


@dataclass(frozen=True)
class Segmenter:
    """Finds the objects in pictures of any size. Never for clinical use.

    Attributes:
        model: As `models.unet` builds it, with one channel and three classes: background, inside, border.
        threshold: As in `objects_from_scores`.
        marker_threshold: As in `objects_from_scores`.
        smallest: Objects of fewer pixels are left out.
        tile: As in `pixel_scores`.
        overlap: As in `pixel_scores`.
        flips: As in `pixel_scores`: four times the work, for a little more accuracy.
        card: Where the pictures of its training came from, or None.
    """

    model: keras.Model
    threshold: float = 0.6
    marker_threshold: float = 0.4
    smallest: int = 12
    tile: int = 256
    overlap: int = 32
    flips: bool = True
    card: DatasetCard | None = None

    def scores(self, picture: np.ndarray) -> np.ndarray:
        """Return the probabilities of background, inside and border, float32 (height, width, 3)."""
        return pixel_scores(self.model, picture, tile=self.tile, overlap=self.overlap, flips=self.flips)

    def objects(self, picture: np.ndarray) -> np.ndarray:
        """Return the number of the object that each pixel belongs to, int32 (height, width), 0 for the background."""
        return self._numbered(self.scores(picture))

    def segment(self, pictures: MaskSplit | Iterable[np.ndarray]) -> list[np.ndarray]:
        """Return the objects of several pictures, or of a split."""
        return [self.objects(picture) for picture in getattr(pictures, "images", pictures)]

    def tuned(
        self,
        validation: MaskSplit,
        *,
        thresholds: Sequence[float] = (0.5, 0.6, 0.7, 0.8),
        marker_thresholds: Sequence[float] = (0.3, 0.5, 0.7),
        smallest: Sequence[int] = (6, 12, 24),
    ) -> Segmenter:
        """Return the segmenter with the thresholds that score best on the validation split, and never on another one.

        First the two thresholds, all pairs; then, with the best pair, the size of the smallest object.

        Args:
            validation: The validation split.
            thresholds: What is tried for `threshold`.
            marker_thresholds: What is tried for `marker_threshold`.
            smallest: What is tried for `smallest`.

        Returns:
            The same model with the values of the highest average precision over .50 to .95; ties keep the first.
        """
        from imgrec_tf.medical.segmentation.scoring import average_precision

        scores = [self.scores(picture) for picture in validation.images]

        def precision(one: Segmenter) -> float:
            found = [one._numbered(score) for score in scores]
            return float(np.mean([average_precision(mask, objects) for mask, objects in zip(validation.masks, found)]))

        pairs = [{"threshold": one, "marker_threshold": other} for one in thresholds for other in marker_thresholds]
        best = max([replace(self, **pair) for pair in pairs], key=precision)
        return max([replace(best, smallest=size) for size in smallest], key=precision)

    def save(self, path: str | os.PathLike) -> Path:
        """Keep model, thresholds, sizes and card in one file, which takes its name only when it is complete.

        Args:
            path: The file; its name usually ends in ".imgseg". A file of that name is replaced.

        Returns:
            The path of the file.

        Raises:
            OSError: If the folder is missing or cannot be written to, or the disk is full; what was there stays.
            ValueError: If the model holds Python code (Lambda layers), which could not be loaded safely.
        """
        settings = {name: getattr(self, name) for name in _SETTINGS}
        card = None if self.card is None else self.card.to_dict()
        return write_recognizer(Path(path), self.model, {"settings": settings, "card": card}, _FILE)

    @classmethod
    def load(cls, path: str | os.PathLike, *, custom_objects: dict[str, Any] | None = None) -> Segmenter:
        """Read a segmenter that `save` wrote. No code from the file is run.

        Args:
            path: The file.
            custom_objects: Layer classes of your own by name, where they are not registered with Keras.

        Raises:
            FileNotFoundError: If there is no such file.
            ValueError: If the file is no segmenter, is damaged, was made by a newer version, or holds code.
        """
        model, description = read_recognizer(Path(path), custom_objects, _FILE)
        try:
            card = description["card"]
            side_step(model)
            settings = {name: type(getattr(cls, name))(description["settings"][name]) for name in _SETTINGS}
            return cls(model, **settings, card=None if card is None else DatasetCard.from_dict(card))
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(f"{path} is damaged: its description does not fit its model ({error})") from error

    def _numbered(self, scores: np.ndarray) -> np.ndarray:
        return objects_from_scores(
            scores, threshold=self.threshold, marker_threshold=self.marker_threshold, smallest=self.smallest
        )
