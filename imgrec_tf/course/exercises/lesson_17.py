"""Checks of lesson 17, chest X-ray."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from imgrec_tf.course.checks import expect, register


@register("17.1")
def shared_patients(candidate: Callable[[Sequence[str], Sequence[str]], Sequence[str]]) -> Iterator[str]:
    """The patients that stand in two lists: candidate(first, second)."""
    train, test = np.array(["p4", "p1", "p1", "p7", "p2"]), np.array(["p9", "p1", "p7", "p1"])
    expect(
        len(candidate(train, np.array(["p8", "p9"]))) == 0,
        "These two lists share nobody: an empty list is the answer. Look at which patients you return.",
    )
    yield "finds nobody where nobody is shared"
    found = [str(one) for one in candidate(train, test)]
    expect(
        set(found) == {"p1", "p7"},
        f"p1 and p7 stand in both lists; you returned {found}. A patient may stand at another place in each.",
    )
    yield "finds the patients that stand in both"
    expect(len(found) == 2, f"Name each patient once, however many pictures there are; you returned {found}.")
    yield "names each once"
    expect(found == ["p1", "p7"], f"Sort the patients; you returned {found}.")
    yield "in order"


@register("17.2")
def sensitivity_and_specificity(
    candidate: Callable[[np.ndarray, np.ndarray, float], tuple[float, float]],
) -> Iterator[str]:
    """Two shares at a threshold: candidate(scores, labels, threshold)."""
    scores = np.array([0.9, 0.8, 0.3, 0.5, 0.2, 0.6, 0.1, 0.4, 0.3, 0.05])
    labels = np.array([1, 1, 1, 1, 0, 0, 0, 0, 0, 0])
    answer = candidate(scores, labels, 0.55)
    expect(np.shape(answer) == (2,), "Return two numbers: sensitivity, then specificity.")
    sensitivity, specificity = (float(one) for one in answer)
    expect(
        not np.isclose([sensitivity, specificity], [5 / 6, 2 / 4]).all(),
        "The first number is the sensitivity, which looks at the ill alone; yours are in the other order.",
    )
    expect(
        np.isclose(sensitivity, 2 / 4),
        f"Two of the four ill have a score of 0.55 or more: sensitivity 0.5, and yours is {sensitivity:.3g}. "
        "Divide by the number of the ill, not by the number called ill or by all.",
    )
    yield "the sensitivity counts among the ill"
    expect(
        np.isclose(specificity, 5 / 6),
        f"Five of the six healthy have a lower score: specificity 0.833, and yours is {specificity:.3g}. "
        "Divide by the number of the healthy.",
    )
    yield "the specificity counts among the healthy"
    expect(
        np.allclose(candidate(scores, labels, 0.5), (3 / 4, 5 / 6)),
        "A score of exactly the threshold counts as positive: use >=.",
    )
    yield "a score at the threshold counts as positive"


@register("17.3")
def positive_predictive_value(candidate: Callable[[float, float, float], float]) -> Iterator[str]:
    """How likely a positive answer is right: candidate(sensitivity, specificity, prevalence)."""
    expect(
        np.isclose(float(candidate(1.0, 1.0, 0.3)), 1.0),
        "A test without errors is always right when it says ill: 1, whatever the prevalence.",
    )
    yield "a test without errors is always right"
    expect(
        np.isclose(float(candidate(0.8, 0.8, 0.5)), 0.8),
        "Of 1,000 people, 500 are ill: 400 are found, and 100 of the healthy are alarmed. 400 of 500 is 0.8.",
    )
    yield "counts the found and the alarmed"
    rare = float(candidate(0.9, 0.9, 0.01))
    expect(
        not np.isclose(rare, 0.9),
        "0.9 is the sensitivity: the share of the ill that are found. The question starts from the people called ill.",
    )
    expect(
        np.isclose(rare, 0.009 / 0.108),
        f"Of 10,000 people 100 are ill: 90 are found, and 990 of the 9,900 healthy are alarmed. 90 of 1,080 is 0.083, "
        f"and yours is {rare:.3g}.",
    )
    yield "at a prevalence of 1 %, eleven of twelve alarms are false"
    expect(
        np.isclose(float(candidate(0.9, 0.6, 0.74)), 0.666 / 0.77),
        "The alarmed are (1 - specificity) of the healthy, and the healthy are (1 - prevalence) of the people.",
    )
    yield "and it holds where sensitivity and specificity differ"
