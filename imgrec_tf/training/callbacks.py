"""What happens during training besides the gradient steps, one small callback for each thing."""

from __future__ import annotations

import math
import time
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from imgrec_tf.training import checkpoint
from imgrec_tf.training.settings import Settings, TrainingDiverged
from imgrec_tf.training.validation import standard_error, validation_metrics


class StopOnNaN(keras.callbacks.Callback):
    """End the run with a clear error as soon as the loss is no longer a number."""

    def on_train_batch_end(self, batch, logs=None):
        """Look at the mean loss so far."""
        self._check(logs)

    def on_epoch_end(self, epoch, logs=None):
        """Look at the epoch's loss."""
        self._check(logs)

    def _check(self, logs):
        loss = (logs or {}).get("loss", 0.0)
        if not math.isfinite(loss):
            raise TrainingDiverged(
                f"the loss became {loss} in epoch {len(self.model.history.epoch) + 1}: the weights are lost. Lower "
                "learning_rate (a tenth is a good start), and check the images for NaN and the labels for mistakes"
            )


class WeightAverage(keras.callbacks.Callback):
    """Keep a running average of all weights, which is evaluated and kept in their place.

    The average follows the weights closely at first and slowly later (decay = 1 - 1 / horizon, where the horizon grows
    with the steps done, up to a twentieth of the run). Averaged weights sit nearer the middle of a flat valley of the
    loss than the last ones (Polyak and Juditsky, 1992; Izmailov et al., "Averaging weights leads to wider optima",
    2018).
    """

    def __init__(self, total_steps: int, steps_per_call: int):
        super().__init__()
        self.longest = max(10.0, total_steps / 20)
        self.steps_per_call = steps_per_call
        self.steps = 0
        self.average: list[tf.Variable] | None = None

    def variables(self) -> list:
        """Return the model's averaged variables: weights and batch statistics, not the states of random generators."""
        return [one for one in self.model.variables if "float" in str(one.dtype)]

    def on_train_begin(self, logs=None):
        """Start from the model's weights, unless a checkpoint has already filled the average."""
        if self.average is None:
            self.average = [tf.Variable(one.value, trainable=False) for one in self.variables()]
        self._update = tf.function(self._update_eagerly)

    def on_train_batch_end(self, batch, logs=None):
        """Move the average towards the weights."""
        self.steps += self.steps_per_call
        horizon = min(self.longest, 1 + self.steps / 5)
        self._update(tf.constant((1 - 1 / horizon) ** self.steps_per_call, tf.float32))

    def _update_eagerly(self, decay):
        for average, current in zip(self.average, self.variables()):
            value = tf.cast(current.value, average.dtype)
            average.assign(value + tf.cast(decay, average.dtype) * (average - value))

    def swap(self):
        """Exchange the model's weights and the average."""
        for average, current in zip(self.average, self.variables()):
            kept = tf.identity(current.value)
            current.assign(average)
            average.assign(kept)


class Validate(keras.callbacks.Callback):
    """Measure the whole validation split after each epoch, keep the best weights, and stop when nothing gets better."""

    def __init__(self, split, settings: Settings, average: WeightAverage | None):
        super().__init__()
        self.split = split
        self.average = average
        self.monitor = settings.monitor
        self.patience = settings.patience
        self.batches = split.tf_data(256)
        self.sign = -1.0 if self.monitor == "validation_loss" else 1.0
        self.best_value = -math.inf
        self.error = 0.0
        self.improved_epoch = 0
        self.best_epoch = 0
        self.best_weights: list[np.ndarray] | None = None

    def on_epoch_end(self, epoch, logs=None):
        """Add the validation columns to the epoch's logs."""
        if self.average:
            self.average.swap()
        scores = self.model.predict(self.batches, verbose=0)
        logs.update(validation_metrics(scores, self.split.labels, self.split.task))
        value = self.sign * logs[self.monitor]
        if value > self.best_value or self.best_weights is None:
            self.best_value, self.improved_epoch = value, epoch + 1
            self.error = standard_error(self.monitor, scores, self.split.labels, self.split.task)
        if value >= self.best_value - self.error:
            self.best_epoch = epoch + 1
            self.best_weights = [one.numpy() for one in self.model.variables]
        if self.average:
            self.average.swap()
        if self.patience and epoch + 1 - self.improved_epoch >= self.patience:
            self.model.stop_training = True

    def restore_best(self):
        """Give the model the weights of the best epoch."""
        for variable, value in zip(self.model.variables, self.best_weights):
            variable.assign(value)


class Record(keras.callbacks.Callback):
    """Write one row of history an epoch, with the learning rate and the seconds."""

    def __init__(self):
        super().__init__()
        self.rows: list[dict] = []
        self.seconds_before = 0.0

    def on_epoch_begin(self, epoch, logs=None):
        """Start the epoch's clock."""
        self.started = time.perf_counter()

    def on_epoch_end(self, epoch, logs=None):
        """Add the epoch's row."""
        rate = float(np.asarray(self.model.optimizer.learning_rate))
        seconds = time.perf_counter() - self.started
        self.rows.append({"epoch": epoch + 1, **logs, "learning_rate": rate, "seconds": seconds})


class Progress(keras.callbacks.Callback):
    """Show a bar that moves once an epoch, in a notebook or a terminal."""

    def __init__(self, epochs: int):
        super().__init__()
        self.epochs = epochs

    def on_train_begin(self, logs=None):
        """Open the bar at the epoch that the run starts with."""
        from tqdm.auto import tqdm

        self.bar = tqdm(total=self.epochs, unit="epoch", desc="training", leave=True)

    def on_epoch_end(self, epoch, logs=None):
        """Move the bar, with the validation figures beside it."""
        self.bar.update(epoch + 1 - self.bar.n)
        self.bar.set_postfix_str(
            f"loss {logs['loss']:.3f}, validation loss {logs['validation_loss']:.3f}, "
            f"accuracy {logs['validation_accuracy']:.3f}"
        )

    def on_train_end(self, logs=None):
        """Leave the finished bar on the screen."""
        self.bar.close()


class Checkpoint(keras.callbacks.Callback):
    """Save the whole state after each epoch, and put it back at the start of a resumed run."""

    def __init__(
        self, path: Path, settings: Settings, average: WeightAverage | None, validate: Validate, record: Record
    ):
        super().__init__()
        self.path = path
        self.settings = settings
        self.average = average
        self.validate = validate
        self.record = record

    def restore(self, model: keras.Model) -> int:
        """Put the saved state back into the model and the callbacks; return how many epochs are done, 0 without a file.

        Raises:
            ValueError: If the file belongs to a run with other settings or another model, or is damaged.
        """
        if not self.path.exists():
            return 0
        arrays, facts = checkpoint.load(self.path)
        settings = self.settings.to_dict()
        changed = [name for name, value in settings.items() if facts["settings"].get(name) != value]
        shapes = [list(one.shape) for one in model.variables]
        if changed or shapes != [list(array.shape) for array in arrays["model"]]:
            what = ", ".join(f"{name} was {facts['settings'].get(name)}, now {settings[name]}" for name in changed)
            raise ValueError(
                f"the checkpoint {self.path} belongs to another run ({what or 'its model has other layers'}); "
                "delete it, pass another path, or go back to those settings"
            )
        model.optimizer.build(model.trainable_variables)
        for variables, values in ((model.variables, arrays["model"]), (model.optimizer.variables, arrays["optimizer"])):
            for variable, value in zip(variables, values):
                variable.assign(value)
        if self.average:
            self.average.average = [tf.Variable(value, trainable=False) for value in arrays["average"]]
            self.average.steps = facts["average_steps"]
        self.validate.best_weights = arrays["best"]
        for name in ("best_value", "best_epoch", "improved_epoch", "error"):
            setattr(self.validate, name, facts[name])
        self.record.rows = facts["history"]
        self.record.seconds_before = facts["seconds"]
        return self.settings.epochs if facts["stopped"] else len(facts["history"])

    def on_epoch_end(self, epoch, logs=None):
        """Write the file."""
        arrays = {
            "model": [one.numpy() for one in self.model.variables],
            "optimizer": [one.numpy() for one in self.model.optimizer.variables],
            "best": self.validate.best_weights,
            "average": [one.numpy() for one in self.average.average] if self.average else [],
        }
        facts = {
            "settings": self.settings.to_dict(),
            "average_steps": self.average.steps if self.average else 0,
            **{name: getattr(self.validate, name) for name in ("best_value", "best_epoch", "improved_epoch", "error")},
            "history": self.record.rows,
            "seconds": sum(row["seconds"] for row in self.record.rows),
            "stopped": bool(self.model.stop_training),
        }
        checkpoint.save(self.path, arrays, facts)
