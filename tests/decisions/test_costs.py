"""Costs: the act that is taken is the cheapest one, and finance's cost matrix is the same thing by other names."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgrec_tf.decisions import Costs
from imgrec_tf.finance.applications import CostMatrix

costs_of = st.builds(
    Costs, st.floats(1, 1000), st.floats(1, 1000), st.none() | st.floats(0, 500), st.floats(0, 0.5), st.floats(0, 0.5)
)


@given(costs_of, st.floats(0, 1))
def test_the_act_taken_is_the_cheapest(costs, probability):
    expected = costs.expected(probability)
    act = costs.acts([probability])[0]
    assert expected[act] == pytest.approx(min(expected.values()), abs=1e-9)


@given(costs_of)
def test_at_the_threshold_both_answers_cost_the_same(costs):
    expected = costs.expected(costs.threshold)
    assert expected["negative"] == pytest.approx(expected["positive"])
    low, high = costs.thresholds
    assert 0 <= low <= costs.threshold + 1e-12
    assert costs.threshold - 1e-12 <= high <= 1


@given(st.floats(1, 1000), st.floats(1, 1000), st.floats(0, 500), st.floats(0, 1), st.floats(0, 1))
def test_the_cost_matrix_of_finance_is_the_same(miss, alarm, person, good, risk):
    matrix = CostMatrix(miss + 1, alarm + 1, person, good, good)
    costs = Costs(miss + 1, alarm + 1, person, good, good)
    assert matrix.thresholds == costs.thresholds
    assert list(matrix.expected(risk).values()) == [
        costs.expected(risk)[act] for act in ("negative", "positive", "refer")
    ]


def test_what_was_paid_in_the_end():
    costs = Costs(20, 2, refer=1)
    acts = np.array(["negative", "negative", "refer", "positive", "positive"])
    assert costs.paid(acts, [0, 1, 1, 0, 1]).tolist() == [0, 20, 1, 2, 0]
    assert Costs(9, 1).thresholds == (0.1, 0.1)
    assert Costs(9, 1).acts([0.05, 0.1, 0.5]).tolist() == ["negative", "positive", "positive"]
    assert Costs(100, 20, refer=2).acts([0.01, 0.5, 0.95]).tolist() == ["negative", "refer", "positive"]


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: Costs(-1, 1), "false_negative"),
        (lambda: Costs(1, math.nan), "false_positive"),
        (lambda: Costs("9", 1), "false_negative"),
        (lambda: Costs(9, 1, refer=math.inf), "refer"),
        (lambda: Costs(9, 1, true_negative=2), "wrong answers"),
        (lambda: Costs(9, 1).acts([0.5, math.nan]), "NaN"),
        (lambda: Costs(9, 1).acts([[0.5, 0.5]]), "one number an image"),
        (lambda: Costs(9, 1).acts([]), "one or more"),
        (lambda: Costs(9, 1).paid(["refer"], [1]), "refer"),
        (lambda: Costs(9, 1, 1).paid(["maybe"], [1]), "negative, refer, positive"),
        (lambda: Costs(9, 1).paid(["positive"], [1, 0]), "shapes"),
        (lambda: Costs(9, 1).paid(["positive"], [2]), "0 or 1"),
    ],
)
def test_bad_input(call, says):
    with pytest.raises(ValueError, match=says):
        call()
