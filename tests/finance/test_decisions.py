"""From evidence to approve, refuse or a person: costs, limits, calibration, and the headline figure."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgrec_tf.finance import applications, consistency
from imgrec_tf.finance.applications import CostMatrix, Decision, Evidence

GOOD = Evidence(0.99, 0.98, 0.03, 0.97)
BAD = Evidence(0.95, 0.9, 0.97, 0.2, critical=2)


@pytest.fixture(scope="module")
def model() -> applications.RiskModel:
    train, validation = (applications.invent_evidence(1500, seed=seed) for seed in (1, 2))
    return applications.fit_risk_model(*train, *validation)


@pytest.fixture(scope="module")
def held_back(model):
    evidence, bad = applications.invent_evidence(4000, seed=3)
    return evidence, bad, model.risk(evidence)


def test_the_risk_is_calibrated_and_ranks(held_back):
    _, bad, risk = held_back
    assert abs(risk.mean() - bad.mean()) < 0.02
    for low, high in ((0.0, 0.02), (0.02, 0.2), (0.2, 0.7), (0.7, 1.0)):
        inside = (risk >= low) & (risk <= high)
        spread = 4 * math.sqrt(max(risk[inside].mean() * (1 - risk[inside].mean()), 1e-4) / inside.sum())
        assert abs(risk[inside].mean() - bad[inside].mean()) < spread + 0.03
    assert risk[bad == 1].mean() > 10 * risk[bad == 0].mean()


def test_the_weights_point_where_they_should(model):
    weights = model.to_frame().set_index("feature")["weight"]
    assert weights["forgery_score"] > 0 > weights["same_person_score"]
    assert weights["critical"] > 0
    assert weights["duplicates"] > 0


def test_a_model_becomes_json_and_back(model):
    again = applications.RiskModel.from_dict(json.loads(json.dumps(model.to_dict())))
    assert again == model
    assert again.version == model.version
    other = applications.RiskModel.from_dict(model.to_dict() | {"offset": model.offset + 0.1})
    assert other.version != model.version


def test_plain_cases(model):
    approved = applications.decide(GOOD, model)
    refused = applications.decide(BAD, model)
    assert (approved.action, refused.action) == ("approve", "refuse")
    assert approved.risk < 0.02 < 0.9 < refused.risk
    assert approved.model_version == model.version
    assert "expected costs" in approved.reasons[-1]
    assert Decision.from_dict(json.loads(json.dumps(refused.to_dict()))) == refused


@pytest.mark.parametrize("name", applications.FEATURES[:4])
def test_what_was_not_measured_goes_to_a_person(model, name):
    decision = applications.decide(Evidence(**GOOD.to_dict() | {name: None}), model)
    assert (decision.action, decision.risk) == ("person", None)
    assert name in decision.reasons[0]


@pytest.mark.parametrize(
    ("change", "allowed"),
    [
        ({"not_checked": 1}, {"person"}),
        ({"critical": 1}, {"person", "refuse"}),
        ({"duplicates": 1}, {"person", "refuse"}),
        ({"critical": 3, "not_checked": 2}, {"person"}),
    ],
)
def test_limits_hold_whatever_the_score_and_the_costs(model, change, allowed):
    perfect = Evidence(**{"type_confidence": 1.0, "reading_confidence": 1.0, "forgery_score": 0.0,
                          "same_person_score": 1.0} | change)  # fmt: skip
    for costs in (CostMatrix(), CostMatrix(approve_bad=21, refuse_good=20, person=1000)):
        decision = applications.decide(perfect, model, costs)
        assert decision.action in allowed
        assert len(decision.reasons) >= 2
        for count in change.values():
            assert any(f": {count}. " in reason for reason in decision.reasons)


@given(st.floats(1, 1000), st.floats(1, 1000), st.floats(0, 500), st.floats(0, 1))
def test_the_least_cost_is_taken_and_the_thresholds_say_the_same(approve_bad, refuse_good, person, risk):
    costs = CostMatrix(approve_bad=approve_bad, refuse_good=refuse_good, person=person)
    expected = costs.expected(risk)
    low, high = costs.thresholds
    assert 0 <= low <= high <= 1
    best = min(expected.values())
    told = "approve" if risk < low else "refuse" if risk > high else None
    if told is not None:
        assert expected[told] == pytest.approx(best, abs=1e-9)
    elif low < high:
        assert expected["person"] == pytest.approx(best, abs=1e-9)


def test_thresholds_of_an_example():
    assert CostMatrix(approve_bad=100, refuse_good=20, person=2).thresholds == pytest.approx((0.02, 0.9))
    assert CostMatrix(approve_bad=100, refuse_good=20, person=50).thresholds == pytest.approx((1 / 6, 1 / 6))


def test_evidence_counts_a_report(model):
    report = consistency.check_consistency({"portrait_side": {"identity_number": "1", "sex": "M"}})
    evidence = Evidence.from_report(
        report, type_confidence=1.0, reading_confidence=0.9, forgery_score=0.1, same_person_score=None, duplicates=2
    )
    assert (evidence.critical, evidence.not_checked, evidence.duplicates) == (1, 2, 2)
    assert evidence.missing == ("same_person_score",)


def test_the_headline_counts_what_was_approved():
    actions = ["approve"] * 200 + ["refuse"] * 30 + ["person"] * 20
    bad = np.array([1] * 3 + [0] * 197 + [1] * 30 + [0] * 20)
    share = applications.wrong_among_accepted(actions, bad)
    assert (share.count, share.trials, share.value) == (3, 200, 0.015)
    assert share.low < 0.015 < share.high < 0.05
    assert "3 of 200, 1.50%" in str(share)
    none = applications.wrong_among_accepted(actions[:200], np.zeros(200))
    assert (none.value, none.low) == (0, 0)
    assert 0.01 < none.high < 0.025
    grouped = applications.wrong_among_accepted(actions, bad, groups=np.arange(250) // 10)
    assert grouped.high > share.high
    empty = applications.wrong_among_accepted(["refuse"], [1])
    assert math.isnan(empty.value)
    assert (empty.low, empty.high) == (0, 1)
    assert "nothing can be said" in str(empty)


def test_the_curve(held_back):
    _, bad, risk = held_back
    curve = applications.risk_coverage(risk, bad)
    assert np.all(np.diff(curve.coverage) > 0)
    assert curve.coverage[-1] == 1
    assert curve.wrong[-1] == pytest.approx(bad.mean())
    assert np.all((curve.low <= curve.wrong) & (curve.wrong <= curve.high))
    place = len(curve.threshold) // 2
    accepted = risk <= curve.threshold[place]
    assert curve.coverage[place] == pytest.approx(accepted.mean())
    assert curve.wrong[place] == pytest.approx(bad[accepted].mean())
    random = applications.risk_coverage(np.random.default_rng(0).permutation(risk), bad)
    assert curve.area < 0.3 * random.area
    assert list(curve.to_frame().columns) == ["threshold", "coverage", "wrong", "low", "high"]


def test_the_limit_for_a_target_keeps_it_on_new_applications(model):
    """With 95 % confidence: of 50 validation sets, the limit breaks the target on no more than a few."""
    evidence, bad = applications.invent_evidence(10_000, seed=8)
    risk = model.risk(evidence)
    rng = np.random.default_rng(0)
    broken = found = 0
    for _ in range(50):
        chosen = rng.choice(len(bad), 600, replace=False)
        point = applications.limit_for_target(risk[chosen], bad[chosen], 0.02)
        accepted = risk <= point.threshold
        broken += bool(accepted.any() and bad[accepted].mean() > 0.02)
        found += point.details["coverage"] > 0
    assert broken <= 6
    assert found >= 30


def test_a_target_that_cannot_be_shown_says_how_many_it_takes():
    point = applications.limit_for_target(np.linspace(0, 1, 50), np.zeros(50), 0.01)
    assert point.threshold == 0
    assert "299 approvals" in point.reason
    assert applications.limit_for_target(np.linspace(0, 1, 400), np.zeros(400), 0.01).details["coverage"] == 1


def test_the_curve_is_drawn(held_back, tmp_path):
    _, bad, risk = held_back
    figure = applications.risk_coverage(risk, bad).plot(marked=0.02)
    figure.savefig(tmp_path / "curve.png")
    assert "(synthetic)" in figure.axes[0].get_title(loc="left")


def test_invented_evidence_is_repeatable():
    evidence, bad = applications.invent_evidence(200, seed=5, bad_share=0.3, not_checked_share=0.2)
    again, bad_again = applications.invent_evidence(200, seed=5, bad_share=0.3, not_checked_share=0.2)
    assert evidence == again
    assert bad.tolist() == bad_again.tolist()
    assert 0.2 < bad.mean() < 0.4
    assert any(one.not_checked for one in evidence)


@pytest.mark.parametrize(
    ("call", "error", "says"),
    [
        (lambda: Evidence(1.2, 1, 0, 1), ValueError, "type_confidence"),
        (lambda: Evidence(math.nan, 1, 0, 1), ValueError, "type_confidence"),
        (lambda: Evidence("1", 1, 0, 1), TypeError, "type_confidence"),
        (lambda: Evidence(1, 1, 0, 1, critical=-1), ValueError, "critical"),
        (lambda: CostMatrix(approve_bad=-1), ValueError, "approve_bad"),
        (lambda: CostMatrix(person=math.inf), ValueError, "person"),
        (lambda: CostMatrix(approve_bad=1, refuse_bad=2), ValueError, "wrong acts"),
        (lambda: Decision("maybe", 0.1, ()), ValueError, "approve, refuse, person"),
        (lambda: applications.decide(GOOD, None), TypeError, "RiskModel"),
        (lambda: applications.fit_risk_model([GOOD], [1], [GOOD], [1]), ValueError, "20 applications"),
        (lambda: applications.fit_risk_model([GOOD] * 30, [1] * 30, [GOOD] * 30, [1] * 30), ValueError, "both"),
        (lambda: applications.wrong_among_accepted(["approve"], [2]), ValueError, "0 or 1"),
        (lambda: applications.wrong_among_accepted(["approve"], [1, 0]), ValueError, "1 applications"),
        (lambda: applications.risk_coverage([0.1, 1.2], [0, 1]), ValueError, "risk"),
        (lambda: applications.risk_coverage([], []), ValueError, "risk"),
        (lambda: applications.risk_coverage([0.5], [1], confidence=2), ValueError, "confidence"),
        (lambda: applications.limit_for_target([0.5], [1], 0), ValueError, "target"),
        (lambda: applications.invent_evidence(0), ValueError, "count"),
    ],
)
def test_bad_input(call, error, says):
    with pytest.raises(error, match=says):
        call()


def test_a_risk_without_a_score_is_refused(model):
    with pytest.raises(ValueError, match="forgery_score"):
        model.risk([Evidence(1.0, 1.0, None, 1.0)])
    with pytest.raises(TypeError, match="Evidence"):
        model.risk([0.5])
