"""The model card: what is known of a recogniser, its data and its measurement. What nobody stated stays a gap."""

from __future__ import annotations

import platform
from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from imgrec_tf.medical.reports.checks import check_evaluation, check_recognizer, has_intervals, point_intervals
from imgrec_tf.recognizer import checks as recognizer_checks

if TYPE_CHECKING:
    import pandas

    from imgrec_tf.evaluation import Evaluation
    from imgrec_tf.recognizer import Recognizer
    from imgrec_tf.training import TrainingRun

NOT_STATED = "not stated"
USE = "learning and research; never for clinical use"


def model_card(
    recognizer: Recognizer, evaluation: Evaluation | None = None, run: TrainingRun | None = None
) -> pandas.DataFrame:
    """Return what is known of a recogniser, and what is not.

    Args:
        recognizer: The recogniser.
        evaluation: What it was measured with, or None.
        run: The training, or None.

    Returns:
        One row a fact: part, fact, value; the value is "not stated" where nobody stated it.

    Raises:
        TypeError: If recogniser or evaluation is none.
        ValueError: If the recogniser is multi-label, its operating point was never measured, or the evaluation belongs
            to another one.
    """
    import pandas as pd

    check_recognizer(recognizer)
    check_evaluation(recognizer, evaluation)
    parts = {
        "use": {"made for": USE},
        "model": _model(recognizer),
        "training": training_facts(run),
        "data": _data(recognizer),
        "operating point": _point(recognizer, evaluation),
        "measured": _measured(evaluation),
        "software": versions(),
    }
    rows = [(part, fact, value or NOT_STATED) for part, facts in parts.items() for fact, value in facts.items()]
    return pd.DataFrame(rows, columns=["part", "fact", "value"])


def card_values(recognizer: Recognizer) -> dict:
    """Return the data set's card as a dict, "not stated" and empty values left out."""
    values = {} if recognizer.card is None else recognizer_checks.plain_card(recognizer.card)
    return {name: one for name, one in values.items() if one not in (NOT_STATED, "", None, [], {}, ())}


def is_synthetic(recognizer: Recognizer) -> bool:
    """Tell whether the card says that the training images were made by a program."""
    return bool(card_values(recognizer).get("synthetic", False))


def layers_of(recognizer: Recognizer) -> str:
    """Return kinds of layers with their numbers, in order of appearance, or "" where it is no Keras network."""
    if not recognizer_checks.is_keras(recognizer.model):
        return ""
    counts = Counter(type(layer).__name__ for layer in recognizer.model.layers)
    return ", ".join(f"{count} {name}" if count > 1 else name for name, count in counts.items())


def parameters_of(recognizer: Recognizer) -> int | None:
    """Return the number of parameters, or None where it is no Keras network."""
    return int(recognizer.model.count_params()) if recognizer_checks.is_keras(recognizer.model) else None


def interval_text(value: float, low: float, high: float) -> str:
    """Return a value with the ends of its interval, for people."""
    return "not defined" if np.isnan(value) else f"{value:.3f}" + ("" if np.isnan(low) else f" [{low:.3f}, {high:.3f}]")


def point_text(recognizer: Recognizer, evaluation: Evaluation | None) -> str:
    """Return one sentence on how the recogniser decides, with the intervals of its operating point."""
    point = recognizer.operating_point
    if point is None:
        return "The class with the highest score is the answer; no operating point was chosen."
    ends = point_intervals(recognizer, evaluation)
    told = ", ".join(f"{name} {interval_text(*one)}" for name, one in ends.items())
    where = point.details.get("split") if has_intervals(point) else evaluation.name
    names = f"“{recognizer.class_names[1]}” from a score of {point.threshold_text} on; "
    optimistic = " (where it was chosen, so a little flattering)" if has_intervals(point) else ""
    return f"{names}on the {where or 'split that chose it'} images{optimistic}: {told}."


def versions() -> dict[str, str]:
    """Return names and versions of what the recogniser runs on."""
    import keras
    import tensorflow as tf

    from imgrec_tf import __version__

    return {
        "imgrec_tf": __version__,
        "keras": keras.__version__,
        "tensorflow": tf.__version__,
        "python": platform.python_version(),
    }


def _model(recognizer: Recognizer) -> dict[str, str]:
    height, width, channels = recognizer.image_shape
    count = parameters_of(recognizer)
    return {
        "kind": "Keras network" if count is not None else type(recognizer.model).__name__,
        "layers": layers_of(recognizer),
        "parameters": "" if count is None else f"{count:,}",
        "task": recognizer.task,
        "classes": ", ".join(recognizer.class_names),
        "images": f"{height} × {width} pixels, {channels} channel(s), fitted by “{recognizer.fit}”",
        "output": "one score a class, in [0, 1]",
    }


def training_facts(run: TrainingRun | None) -> dict[str, str]:
    """Return settings, chosen epoch and seed of a training; empty texts where there is none."""
    if run is None:
        return {"settings": "", "chosen epoch": "", "seed": ""}
    names = ("optimizer", "learning_rate", "schedule", "batch_size", "epochs", "augmentation", "class_weights")
    told = {name.replace("_", " "): " ".join(str(run.settings[name]).split()) for name in names if name in run.settings}
    settings = ", ".join(f"{name} {value}" for name, value in told.items())
    return {
        "settings": settings,
        "chosen epoch": f"{run.best_epoch} of {len(run.history)}, by {run.monitor.replace('_', ' ')}",
        "seed": str(run.seed),
    }


def _data(recognizer: Recognizer) -> dict[str, str]:
    card = card_values(recognizer)
    kind = {True: "synthetic: made by a program", False: "real images"}.get(card.get("synthetic"), "")
    splits = ", ".join(f"{name} {count:,}" for name, count in card.get("splits", {}).items())
    return {
        "data set": str(card.get("title", "")),
        "images": kind,
        "splits": splits,
        "source": str(card.get("source", "")),
        "licence": str(card.get("licence", "")),
        "citation": str(card.get("citation", "")),
        "fit for": str(card.get("intended_use", "")),
    }


def _point(recognizer: Recognizer, evaluation: Evaluation | None) -> dict[str, str]:
    point = recognizer.operating_point
    never = "never: every readable image gets an answer"
    abstains = (
        never if recognizer.abstain_below is None else f"where the highest score is below {recognizer.abstain_below:g}"
    )
    if point is None:
        decides = "the highest score"
        return {"decides": decides, "chosen for": "", "sensitivity": "", "specificity": "", "abstains": abstains}
    ends = point_intervals(recognizer, evaluation)
    source = "at the choice" if has_intervals(point) else f"on the {evaluation.name} split"
    return {
        "decides": f"“{recognizer.class_names[1]}” from a score of {point.threshold_text} on",
        "chosen for": point.reason,
        **{f"{name}, {source}": interval_text(*one) for name, one in ends.items()},
        "abstains": abstains,
    }


def _measured(evaluation: Evaluation | None) -> dict[str, str]:
    from imgrec_tf.evaluation import tables

    if evaluation is None:
        return {"split": "", "metrics": ""}
    groups = "" if evaluation.groups is None else f" of {int(evaluation.groups.max()) + 1:,} groups (patients)"
    found = {"split": f"{evaluation.name}: {len(evaluation):,} images{groups}"}
    for name in tables.ordered(evaluation):
        metric = evaluation[name]
        found[tables.TITLES[name]] = interval_text(metric.value, metric.low, metric.high)
    if evaluation.notes:
        found["notes"] = " ".join(evaluation.notes)
    return found
