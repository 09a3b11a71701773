"""From a model, or an array of numbers, to checked scores, labels and decisions."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from imgrec_tf.datasets.cards import TASKS

# Half-precision softmax rows miss a sum of 1 by up to a hundredth; float32 ones by less than a millionth.
_SUM_TOLERANCE = {"float16": 0.02, "bfloat16": 0.02}
_LOGITS_HELP = (
    "end the model in a softmax (several classes, one label an image) or a sigmoid (multi-label, or one output for two "
    "classes), or pass from_logits=True"
)


def predicted_scores(model, split, *, batch_size: int = 256) -> np.ndarray:
    """Let a model score every image of a split, batch by batch, so that images in files are never all in memory.

    Args:
        model: Anything with `predict(float32 (n, height, width, channels) in [0, 255])` that returns scores, or an
            object that holds such a model as `.model`.
        split: A split of an `ImageDataset`.
        batch_size: Images at a time inside a Keras model.

    Returns:
        The model's outputs, one row for each image, in the order of the split.

    Raises:
        TypeError: If there is no such model, or it returns class labels instead of scores.
        ValueError: If the split is empty.
    """
    model = _with_predict(model)
    if len(split) == 0:
        raise ValueError(f"the {getattr(split, 'name', '')} split holds no images; there is nothing to evaluate")
    keras_model = hasattr(model, "predict_on_batch")
    if keras_model and not isinstance(split.images, np.ndarray):
        outputs = [np.asarray(model.predict(split.tf_data(batch_size), verbose=0))]
    else:
        options = {"batch_size": batch_size, "verbose": 0} if keras_model else {}
        outputs = []
        image_bytes = 4 * int(np.prod(split.images.shape[1:]))
        chunk = max(batch_size, int(2**27 // image_bytes) // batch_size * batch_size)
        for start in range(0, len(split), chunk):
            pixels = split.pixels(np.arange(start, min(start + chunk, len(split))))
            outputs.append(np.asarray(model.predict(pixels, **options)))
    scores = np.concatenate(outputs)
    if len(scores) != len(split):
        raise ValueError(f"the model returned {len(scores)} rows for {len(split)} images; it must return one for each")
    return scores


def _with_predict(model):
    if hasattr(model, "predict_on_batch"):
        return model
    inner = getattr(model, "model", None)
    if hasattr(inner, "predict_on_batch") or (inner is not None and not hasattr(model, "predict")):
        model = inner
    if not callable(getattr(model, "predict", None)):
        raise TypeError(
            f"evaluate needs a model with a predict method, got {type(model).__name__}; pass a Keras model, the result "
            "of models.baseline, or use Evaluation.from_scores for scores that you have already"
        )
    return model


def checked_scores(scores, count: int, classes: int, task: str, from_logits: bool = False) -> np.ndarray:
    """Bring a model's outputs to probabilities, float64 (n, classes), and refuse what is not.

    Args:
        scores: (n, classes) probabilities; for a binary task also (n,) or (n, 1) probabilities of class 1.
        count: Number of images n.
        classes: Number of classes.
        task: "binary", "multi-class", "ordinal" or "multi-label".
        from_logits: True when the numbers are logits, which then pass through a softmax or a sigmoid here.

    Raises:
        TypeError: If the scores are whole numbers: class labels, not scores.
        ValueError: If the shape is wrong, or the numbers are NaN, infinite or no probabilities.
    """
    if task not in TASKS:
        raise ValueError(f"task must be one of {', '.join(TASKS)}, got {task!r}")
    scores = np.asarray(scores)
    kind = str(scores.dtype)
    if scores.dtype.kind in "iub":
        raise TypeError(
            f"the scores are whole numbers ({kind}), which look like class labels; pass one probability for each "
            "class, in scikit-learn the result of predict_proba"
        )
    if scores.dtype.kind in "OUSM":
        raise TypeError(f"the scores must be floating-point numbers, got an array of type {kind}")
    scores = scores.astype(np.float64)
    one_column = scores.ndim == 1 or (scores.ndim == 2 and scores.shape[1] == 1)
    single = one_column and (task == "binary" or (task == "multi-label" and classes == 1))
    wanted = f"({count}, {classes})" + (f", ({count}, 1) or ({count},)" if task == "binary" else "")
    if single:
        scores = scores.reshape(-1, 1)
    if scores.ndim != 2 or scores.shape[0] != count or (not single and scores.shape[1] != classes):
        raise ValueError(f"scores have shape {scores.shape}; accepted is {wanted}: images by classes")
    if not np.isfinite(scores).all():
        rows = np.flatnonzero(~np.isfinite(scores).all(axis=1))
        raise ValueError(
            f"{len(rows)} of {count} rows of scores hold NaN or infinite values, first row {rows[0]}; look for NaN in "
            "the images and for a training that diverged (a lower learning rate helps)"
        )
    independent = single or task == "multi-label"
    if from_logits:
        scores = _probabilities(scores, independent)
    elif scores.min() < -1e-6 or scores.max() > 1 + 1e-6:
        raise ValueError(f"scores reach from {scores.min():.3g} to {scores.max():.3g}, outside [0, 1]; {_LOGITS_HELP}")
    scores = np.clip(scores, 0.0, 1.0)
    if single and task == "binary":
        return np.concatenate([1.0 - scores, scores], axis=1)
    if not independent:
        sums = scores.sum(axis=1)
        off = np.abs(sums - 1)
        if off.max() > _SUM_TOLERANCE.get(kind, 1e-3):
            row = int(off.argmax())
            raise ValueError(
                f"the scores of an image must add up to 1, those of row {row} give {sums[row]:.4g}; {_LOGITS_HELP}"
            )
        if kind in _SUM_TOLERANCE:
            scores = scores / sums[:, None]
    return scores


def _probabilities(logits: np.ndarray, independent: bool) -> np.ndarray:
    from scipy import special

    return special.expit(logits) if independent else special.softmax(logits, axis=1)


def checked_labels(labels, classes: int, task: str) -> np.ndarray:
    """Return labels as int64, (n,) or, for a multi-label task, (n, classes) of 0 and 1.

    Raises:
        ValueError: If there are none, the shape is wrong, they are not whole numbers, or one is out of range.
    """
    labels = np.asarray(labels)
    if labels.size == 0:
        raise ValueError("there are no labels; an evaluation needs at least one image")
    if task == "multi-label":
        if labels.ndim == 1 and classes == 1:
            labels = labels[:, None]
        if labels.ndim != 2 or labels.shape[1] != classes:
            raise ValueError(
                f"labels have shape {labels.shape}; a multi-label task needs (images, {classes}) of 0 and 1"
            )
        if not np.isin(labels, (0, 1)).all():
            raise ValueError("labels of a multi-label task must be 0 (absent) or 1 (present)")
        return labels.astype(np.int64)
    if labels.ndim == 2 and labels.shape[1] == 1:
        labels = labels[:, 0]
    if labels.ndim != 1:
        raise ValueError(
            f"labels have shape {labels.shape}; a {task} task needs (images,) with one class index for each image "
            "(undo one-hot labels with labels.argmax(axis=1))"
        )
    if labels.dtype.kind not in "iufb" or not (labels == np.floor(labels)).all():
        raise ValueError(f"labels must be whole numbers from 0 to {classes - 1}, got an array of type {labels.dtype}")
    outside = np.flatnonzero((labels < 0) | (labels >= classes))
    if len(outside):
        raise ValueError(
            f"label {labels[outside[0]]} of image {outside[0]} is out of range; with {classes} classes, labels go from "
            f"0 to {classes - 1}"
        )
    return labels.astype(np.int64)


def checked_names(class_names: Sequence[str], task: str) -> tuple[str, ...]:
    """Return the class names as a tuple of text; a binary task needs two, multi-class and ordinal at least two."""
    names = tuple(str(name) for name in class_names)
    if task == "binary" and len(names) != 2:
        raise ValueError(f"a binary task has two classes, got {len(names)} class names: {', '.join(names)}")
    if not names or (task != "multi-label" and len(names) < 2):
        raise ValueError(f"a {task} task needs at least two class names, got {len(names)}")
    return names


def checked_groups(groups, count: int) -> np.ndarray | None:
    """Return groups as int64 (n,) from 0 on, or None."""
    if groups is None:
        return None
    groups = np.asarray(groups)
    if groups.shape != (count,):
        raise ValueError(f"groups have shape {groups.shape}; pass one group for each of the {count} images")
    return np.unique(groups, return_inverse=True)[1].astype(np.int64)


def checked_threshold(threshold, classes: int, task: str) -> np.ndarray | None:
    """Return the threshold as float64, one for each question asked, or None for the default rule.

    Raises:
        ValueError: If the task decides by the highest score, or the threshold is no number from 0 to 1.
    """
    if threshold is None:
        return None
    if task not in ("binary", "multi-label"):
        raise ValueError(f"a {task} task decides for the class with the highest score; leave threshold out")
    value = np.asarray(threshold, np.float64)
    if value.shape not in ((), (classes,)) or (task == "binary" and value.shape != ()):
        raise ValueError(
            f"threshold must be one number{'' if task == 'binary' else f' or {classes} numbers'}, got {threshold!r}"
        )
    if not ((value >= 0) & (value <= 1)).all():
        raise ValueError(f"threshold must lie in [0, 1], got {threshold!r}")
    return value


def decide(scores: np.ndarray, task: str, threshold: np.ndarray | None) -> np.ndarray:
    """Turn scores into decisions, in the shape of the labels.

    With a threshold, a score equal to it counts as positive. Without one, the highest score decides, the first class in
    a tie; for a multi-label task a score above 0.5, as in MedMNIST's protocol.
    """
    if task == "multi-label":
        return (scores > 0.5 if threshold is None else scores >= threshold).astype(np.int64)
    if task == "binary" and threshold is not None:
        return (scores[:, 1] >= threshold).astype(np.int64)
    return scores.argmax(axis=1)
