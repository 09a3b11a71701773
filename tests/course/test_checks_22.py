"""Checks of lesson 22: the solution passes, and each usual mistake gets the hint that helps."""

from __future__ import annotations

import numpy as np
import pytest

from imgrec_tf import course


def _common(box, other, least=0.0):
    width = min(box[2], other[2]) - max(box[0], other[0])
    height = min(box[3], other[3]) - max(box[1], other[1])
    return max(width, least) * max(height, least)


def _area(box):
    return (box[2] - box[0]) * (box[3] - box[1])


def overlap(box, other):
    return _common(box, other) / (_area(box) + _area(other) - _common(box, other))


def stay(scores, overlaps, limit):
    kept = []
    for place in np.argsort(-scores):
        if all(overlaps[place, other] <= limit for other in kept):
            kept.append(place)
    return kept


def among_all(scores, overlaps, limit):
    better = scores[None] > scores[:, None]
    return [place for place in np.argsort(-scores) if not (better[place] & (overlaps[place] > limit)).any()]


def _counts(scores, at, above=np.greater_equal):
    return np.array([above(one, at).sum() for one in scores])


def best(scores, counts, tried):
    return tried[int(np.argmin([np.abs(_counts(scores, at) - counts).mean() for at in tried]))]


@pytest.mark.parametrize(("exercise", "answer"), [("22.1", overlap), ("22.2", stay), ("22.3", best)])
def test_the_solution_passes(exercise, answer, capsys):
    course.check(exercise, answer)
    assert f"Exercise {exercise}: done." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("exercise", "answer", "hint"),
    [
        ("22.1", lambda box, other: 0.5, "all of itself"),
        ("22.1", lambda box, other: _common(box, other) / _area(box), "by one box"),
        ("22.1", lambda a, b: 1.0 if a == b else _common(a, b) / (_area(a) + _area(b)), "twice"),
        ("22.1", lambda box, other: 1.0 if box == other else 0.4, "cover 24"),
        ("22.1", lambda a, b: _common(a, b, -9) / (_area(a) + _area(b) - _common(a, b, -9)), "share nothing"),
        ("22.2", lambda scores, overlaps, limit: stay(scores, overlaps + np.eye(4), limit)[:1], "own neighbour"),
        ("22.2", lambda scores, overlaps, limit: sorted(stay(scores, overlaps, limit)), "highest score comes first"),
        ("22.2", among_all, "takes no other"),
        ("22.2", lambda scores, overlaps, limit: stay(scores, overlaps, 1.0), "box 2 goes"),
        ("22.2", lambda scores, overlaps, limit: stay(scores, overlaps, limit - 1e-3), "exactly the limit"),
        ("22.2", lambda scores, overlaps, limit: stay(scores, overlaps, max(limit, 0.5)), "limit of .05"),
        ("22.2", lambda scores, overlaps, limit: 7, "list of places"),
        ("22.3", lambda scores, counts, tried: tried[0], "all exact"),
        (
            "22.3",
            lambda scores, counts, tried: tried[
                int(np.argmin([abs((_counts(scores, at) - counts).mean()) for at in tried]))
            ],
            "without its sign",
        ),
        (
            "22.3",
            lambda scores, counts, tried: tried[
                int(np.argmin([np.abs(_counts(scores, at, np.greater) - counts).mean() for at in tried]))
            ],
            "use >=",
        ),
        ("22.3", lambda scores, counts, tried: best(scores, counts, sorted(tried)), "take the first"),
    ],
)
def test_a_usual_mistake_gets_its_hint(exercise, answer, hint):
    with pytest.raises(course.CheckFailed, match=hint):
        course.check(exercise, answer)
