"""`train`: from a model and a data set to a trained model, with defaults that hold from a few hundred images up."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import keras
import numpy as np
import pandas as pd

from imgrec_tf import environment
from imgrec_tf.datasets.dataset import ImageDataset
from imgrec_tf.datasets.one_split import Split
from imgrec_tf.datasets.quick_leaks import quick_leaks
from imgrec_tf.training import callbacks, settings
from imgrec_tf.training.run import TrainingRun
from imgrec_tf.training.settings import Settings

if TYPE_CHECKING:
    from imgrec_tf.vision.augmentation import Augmentation


def train(
    model: keras.Model,
    dataset: ImageDataset,
    *,
    epochs: int | None = None,
    batch_size: int | None = None,
    optimizer: str = "adamw",
    learning_rate: float | None = None,
    weight_decay: float = 0.01,
    schedule: str = "cosine",
    augmentation: str | Augmentation = "light",
    class_weights: str | dict[str, float] | None = None,
    label_smoothing: float = 0.0,
    weight_averaging: bool = True,
    monitor: str = "validation_loss",
    patience: int | None = None,
    seed: int = 0,
    checkpoint: str | Path | None = None,
    tensorboard: str | Path | None = None,
    steps_per_execution: int | None = None,
    check_leaks: bool = True,
    progress: bool = True,
) -> TrainingRun:
    """Train a model on the train split, choose its weights on the validation split, and never look at the test split.

    Two runs with the same seed on the same CPU give the same history, if the model was built with the same seed too.

    Args:
        model: A Keras model that takes pixels in [0, 255] and ends in probabilities: `models.sequential_cnn`, or yours.
        dataset: Images with labels.
        epochs: Passes over the training images; by default more for small sets (48 for 500 images, 7 for 60,000).
        batch_size: Images in a step; by default 32, 64 or 128, growing with the set.
        optimizer: "adam", "adamw" (Loshchilov and Hutter, 2019), "sgd" (with Nesterov momentum 0.9), or "muon" (Jordan
            et al., 2024), which needs fewer steps where a wide dense layer stands before the answer; all other layers
            get AdamW.
        learning_rate: Highest learning rate; by default 0.002 for the first two, 0.05 for SGD, 0.01 for Muon.
        weight_decay: Decoupled weight decay of "adamw" and "muon".
        schedule: "cosine" (a tenth of the steps to warm up, then a cosine to zero), "step" (a tenth after half, and
            again after three quarters of the steps) or "constant".
        augmentation: Name of a recipe in `vision.augmentation`, or a recipe; applied to training batches only.
        class_weights: None, "balanced" (each class counts the same in all), or a weight by class name.
        label_smoothing: Share of each label spread over all classes, in [0, 1) (Szegedy et al., 2016).
        weight_averaging: Evaluate and keep a running average of the weights.
        monitor: Which validation figure chooses the epoch whose weights are kept: "validation_loss",
            "validation_accuracy" or "validation_roc_auc". Kept is the latest epoch that is within one standard error of
            the best before it (Breiman et al., 1984): a few validation images tell early epochs from late ones badly,
            and late ones have the steadier weights. With many images the error is small, and the best epoch is kept.
        patience: Stop when `monitor` has not improved for this many epochs; None runs all epochs.
        seed: Seed of order, augmentation and dropout.
        checkpoint: A file that is rewritten after each epoch. When it exists, the run goes on from it, and ends with
            the weights that it would have had without the interruption.
        tensorboard: A folder for TensorBoard's event files.
        steps_per_execution: Steps in one call of TensorFlow; chosen by default.
        check_leaks: Warn when images or groups stand in more than one split.
        progress: Show a progress bar.

    Returns:
        The run: the trained model, its history, and what it ran on.

    Raises:
        ValueError: If an argument is out of range or unknown, model and data set do not fit together, or the ROC AUC is
            to choose the epoch and the validation split holds one class only.
        TrainingDiverged: If the loss becomes NaN or infinite.
        OSError: If the checkpoint cannot be written.

    Warns:
        UserWarning: If a class has no image in train or in validation.
    """
    recipe = _recipe(augmentation)
    if environment.strategy().num_replicas_in_sync > 1:
        steps_per_execution = 1  # several steps in one call fail under MirroredStrategy (TensorFlow 2.21, Keras 3.15)
    chosen = _settings(
        dataset.train,
        epochs=epochs,
        batch_size=batch_size,
        steps_per_execution=steps_per_execution,
        optimizer=optimizer,
        learning_rate=learning_rate or settings.LEARNING_RATES.get(optimizer, 1.0),
        weight_decay=weight_decay,
        schedule=schedule,
        augmentation=repr(recipe),
        class_weights=repr(class_weights),
        label_smoothing=label_smoothing,
        weight_averaging=weight_averaging,
        monitor=monitor,
        patience=patience,
        seed=seed,
    )
    _check_fit(model, dataset)
    _check_classes(dataset, chosen.monitor)
    weights = _class_weight_vector(class_weights, dataset.train)
    if check_leaks and (leaks := quick_leaks(dataset)):
        warnings.warn(f"{leaks} Figures measured on such splits flatter the model.", stacklevel=2)

    keras.utils.set_random_seed(seed)
    with model.distribute_strategy.scope():
        record, validate = _fit(model, dataset, chosen, recipe, weights, checkpoint, tensorboard, progress)
    return TrainingRun(
        model=model,
        history=pd.DataFrame(record.rows),
        best_epoch=validate.best_epoch,
        monitor=chosen.monitor,
        seconds=sum(row["seconds"] for row in record.rows),
        device=environment.device_name(),
        precision=keras.config.dtype_policy().name,
        seed=seed,
        synthetic=dataset.synthetic,
        settings=chosen.to_dict(),
    )


def _fit(model, dataset, chosen: Settings, recipe, weights, checkpoint, tensorboard, progress):
    """Run all epochs that are left, give the model its best weights, and return the callbacks that know the rest."""
    _compile(model, dataset.task, chosen)
    total_steps = chosen.steps * chosen.epochs
    average = callbacks.WeightAverage(total_steps, chosen.steps_per_execution) if chosen.weight_averaging else None
    validate = callbacks.Validate(dataset.validation, chosen, average)
    record = callbacks.Record()
    chain = [callbacks.StopOnNaN(), *([average] if average else []), validate, record]
    first_epoch = 0
    if checkpoint is not None:
        keeper = callbacks.Checkpoint(Path(checkpoint), chosen, average, validate, record)
        first_epoch = keeper.restore(model)
        chain.append(keeper)
    if tensorboard is not None:
        chain.append(keras.callbacks.TensorBoard(str(tensorboard)))
    if progress:
        chain.append(callbacks.Progress(chosen.epochs))

    if first_epoch < chosen.epochs:
        batches = _training_batches(dataset.train, chosen, first_epoch, recipe, weights)
        if model.output_shape[-1] == 1 and dataset.task == "binary":
            batches = batches.map(lambda images, labels, *weight: (images, labels[:, 1:], *weight))
        model.fit(
            batches,
            epochs=chosen.epochs,
            initial_epoch=first_epoch,
            steps_per_epoch=chosen.steps,
            callbacks=chain,
            shuffle=False,
            verbose=0,
        )
    validate.set_model(model)
    validate.restore_best()
    return record, validate


def _settings(split: Split, *, epochs, batch_size, steps_per_execution, **others) -> Settings:
    images = len(split)
    batch_size = min(images, settings.default_batch_size(images) if batch_size is None else batch_size)
    epochs = settings.default_epochs(images) if epochs is None else epochs
    if batch_size < 1:
        raise ValueError(f"batch_size must be at least 1, got {batch_size}")
    steps, per_call = settings.steps_of(images, batch_size, steps_per_execution)
    chosen = Settings(
        images=images, epochs=epochs, batch_size=batch_size, steps=steps, steps_per_execution=per_call, **others
    )
    settings.check(chosen)
    return chosen


def _recipe(augmentation: str | Augmentation):
    from imgrec_tf.vision import augmentation as recipes

    return recipes.recipe(augmentation) if isinstance(augmentation, str) else augmentation


def _check_fit(model: keras.Model, dataset: ImageDataset) -> None:
    if not isinstance(model, keras.Model):
        raise TypeError(
            f"model must be a Keras model, got {type(model).__name__}; build one with models.sequential_cnn"
        )
    expected = tuple(model.input_shape[1:])
    if any(size not in (None, given) for size, given in zip(expected, dataset.image_shape, strict=True)):
        raise ValueError(
            f"the model takes images of shape {expected}, the data set has {dataset.image_shape}; build the model with "
            "dataset.image_shape, or load the data set in the model's size"
        )
    outputs = model.output_shape[-1]
    if outputs != dataset.num_classes and not (outputs == 1 and dataset.task == "binary"):
        raise ValueError(
            f"the model gives {outputs} scores, the data set has {dataset.num_classes} classes; "
            "build the model with dataset.num_classes"
        )


def _check_classes(dataset: ImageDataset, monitor: str) -> None:
    """Tell of classes without an image: a class that validation lacks has no say in which epoch is kept."""
    for split, so in ((dataset.train, "cannot be learnt"), (dataset.validation, "has no say in which epoch is kept")):
        counts = split.class_counts()
        absent = [str(name) for name, count in counts.items() if count == 0]
        if absent:
            told = " and ".join(absent)
            warnings.warn(f"no image of the {split.name} split has {told}, which therefore {so}", stacklevel=3)
    labels = dataset.validation.label_matrix()
    if monitor == "validation_roc_auc" and not (labels.min(axis=0) < labels.max(axis=0)).any():
        raise ValueError(
            "validation_roc_auc cannot choose an epoch: every image of the validation split is of one class; use "
            'monitor="validation_loss", or a validation split with several classes'
        )


def _class_weight_vector(class_weights, split: Split) -> np.ndarray | None:
    if class_weights is None:
        return None
    if split.task == "multi-label":
        raise ValueError("class_weights has no meaning when an image can show several classes; leave it at None")
    counts = np.bincount(split.labels, minlength=split.num_classes)
    if class_weights == "balanced":
        return (len(split) / (split.num_classes * np.maximum(counts, 1))).astype(np.float32)
    if not isinstance(class_weights, dict) or set(class_weights) != set(split.class_names):
        raise ValueError(
            f'class_weights must be None, "balanced", or a weight for each of {", ".join(split.class_names)}, '
            f"got {class_weights!r}"
        )
    return np.array([class_weights[name] for name in split.class_names], np.float32)


def _compile(model: keras.Model, task: str, chosen: Settings) -> None:
    total = chosen.steps * chosen.epochs
    peak = chosen.learning_rate
    schedules = keras.optimizers.schedules
    rate = {
        "constant": lambda: peak,
        "step": lambda: schedules.PiecewiseConstantDecay([total // 2, total * 3 // 4], [peak, peak * 0.1, peak * 0.01]),
        "cosine": lambda: schedules.CosineDecay(
            peak / 25, decay_steps=total - total // 10, warmup_target=peak, warmup_steps=total // 10
        ),
    }[chosen.schedule]()
    optimizer = {
        "adam": lambda: keras.optimizers.Adam(rate),
        "adamw": lambda: keras.optimizers.AdamW(rate, weight_decay=chosen.weight_decay),
        "muon": lambda: keras.optimizers.Muon(
            rate,
            weight_decay=chosen.weight_decay,
            adam_weight_decay=chosen.weight_decay,
            exclude_layers=[f"{model.layers[-1].name}/"],
        ),
        "sgd": lambda: keras.optimizers.SGD(rate, momentum=0.9, nesterov=True),
    }[chosen.optimizer]()
    one_output = model.output_shape[-1] == 1
    separate = task == "multi-label" or one_output
    loss = (keras.losses.BinaryCrossentropy if separate else keras.losses.CategoricalCrossentropy)(
        label_smoothing=chosen.label_smoothing
    )
    accuracy = keras.metrics.BinaryAccuracy if separate else keras.metrics.CategoricalAccuracy
    model.compile(
        optimizer,
        loss,
        metrics=[accuracy(name="accuracy")],
        steps_per_execution=chosen.steps_per_execution,
        jit_compile=False,
    )
    optimizer.build(model.trainable_variables)  # variables made while TensorFlow traces a step have it trace twice


def _training_batches(split: Split, chosen: Settings, first_epoch: int, recipe, weights: np.ndarray | None):
    import tensorflow as tf

    from imgrec_tf.datasets.pipeline import make_pipeline

    batches = make_pipeline(
        split,
        chosen.batch_size,
        shuffle=True,
        seed=chosen.seed,
        epochs=chosen.epochs - first_epoch,
        first_epoch=first_epoch,
        augmentation=recipe,
        one_hot=True,
        steps=chosen.steps,
    )
    if weights is not None:
        vector = tf.constant(weights)
        return batches.map(lambda images, labels: (images, labels, tf.linalg.matvec(labels, vector)))
    return batches
