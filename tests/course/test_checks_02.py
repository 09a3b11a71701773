"""Lesson 02's exercises: right answers pass, the usual wrong ones get a hint that helps."""

from __future__ import annotations

import numpy as np
import pytest

from imgrec_tf import course


def to_unit(image):
    return (image / np.iinfo(image.dtype).max).astype(np.float32)


def stretch_each(images):
    low = images.min(axis=(1, 2, 3), keepdims=True)
    span = images.max(axis=(1, 2, 3), keepdims=True) - low
    return np.where(span > 0, (images - low) / np.where(span > 0, span, 1), images)


def stretch_blindly(images):
    low = images.min(axis=(1, 2, 3), keepdims=True)
    return (images - low) / (images.max(axis=(1, 2, 3), keepdims=True) - low)


def disagreements(trained, served, tolerance=1e-4):
    if np.shape(trained) != np.shape(served):
        raise ValueError("not as many scores")
    return np.flatnonzero(~(np.abs(trained - served) <= tolerance).all(axis=1))


@pytest.mark.parametrize(("exercise", "answer"), [("02.1", to_unit), ("02.2", stretch_each), ("02.3", disagreements)])
def test_the_solution_passes(exercise, answer, capsys):
    course.check(exercise, answer)
    assert capsys.readouterr().out.endswith(f"Exercise {exercise}: done.\n")


@pytest.mark.parametrize(
    ("exercise", "answer", "hint"),
    [
        ("02.1", lambda image: (image / 255).astype(np.float32), "its own type|image's own type"),
        ("02.1", lambda image: (image / image.max()).astype(np.float32), "not by the image's brightest"),
        ("02.1", lambda image: image / np.iinfo(image.dtype).max, "float32; yours is float64"),
        ("02.1", lambda image: image, "255 becomes 1"),
        ("02.2", lambda images: (images - images.min()) / (images.max() - images.min()), "Leave the first axis out"),
        ("02.2", stretch_blindly, "no contrast"),
        ("02.2", lambda images: stretch_each(images) ** (1 + images[:, :1, :1]), "straight line"),
        ("02.2", lambda images: stretch_each(images)[0], "The shape stays"),
        ("02.3", lambda a, b, t=1e-4: np.flatnonzero((a != b).any(axis=1)), "by rounding only"),
        ("02.3", lambda a, b, t=1e-4: np.flatnonzero((np.abs(a - b) > 1e-4).any(axis=1)), "use the tolerance"),
        ("02.3", lambda a, b, t=1e-4: np.flatnonzero((np.abs(a - b) > t).any(axis=1)), "NaN > tolerance"),
        ("02.3", lambda a, b, t=1e-4: np.flatnonzero(~(np.abs(a - b) <= t).all(axis=1)), "compare them first"),
    ],
)
def test_a_wrong_answer_gets_a_hint(exercise, answer, hint):
    with pytest.raises(course.CheckFailed, match=hint):
        course.check(exercise, answer)
