"""Checks of lesson 11: the solution passes, and each usual mistake gets the hint that helps."""

from __future__ import annotations

import numpy as np
import pytest

from imgrec_tf import course


def mirrored(points, width):
    return (points * (-1, 1) + (width, 0))[[1, 0, 3, 2]]


def in_place(points, width):
    points[:, 0] = width - points[:, 0]
    return points[[1, 0, 3, 2]]


def iou(first, second):
    return (first & second).sum() / max(1, (first | second).sum())


def limit(measured, share):
    return min(one for one in measured if (np.asarray(measured) > one).mean() <= share)


@pytest.mark.parametrize(("exercise", "answer"), [("11.1", mirrored), ("11.2", iou), ("11.3", limit)])
def test_the_solution_passes(exercise, answer, capsys):
    course.check(exercise, answer)
    assert f"Exercise {exercise}: done." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("exercise", "answer", "hint"),
    [
        ("11.1", lambda p, w: p[0], "four pairs"),
        ("11.1", in_place, "work on a copy"),
        ("11.1", lambda p, w: p[[1, 0, 3, 2]], "x of each corner changes"),
        ("11.1", lambda p, w: (p * (-1, 1) + (w - 1, 0))[[1, 0, 3, 2]], "width - x"),
        ("11.1", lambda p, w: p * (-1, 1) + (w, 0), "their order is not"),
        ("11.2", lambda a, b: (a & b).sum() / a.sum(), "share of one region"),
        ("11.2", lambda a, b: (a & b).sum() / (a.sum() + b.sum()), "common pixels twice"),
        ("11.2", lambda a, b: (a == b).mean(), "0.2; yours"),
        ("11.2", lambda a, b: (a & b).sum() / (a | b).sum(), "two empty regions"),
        ("11.3", lambda m, s: max(m), "one in ten was allowed"),
        ("11.3", lambda m, s: np.quantile(m, 1 - s), "limit is 0.40"),
        ("11.3", lambda m, s: limit(m, max(s, 0.1)), "share of 0 no photo"),
        ("11.3", lambda m, s: sorted(m)[len(m) - 1 - round(s * len(m) + 0.01)], "two may be sent back"),
        ("11.3", lambda m, s: limit(m, s) if len(m) > 4 else 0.2, "more than half"),
    ],
)
def test_a_usual_mistake_gets_its_hint(exercise, answer, hint):
    with pytest.raises(course.CheckFailed, match=hint):
        course.check(exercise, answer)
