"""Training on masks: plain Keras `fit` on random squares, the best epoch chosen on the validation split.

`imgrec_tf.train` is for one label a picture; here every pixel has one, so the loop is Keras's own.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import keras
import numpy as np

from imgrec_tf._checks import check_whole
from imgrec_tf.medical.segmentation.batches import RandomSquares, middle_squares
from imgrec_tf.medical.segmentation.data_set import MaskDataset
from imgrec_tf.medical.segmentation.segmenter import Segmenter
from imgrec_tf.medical.segmentation.tiles import side_step

if TYPE_CHECKING:
    import pandas

    from imgrec_tf import plots


@dataclass(frozen=True)
class SegmentationRun:
    """A trained segmenter with its history.

    Attributes:
        segmenter: The model with the weights of the best epoch, and default thresholds.
        history: One row an epoch: epoch, loss (on augmented squares), validation_loss (on the middle of each picture).
        best_epoch: The epoch whose weights were kept, from 1.
        seconds: Wall-clock time of the training.
        seed: Seed of squares, augmentation and dropout.
        synthetic: True when the pictures were made by a program.
    """

    segmenter: Segmenter
    history: pandas.DataFrame
    best_epoch: int
    seconds: float
    seed: int
    synthetic: bool

    def __repr__(self) -> str:
        best = self.history["validation_loss"].min()
        return (
            f"<SegmentationRun: {len(self.history)} epochs in {self.seconds:.0f} s, kept epoch {self.best_epoch} with "
            f"validation_loss {best:.4f}, seed {self.seed}>"
        )

    def plot(self) -> plots.Figure:
        """Return a figure of the loss by epoch, on training squares and on the validation pictures."""
        from imgrec_tf import plots

        figure, axis = plots.figure(6.4, 3.4)
        axis.plot(self.history["epoch"], self.history["loss"], label="training (augmented)")
        axis.plot(self.history["epoch"], self.history["validation_loss"], "--", label="validation")
        axis.axvline(self.best_epoch, color=plots.GREY, linewidth=1, linestyle=":", label="weights kept")
        axis.set_xlabel("Epoch")
        axis.set_ylabel("Loss")
        axis.legend()
        plots.title(figure, "Training history", self.synthetic)
        return figure


def train_segmenter(
    dataset: MaskDataset,
    *,
    model: keras.Model | None = None,
    loss: keras.losses.Loss | None = None,
    epochs: int = 8,
    batches: int = 70,
    batch_size: int = 8,
    size: int = 128,
    learning_rate: float = 4e-3,
    augmentation: dict | None = None,
    seed: int = 0,
    progress: bool = True,
) -> SegmentationRun:
    """Train a U-Net on the train split, and keep the epoch with the lowest loss on the validation split.

    The learning rate rises over a tenth of the steps and falls to zero along a cosine (AdamW). The test split is never
    looked at. Same data, model, seed and CPU: same result.

    Args:
        dataset: Pictures with masks.
        model: As `models.unet` builds it, with one channel and three classes; by default
            `models.unet(filters=(32, 48, 64, 96), stride=2, seed=seed)` with 463,427 parameters.
        loss: By default `models.DiceLoss(cross_entropy=1.0)`.
        epochs: Rounds, each of `batches` steps and one look at the validation split.
        batches: Steps in an epoch.
        batch_size: Squares in a step.
        size: Height and width of a square in pixels, a multiple of 16 for the default model.
        learning_rate: Highest learning rate, > 0.
        augmentation: Options of `augment`, such as {"scale": (1, 1), "tone": 0}.
        seed: Seed of squares, augmentation and dropout, and of the default model.
        progress: Print a line for each epoch.

    Returns:
        The run.

    Raises:
        TypeError: If a number is not whole.
        ValueError: If an argument is out of its range, the model does not fit, or no training mask has an object.
    """
    import pandas as pd

    from imgrec_tf import models

    for name, value in (("epochs", epochs), ("batches", batches), ("batch_size", batch_size)):
        check_whole(name, value, 1, 100_000)
    check_whole("size", size, 16, 4096)
    check_whole("seed", seed, 0, 2**31 - 1)
    if learning_rate <= 0:
        raise ValueError(f"learning_rate must be above 0, got {learning_rate}")
    if not dataset.train.objects:
        raise ValueError("no mask of the train split has an object, there is nothing to learn; add masks with objects")
    model = models.unet(filters=(32, 48, 64, 96), stride=2, seed=seed) if model is None else model
    _check_model(model, size)
    squares = RandomSquares(
        dataset.train, batches=batches, batch_size=batch_size, size=size, seed=seed, augmentation=augmentation or {}
    )
    steps = epochs * batches
    rate = keras.optimizers.schedules.CosineDecay(
        learning_rate / 25, decay_steps=max(1, steps - steps // 10), warmup_target=learning_rate,
        warmup_steps=steps // 10,
    )  # fmt: skip
    loss = models.DiceLoss(cross_entropy=1.0) if loss is None else loss
    # Compiling for the CPU takes longer to begin with, and each step was slower by a quarter.
    model.compile(keras.optimizers.AdamW(rate, weight_decay=0.01), loss, jit_compile=False)
    keras.utils.set_random_seed(seed)
    best = keras.callbacks.EarlyStopping("val_loss", patience=epochs, restore_best_weights=True)
    start = time.perf_counter()
    told = model.fit(
        squares,
        epochs=epochs,
        validation_data=middle_squares(dataset.validation, size),
        validation_batch_size=batch_size,
        callbacks=[best, keras.callbacks.TerminateOnNaN()],
        verbose=2 if progress else 0,
    )
    seconds = time.perf_counter() - start
    history = pd.DataFrame(told.history).rename(columns={"val_loss": "validation_loss"})
    if not np.isfinite(history["loss"]).all():
        raise ValueError(f"the loss became infinite or undefined; lower learning_rate, which was {learning_rate}")
    history.insert(0, "epoch", range(1, len(history) + 1))
    history = history[["epoch", "loss", "validation_loss"]]
    kept = int(history["validation_loss"].idxmin()) + 1
    return SegmentationRun(Segmenter(model, card=dataset.card), history, kept, seconds, seed, dataset.synthetic)


def _check_model(model: keras.Model, size: int) -> None:
    step = side_step(model)
    if model.output_shape[-1] != 3:
        raise ValueError(
            f"the model gives {model.output_shape[-1]} classes, not background, inside and border; use models.unet(3)"
        )
    if size % step:
        raise ValueError(f"size must be a multiple of {step}, by which the model halves, got {size}")
