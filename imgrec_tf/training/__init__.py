"""Training: one call from a model and a data set to a trained model with its history."""

from __future__ import annotations

from imgrec_tf.training.run import TrainingRun
from imgrec_tf.training.settings import TrainingDiverged
from imgrec_tf.training.train import train

__all__ = ["TrainingDiverged", "TrainingRun", "train"]
