"""What may be chosen on: validation data, with every class in it, and scores that differ."""

from __future__ import annotations

from numbers import Real

import numpy as np

from imgrec_tf.evaluation import Evaluation


def check_share(name: str, value, *, ends: bool = False) -> None:
    """Refuse what is no number between 0 and 1; `ends` says whether 0 and 1 are accepted."""
    inside = isinstance(value, Real) and not isinstance(value, bool) and (0 <= value <= 1 if ends else 0 < value < 1)
    if not inside:
        where = "from 0 to 1" if ends else "between 0 and 1, both excluded"
        raise ValueError(f"{name} must be a number {where}, got {value!r}")


def check_for_choosing(evaluation: Evaluation, tasks: tuple[str, ...]) -> None:
    """Refuse what nothing may be chosen on.

    Args:
        evaluation: Of the validation split, or a part of it.
        tasks: The tasks for which the choice has a meaning.

    Raises:
        TypeError: If it is no Evaluation.
        ValueError: If it is of a test split or of another task, a class is absent, or all scores are equal.
    """
    if not isinstance(evaluation, Evaluation):
        raise TypeError(
            f"an Evaluation is needed, got {type(evaluation).__name__}; make one with evaluate(model, "
            "dataset.validation), or with Evaluation.from_scores(…, name='validation')"
        )
    if str(evaluation.name).split(",")[0].strip().lower() == "test":
        raise ValueError(
            "this evaluation is of the test split, on which nothing is chosen; pass one of dataset.validation (scores "
            "of your own get their name with Evaluation.from_scores(…, name='validation'))"
        )
    if evaluation.task not in tasks:
        raise ValueError(f"the task must be {' or '.join(tasks)} for this choice, got {evaluation.task}")
    for index, column, positive in questions(evaluation):
        name = evaluation.class_names[index]
        if not positive.any() or (positive.all() and evaluation.task in ("binary", "multi-label")):
            amount = "no image" if not positive.any() else "every image"
            raise ValueError(
                f"{amount} of the {evaluation.name} split has “{name}”, so nothing can be chosen for it; take a split "
                "with both kinds of images"
            )
        if evaluation.task in ("binary", "multi-label") and column.min() == column.max():
            raise ValueError(
                f"all scores of “{name}” are equal ({column[0]:.4g}), so no choice tells images apart; train the "
                "model, or look at what it is given"
            )


def questions(evaluation: Evaluation) -> list[tuple[int, np.ndarray, np.ndarray]]:
    """Return what is asked of each image: index of the class, its scores (n,) and bool (n,), True where it is present.

    A binary task asks once, for class 1; every other asks once a class.
    """
    places = [1] if evaluation.task == "binary" else list(range(len(evaluation.class_names)))
    truth = evaluation.labels == 1 if evaluation.task == "multi-label" else None
    return [
        (place, evaluation.scores[:, place], evaluation.labels == place if truth is None else truth[:, place])
        for place in places
    ]


def checked_probabilities(scores, name: str = "scores") -> np.ndarray:
    """Return scores as float64 of any shape.

    Raises:
        ValueError: If there is none, or one is NaN or outside [0, 1].
    """
    values = np.asarray(scores)
    if values.dtype.name == "bfloat16":  # of a network in mixed precision; no number to NumPy
        values = values.astype(np.float32)
    if values.dtype.kind not in "fiu" or not values.size:
        raise ValueError(f"{name} must be numbers in [0, 1], one or more, got {values.dtype} of shape {values.shape}")
    values = values.astype(np.float64)
    if not ((values >= -1e-6) & (values <= 1 + 1e-6)).all():
        raise ValueError(f"{name} must lie in [0, 1]; some are NaN or outside of it")
    return np.clip(values, 0.0, 1.0)
