"""What training returns: the model, how it got there, and on what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import keras
    import matplotlib.figure
    import pandas


@dataclass
class TrainingRun:
    """A trained model with its history.

    Attributes:
        model: The Keras model, holding the weights of the kept epoch.
        history: One row an epoch: epoch, loss, accuracy (on augmented training batches), validation_loss,
            validation_accuracy, validation_roc_auc (on the whole validation split), learning_rate, seconds.
        best_epoch: The epoch whose weights the model holds, counted from 1.
        monitor: The validation column that chose it.
        seconds: Wall-clock time of the training, over all its parts if it was resumed.
        device: What it ran on, for people.
        precision: Keras dtype policy of the model.
        seed: Seed of order, augmentation and dropout.
        synthetic: True when the images were made by a program.
        settings: Every setting that was used, by name.
    """

    model: keras.Model
    history: pandas.DataFrame
    best_epoch: int
    monitor: str
    seconds: float
    device: str
    precision: str
    seed: int
    synthetic: bool
    settings: dict

    def __repr__(self) -> str:
        best = self.history.set_index("epoch").loc[self.best_epoch, self.monitor]
        return (
            f"<TrainingRun: {len(self.history)} epochs in {self.seconds:.0f} s on {self.device} ({self.precision}), "
            f"kept epoch {self.best_epoch} with {self.monitor} {best:.4f}, seed {self.seed}>"
        )

    def plot(self) -> matplotlib.figure.Figure:
        """Return a figure of loss and accuracy by epoch, on the training and the validation images."""
        from imgrec_tf import plots

        plain = "no change" in str(self.settings.get("augmentation", ""))
        training = "training" if plain else "training (augmented)"
        figure, axes = plots.figure(columns=2, width=9, height=3.4)
        for ax, column, label in zip(
            axes, ("loss", "accuracy"), ("Loss (cross-entropy, nats)", "Accuracy (share right)")
        ):
            ax.plot(self.history["epoch"], self.history[column], label=training, color=plots.PALETTE[0])
            validation = self.history[f"validation_{column}"]
            ax.plot(self.history["epoch"], validation, label="validation", color=plots.PALETTE[1], linestyle="--")
            ax.axvline(self.best_epoch, color="0.6", linewidth=1, linestyle=":", label="weights kept")
            ax.set_xlabel("Epoch")
            ax.set_ylabel(label)
        axes[0].legend()
        plots.title(figure, "Training history", self.synthetic)
        return figure
