"""Risk and coverage, net benefit, halves, and every figure."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from known_scores import binary, binary_scores, evaluation, several_scores

import imgrec_tf as ir
from imgrec_tf import decisions
from imgrec_tf.decisions import Costs


def test_risk_and_coverage_of_an_evaluation():
    one = binary(800)
    risk, wrong = 1 - one.scores.max(axis=1), one.predictions != one.labels
    curve = decisions.risk_coverage(risk, wrong, synthetic=True)
    assert curve.wrong[-1] == pytest.approx(wrong.mean())
    assert curve.area < 0.5 * wrong.mean()
    point = decisions.limit_for_target(risk, wrong, 0.05)
    kept = risk <= point.threshold
    assert wrong[kept].mean() <= point.details["bound"] <= 0.05
    assert "wrong answers at most 5.00%" in point.reason
    none = decisions.limit_for_target([0.1, 0.2], [0, 0], 0.01)
    assert "299 answers without an error" in none.reason


@given(st.integers(0, 1000), st.floats(0.05, 0.95))
def test_net_benefit_by_hand(seed, at):
    scores, labels = binary_scores(60, seed=seed)
    one = evaluation(scores, labels)
    curve = decisions.decision_curve(one, thresholds=[at])
    called = scores >= at
    by_hand = (called & (labels == 1)).mean() - (called & (labels == 0)).mean() * at / (1 - at)
    assert curve.net_benefit["model"][0] == pytest.approx(by_hand)
    assert curve.net_benefit["treat all"][0] == pytest.approx(labels.mean() - (1 - labels.mean()) * at / (1 - at))
    assert curve.net_benefit["treat none"][0] == 0


def test_a_calibrated_model_is_worth_using_and_a_false_prevalence_is_not():
    curve = decisions.decision_curve({"mine": binary(3000)})
    best = np.maximum(curve.net_benefit["treat all"], 0)
    assert (curve.net_benefit["mine"] >= best - 0.01).all()
    assert (curve.low["mine"] <= curve.net_benefit["mine"] + 1e-9).all()
    assert (curve.high["mine"] >= curve.net_benefit["mine"] - 1e-9).all()
    assert list(curve.to_frame()) == ["threshold", "mine", "treat all", "treat none"]
    rare = decisions.decision_curve({"mine": binary(3000)}, prevalence=0.1)
    assert rare.net_benefit["mine"].max() <= 0.1
    assert rare.prevalence == 0.1


def test_halves_keep_groups_and_shares():
    groups = np.arange(600) // 3
    whole = evaluation(*binary_scores(600, prevalence=0.3), groups=groups)
    first, second = decisions.halves(whole, seed=2)
    assert len(first) + len(second) == 600
    assert abs(first.labels.mean() - second.labels.mean()) < 0.03
    assert (first.name, second.name) == ("validation, first part", "validation, second part")
    assert int(first.groups.max()) + 1 + int(second.groups.max()) + 1 == 200
    split = ir.load("chest-phantom", count=120, size=28, seed=1).validation
    one, other = decisions.halves(split)
    assert not set(one.groups) & set(other.groups)
    small = decisions.halves(whole, share=0.2)[1]
    assert len(small) == pytest.approx(120, abs=6)


@pytest.mark.parametrize(
    ("call", "error", "says"),
    [
        (lambda: decisions.halves(binary(), share=1), ValueError, "share"),
        (lambda: decisions.halves([1, 2]), TypeError, "Evaluation"),
        (lambda: decisions.risk_coverage([0.1, 1.2], [0, 1]), ValueError, "risk"),
        (lambda: decisions.risk_coverage([0.1, np.nan], [0, 1]), ValueError, "risk"),
        (lambda: decisions.risk_coverage([0.1], [2]), ValueError, "0 or 1"),
        (lambda: decisions.risk_coverage([0.1], [1], groups=[1, 2]), ValueError, "groups"),
        (lambda: decisions.risk_coverage([0.1], [1], points=1), ValueError, "points"),
        (lambda: decisions.risk_coverage([0.1], [1], confidence=1), ValueError, "confidence"),
        (lambda: decisions.limit_for_target([0.1], [1], 1), ValueError, "target"),
        (lambda: decisions.decision_curve([0.1]), TypeError, "Evaluation|dict|sequence"),
        (lambda: decisions.decision_curve({}), TypeError, "one or more"),
        (lambda: decisions.decision_curve({"treat all": binary()}), ValueError, "another name"),
        (lambda: decisions.decision_curve(binary(), thresholds=[0.5, 0.5]), ValueError, "growing"),
        (lambda: decisions.decision_curve(binary(), thresholds=[0, 0.5]), ValueError, "between 0 and 1"),
        (lambda: decisions.decision_curve(binary(), prevalence=0), ValueError, "prevalence"),
        (lambda: decisions.decision_curve({"a": binary(), "b": binary(seed=1)}), ValueError, "other images"),
        (
            lambda: decisions.decision_curve(evaluation(*several_scores(9), task="multi-class")),
            ValueError,
            "binary",
        ),
        (lambda: decisions.plot_costs(binary(), Costs(2, 1), {"far": 2}), ValueError, "far"),
        (lambda: decisions.plot_costs(binary(), Costs(2, 1), prevalence=2), ValueError, "prevalence"),
        (
            lambda: decisions.plot_costs(evaluation(*several_scores(9), task="multi-class"), Costs(2, 1)),
            ValueError,
            "binary",
        ),
        (lambda: decisions.plot_calibration({"one": binary()}), ValueError, "two to four"),
        (lambda: decisions.plot_coverage({}), ValueError, "one or more"),
    ],
)
def test_bad_input(call, error, says):
    with pytest.raises(error, match=says):
        call()


def test_every_figure_is_drawn_and_says_synthetic(tmp_path):
    one = binary(300)
    costs = Costs(10, 1)
    point = decisions.choose_operating_point(one, costs=costs)
    sets = decisions.fit_conformal(one, 0.1).sets(one.scores)
    table = sets.coverage(one.labels)
    figures = [
        decisions.plot_costs(one, costs, {"chosen": point.threshold, "a half": 0.5}, prevalence=0.2),
        decisions.plot_calibration({"before": one, "after": binary(300, seed=1)}),
        decisions.plot_coverage({"new images": table, "blurred": table}, synthetic=True),
        decisions.decision_curve(one).plot(marked=costs.threshold),
        decisions.risk_coverage(1 - one.scores.max(axis=1), one.predictions != one.labels, synthetic=True).plot(),
    ]
    for place, figure in enumerate(figures):
        figure.savefig(tmp_path / f"{place}.png")
        texts = [figure.get_suptitle(), *(axis.get_title(loc="left") for axis in figure.axes)]
        assert any("(synthetic)" in text for text in texts)
        assert all(axis.get_xlabel() or place == 1 for axis in figure.axes)
