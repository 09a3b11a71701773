"""Checks of lesson 23, a report for the doctor."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import pandas as pd

from imgrec_tf.course.checks import expect, register


@register("23.1")
def open_items(candidate: Callable[[pd.DataFrame], Sequence[int]]) -> Iterator[str]:
    """Items that nobody stated: candidate(items)."""
    items = pd.DataFrame(
        {"claim": [7, 44, 3, 5, 19], "state": ["stated", "not stated", "not stated", "stated", "partly"]},
        index=[4, 2, 9, 0, 7],
    )
    found = [int(one) for one in candidate(items.copy())]
    expect(19 not in found, f"Item 19 is partly stated, which is not open; you returned {found}.")
    expect(
        set(found) == {3, 44},
        f"Items 3 and 44 are open; you returned {found}. Return the numbers in the column claim, not places of rows.",
    )
    yield "finds the open items"
    expect(found == [3, 44], f"Sort the numbers; you returned {found}.")
    yield "in order"
    expect(len(candidate(items[items["state"] == "stated"])) == 0, "Nothing is open here: an empty list is the answer.")
    yield "finds none where all is stated"


@register("23.2")
def for_a_person(candidate: Callable[[pd.DataFrame], Sequence[int]]) -> Iterator[str]:
    """Rows for a person: candidate(table)."""
    table = pd.DataFrame(
        {
            "number": [1, 2, 3, 4, 5, 6],
            "label": ["opacity", None, None, "normal", "normal", None],
            "abstained": [False, True, False, False, False, True],
            "problem": ["", "", "breaks off in the middle", "", "", ""],
            "remark": ["", "", "", "a coloured picture", "", "picture withheld"],
        }
    )
    found = [int(one) for one in candidate(table.copy())]
    expect(3 in found, f"Row 3 has a problem and no answer: somebody must look at the file; you returned {found}.")
    yield "files without an answer"
    expect({2, 6} <= set(found), f"In rows 2 and 6 the recogniser abstained; you returned {found}.")
    yield "abstentions"
    expect(
        4 in found, f"Row 4 has an answer and a remark, that the picture is none for this model; you returned {found}."
    )
    yield "remarks"
    expect(
        found == [2, 3, 4, 6], f"Rows 1 and 5 need nobody, and each row stands once, in order; you returned {found}."
    )
    yield "and nothing else"


@register("23.3")
def hidden_ill(candidate: Callable[[Sequence[int], Sequence[str | None]], float]) -> Iterator[str]:
    """What a list of alarms hides: candidate(labels, answers)."""
    labels = [1, 1, 0, 1, 0, 1, 1]
    answers = ["opacity", None, "opacity", "normal", "normal", "opacity", None]
    share = float(candidate(labels, answers))
    expect(
        not np.isclose(share, 1 / 5),
        "You counted the ill who are called normal. Those without an answer are on no list of alarms either.",
    )
    expect(
        not np.isclose(share, 3 / 7),
        "Divide by the number of the ill, not of all images.",
    )
    expect(np.isclose(share, 3 / 5), f"Three of five ill images are left out: 0.6, and yours is {share:.3g}.")
    yield "counts the missed and those without an answer among the ill"
    expect(float(candidate([1, 0], ["opacity", None])) == 0, "The one ill image is an alarm: 0.")
    expect(float(candidate([0, 0], ["opacity", None])) == 0, "With nobody ill, return 0.")
    yield "0 where nobody is hidden"
