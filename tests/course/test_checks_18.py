"""Checks of lesson 18: the solution passes, and each usual mistake gets the hint that helps."""

from __future__ import annotations

import numpy as np
import pytest

from imgrec_tf import course


def look(values, center, width):
    return np.clip((np.asarray(values, float) - center) / width + 0.5, 0, 1)


def grey(stored, slope, intercept, center, width, photometric):
    levels = look(np.asarray(stored, float) * slope + intercept, center, width)
    return 1 - levels if photometric == "MONOCHROME1" else levels


def order(places, row, column):
    return np.argsort(np.asarray(places) @ np.cross(row, column))


def inverted_first(stored, slope, intercept, center, width, photometric):
    stored = np.max(stored) - np.asarray(stored, float) if photometric == "MONOCHROME1" else stored
    return look(np.asarray(stored, float) * slope + intercept, center, width)


@pytest.mark.parametrize(("exercise", "answer"), [("18.1", look), ("18.2", grey), ("18.3", order)])
def test_the_solution_passes(exercise, answer, capsys):
    course.check(exercise, answer)
    assert f"Exercise {exercise}: done." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("exercise", "answer", "hint"),
    [
        ("18.1", lambda v, c, w: look(v, c, w).ravel(), "same shape"),
        ("18.1", lambda v, c, w: look(v, c + w / 2, w), "in the middle"),
        ("18.1", lambda v, c, w: (v - c) / w + 0.5, "black or white"),
        ("18.1", lambda v, c, w: look(v, c, 2 * w), "half of it to each side"),
        ("18.2", lambda s, a, b, c, w, p: look(s, c, w)[:-1], "one grey level for each"),
        ("18.2", lambda s, a, b, c, w, p: look(s, c, 2 * w), "the window alone"),
        ("18.2", lambda s, a, b, c, w, p: look(s, c, w), "Rescale before the window"),
        ("18.2", lambda s, a, b, c, w, p: grey(s + b / 1.0, a, 0, c, w, p), "Multiply by the slope first"),
        ("18.2", inverted_first, "inverted after the window"),
        ("18.3", lambda p, r, c: [0, 1], "each index once"),
        ("18.3", lambda p, r, c: order(p, r, c)[::-1], "Lowest first"),
        ("18.3", lambda p, r, c: range(len(p)), "Slice 1 lies lowest"),
        ("18.3", lambda p, r, c: np.argsort(np.asarray(p)[:, 2], kind="stable"), "not always z"),
        (
            "18.3",
            lambda p, r, c: np.argsort(np.asarray(p)[:, k := np.argmax(np.abs(np.cross(r, c)))] * np.cross(r, c)[k]),
            "no single coordinate",
        ),
    ],
)
def test_a_usual_mistake_gets_its_hint(exercise, answer, hint):
    with pytest.raises(course.CheckFailed, match=hint):
        course.check(exercise, answer)
