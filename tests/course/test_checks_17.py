"""Checks of lesson 17: the solution passes, and each usual mistake gets the hint that helps."""

from __future__ import annotations

import numpy as np
import pytest

from imgrec_tf import course


def shared(first, second):
    return sorted(set(first) & set(second))


def two_shares(scores, labels, threshold):
    positive = scores >= threshold
    return positive[labels == 1].mean(), (~positive[labels == 0]).mean()


def predictive_value(sensitivity, specificity, prevalence):
    found, alarms = sensitivity * prevalence, (1 - specificity) * (1 - prevalence)
    return found / (found + alarms)


@pytest.mark.parametrize(("exercise", "answer"), [("17.1", shared), ("17.2", two_shares), ("17.3", predictive_value)])
def test_the_solution_passes(exercise, answer, capsys):
    course.check(exercise, answer)
    assert f"Exercise {exercise}: done." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("exercise", "answer", "hint"),
    [
        ("17.1", lambda a, b: sorted(set(a)), "share nobody"),
        ("17.1", lambda a, b: [one for one, two in zip(a, b) if one == two], "stand in both"),
        ("17.1", lambda a, b: [one for one in a if one in b], "each patient once"),
        ("17.1", lambda a, b: sorted(set(a) & set(b), reverse=True), "Sort"),
        ("17.2", lambda s, y, t: two_shares(s, y, t)[0], "two numbers"),
        ("17.2", lambda s, y, t: two_shares(s, y, t)[::-1], "other order"),
        ("17.2", lambda s, y, t: (y[s >= t].mean(), two_shares(s, y, t)[1]), "number of the ill"),
        ("17.2", lambda s, y, t: (two_shares(s, y, t)[0], ((s < t) & (y == 0)).mean()), "number of the healthy"),
        ("17.2", lambda s, y, t: two_shares(s, y, np.nextafter(t, 1)), "use >="),
        ("17.3", lambda a, b, p: a * p, "without errors"),
        ("17.3", lambda a, b, p: a * p / (a * p + (1 - p)) if b < 1 else 1.0, "400 of 500"),
        ("17.3", lambda a, b, p: a, "without errors|share of the ill that are found"),
        ("17.3", lambda a, b, p: a * p / (a * p + (1 - a) * (1 - p)), "1 - specificity"),
    ],
)
def test_a_usual_mistake_gets_its_hint(exercise, answer, hint):
    with pytest.raises(course.CheckFailed, match=hint):
        course.check(exercise, answer)
