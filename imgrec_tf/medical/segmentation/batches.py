"""Batches of squares for training, and whole tiles for validation."""

from __future__ import annotations

import keras
import numpy as np

from imgrec_tf.medical.segmentation.augmenting import augment
from imgrec_tf.medical.segmentation.data_set import MaskSplit
from imgrec_tf.medical.segmentation.pictures import network_input, pixel_classes


class RandomSquares(keras.utils.PyDataset):
    """Random squares of a split, other ones in each epoch; batch i of epoch e depends on seed, e and i only.

    Args:
        split: Pictures with masks.
        batches: Batches in an epoch.
        batch_size: Squares in a batch.
        size: Height and width of a square in pixels.
        seed: Seed of the squares and of their augmentation.
        augmentation: Options of `augment`.
    """

    def __init__(self, split: MaskSplit, *, batches: int, batch_size: int, size: int, seed: int, augmentation: dict):
        super().__init__()
        self.pictures = [network_input(image) for image in split.images]
        self.classes = [pixel_classes(mask) for mask in split.masks]
        self.batches, self.batch_size, self.size, self.seed = batches, batch_size, size, seed
        self.augmentation, self.epoch = augmentation, 0

    def __len__(self) -> int:
        return self.batches

    def __getitem__(self, place: int) -> tuple[np.ndarray, np.ndarray]:
        order = np.random.default_rng([self.seed, 1]).permutation(len(self.pictures))
        first = (self.epoch * self.batches + place) * self.batch_size
        rng = np.random.default_rng([self.seed, 2, first])
        chosen = [order[number % len(order)] for number in range(first, first + self.batch_size)]
        made = [
            augment(self.pictures[one], self.classes[one], rng, size=self.size, **self.augmentation) for one in chosen
        ]
        return np.stack([picture for picture, _ in made])[..., None], np.stack([classes for _, classes in made])

    def on_epoch_end(self) -> None:
        """Count the epochs: the next one gets other squares."""
        self.epoch += 1


def middle_squares(split: MaskSplit, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the middle of each picture with its classes: float32 (n, size, size, 1) and uint8 (n, size, size).

    A picture smaller than the square is mirrored at its edges. Objects count as they stand in the whole picture.
    """
    pictures, classes = [], []
    for image, mask in zip(split.images, split.masks):
        for made, values in ((pictures, network_input(image)), (classes, pixel_classes(mask))):
            values = np.pad(values, [(0, max(0, size - length)) for length in values.shape], "symmetric")
            top, left = ((length - size) // 2 for length in values.shape)
            made.append(values[top : top + size, left : left + size])
    return np.stack(pictures)[..., None], np.stack(classes)
