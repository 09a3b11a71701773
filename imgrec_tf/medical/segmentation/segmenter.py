"""A trained network with what turns its answers into objects: thresholds, tiles, the smallest object."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import keras
import numpy as np

from imgrec_tf.medical.segmentation.data_set import MaskSplit
from imgrec_tf.medical.segmentation.instances import objects_from_scores
from imgrec_tf.medical.segmentation.tiles import pixel_scores


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
    """

    model: keras.Model
    threshold: float = 0.5
    marker_threshold: float = 0.5
    smallest: int = 12
    tile: int = 256
    overlap: int = 32

    def scores(self, picture: np.ndarray) -> np.ndarray:
        """Return the probabilities of background, inside and border, float32 (height, width, 3)."""
        return pixel_scores(self.model, picture, tile=self.tile, overlap=self.overlap)

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
        thresholds: Sequence[float] = (0.4, 0.5, 0.6),
        marker_thresholds: Sequence[float] = (0.4, 0.5, 0.6, 0.7, 0.8),
    ) -> Segmenter:
        """Return the segmenter with the thresholds that score best on the validation split, and never on another one.

        Args:
            validation: The validation split.
            thresholds: What is tried for `threshold`.
            marker_thresholds: What is tried for `marker_threshold`.

        Returns:
            The same model with the pair of the highest average precision over .50 to .95; ties keep the first.
        """
        from imgrec_tf.medical.segmentation.scoring import average_precision

        scores = [self.scores(picture) for picture in validation.images]
        tried = [
            replace(self, threshold=threshold, marker_threshold=marker)
            for threshold in thresholds
            for marker in marker_thresholds
        ]
        values = [
            np.mean([average_precision(mask, one._numbered(score)) for mask, score in zip(validation.masks, scores)])
            for one in tried
        ]
        return tried[int(np.argmax(values))]

    def _numbered(self, scores: np.ndarray) -> np.ndarray:
        return objects_from_scores(
            scores, threshold=self.threshold, marker_threshold=self.marker_threshold, smallest=self.smallest
        )
