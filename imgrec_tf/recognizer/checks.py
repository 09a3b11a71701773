"""What the parts of a recogniser must be like, alone and together; each function says so when they aren't."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import Any

from imgrec_tf.datasets.cards import TASKS, DatasetCard
from imgrec_tf.recognizer.operating_point import OperatingPoint


def is_keras(model: Any) -> bool:
    """Tell whether this is a Keras model, without importing Keras: one can only exist where Keras was imported."""
    keras = sys.modules.get("keras")
    return keras is not None and isinstance(model, keras.Model)


def checked_names(class_names: Sequence[str], task: str | None) -> tuple[str, ...]:
    """Return the class names as text: enough of them for the task, and all different."""
    if isinstance(class_names, str):
        raise TypeError(f"class_names must be a list of names, got the text {class_names!r}")
    names = tuple(str(name) for name in class_names)
    if len(names) < (1 if task == "multi-label" else 2):
        raise ValueError(f"class_names must hold at least two names, in a multi-label task one, got {list(names)}")
    if len(set(names)) != len(names):
        twice = sorted({name for name in names if names.count(name) > 1})
        raise ValueError(f"class_names must all be different, got twice: {', '.join(map(repr, twice))}")
    return names


def checked_task(task: str | None, count: int) -> str:
    """Return the task, told from the number of classes when it is None."""
    if task is None:
        return "binary" if count == 2 else "multi-class"
    if task not in TASKS:
        raise ValueError(f"task must be one of {', '.join(TASKS)}, got {task!r}")
    if task == "binary" and count != 2:
        raise ValueError(f"a binary task has two classes, got {count}; give task='multi-class' or 'multi-label'")
    return task


def checked_shape(model: Any, image_shape: Sequence[int] | None) -> tuple[int, int, int]:
    """Return (height, width, channels), taken from the model when it is None, and fitting the model in any case."""
    stated = getattr(model, "input_shape", None) if is_keras(model) else None
    if isinstance(stated, list | dict) or (stated is not None and len(stated) != 4):
        raise ValueError(f"the model must take one batch of images (n, height, width, channels), it takes {stated}")
    if image_shape is None:
        if stated is None or None in stated[1:]:
            raise ValueError(
                f"the model takes images of any size ({stated}); give image_shape=(height, width, channels), the shape "
                "of its training images"
            )
        image_shape = stated[1:]
    try:
        shape = tuple(int(size) for size in image_shape)
    except (TypeError, ValueError):
        shape = ()
    if len(shape) != 3 or min(shape) < 1 or shape[2] not in (1, 3):
        raise ValueError(f"image_shape must be (height, width, 1 or 3), got {image_shape!r}")
    if stated is not None and any(mine not in (None, size) for mine, size in zip(stated[1:], shape)):
        raise ValueError(f"the model takes images of shape {tuple(stated[1:])}, but image_shape is {shape}")
    return shape


def checked_abstention(value: float | None, task: str) -> float | None:
    """Return the score below which no label is given: in (0, 1], or None; multi-label tasks have none."""
    if value is None:
        return None
    if task == "multi-label":
        raise ValueError(
            "abstain_below has no meaning in a multi-label task, where no class may be present; leave it out"
        )
    if not 0 < value <= 1:
        raise ValueError(f"abstain_below must be in (0, 1], the range of scores, got {value}")
    return float(value)


def check_point(point: OperatingPoint | None, classes: int, task: str) -> None:
    """Raise ValueError where the task has no threshold, or the point has not one for each class."""
    if point is None:
        return
    if task not in ("binary", "multi-label"):
        raise ValueError(
            f"a task of kind {task!r} answers with the highest of {classes} scores and has no threshold; leave "
            "operating_point out, or use abstain_below"
        )
    if isinstance(point.threshold, tuple) and (task == "binary" or len(point.threshold) != classes):
        raise ValueError(
            f"a threshold is one number, or one a class ({classes}) in a multi-label task, got {len(point.threshold)}"
        )


def plain_card(card: DatasetCard | dict) -> dict:
    """Return the card as plain values."""
    return card.to_dict() if isinstance(card, DatasetCard) else card


def checked_card(card: Any) -> DatasetCard | dict | None:
    """Return the card as it will be after save and load."""
    from imgrec_tf.recognizer.file import as_json

    if card is None or isinstance(card, DatasetCard):
        return card
    if not isinstance(card, dict):
        raise TypeError(f"card must be a DatasetCard, a dict or None, got {type(card).__name__}")
    return json.loads(as_json(card))


def check_outputs(model: Any, class_names: tuple[str, ...], task: str) -> None:
    """Raise ValueError where the model gives another number of scores than there are classes."""
    shape = getattr(model, "output_shape", None) if is_keras(model) else None
    if shape is None:
        return
    if isinstance(shape, list | dict) or len(shape) != 2:
        raise ValueError(f"the model must give one row of scores an image (n, classes), it gives {shape}")
    accepted = (1, 2) if task == "binary" else (len(class_names),)
    if shape[1] not in accepted:
        raise ValueError(f"the model gives {shape[1]} scores an image, but there are {len(class_names)} class names")
