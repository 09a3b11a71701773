"""Scores with a known truth: normal for the absent, shifted for the present, sure of themselves by a stated factor."""

from __future__ import annotations

import numpy as np
from scipy import special

from imgrec_tf.evaluation import Evaluation


def binary_scores(count, *, prevalence=0.5, distance=2.0, sureness=1.0, seed=0):
    """Return scores of class 1 (n,), calibrated where `sureness` is 1, and labels."""
    generator = np.random.default_rng(seed)
    labels = (generator.random(count) < prevalence).astype(int)
    labels[:2] = 0, 1
    seen = generator.normal(size=count) + distance * labels
    log_odds = distance * (seen - distance / 2) + special.logit(prevalence)
    return special.expit(sureness * log_odds), labels


def several_scores(count, *, classes=4, sureness=1.0, seed=0, shares=None):
    """Return scores (n, k), calibrated where `sureness` is 1, and labels."""
    generator = np.random.default_rng(seed)
    shares = np.full(classes, 1 / classes) if shares is None else np.asarray(shares)
    labels = generator.choice(classes, count, p=shares)
    labels[:classes] = np.arange(classes)
    seen = generator.normal(size=(count, classes)) + 2 * np.eye(classes)[labels]
    return special.softmax(sureness * (2 * seen + np.log(shares)), axis=1), labels


def evaluation(scores, labels, *, task="binary", name="validation", resamples=0, **options) -> Evaluation:
    """Make an evaluation of scores without intervals by the bootstrap."""
    names = ("normal", "opacity") if task == "binary" else tuple(f"class {k}" for k in range(np.shape(scores)[1]))
    return Evaluation.from_scores(
        scores, labels, class_names=names, task=task, name=name, resamples=resamples, synthetic=True, **options
    )


def binary(count=400, *, name="validation", groups=None, resamples=0, **options) -> Evaluation:
    """Make a binary evaluation of validation data; options as in `binary_scores`."""
    scores, labels = binary_scores(count, **options)
    return evaluation(scores, labels, name=name, groups=groups, resamples=resamples)
