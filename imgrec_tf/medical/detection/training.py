"""Training on boxes: plain Keras `fit` on random squares, the best epoch chosen by average precision on validation."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import keras
import numpy as np

from imgrec_tf._checks import check_whole
from imgrec_tf.medical.detection.batches import RandomSquares
from imgrec_tf.medical.detection.boxes import box_areas
from imgrec_tf.medical.detection.data_set import BoxDataset, BoxSplit
from imgrec_tf.medical.detection.detector import Detector, check_same_classes, output_stride, side_step
from imgrec_tf.medical.detection.scoring import average_precision

if TYPE_CHECKING:
    import pandas

    from imgrec_tf import plots

_STEP = 16  # sides must be a multiple of this for the default model
_LONGEST = 288  # pixels; longer pictures are made smaller, unless that would leave too little of small objects
_SMALL = 14  # pixels that nine of ten objects should have across
_MOST = 640
_BOX_WEIGHT = 2.0


@dataclass(frozen=True)
class DetectionRun:
    """A trained detector with its history.

    Attributes:
        detector: The model with the weights of the best epoch, and default thresholds.
        history: One row an epoch: epoch, loss (on augmented squares), and on the validation split where it was looked
            at, validation_ap50 (mean over classes of the average precision at an overlap of .5), else NaN.
        best_epoch: The epoch whose weights were kept, from 1.
        seconds: Wall-clock time of the training, with the looks at the validation split.
        seed: Seed of squares and augmentation.
        synthetic: True when the pictures were made by a program.
    """

    detector: Detector
    history: pandas.DataFrame
    best_epoch: int
    seconds: float
    seed: int
    synthetic: bool

    def __repr__(self) -> str:
        best = self.history["validation_ap50"].max()
        return (
            f"<DetectionRun: {len(self.history)} epochs in {self.seconds:.0f} s, kept epoch {self.best_epoch} with "
            f"validation_ap50 {best:.3f}, seed {self.seed}>"
        )

    def plot(self) -> plots.Figure:
        """Return a figure of the loss and of the average precision on validation, by epoch."""
        from imgrec_tf import plots

        figure, (upper, lower) = plots.figure(6.4, 4.6, 2, 1, sharex=True)
        upper.plot(self.history["epoch"], self.history["loss"])
        upper.set_ylabel("Loss, training\n(augmented)")
        seen = self.history.dropna(subset=["validation_ap50"])
        lower.plot(seen["epoch"], seen["validation_ap50"], "o-", color=plots.PALETTE[1])
        lower.axvline(self.best_epoch, color=plots.GREY, linewidth=1, linestyle=":", label="weights kept")
        lower.set_ylim(0, 1)
        lower.set_ylabel("AP at .5,\nvalidation")
        lower.set_xlabel("Epoch")
        lower.legend()
        plots.title(figure, "Training history", self.synthetic)
        return figure


class _Watch(keras.callbacks.Callback):
    """Measures average precision on the validation split, and keeps the weights of the best epoch."""

    def __init__(self, detector: Detector, validation: BoxSplit, every: int, epochs: int):
        super().__init__()
        self.detector, self.validation, self.every, self.epochs = detector, validation, every, epochs
        self.best, self.best_epoch, self.weights = -1.0, 0, None

    def on_epoch_end(self, epoch, logs=None):
        """Measure, and put the value into the history."""
        value = np.nan
        if (self.epochs - 1 - epoch) % self.every == 0:
            found = [(one.boxes, one.labels, one.scores) for one in self.detector.candidates(self.validation)]
            classes = len(self.detector.class_names)
            by_class = average_precision(self.validation.boxes, self.validation.labels, found, classes)[0]
            value = float(np.nanmean(by_class)) if not np.isnan(by_class).all() else 0.0
            if value >= self.best:  # of equals the later one, trained with the lower learning rate
                self.best, self.best_epoch, self.weights = value, epoch + 1, self.model.get_weights()
        logs["validation_ap50"] = value

    def on_train_end(self, logs=None):
        """Put the weights of the best epoch back."""
        if self.weights is not None:
            self.model.set_weights(self.weights)


def train_detector(
    dataset: BoxDataset,
    *,
    model: keras.Model | None = None,
    size: tuple[int, int] | None = None,
    crop: int | None = None,
    epochs: int = 12,
    batches: int = 60,
    batch_size: int = 8,
    learning_rate: float = 3e-3,
    augmentation: dict | None = None,
    look_every: int = 1,
    seed: int = 0,
    progress: bool = True,
) -> DetectionRun:
    """Train a detector on the train split, and keep the epoch with the best average precision on validation.

    The learning rate rises over a tenth of the steps and falls to zero along a cosine (AdamW). The loss is
    `models.CentreFocalLoss` plus two times `models.BoxOverlapLoss`. The test split is never looked at. Same data,
    model, seed and CPU: same result.

    Args:
        dataset: Pictures with boxes.
        model: As `models.detector` builds it, with three channels; by default
            `models.detector(len(dataset.class_names), seed=seed)`.
        size: Height and width that pictures are made to fit into, multiples of 16. By default the shape of most
            training pictures with a longer side of at most 288 pixels, or as many more, up to 640, as nine of ten
            objects need to be 14 pixels across; never larger than the pictures are.
        crop: Height and width of the random squares that the network trains on, a multiple of 16; by default the
            smaller side of `size`.
        epochs: Rounds, each of `batches` steps.
        batches: Steps in an epoch.
        batch_size: Squares in a step.
        learning_rate: Highest learning rate, > 0.
        augmentation: Options of `augment`, such as {"quarter_turns": False, "scale": (1, 1)}.
        look_every: The validation split is measured each time after so many epochs, and after the last one.
        seed: Seed of squares and augmentation, and of the default model.
        progress: Print a line for each epoch.

    Returns:
        The run. Choose thresholds with `run.detector.tuned(dataset.validation)`.

    Raises:
        TypeError: If a number is not whole.
        ValueError: If an argument is out of its range, the model does not fit, a class has no training box, or the loss
            became infinite.
    """
    import pandas as pd

    from imgrec_tf import models

    whole = {"epochs": epochs, "batches": batches, "batch_size": batch_size, "look_every": look_every}
    for name, value in whole.items():
        check_whole(name, value, 1, 100_000)
    check_whole("seed", seed, 0, 2**31 - 1)
    if learning_rate <= 0:
        raise ValueError(f"learning_rate must be above 0, got {learning_rate}")
    lacking = [name for name, count in zip(dataset.class_names, dataset.train.counts().sum(axis=0)) if not count]
    if lacking:
        raise ValueError(f"no training picture has a box of {', '.join(lacking)}; add some, or leave the class out")
    size = suggested_size(dataset.train) if size is None else tuple(size)
    if len(size) != 2:
        raise ValueError(f"size must be height and width, such as (224, 288); got {size}")
    crop = min(size) if crop is None else crop
    for name, side in (("size[0]", size[0]), ("size[1]", size[1]), ("crop", crop)):
        check_whole(name, side, 16, 4096)
    model = models.detector(len(dataset.class_names), seed=seed) if model is None else model
    fill = tuple(int(value) for value in np.mean([image.mean(axis=(0, 1)) for image in dataset.train.images], axis=0))
    detector = Detector(model, dataset.class_names, size, fill)
    check_same_classes(dataset.validation, detector.class_names)
    if crop % side_step(model):
        raise ValueError(f"crop must be a multiple of {side_step(model)} for this model, got {crop}")
    squares = RandomSquares(
        dataset.train, size=size, crop=crop, stride=output_stride(model), fill=fill, batches=batches,
        batch_size=batch_size, seed=seed, augmentation=augmentation or {},
    )  # fmt: skip
    steps = epochs * batches
    rate = keras.optimizers.schedules.CosineDecay(
        learning_rate / 25, decay_steps=max(1, steps - steps // 10), warmup_target=learning_rate,
        warmup_steps=steps // 10,
    )  # fmt: skip
    model.compile(
        keras.optimizers.AdamW(rate, weight_decay=1e-4, clipnorm=10.0),
        {"centres": models.CentreFocalLoss(), "boxes": models.BoxOverlapLoss()},
        loss_weights={"centres": 1.0, "boxes": _BOX_WEIGHT},
        jit_compile=False,
    )
    keras.utils.set_random_seed(seed)
    watch = _Watch(detector, dataset.validation, look_every, epochs)
    start = time.perf_counter()
    told = model.fit(
        squares,
        epochs=epochs,
        shuffle=False,
        callbacks=[watch, keras.callbacks.TerminateOnNaN()],
        verbose=2 if progress else 0,
    )
    seconds = time.perf_counter() - start
    history = pd.DataFrame(told.history)
    if not np.isfinite(history["loss"]).all():
        raise ValueError(f"the loss became infinite or undefined; lower learning_rate, which was {learning_rate}")
    history.insert(0, "epoch", range(1, len(history) + 1))
    history = history[["epoch", "loss", "validation_ap50"]]
    return DetectionRun(detector, history, watch.best_epoch, seconds, seed, dataset.synthetic)


def suggested_size(split: BoxSplit) -> tuple[int, int]:
    """Return height and width, multiples of 16, that a split's pictures are best made to fit into.

    The longer side has at most 288 pixels, or as many more, up to 640, as nine of ten objects need to be 14 pixels
    across; never more than the pictures have.
    """
    height, width = np.median([image.shape[:2] for image in split.images], axis=0)
    sides = np.sqrt(np.concatenate([box_areas(boxes) for boxes in split.boxes]))
    longest = max(height, width)
    wanted = max(_LONGEST, longest * _SMALL / max(np.percentile(sides, 10), 1.0))
    factor = min(wanted, _MOST, longest) / longest
    return tuple(max(2 * _STEP, int(np.ceil(round(side * factor) / _STEP)) * _STEP) for side in (height, width))
