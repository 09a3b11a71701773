"""Checks of lesson 23: the solution passes, and each usual mistake gets the hint that helps."""

from __future__ import annotations

import pytest

from imgrec_tf import course


def open_items(items):
    return sorted(items.loc[items["state"] == "not stated", "claim"])


def for_a_person(table):
    look = (table["problem"] != "") | table["abstained"] | (table["remark"] != "")
    return list(table.loc[look, "number"])


def hidden(labels, answers):
    ill = [answer for label, answer in zip(labels, answers) if label == 1]
    return sum(answer != "opacity" for answer in ill) / len(ill) if ill else 0.0


@pytest.mark.parametrize(("exercise", "answer"), [("23.1", open_items), ("23.2", for_a_person), ("23.3", hidden)])
def test_the_solution_passes(exercise, answer, capsys):
    course.check(exercise, answer)
    assert f"Exercise {exercise}: done." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("exercise", "answer", "hint"),
    [
        ("23.1", lambda items: items.loc[items["state"] != "stated", "claim"], "partly"),
        ("23.1", lambda items: items.index[items["state"] == "not stated"], "not places of rows"),
        ("23.1", lambda items: items.loc[items["state"] == "not stated", "claim"], "Sort"),
        ("23.1", lambda items: open_items(items) or [1], "empty list"),
        ("23.2", lambda table: table.loc[table["abstained"], "number"], "problem"),
        ("23.2", lambda table: table.loc[table["problem"] != "", "number"], "abstained"),
        ("23.2", lambda table: table.loc[table["label"].isna(), "number"], "remark"),
        ("23.2", lambda table: list(table["number"]), "need nobody"),
        ("23.3", lambda labels, answers: hidden(labels, answers) and 1 / 5, "on no list of alarms"),
        ("23.3", lambda labels, answers: hidden(labels, answers) and 3 / 7, "Divide by the number of the ill"),
        ("23.3", lambda labels, answers: 0.9, "yours is 0.9"),
        ("23.3", lambda labels, answers: hidden(labels, answers) if 1 in labels else 1.0, "nobody ill"),
    ],
)
def test_mistakes_get_their_hint(exercise, answer, hint):
    with pytest.raises(course.CheckFailed, match=hint):
        course.check(exercise, answer)
