"""Operating points: what was asked for holds, no other threshold does better, and test data is refused."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from known_scores import binary, binary_scores, evaluation

from imgrec_tf.decisions import Costs, choose_operating_point, shift_prevalence
from imgrec_tf.recognizer import OperatingPoint

seeds = st.integers(0, 10_000)


def made(seed, count=120):
    """Scores with many ties, which thresholds have to cope with."""
    scores, labels = binary_scores(count, distance=1.5, sureness=2, seed=seed)
    return evaluation(np.round(scores, 2), labels)


def brute(one, value):
    """The value at every threshold that could matter, and above and below all scores."""
    return [value(one.scores[:, 1] >= at, one.labels == 1) for at in (*np.unique(one.scores[:, 1]), 1.01)]


@settings(deadline=None, max_examples=30)
@given(seeds, st.floats(0.5, 0.99))
def test_a_sensitivity_is_reached_and_no_other_threshold_leaves_more_alone(seed, wanted):
    one = made(seed)
    point = choose_operating_point(one, sensitivity=wanted)
    positive, called = one.labels == 1, one.scores[:, 1] >= point.threshold
    assert called[positive].mean() == pytest.approx(point.details["sensitivity"])
    assert (~called[~positive]).mean() == pytest.approx(point.details["specificity"])
    assert point.details["sensitivity"] >= wanted - 1e-9
    best = max(brute(one, lambda c, p: (~c[~p]).mean() if c[p].mean() >= wanted - 1e-9 else -1))
    assert point.details["specificity"] == pytest.approx(best)


@settings(deadline=None, max_examples=30)
@given(seeds, st.floats(0.5, 0.99))
def test_a_specificity_and_a_referral_rate(seed, wanted):
    one = made(seed)
    at_most_one = (one.scores[:, 1] == 1).any()  # a score of 1 is positive at every threshold
    if not at_most_one:
        point = choose_operating_point(one, specificity=wanted)
        assert point.details["specificity"] >= wanted - 1e-9
        best = max(brute(one, lambda c, p: c[p].mean() if (~c[~p]).mean() >= wanted - 1e-9 else -1))
        assert point.details["sensitivity"] == pytest.approx(best)
        point = choose_operating_point(one, referral_rate=wanted)
        called = one.scores[:, 1] >= point.threshold
        assert called.mean() <= wanted + 1e-9
        assert called.mean() == pytest.approx(max(brute(one, lambda c, p: c.mean() if c.mean() <= wanted else -1)))


@settings(deadline=None, max_examples=30)
@given(seeds, st.floats(1, 100), st.floats(1, 100), st.none() | st.floats(0.02, 0.9))
def test_costs_take_the_cheapest_threshold(seed, miss, alarm, prevalence):
    one = made(seed)
    costs = Costs(miss, alarm)
    point = choose_operating_point(one, costs=costs, prevalence=prevalence)
    share = one.labels.mean() if prevalence is None else prevalence

    def paid(called, positive):
        return share * miss * (~called[positive]).mean() + (1 - share) * alarm * called[~positive].mean()

    assert point.details["mean_cost"] == pytest.approx(paid(one.scores[:, 1] >= point.threshold, one.labels == 1))
    below_one = [*np.unique(one.scores[:, 1]), *([1.0] if one.scores[:, 1].max() < 1 else [])]
    best = min(paid(one.scores[:, 1] >= at, one.labels == 1) for at in below_one)
    assert point.details["mean_cost"] == pytest.approx(best)


def test_on_calibrated_scores_costs_and_data_agree():
    """With many images the chosen threshold comes near what Elkan's formula asks for, shifted to the prevalence."""
    one = binary(40_000, distance=1.5, seed=3)
    costs = Costs(5, 1)
    assert choose_operating_point(one, costs=costs).threshold == pytest.approx(costs.threshold, abs=0.03)
    elsewhere = choose_operating_point(one, costs=costs, prevalence=0.1)
    wanted = shift_prevalence(costs.threshold, of=0.1, to=float(one.labels.mean()))
    assert elsewhere.threshold == pytest.approx(wanted, abs=0.05)
    assert elsewhere.details["threshold_if_calibrated"] == pytest.approx(wanted)


def test_what_is_assured_costs_more_and_groups_cost_most():
    plain = choose_operating_point(binary(), sensitivity=0.9)
    assured = choose_operating_point(binary(), sensitivity=0.9, assured=True)
    assert assured.threshold < plain.threshold
    assert assured.details["sensitivity_low"] >= 0.9
    groups = np.arange(400) // 4
    grouped = choose_operating_point(binary(groups=groups), sensitivity=0.9)
    assert grouped.details["groups"] == 100
    assert grouped.threshold == plain.threshold
    with pytest.raises(ValueError, match="about 381 images"):
        choose_operating_point(binary(), sensitivity=0.99, assured=True)


def test_a_point_says_why_and_is_plain_enough_for_a_file():
    point = choose_operating_point(binary(), costs=Costs(10, 1), prevalence=0.2)
    assert isinstance(point, OperatingPoint)
    assert "10 for a missed one and 1 for a false alarm" in point.reason
    assert "prevalence of 20.00%" in point.reason
    assert json.loads(json.dumps(point.details)) == point.details
    assert point.details["asked_for"]["false_negative"] == 10


def test_one_threshold_a_label():
    generator = np.random.default_rng(0)
    labels = (generator.random((300, 3)) < [0.5, 0.2, 0.1]).astype(int)
    scores = generator.beta(1 + 3 * labels, 4 - 3 * labels)
    point = choose_operating_point(evaluation(scores, labels, task="multi-label"), sensitivity=0.8)
    assert len(point.threshold) == 3
    for place, threshold in enumerate(point.threshold):
        found = (scores[:, place] >= threshold)[labels[:, place] == 1].mean()
        assert found == pytest.approx(point.details["sensitivity"][place])
        assert found >= 0.8
    assert json.loads(json.dumps(point.details)) == point.details


def test_saturated_scores():
    """Scores of exactly 0 and 1, and neighbours in floating point, have thresholds between them."""
    scores = np.array([0.0, 0.0, 1e-300, np.nextafter(1, 0), 1.0, 1.0])
    point = choose_operating_point(evaluation(scores, [0, 0, 1, 0, 1, 1]), specificity=1 / 3)
    assert 0 < point.threshold <= 1e-300
    with pytest.raises(ValueError, match="score of 1"):
        choose_operating_point(evaluation(scores, [0, 0, 1, 0, 1, 1]), referral_rate=0.1)
    with pytest.raises(ValueError, match="no threshold reaches"):
        choose_operating_point(evaluation(scores, [0, 1, 1, 0, 0, 0]), specificity=0.9)


def test_many_scores_are_quick():
    point = choose_operating_point(binary(200_000), sensitivity=0.95)
    assert point.details["sensitivity"] == pytest.approx(0.95, abs=0.002)


@pytest.mark.filterwarnings("ignore:No image|Every image:UserWarning")
def test_bad_input():
    good = binary()
    for options, says in (
        ({}, "got none"),
        ({"sensitivity": 0.9, "specificity": 0.9}, "sensitivity, specificity"),
        ({"sensitivity": 0}, "between 0 and 1"),
        ({"sensitivity": float("nan")}, "between 0 and 1"),
        ({"referral_rate": "half"}, "referral_rate"),
        ({"specificity": True}, "specificity"),
        ({"costs": Costs(2, 1), "prevalence": 1}, "prevalence"),
        ({"costs": Costs(2, 1), "assured": True}, "assured"),
        ({"sensitivity": 0.9, "prevalence": 0.5}, "same at every prevalence"),
    ):
        with pytest.raises(ValueError, match=says):
            choose_operating_point(good, **options)
    with pytest.raises(TypeError, match="Costs"):
        choose_operating_point(good, costs=(2, 1))
    with pytest.raises(TypeError, match="Evaluation"):
        choose_operating_point(good.scores, sensitivity=0.9)
    with pytest.raises(ValueError, match="test split"):
        choose_operating_point(binary(name="test"), sensitivity=0.9)
    with pytest.raises(ValueError, match="test split"):
        choose_operating_point(binary(name="Test, first part"), sensitivity=0.9)
    with pytest.raises(ValueError, match="equal"):
        choose_operating_point(evaluation(np.full(4, 0.74), [0, 1, 1, 0]), sensitivity=0.9)
    for labels in ([0, 0, 0], [1, 1, 1]):
        with pytest.raises(ValueError, match="“opacity”"):
            choose_operating_point(evaluation(np.array([0.1, 0.5, 0.9]), labels), sensitivity=0.9)
    several = evaluation(np.full((3, 3), 1 / 3), [0, 1, 2], task="multi-class")
    with pytest.raises(ValueError, match="multi-class"):
        choose_operating_point(several, sensitivity=0.9)
