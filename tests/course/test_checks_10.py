"""Checks of lesson 10: the solution passes, and each usual mistake gets the hint that helps."""

from __future__ import annotations

import numpy as np
import pytest

from imgrec_tf import course


def seen(train, validation):
    return np.isin(validation, train).mean()


def shares(confidence, right, threshold):
    answered = confidence >= threshold
    return (answered.mean(), (~right[answered]).mean()) if answered.any() else (0.0, 0.0)


def cheapest(confidence, right, thresholds, cost_wrong, cost_person):
    def cost(threshold):
        answered = confidence >= threshold
        return cost_wrong * (answered & ~right).sum() + cost_person * (~answered).sum()

    return min(sorted(thresholds), key=cost)


def without_persons(confidence, right, thresholds, cost_wrong, cost_person):
    wrong = [((confidence >= one) & ~right).sum() for one in thresholds]
    return thresholds[0] if cost_person > cost_wrong else thresholds[len(wrong) - 1 - int(np.argmin(wrong[::-1]))]


def persons_for_the_wrong_only(confidence, right, thresholds, cost_wrong, cost_person):
    def cost(threshold):
        below = confidence < threshold
        return cost_wrong * (~below & ~right).sum() + cost_person * (below & ~right).sum()

    return min(sorted(thresholds), key=cost)


@pytest.mark.parametrize(("exercise", "answer"), [("10.1", seen), ("10.2", shares), ("10.3", cheapest)])
def test_the_solution_passes(exercise, answer, capsys):
    course.check(exercise, answer)
    assert f"Exercise {exercise}: done." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("exercise", "answer", "hint"),
    [
        ("10.1", lambda a, b: 1 - seen(a, b), "do not occur in train"),
        ("10.1", lambda a, b: np.mean([one == two for one, two in zip(a, b)]), "another place"),
        ("10.1", lambda a, b: len(set(a) & set(b)) / len(set(b)), "count each validation photo"),
        ("10.1", lambda a, b: min(1.0, np.isin(b, a).sum() / max(3, len(set(b)))), "number of validation photos"),
        ("10.2", lambda c, r, t: shares(c, r, t)[0], "two numbers"),
        ("10.2", lambda c, r, t: (1 - shares(c, r, t)[0], shares(c, r, t)[1]), "Five of the eight"),
        ("10.2", lambda c, r, t: ((c >= t).mean(), ((c >= t) & ~r).mean()), "among all photos"),
        ("10.2", lambda c, r, t: ((c >= t).mean(), r[c >= t].mean()), "right ones among the answered"),
        ("10.2", lambda c, r, t: ((c >= t).mean(), (~r[c < t]).mean()), "Two of the five"),
        ("10.2", lambda c, r, t: shares(c, r, np.nextafter(t, 1)), "use >="),
        ("10.2", lambda c, r, t: ((c >= t).mean(), 1 - (r & (c >= t)).sum() / (c >= t).sum()), "not a number"),
        ("10.3", lambda c, r, t, w, p: t[-1], "every photo is answered"),
        ("10.3", without_persons, "Count the persons"),
        ("10.3", lambda c, r, t, w, p: t[0], "first threshold without one"),
        ("10.3", persons_for_the_wrong_only, "every photo is answered|whether its answer is right"),
        ("10.3", lambda c, r, t, w, p: cheapest(c, r, t, w, p) if w != 3 else 0.88, "lower of the two"),
        (
            "10.3",
            lambda c, r, t, w, p: cheapest(c, r, t, w, p) if t[0] < t[-1] else 0.88,
            "in any order",
        ),
    ],
)
def test_a_usual_mistake_gets_its_hint(exercise, answer, hint):
    with pytest.raises(course.CheckFailed, match=hint):
        course.check(exercise, answer)
