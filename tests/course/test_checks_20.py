"""Checks of lesson 20: the solution passes, and each usual mistake gets the hint that helps."""

from __future__ import annotations

import numpy as np
import pytest

from imgrec_tf import course


def share(heat, mask):
    heat = np.maximum(heat, 0)
    return float(heat[mask].sum() / heat.sum()) if heat.sum() else 0.0


def worth(labels, carried):
    return (carried[labels == 1].mean() + (~carried[labels == 0]).mean()) / 2


def fall(score, image, rows, columns, cover=None, sign=1):
    covered = image.copy()
    covered[rows, columns] = image.mean() if cover is None else cover
    return sign * (score(image) - score(covered))


def painting(score, image, rows, columns):
    before = score(image)
    image[rows, columns] = image.mean()
    return before - score(image)


@pytest.mark.parametrize(("exercise", "answer"), [("20.1", share), ("20.2", worth), ("20.3", fall)])
def test_the_solution_passes(exercise, answer, capsys):
    course.check(exercise, answer)
    assert f"Exercise {exercise}: done." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("exercise", "answer", "hint"),
    [
        ("20.1", lambda heat, mask: heat[mask].mean(), "mean of the values"),
        ("20.1", lambda heat, mask: mask.mean(), "share of the area"),
        ("20.1", lambda heat, mask: heat[mask].sum() / heat.sum(), "negative"),
        ("20.1", lambda heat, mask: share(heat, mask) if heat.any() else 1.0, "without any light"),
        ("20.1", lambda heat, mask: 0.9, "0.625"),
        ("20.2", lambda labels, carried: (labels == carried).mean(), "accuracy"),
        ("20.2", lambda labels, carried: max(worth(labels, carried), 1 - worth(labels, carried)), "below 0.5"),
        ("20.2", lambda labels, carried: carried[labels == 1].mean(), "0.85"),
        ("20.3", painting, "copy"),
        ("20.3", lambda *given: fall(*given, cover=40), "with black"),
        ("20.3", lambda *given: fall(*given, sign=-1), "before minus after"),
        ("20.3", lambda score, image, rows, columns: score(image[rows, columns]), "whole picture"),
        ("20.3", lambda *given: abs(fall(*given)), "negative fall"),
    ],
)
def test_mistakes_get_their_hint(exercise, answer, hint):
    with pytest.raises(course.CheckFailed, match=hint):
        course.check(exercise, answer)
