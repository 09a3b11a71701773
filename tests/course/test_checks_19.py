"""Checks of lesson 19: the solution passes, and each usual mistake gets the hint that helps."""

from __future__ import annotations

import math

import numpy as np
import pytest

from imgrec_tf import course


def threshold(missed, alarm):
    return alarm / (alarm + missed)


def cost(scores, labels, at, missed, alarm, prevalence):
    called = scores >= at
    return 100 * (
        prevalence * (~called[labels == 1]).mean() * missed + (1 - prevalence) * called[labels == 0].mean() * alarm
    )


def limit(strange, alpha):
    rank = math.ceil((len(strange) + 1) * (1 - alpha))
    return np.sort(strange)[rank - 1] if rank <= len(strange) else math.inf


@pytest.mark.parametrize(("exercise", "answer"), [("19.1", threshold), ("19.2", cost), ("19.3", limit)])
def test_the_solution_passes(exercise, answer, capsys):
    course.check(exercise, answer)
    assert f"Exercise {exercise}: done." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("exercise", "answer", "hint"),
    [
        ("19.1", lambda missed, alarm: 0.4, "a half"),
        ("19.1", lambda missed, alarm: missed / (alarm + missed), "other side"),
        ("19.1", lambda missed, alarm: alarm / missed if missed != alarm else 0.5, "odds"),
        ("19.1", lambda missed, alarm: 0.5 if missed == alarm else 0.3, "both answers"),
        ("19.1", lambda missed, alarm: 1 / (1 + missed), "ratio"),
        ("19.2", lambda *values: cost(*values) / 100, "one patient"),
        ("19.2", lambda *values: cost(*values[:5], 0.4), "does not use the prevalence"),
        ("19.2", lambda *values: 7.0, "110 in all"),
        ("19.2", lambda *values: cost(*values) + 100 * (values[5] == 0.1), "40; yours"),
        ("19.2", lambda s, y, at, *rest: cost(s, y, np.nextafter(at, 1), *rest), "use >="),
        ("19.3", lambda strange, alpha: np.quantile(strange, 1 - alpha), "Count n"),
        ("19.3", lambda strange, alpha: strange[math.ceil((len(strange) + 1) * (1 - alpha)) - 1], "sorted"),
        ("19.3", lambda strange, alpha: np.sort(strange)[int((len(strange) + 1) * (1 - alpha)) - 1], "round up"),
        ("19.3", lambda s, a: np.sort(s)[min(math.ceil((len(s) + 1) * (1 - a)), len(s)) - 1], "too few"),
    ],
)
def test_a_usual_mistake_gets_its_hint(exercise, answer, hint):
    with pytest.raises(course.CheckFailed, match=hint):
        course.check(exercise, answer)
