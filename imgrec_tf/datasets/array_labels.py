"""Labels as people keep them (numbers, texts, one-hot) brought to the one form that a split has."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from imgrec_tf.datasets.cards import TASKS

Labels = dict[str, np.ndarray]


def read_labels(
    given: dict, class_names: Sequence[str] | None, task: str | None
) -> tuple[Labels, tuple[str, ...], str]:
    """Bring the labels of all splits to one form, and find out classes and task where they are not given.

    Args:
        given: Labels by split name; "train" is needed. (n,) or (n, 1) of whole numbers, texts or booleans, or (n,
            classes) of 0 and 1.
        class_names: Names in the order of the labels, or None.
        task: One of the tasks of a `DatasetCard`, or None.

    Returns:
        Labels by split name, int64 (n,) or, for "multi-label", (n, classes); the class names; the task.

    Raises:
        TypeError: If labels are neither numbers nor texts.
        ValueError: If they contradict each other, the class names or the task.
    """
    if task is not None and task not in TASKS:
        raise ValueError(f"task must be one of {', '.join(TASKS)}, got {task!r}")
    if class_names is not None:
        class_names = tuple(str(name) for name in class_names)
        if len(set(class_names)) != len(class_names):
            raise ValueError(f"class_names must differ from each other, got {list(class_names)}")
    labels = {which: _array(values, which) for which, values in given.items()}
    if len({array.ndim for array in labels.values()}) > 1:
        shapes = ", ".join(f"{which} {array.shape}" for which, array in labels.items())
        raise ValueError(f"labels differ in form ({shapes}); give all splits the same: (n,), or (n, classes)")
    if labels["train"].ndim == 2:
        labels, class_names, task = _from_matrices(labels, class_names, task)
    elif task == "multi-label":
        raise ValueError(
            f"a multi-label task needs labels of 0 and 1 in shape (n, classes), got shape {labels['train'].shape}"
        )
    if labels["train"].ndim == 1:
        is_text = {which: array.dtype.kind == "U" for which, array in labels.items()}
        if len(set(is_text.values())) > 1:
            raise ValueError("labels are texts in one split and numbers in another; give all splits the same")
        labels, class_names = (
            _from_texts(labels, class_names) if is_text["train"] else _from_numbers(labels, class_names)
        )
        _require_classes(labels, class_names)
        task = task or ("binary" if len(class_names) == 2 else "multi-class")
        if task == "binary" and len(class_names) != 2:
            raise ValueError(f"a binary task has 2 classes, but there are {len(class_names)}: {list(class_names)[:5]}")
    return labels, class_names, task


def _array(values, which: str) -> np.ndarray:
    array = np.asarray(values)
    if array.ndim == 2 and array.shape[1] == 1:
        array = array[:, 0]
    if array.ndim not in (1, 2):
        raise ValueError(f"{which} labels must have shape (n,), (n, 1) or (n, classes), got {array.shape}")
    if array.dtype == object and all(isinstance(value, str) for value in array.ravel()):
        array = array.astype(str)
    if array.dtype.kind == "S":
        array = np.char.decode(array, "utf-8")
    if array.dtype.kind == "U" and array.ndim == 1:
        return array
    if array.dtype.kind not in "biuf":
        raise TypeError(f"{which} labels must be whole numbers or texts, got type {array.dtype}")
    if array.dtype.kind == "f":
        if not np.isfinite(array).all():
            raise ValueError(f"{which} labels hold NaN or infinite values; leave those images out, or label them")
        if (array != np.round(array)).any():
            raise ValueError(
                f"{which} labels hold fractions such as {array[array != np.round(array)].flat[0]:g}; classes are "
                "whole numbers from 0"
            )
    return array.astype(np.int64)


def _from_matrices(labels: Labels, class_names, task) -> tuple[Labels, tuple[str, ...], str | None]:
    widths = {array.shape[1] for array in labels.values()}
    if len(widths) > 1 or (class_names is not None and widths != {len(class_names)}):
        shapes = ", ".join(f"{which} {array.shape}" for which, array in labels.items())
        named = f" and {len(class_names)} class_names" if class_names is not None else ""
        raise ValueError(f"labels have shapes {shapes}{named}; all must have one column a class")
    if not all(np.isin(array, (0, 1)).all() for array in labels.values()):
        raise ValueError("labels of shape (n, classes) must be 0 or 1; for one number an image pass shape (n,)")
    class_names = class_names or tuple(str(number) for number in range(widths.pop()))
    one_hot = all((array.sum(axis=1) == 1).all() for array in labels.values())
    if one_hot and task != "multi-label":
        return {which: array.argmax(axis=1) for which, array in labels.items()}, class_names, task
    if task not in (None, "multi-label"):
        raise ValueError(f"some images have no label or several, which is a multi-label task, not {task!r}")
    empty = [name for name, present in zip(class_names, labels["train"].any(axis=0)) if not present]
    if empty:
        raise ValueError(
            f"no train image has the label {empty[0]!r}; a class without images cannot be learnt: leave its column out"
        )
    return labels, class_names, "multi-label"


def _from_texts(labels: Labels, class_names) -> tuple[Labels, tuple[str, ...]]:
    class_names = class_names or tuple(str(text) for text in np.unique(labels["train"]))
    numbers = {name: number for number, name in enumerate(class_names)}
    for which, array in labels.items():
        unknown = sorted(set(array.tolist()) - set(numbers))
        if unknown:
            raise ValueError(
                f"{which} has the label {unknown[0]!r}, which is none of the classes {list(class_names)[:10]}; "
                "classes come from train or from class_names: move images of it to train, correct the label, or leave "
                "them out"
            )
    return {
        which: np.array([numbers[text] for text in array.tolist()], np.int64) for which, array in labels.items()
    }, class_names


def _from_numbers(labels: Labels, class_names) -> tuple[Labels, tuple[str, ...]]:
    for which, array in labels.items():
        if array.size and array.min() < 0:
            raise ValueError(f"{which} labels go down to {array.min()}; classes are whole numbers from 0")
    highest = int(labels["train"].max(initial=0))
    if class_names is None:
        class_names = tuple(str(number) for number in range(highest + 1))
    for which, array in labels.items():
        if array.size and array.max() >= len(class_names):
            raise ValueError(
                f"{which} labels reach {array.max()}, but there are {len(class_names)} classes (0 to "
                f"{len(class_names) - 1}), found in train or named in class_names; name every class, correct the "
                "labels, or leave those images out"
            )
    return labels, class_names


def _require_classes(labels: Labels, class_names: tuple[str, ...]) -> None:
    found = np.unique(labels["train"])
    if len(found) == 0:
        raise ValueError("there are no labels; give one label an image")
    if len(found) == 1:
        raise ValueError(
            f"all train images have one class, {class_names[found[0]]!r}; at least two are needed to tell them apart"
        )
    absent = sorted(set(range(len(class_names))) - set(found.tolist()))
    if absent:
        raise ValueError(
            f"no train image has the label {absent[0]} ({class_names[absent[0]]!r}); numbers must run from 0 without "
            "gaps: numpy.unique(labels, return_inverse=True)[1] renumbers them, or leave the class out of class_names"
        )
