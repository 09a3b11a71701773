"""What a report is made of must fit together; each function says so when it doesn't."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from imgrec_tf.evaluation import Evaluation
from imgrec_tf.recognizer import OperatingPoint, Recognizer
from imgrec_tf.recognizer.sources import NO_FILES

FILES = ("answers.csv", "report.html", "report.pdf")
_MEASURED = ("sensitivity", "specificity")


def check_recognizer(recognizer) -> None:
    """Refuse what gives not one answer an image.

    Raises:
        TypeError: If it is no `Recognizer`.
        ValueError: If it is one of a multi-label task.
    """
    if not isinstance(recognizer, Recognizer):
        raise TypeError(
            f"recognizer must be a Recognizer, got {type(recognizer).__name__}; make one with "
            "Recognizer.from_run(run, dataset)"
        )
    if recognizer.task == "multi-label":
        raise ValueError(
            "a report shows one answer with one heat map an image, and this recogniser is multi-label, with one "
            "answer a label; make one recogniser a label, or use Recognizer.predict for the table"
        )


def check_evaluation(recognizer: Recognizer, evaluation) -> None:
    """Refuse an evaluation of other classes, or at another threshold than the recogniser answers with.

    Raises:
        TypeError: If it is no `Evaluation`.
        ValueError: If it does not belong to the recogniser.
    """
    if evaluation is None:
        return
    if not isinstance(evaluation, Evaluation):
        raise TypeError(
            f"evaluation must be an Evaluation, got {type(evaluation).__name__}; make one with "
            "recognizer.evaluate(dataset.test)"
        )
    for what, mine, theirs in (
        ("classes", recognizer.class_names, tuple(evaluation.class_names)),
        ("task", recognizer.task, evaluation.task),
    ):
        if mine != theirs:
            raise ValueError(f"the recogniser's {what} {mine} differ from the evaluation's {theirs}")
    mine = None if recognizer.operating_point is None else float(recognizer.operating_point.threshold)
    theirs = None if evaluation.threshold is None else float(np.asarray(evaluation.threshold))
    if mine != theirs and (mine is None or theirs is None or abs(mine - theirs) > 1e-9):
        raise ValueError(
            f"the evaluation was made at the threshold {_told(theirs)}, and the recogniser answers at {_told(mine)}; "
            "its figures would be those of other answers. Make it with recognizer.evaluate(split)"
        )


def point_intervals(recognizer: Recognizer, evaluation: Evaluation | None) -> dict[str, tuple[float, float, float]]:
    """Return sensitivity and specificity at the operating point with the ends of their intervals; {} without a point.

    Those of the choice itself come first; where the point holds none, those of the evaluation.

    Raises:
        ValueError: If there is an operating point and nobody measured it.
    """
    point = recognizer.operating_point
    if point is None:
        return {}
    if has_intervals(point):
        return {name: tuple(point.details[name + end] for end in ("", "_low", "_high")) for name in _MEASURED}
    if evaluation is not None:
        measured = [evaluation[name] for name in _MEASURED]
        if not any(np.isnan([one.low, one.high]).any() for one in measured):
            return {name: (one.value, one.low, one.high) for name, one in zip(_MEASURED, measured)}
    raise ValueError(
        f"the operating point ({point.threshold_text}, {point.reason}) has no interval: nobody could tell from the "
        "report how often it is wrong. Choose it with decisions.choose_operating_point(validation, …), or pass "
        "evaluation=recognizer.evaluate(dataset.test)"
    )


def has_intervals(point: OperatingPoint) -> bool:
    """Tell whether the point itself holds sensitivity and specificity with their intervals."""
    return all(
        isinstance(point.details.get(name + end), int | float) for name in _MEASURED for end in ("", "_low", "_high")
    )


def checked_statements(statements: Mapping[int, str] | None) -> dict[int, str]:
    """Return what people state about items of the checklist, by number.

    Raises:
        TypeError: If it is no dict of texts by whole number.
        ValueError: If there is no such item, or a text is empty.
    """
    from imgrec_tf.medical.reports.items import ITEMS

    if statements is None:
        return {}
    if not isinstance(statements, Mapping):
        raise TypeError(f"statements must be a dict such as {{5: 'retrospective'}}, got {type(statements).__name__}")
    known = {item.number for item in ITEMS}
    for number, text in statements.items():
        if isinstance(number, bool) or number not in known:
            raise ValueError(f"statements has the key {number!r}; items of the checklist go from 1 to {max(known)}")
        if not isinstance(text, str) or not text.strip():
            raise ValueError(
                f"the statement on item {number} must be a text, got {text!r}; leave out what nobody states"
            )
    return {int(number): text.strip() for number, text in statements.items()}


def class_index(recognizer: Recognizer, name: str | None) -> int | None:
    """Return the index of a class, None for None.

    Raises:
        ValueError: If there is no such class.
    """
    if name is None:
        return None
    if name not in recognizer.class_names:
        raise ValueError(f"map_class must be one of {', '.join(recognizer.class_names)}, got {name!r}")
    return recognizer.class_names.index(name)


def check_images(names: list[str], problems: list[str]) -> None:
    """Refuse a batch without a single image.

    Raises:
        ValueError: If there is none, or only folders without files.
    """
    if not names:
        raise ValueError("there are no images: sources is empty; give at least one path, array or picture")
    if set(problems) == {NO_FILES}:
        raise ValueError(f"there are no images in {', '.join(names)}: {NO_FILES}")


def writable_folder(folder: str | os.PathLike, overwrite: bool) -> tuple[Path, bool]:
    """Return the folder, made where it was missing, and whether it was made.

    Raises:
        FileExistsError: If it holds a report and `overwrite` is False.
        OSError: If it cannot be made or written to.
    """
    path = Path(folder).expanduser().resolve()
    there = [name for name in FILES if (path / name).exists()]
    if there and not overwrite:
        raise FileExistsError(
            f"{path} holds {', '.join(there)} already; choose another folder, or pass overwrite=True to replace them"
        )
    made = not path.exists()
    try:
        path.mkdir(parents=True, exist_ok=True)
        probe = path / f".write-test-{os.getpid()}"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise type(error)(
            error.errno,
            f"the report can't be written to {path}: {error.strerror or error}. Choose a folder that you may write to",
        ) from error
    return path, made


def _told(threshold: float | None) -> str:
    return "of the highest score" if threshold is None else f"{threshold:.4g}"
