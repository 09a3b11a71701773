"""imgrec_tf: recognise images with Keras and TensorFlow, from raw files to a report that states its own limits.

The usual way through it:

    import imgrec_tf as ir

    dataset = ir.load("chest-phantom")
    model = ir.models.sequential_cnn(dataset.image_shape, dataset.num_classes)
    run = ir.train(model, dataset)
    ir.evaluate(run.model, dataset.test)

Names are resolved at first use, so that importing the package is quick and loads no TensorFlow.
"""

from __future__ import annotations

import os

from imgrec_tf._lazy import resolver

__version__ = "0.1.0"

# TensorFlow reads this when it is loaded; without it, it prints lines that concern nobody who follows a lesson.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

_MODULES = (
    "course",
    "datasets",
    "decisions",
    "environment",
    "evaluation",
    "explain",
    "finance",
    "medical",
    "models",
    "plots",
    "recognizer",
    "training",
    "vision",
)

_NAMES = {
    "DatasetCard": "datasets",
    "Evaluation": "evaluation",
    "ImageDataset": "datasets",
    "Recognizer": "recognizer",
    "Split": "datasets",
    "TrainingRun": "training",
    "available": "datasets",
    "evaluate": "evaluation",
    "load": "datasets",
    "train": "training",
}

__getattr__, __dir__, _public = resolver(__name__, _NAMES, _MODULES)
__all__ = sorted([*_public, "__version__"])
