"""Checks of lesson 07: the solution passes, and each usual mistake gets the hint that helps."""

from __future__ import annotations

import numpy as np
import pytest

from imgrec_tf import course


def majority(labels):
    return np.bincount(labels).max() / len(labels)


def interval(right, seed, count=None, replace=True, ends=(2.5, 97.5)):
    generator = np.random.default_rng(seed)
    drawn = [generator.choice(right, count or len(right), replace=replace).mean() for _ in range(1000)]
    return np.percentile(drawn, ends)


def mask(patients, share, seed):
    everybody = np.unique(patients)
    drawn = np.random.default_rng(seed).permutation(everybody)[: round(share * len(everybody))]
    return np.isin(patients, drawn)


def first_patients(patients, share, seed):
    everybody = np.unique(patients)
    return np.isin(patients, everybody[: round(share * len(everybody))])


@pytest.mark.parametrize(("exercise", "answer"), [("07.1", majority), ("07.2", interval), ("07.3", mask)])
def test_the_solution_passes(exercise, answer, capsys):
    course.check(exercise, answer)
    assert f"Exercise {exercise}: done." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("exercise", "answer", "hint"),
    [
        ("07.1", lambda labels: np.bincount(labels).max(), "divide by the number"),
        ("07.1", lambda labels: labels.mean(), "may be any"),
        ("07.1", lambda labels: max(np.mean(labels == 0), np.mean(labels == 1)), "more than two classes"),
        ("07.2", lambda right, seed: right.mean(), "two numbers"),
        ("07.2", lambda right, seed: interval(right, seed)[::-1], "low end comes first"),
        ("07.2", lambda right, seed: interval(right, seed, replace=False), "with replacement"),
        ("07.2", lambda right, seed: (0.0, 1.0), "80 of 100"),
        ("07.2", lambda right, seed: interval(right, seed, ends=(25, 75)), "2.5 and 97.5"),
        ("07.2", lambda right, seed: interval(right, None), "same seed"),
        ("07.2", lambda right, seed: interval(right, seed, count=100), "not a fixed number"),
        ("07.3", lambda patients, share, seed: np.flatnonzero(mask(patients, share, seed)), "True or False"),
        (
            "07.3",
            lambda patients, share, seed: np.random.default_rng(seed).random(len(patients)) < share,
            "Draw patients, not images",
        ),
        ("07.3", lambda patients, share, seed: ~mask(patients, share, seed), "About 0.3 of 200"),
        ("07.3", lambda patients, share, seed: mask(patients, share, None), "same seed"),
        ("07.3", first_patients, "Another seed"),
    ],
)
def test_a_usual_mistake_gets_its_hint(exercise, answer, hint):
    with pytest.raises(course.CheckFailed, match=hint):
        course.check(exercise, answer)
