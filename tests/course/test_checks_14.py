"""Checks of lesson 14: the solution passes, and each usual mistake gets the hint that helps."""

from __future__ import annotations

import pytest

from imgrec_tf import course
from imgrec_tf.finance import applications


def two(approve_bad, refuse_good, person):
    return applications.CostMatrix(approve_bad=approve_bad, refuse_good=refuse_good, person=person).thresholds


def crossing(approve_bad, refuse_good, person):
    return person / approve_bad, 1 - person / refuse_good


def odds(risk):
    return risk / (1 - risk)


def moved(risk, then, now):
    changed = odds(risk) * odds(now) / odds(then)
    return changed / (1 + changed)


def first(entries, make_hash):
    for place, (content, written) in enumerate(entries):
        if make_hash(entries[place - 1][1] if place else "", content) != written:
            return place
    return None


def recomputed(entries, make_hash):
    """Compares with the hash that the entry before should have had."""
    previous = ""
    for place, (content, written) in enumerate(entries):
        previous = make_hash(previous, content)
        if previous != written:
            return place
    return None


def trusting_the_first(entries, make_hash):
    for place in range(1, len(entries)):
        if make_hash(entries[place - 1][1], entries[place][0]) != entries[place][1]:
            return place
    return None


def last_one(entries, make_hash):
    previous, found = "", None
    for place, (content, written) in enumerate(entries):
        found = place if make_hash(previous, content) != written else found
        previous = written
    return found


@pytest.mark.parametrize(
    ("exercise", "answer"), [("14.1", two), ("14.2", moved), ("14.3", first), ("14.3", recomputed)]
)
def test_the_solution_passes(exercise, answer, capsys):
    course.check(exercise, answer)
    assert f"Exercise {exercise}: done." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("exercise", "answer", "hint"),
    [
        ("14.1", lambda a, r, p: p / a, "two numbers"),
        ("14.1", lambda a, r, p: (p / (a + p), 1 - p / r), "costs as much as a person"),
        ("14.1", lambda a, r, p: (p / a, p / r), "1 minus it"),
        ("14.1", lambda a, r, p: (p / a, 1 - p / (r + p)), "At the second threshold"),
        ("14.1", crossing, "cross or part"),
        ("14.1", lambda a, r, p: crossing(a, r, p) if p < 5 else (0.5, 0.5), "Without a person"),
        ("14.2", lambda r, t, n: float(moved(r, t, n)[0]), "one risk for each"),
        ("14.2", lambda r, t, n: odds(r) * odds(n) / odds(t), "no risk changes"),
        ("14.2", lambda r, t, n: r * n / t, "no odds"),
        ("14.2", lambda r, t, n: moved(r, n, t), "have grown"),
        ("14.2", lambda r, t, n: r if t == n else odds(r) * odds(n) / odds(t), "These are odds"),
        ("14.2", lambda r, t, n: (odds(r) * n / t) / (1 + odds(r) * n / t), "Shares have odds"),
        ("14.2", lambda r, t, n: moved(r, t, n) if t >= n else r, "there and back"),
        ("14.3", lambda e, h: 0, "Nothing was changed"),
        ("14.3", lambda e, h: next((k for k, (c, w) in enumerate(e) if h("", c) != w), None), "Nothing was changed"),
        ("14.3", lambda e, h: None, "return 3"),
        ("14.3", lambda e, h: None if first(e, h) is None else min(first(e, h), len(e) - 1) or 1, "return 0"),
        ("14.3", last_one, "The first is asked for"),
        ("14.3", trusting_the_first, "0 is a place"),
    ],
)
def test_a_usual_mistake_gets_its_hint(exercise, answer, hint):
    with pytest.raises(course.CheckFailed, match=hint):
        course.check(exercise, answer)
