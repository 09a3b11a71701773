"""Sets of classes: they hold the truth as often as asked, over all and by class, until the images change."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from known_scores import binary, binary_scores, evaluation, several_scores

from imgrec_tf.decisions import fit_conformal, halves
from imgrec_tf.decisions.conformal import METHODS, quantile, strangeness


@given(st.lists(st.floats(0, 1), min_size=1, max_size=60), st.floats(0.01, 0.99))
def test_the_quantile_counts_one_image_more(strange, alpha):
    found = quantile(np.array(strange), alpha)
    needed = (len(strange) + 1) * (1 - alpha)
    if math.isinf(found):
        assert needed > len(strange) - 1e-6
    else:
        assert sum(one <= found for one in strange) >= needed - 1e-6
        assert sum(one < found for one in strange) < needed


def test_the_quantile_of_nine_and_of_eight():
    assert quantile(np.arange(1, 10) / 10, 0.1) == 0.9
    assert math.isinf(quantile(np.arange(1, 9) / 10, 0.1))
    assert quantile(np.arange(1, 100) / 100, 0.1) == 0.9


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("alpha", [0.05, 0.2])
def test_the_mean_coverage_is_what_was_asked_for(method, alpha):
    """Over 60 divisions into calibration and new images; the upper end is 1 / (n + 1) above for scores without ties."""
    scores, labels = several_scores(300, shares=[0.4, 0.3, 0.2, 0.1])
    covered = []
    for seed in range(60):
        order = np.random.default_rng(seed).permutation(300)
        first, second = order[:150], order[150:]
        rule = fit_conformal(evaluation(scores[first], labels[first], task="multi-class"), alpha, method=method)
        covered.append(rule.sets(scores[second]).coverage(labels[second])["coverage"][0])
    assert np.mean(covered) >= 1 - alpha - 0.015
    if method != "by class":  # a limit for each class rounds up each class
        assert np.mean(covered) <= 1 - alpha + 0.03


def test_by_class_holds_for_the_rare_class_too():
    scores, labels = binary_scores(4000, prevalence=0.1, distance=1.5)
    first, second = halves(evaluation(scores, labels))
    for method, held in (("marginal", False), ("by class", True)):
        table = fit_conformal(first, 0.1, method=method).sets(second.scores).coverage(second.labels).set_index("class")
        assert (table.loc["opacity", "coverage"] > 0.85) == held
        assert table.loc["all", "coverage"] == pytest.approx(0.9, abs=0.03)
        assert (table["low"] <= table["coverage"]).all()
        assert (table["wanted"] == 0.9).all()


def test_coverage_falls_when_the_images_change():
    first, second = halves(binary(2000, distance=2.5))
    rule = fit_conformal(first, 0.1)
    noise = np.random.default_rng(0).uniform(0, 1, len(second))
    told, worse = rule.sets(second.scores).coverage(second.labels), rule.sets(noise).coverage(second.labels)
    assert told["coverage"][0] > 0.87
    assert worse["high"][0] < 0.8


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 1000), st.sampled_from(METHODS))
def test_a_smaller_alpha_never_makes_a_set_smaller(seed, method):
    one = evaluation(*several_scores(200, seed=seed), task="multi-class")
    sizes = [fit_conformal(one, alpha, method=method).sets(one.scores).sizes for alpha in (0.3, 0.1, 0.02)]
    assert (sizes[0] <= sizes[1]).all()
    assert (sizes[1] <= sizes[2]).all()


def test_adaptive_sets_are_the_highest_scores_and_never_empty():
    scores, labels = several_scores(300)
    strange = strangeness(scores, "adaptive")
    assert np.allclose(strange.max(axis=1), 1)
    assert np.allclose(strange.min(axis=1), scores.max(axis=1))
    members = fit_conformal(evaluation(scores, labels, task="multi-class"), 0.2, method="adaptive").sets(scores).members
    order = np.argsort(-scores, axis=1)
    assert (np.diff(np.take_along_axis(members, order, axis=1).astype(int), axis=1) <= 0).all()


def test_too_few_images_of_a_class_enter_every_set_and_it_is_said():
    scores, labels = binary_scores(40, prevalence=0.05)
    one = evaluation(scores, labels)
    rule = fit_conformal(one, 0.1, method="by class")
    assert rule.sets(scores).members[:, 1].all()
    assert "“opacity”" in rule.notes[0]
    assert "9 are needed for alpha=0.1" in rule.notes[0]
    assert len(rule.notes) == 1
    assert fit_conformal(one, 0.1).notes == ()


def test_one_image_of_each_group_is_drawn():
    scores, labels = binary_scores(100)
    groups = np.repeat(np.arange(50), 2)
    grouped = fit_conformal(evaluation(scores, labels, groups=groups), 0.1)
    assert grouped.images.sum() == 50
    limits = {fit_conformal(evaluation(scores, labels, groups=groups), 0.1, seed=seed).limits[0] for seed in range(6)}
    assert len(limits) > 1
    assert fit_conformal(evaluation(scores, labels, groups=groups), 0.1).limits.tolist() == grouped.limits.tolist()


def test_sets_in_words():
    rule = fit_conformal(binary(400, distance=1.0), 0.1)
    assert rule.sets([0.5, 0.999, 0.001]).texts() == ["normal or opacity", "opacity", "normal"]
    sure = fit_conformal(binary(400, distance=6), 0.2)
    assert sure.sets([0.5]).texts() == ["none of them"]
    assert sure.sets([0.5]).sizes.tolist() == [0]
    assert len(sure.sets([0.5])) == 1


@pytest.mark.filterwarnings("ignore:No image|Every image:UserWarning")
def test_bad_input():
    one = binary()
    for alpha in (0, 1, -0.1, float("nan"), "0.1"):
        with pytest.raises(ValueError, match="alpha"):
            fit_conformal(one, alpha)
    with pytest.raises(ValueError, match="marginal, by class, adaptive"):
        fit_conformal(one, method="best")
    with pytest.raises(ValueError, match="test split"):
        fit_conformal(binary(name="test"))
    with pytest.raises(ValueError, match="multi-label"):
        fit_conformal(evaluation(np.full((2, 2), 0.5), [[0, 1], [1, 0]], task="multi-label"))
    with pytest.raises(ValueError, match="class 2"):
        fit_conformal(evaluation(np.full((2, 3), 1 / 3), [0, 1], task="multi-class"))
    with pytest.raises(ValueError, match="equal"):
        fit_conformal(evaluation(np.full(4, 0.5), [0, 1, 0, 1]))
    with pytest.raises(TypeError, match="Evaluation"):
        fit_conformal(one.scores)
    rule = fit_conformal(one)
    with pytest.raises(ValueError, match="NaN"):
        rule.sets([0.5, np.nan])
    with pytest.raises(ValueError, match="shape"):
        rule.sets(np.full((2, 3), 1 / 3))
    sets = rule.sets([0.5, 0.6])
    with pytest.raises(ValueError, match="2 sets"):
        sets.coverage([1])
    with pytest.raises(ValueError, match="out of range"):
        sets.coverage([1, 2])
    with pytest.raises(ValueError, match="groups"):
        sets.coverage([1, 0], groups=[1])
    with pytest.raises(ValueError, match="confidence"):
        sets.coverage([1, 0], confidence=0)
