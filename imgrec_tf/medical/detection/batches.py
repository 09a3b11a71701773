"""Batches for training: random squares of pictures, with what the network is to answer for them."""

from __future__ import annotations

import keras
import numpy as np

from imgrec_tf.medical.detection.augmenting import augment, fitted
from imgrec_tf.medical.detection.data_set import BoxSplit
from imgrec_tf.medical.detection.targets import centre_targets


class RandomSquares(keras.utils.PyDataset):
    """Random squares of a split, other ones in each epoch; batch i of epoch e depends on seed, e and i only.

    Args:
        split: Pictures with boxes.
        size: Height and width that pictures are made to fit into before a square is cut, in pixels.
        crop: Height and width of a square in pixels.
        stride: Pixels from one place of the network's grid to the next.
        fill: Red, green and blue of what lies beyond a picture.
        batches: Batches in an epoch.
        batch_size: Squares in a batch.
        seed: Seed of the squares and of their augmentation.
        augmentation: Options of `augment`.
    """

    def __init__(
        self, split: BoxSplit, *, size: tuple[int, int], crop: int, stride: int, fill: tuple[int, int, int],
        batches: int, batch_size: int, seed: int, augmentation: dict,
    ):  # fmt: skip
        super().__init__()
        made = [fitted(image, size, fill) for image in split.images]
        # Without the filled rest: squares are cut out of the picture itself.
        self.pictures = [
            picture[: round(image.shape[0] * factor), : round(image.shape[1] * factor)]
            for image, (picture, factor) in zip(split.images, made)
        ]
        self.boxes = [boxes * np.float32(factor) for boxes, (_, factor) in zip(split.boxes, made)]
        self.labels, self.classes = split.labels, len(split.class_names)
        self.crop, self.stride, self.fill = crop, stride, fill
        self.batches, self.batch_size, self.seed = batches, batch_size, seed
        self.augmentation, self.epoch = augmentation, 0

    def __len__(self) -> int:
        return self.batches

    def __getitem__(self, place: int) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        first = (self.epoch * self.batches + place) * self.batch_size
        rng = np.random.default_rng([self.seed, 2, first])
        squares, centres, answers = [], [], []
        for number in range(first, first + self.batch_size):
            one = self._picture(number)
            square, boxes, labels = augment(
                self.pictures[one], self.boxes[one], self.labels[one], rng,
                size=self.crop, fill=self.fill, **self.augmentation,
            )  # fmt: skip
            side = self.crop // self.stride
            targets = centre_targets(boxes, labels, self.classes, side, side, self.stride)
            squares.append(square)
            centres.append(targets[0])
            answers.append(targets[1])
        return np.stack(squares).astype(np.float32) / 255, {"centres": np.stack(centres), "boxes": np.stack(answers)}

    def on_epoch_end(self) -> None:
        """Count the epochs: the next one gets other squares."""
        self.epoch += 1

    def _picture(self, number: int) -> int:
        """Return which picture comes as number so and so: all of them in a random order, then in another one."""
        around, place = divmod(number, len(self.pictures))
        return int(np.random.default_rng([self.seed, 1, around]).permutation(len(self.pictures))[place])
