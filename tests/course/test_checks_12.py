"""Checks of lesson 12: the solution passes, and each usual mistake gets the hint that helps."""

from __future__ import annotations

import itertools

import pytest

from imgrec_tf import course
from imgrec_tf.finance import identity

ALL = "0123456789X"


def collapse(path, characters):
    kept = [symbol for symbol, _ in itertools.groupby(path)]
    return "".join(characters[symbol - 1] for symbol in kept if symbol)


def blanks_first(path, characters):
    kept = [symbol for symbol, _ in itertools.groupby(symbol for symbol in path if symbol)]
    return "".join(characters[symbol - 1] for symbol in kept)


def caught(check, texts, damaged):
    pairs = [(one, other) for one, other in zip(texts, damaged) if one != other]
    return sum(check(one) != check(other) for one, other in pairs) / len(pairs)


def repairs(number, places=range(18)):
    found = []
    for place, character in itertools.product(places, ALL):
        tried = number[:place] + character + number[place + 1 :]
        if tried != number and "X" not in tried[:17] and identity.identity_check_character(tried[:17]) == tried[17]:
            found.append(tried)
    return found


@pytest.mark.parametrize(("exercise", "answer"), [("12.1", collapse), ("12.2", caught), ("12.3", repairs)])
def test_the_solution_passes(exercise, answer, capsys):
    course.check(exercise, answer)
    assert f"Exercise {exercise}: done." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("exercise", "answer", "hint"),
    [
        ("12.1", lambda p, c: [c[one - 1] for one in p if one], "a text, not list"),
        ("12.1", lambda p, c: "".join(c[one % len(c)] for one in p if one), "one too high"),
        ("12.1", lambda p, c: "".join(c[one - 1] for one in p), "reads AB"),
        ("12.1", lambda p, c: "".join(c[one - 1] for one in p if one), "several steps"),
        ("12.1", blanks_first, "leave blanks out afterwards"),
        ("12.1", lambda p, c: collapse(p, c) or "?", "empty text"),
        ("12.2", lambda f, t, d: 1 - caught(f, t, d), "share that the digit misses"),
        ("12.2", lambda f, t, d: sum(a != b for a, b in zip(t, d)) / len(t), "0.75"),
        ("12.2", lambda f, t, d: 0.75, "catches nothing"),
        ("12.2", lambda f, t, d: sum(f(a) != f(b) for a, b in zip(t, d)) / len(t), "3 of 4"),
        ("12.3", lambda n: [n[:10]], "18 characters"),
        ("12.3", lambda n: [], "one of the repairs"),
        ("12.3", lambda n: [*repairs(n), n], "is no repair"),
        ("12.3", lambda n: repairs(n) * 2, "once"),
        ("12.3", lambda n: repairs(n, range(17)), "check character itself"),
        ("12.3", lambda n: [one for one in repairs(n) if one[9] != n[9] or one[17] != n[17]], "is missing"),
        ("12.3", lambda n: repairs(n) or [n[:17] + "0"], "empty list"),
    ],
)
def test_a_usual_mistake_gets_its_hint(exercise, answer, hint):
    with pytest.raises(course.CheckFailed, match=hint):
        course.check(exercise, answer)
