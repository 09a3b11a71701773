"""Checks of lesson 21: the solution passes, and each usual mistake gets the hint that helps."""

from __future__ import annotations

import numpy as np
import pytest

from imgrec_tf import course


def dice(truth, found):
    both = truth.sum() + found.sum()
    return 2 * (truth & found).sum() / both if both else 1.0


def precision(overlaps, threshold):
    pairs = (overlaps > threshold).sum()
    return pairs / (sum(overlaps.shape) - pairs)


def turned(picture, mask, rng):
    turns = rng.integers(4)
    return np.rot90(picture, turns), np.rot90(mask, turns)


@pytest.mark.parametrize(("exercise", "answer"), [("21.1", dice), ("21.2", precision), ("21.3", turned)])
def test_the_solution_passes(exercise, answer, capsys):
    course.check(exercise, answer)
    assert f"Exercise {exercise}: done." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("exercise", "answer", "hint"),
    [
        ("21.1", lambda a, b: (a & b).sum() / (a | b).sum(), "intersection over union"),
        ("21.1", lambda a, b: (a == b).mean(), "share of pixels"),
        ("21.1", lambda a, b: 0.7, "yours is 0.7"),
        ("21.1", lambda a, b: 2 * (a & b).sum() / (a.sum() + b.sum()), "return 1"),
        ("21.2", lambda o, t: (o > t).sum() / o.shape[1], "the precision"),
        ("21.2", lambda o, t: (o > t).sum() / o.shape[0], "the recall"),
        ("21.2", lambda o, t: (o > t).sum() / sum(o.shape), "counts them once"),
        ("21.2", lambda o, t: 0.1, "yours is 0.1"),
        ("21.2", lambda o, t: precision(o, 0.5), "threshold that you are given"),
        ("21.2", lambda o, t: (o >= t).sum() / (sum(o.shape) - (o >= t).sum()), "MORE than"),
        ("21.3", lambda p, m, rng: p, "two arrays"),
        ("21.3", lambda p, m, rng: (np.rot90(p, rng.integers(4)), np.rot90(m, rng.integers(4))), "ONCE"),
        ("21.3", lambda p, m, rng: (p[:, ::-1], m[:, ::-1]), "none of the four"),
        ("21.3", lambda p, m, rng: (p, m), "only"),
    ],
)
def test_a_usual_mistake_gets_its_hint(exercise, answer, hint):
    with pytest.raises(course.CheckFailed, match=hint):
        course.check(exercise, answer)
