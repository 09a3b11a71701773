"""Another prevalence: Bayes' rule forwards and back, and the share found again without labels."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from known_scores import binary, binary_scores, evaluation, several_scores

from imgrec_tf.decisions import estimate_prevalence, shift_prevalence, with_prevalence

shares = st.floats(0.01, 0.99)
probabilities = st.lists(st.floats(0.001, 0.999), min_size=1, max_size=20)


@given(probabilities, shares, shares)
def test_there_and_back(scores, one, other):
    moved = shift_prevalence(scores, of=one, to=other)
    assert np.allclose(shift_prevalence(moved, of=other, to=one), scores, atol=1e-9)
    assert np.all(np.diff(moved[np.argsort(scores, kind="stable")]) >= -1e-12)
    assert np.all((moved >= np.array(scores) - 1e-12) if other >= one else (moved <= np.array(scores) + 1e-12))


@given(probabilities, shares, shares, shares)
def test_two_steps_are_one(scores, a, b, c):
    two = shift_prevalence(shift_prevalence(scores, of=a, to=b), of=b, to=c)
    assert np.allclose(two, shift_prevalence(scores, of=a, to=c), atol=1e-9)


@given(shares, shares, shares)
def test_bayes_by_hand(score, of, to):
    likelihood_ratio = score / (1 - score) * (1 - of) / of
    odds = likelihood_ratio * to / (1 - to)
    assert shift_prevalence(score, of=of, to=to) == pytest.approx(odds / (1 + odds))
    assert shift_prevalence(score, of=of, to=of) == pytest.approx(score)


def test_shapes():
    scores, _ = several_scores(5, classes=3)
    moved = shift_prevalence(scores, of=[1 / 3] * 3, to=[0.8, 0.1, 0.1])
    assert moved.shape == (5, 3)
    assert np.allclose(moved.sum(axis=1), 1)
    two = shift_prevalence([[0.3, 0.7]], of=0.5, to=0.1)
    assert two[0, 1] == pytest.approx(shift_prevalence([0.7], of=0.5, to=0.1)[0])
    assert two[0, 1] == pytest.approx(shift_prevalence([[0.3, 0.7]], of=[0.5, 0.5], to=[0.9, 0.1])[0, 1])
    assert isinstance(shift_prevalence(0.5, of=0.5, to=0.1), float)


@settings(deadline=None, max_examples=15)
@given(st.sampled_from([0.05, 0.2, 0.5, 0.8, 0.95]), st.integers(0, 1000))
def test_the_share_is_found_again_without_labels(wanted, seed):
    scores, labels = binary_scores(4000, prevalence=wanted, distance=2.5, seed=seed)
    believed = shift_prevalence(scores, of=wanted, to=0.5)  # as a model that was calibrated at 50 % would say it
    found = estimate_prevalence(believed, of=0.5, resamples=0)
    assert found.value == pytest.approx(labels.mean(), abs=0.03)
    assert np.isnan(found.low)


def test_the_interval_holds_the_truth_about_as_often_as_it_says():
    held = 0
    for seed in range(40):
        scores, _ = binary_scores(300, prevalence=0.2, seed=seed)
        found = estimate_prevalence(shift_prevalence(scores, of=0.2, to=0.6), of=0.6, resamples=100, seed=seed)
        held += found.low <= 0.2 <= found.high
    assert held >= 33
    assert "300 images without labels" in str(found)


def test_several_classes_and_groups():
    wanted = [0.6, 0.3, 0.1]
    scores, _ = several_scores(3000, classes=3, shares=wanted)
    believed = shift_prevalence(scores, of=wanted, to=[1 / 3] * 3)
    found = estimate_prevalence(believed, of=[1 / 3] * 3, groups=np.arange(3000) // 3, resamples=20)
    assert found.value == pytest.approx(wanted, abs=0.03)
    assert np.all((found.low <= found.value) & (found.value <= found.high))
    assert str(found).count("%") == 9


def test_a_clinic_with_another_share():
    whole = binary(600, groups=np.arange(600) // 3)
    rare = with_prevalence(whole, 0.1, seed=1)
    assert rare.labels.mean() == pytest.approx(0.1, abs=0.02)
    assert (rare.labels == 0).sum() == (whole.labels == 0).sum()
    assert rare.name == "validation, prevalence 10%"
    often = with_prevalence(whole, 0.9, seed=1)
    assert often.labels.mean() == pytest.approx(0.9, abs=0.02)
    assert with_prevalence(whole, 0.1, seed=1).labels.tolist() == rare.labels.tolist()


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: shift_prevalence([0.5], of=0, to=0.5), "of must be"),
        (lambda: shift_prevalence([0.5], of=0.5, to=1), "to must be"),
        (lambda: shift_prevalence([0.5], of="half", to=0.5), "of must be"),
        (lambda: shift_prevalence([0.5, 1.5], of=0.5, to=0.1), "0, 1"),
        (lambda: shift_prevalence([np.nan], of=0.5, to=0.1), "NaN"),
        (lambda: shift_prevalence([], of=0.5, to=0.1), "one or more"),
        (lambda: shift_prevalence([[0.5, 0.2]], of=0.5, to=0.1), "add up to 1"),
        (lambda: shift_prevalence(np.full((2, 3), 1 / 3), of=0.5, to=0.1), "3 shares"),
        (lambda: shift_prevalence(np.full((2, 3), 1 / 3), of=[0.5, 0.3, 0.3], to=[0.5, 0.3, 0.2]), "of must be"),
        (lambda: shift_prevalence(np.zeros((2, 2, 2)), of=0.5, to=0.1), "shape"),
        (lambda: estimate_prevalence(0.5, of=0.5), "several images"),
        (lambda: estimate_prevalence([0.5, 0.5], of=0.5), "equal"),
        (lambda: estimate_prevalence([0.5, 0.6], of=0.5, confidence=1), "confidence"),
        (lambda: estimate_prevalence([0.5, 0.6], of=0.5, groups=[1]), "groups"),
        (lambda: estimate_prevalence([0.5, 0.6], of=0.5, resamples=-1), "resamples"),
        (lambda: with_prevalence(evaluation([0.1, 0.9, 0.4], [0, 1, 0]), 0), "prevalence"),
        (lambda: with_prevalence(evaluation([0.1, 0.9, 0.4], [0, 1, 0]), 0.999), "no image of one class"),
        (lambda: with_prevalence(evaluation(*several_scores(9), task="multi-class"), 0.5), "binary"),
    ],
)
def test_bad_input(call, says):
    with pytest.raises(ValueError, match=says):
        call()


def test_bad_kinds():
    with pytest.raises(TypeError, match="Evaluation"):
        with_prevalence([0.5], 0.5)
    with pytest.raises(TypeError, match="whole"):
        estimate_prevalence([0.5, 0.6], of=0.5, resamples=1.5)
