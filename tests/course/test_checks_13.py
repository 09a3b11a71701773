"""Checks of lesson 13: the solution passes, and each usual mistake gets the hint that helps."""

from __future__ import annotations

import numpy as np
import pytest

from imgrec_tf import course


def seen(train, test, part):
    known = {one.split(", ")[part] for one in train}
    return np.mean([one.split(", ")[part] in known for one in test])


def groups_seen(train, test, part):
    known, asked = ({one.split(", ")[part] for one in several} for several in (train, test))
    return len(known & asked) / len(asked)


def iou(mask, heat, threshold):
    marked = heat >= threshold
    return (mask & marked).sum() / (mask | marked).sum()


def new_alarms(before, after, threshold):
    quiet = before < threshold
    return (after[quiet] >= threshold).mean() if quiet.any() else 0.0


@pytest.mark.parametrize(("exercise", "answer"), [("13.1", seen), ("13.2", iou), ("13.3", new_alarms)])
def test_the_solution_passes(exercise, answer, capsys):
    course.check(exercise, answer)
    assert f"Exercise {exercise}: done." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("exercise", "answer", "hint"),
    [
        ("13.1", lambda a, b, part: seen(a, b, 2 - part), "camera 05"),
        ("13.1", lambda a, b, part: 0.25 if part == 2 else groups_seen(a, b, part), "count each test picture"),
        ("13.1", lambda a, b, part: seen(b, a, part) if part == 0 else seen(a, b, part), "person 02"),
        ("13.1", lambda a, b, part: seen(a, b, part) if part != 1 else 0.75, "Compare whole names"),
        ("13.1", lambda a, b, part: seen(a, b, part) if len(b) > 1 else 1.0, "counts as new"),
        ("13.2", lambda m, h, t: (m & (h >= t)).sum() / m.sum(), "share of the forgery"),
        ("13.2", lambda m, h, t: 1 - iou(m, h, t), "12 are forged or marked"),
        ("13.2", lambda m, h, t: iou(m, h, min(t, 0.6)), "nothing is marked"),
        ("13.2", lambda m, h, t: (m & (h > t)).sum() / (m | (h > t)).sum(), "use >="),
        ("13.2", lambda m, h, t: iou(m, h, t) if h.min() == 0 else 1.0, "whole page"),
        ("13.3", lambda b, a, t: (a >= t).mean(), "one of them did before"),
        ("13.3", lambda b, a, t: ((a >= t) & (b < t)).mean(), "cannot become a new alarm"),
        ("13.3", lambda b, a, t: (a[b < t] < t).mean() + 0.3, "two have one after"),
        ("13.3", lambda b, a, t: new_alarms(b, a, t) + (0.2 if (a == b).all() else 0), "no new alarm"),
        ("13.3", lambda b, a, t: new_alarms(b, a, t) if (b < t).any() else 1.0, "none can be new"),
    ],
)  # fmt: skip
def test_a_usual_mistake_gets_its_hint(exercise, answer, hint):
    with pytest.raises(course.CheckFailed, match=hint):
        course.check(exercise, answer)
