"""Measure a model: every metric with its confidence interval, and the figures that show what the numbers hide."""

from __future__ import annotations

from imgrec_tf.evaluation.evaluation import Evaluation, evaluate
from imgrec_tf.evaluation.measuring import Metric

__all__ = ["Evaluation", "Metric", "evaluate"]
