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

import importlib
import os

__version__ = "0.1.0"

# TensorFlow reads this when it is loaded; without it, it prints lines that concern nobody who follows a lesson.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

_MODULES = (
    "course",
    "datasets",
    "environment",
    "evaluation",
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

__all__ = sorted([*_MODULES, *_NAMES, "__version__"])


def __getattr__(name: str):
    if name in _MODULES:
        return importlib.import_module(f"{__name__}.{name}")
    if name in _NAMES:
        return getattr(importlib.import_module(f"{__name__}.{_NAMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}; public names: {', '.join(__all__)}")


def __dir__() -> list[str]:
    return __all__
