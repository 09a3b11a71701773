"""Intervals: equal to references where there are some, wide enough where only a simulation can tell."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from imgrec_tf.evaluation import Evaluation, intervals


def draw(seed: int, count: int, gain: float = 1.5, per_group: int = 1, alike: float = 1.0):
    """Calibrated scores of two classes, labels, and groups of images that share their label and part of the noise."""
    generator = np.random.default_rng(seed)
    groups = np.arange(count) // per_group
    own, shared = generator.normal(size=count), generator.normal(size=count)[groups]
    noise = own if per_group == 1 else np.sqrt(alike) * shared + np.sqrt(1 - alike) * own
    labels = generator.integers(0, 2, count)[groups]
    logits = gain * (gain * (labels - 0.5) + noise)
    return 1 / (1 + np.exp(-logits)), labels, groups


def evaluate(scores, labels, **options):
    return Evaluation.from_scores(scores, labels, class_names=("normal", "ill"), task="binary", **options)


@given(st.integers(0, 60), st.integers(1, 60), st.sampled_from([0.8, 0.95, 0.99]))
@settings(deadline=None)
def test_wilson_equals_scipy(successes, more, confidence):
    trials = successes + more
    wanted = stats.binomtest(successes, trials).proportion_ci(confidence, method="wilson")
    found = intervals.wilson(np.arange(trials) < successes, np.ones(trials), confidence=confidence)
    assert found == pytest.approx((wanted.low, wanted.high), abs=1e-12)


def test_wilson_of_nothing_and_of_one_group_knows_nothing():
    assert intervals.wilson(np.zeros(5), np.zeros(5)) == (0.0, 1.0)
    assert intervals.wilson(np.ones(5), np.ones(5), np.zeros(5, int)) == (0.0, 1.0)


def test_groups_of_one_image_change_little_and_groups_of_copies_count_once():
    right = np.random.default_rng(0).random(200) < 0.8
    plain = intervals.wilson(right, np.ones(200))
    singles = intervals.wilson(right, np.ones(200), np.arange(200))
    copies = intervals.wilson(np.repeat(right, 5), np.ones(1000), np.repeat(np.arange(200), 5))
    assert singles == pytest.approx(plain, abs=0.003)
    assert copies == pytest.approx(singles, abs=1e-12)


def test_resamples_draw_whole_groups_and_keep_their_number():
    groups = np.repeat(np.arange(30), 3)
    for place, weights in intervals.resample_weights(90, 40, 1, groups):
        assert weights.shape == (90, place.stop - place.start)
        assert (weights.reshape(30, 3, -1) == weights[::3][:, None]).all()
        assert (weights.sum(axis=0) == 90).all()


def test_same_seed_same_intervals():
    scores, labels, groups = draw(0, 120, per_group=2)
    first, again = (evaluate(scores, labels, groups=groups, seed=3, resamples=200).to_frame() for _ in range(2))
    assert first.equals(again)
    assert not first.equals(evaluate(scores, labels, groups=groups, seed=4, resamples=200).to_frame())


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 1000), st.integers(4, 60), st.sampled_from(["binary", "ordinal", "multi-label"]), st.booleans())
@pytest.mark.filterwarnings("ignore:No image of", "ignore:Every image of")
def test_every_interval_holds_its_value(seed, count, task, grouped):
    generator = np.random.default_rng(seed)
    classes = 2 if task == "binary" else 4
    scores = generator.dirichlet(np.ones(classes), count)
    labels = generator.integers(0, classes, count)
    if task == "multi-label":
        labels = generator.integers(0, 2, (count, classes))
    groups = np.arange(count) // 2 if grouped else None
    found = Evaluation.from_scores(
        scores, labels, class_names=[*"abcd"][:classes], task=task, groups=groups, resamples=60
    ).to_frame()
    defined = found.dropna(subset=["value"])
    assert (defined["low"] <= defined["value"] + 1e-12).all() and (defined["value"] <= defined["high"] + 1e-12).all()
    assert (defined["low"] >= -1).all() and not np.isinf(defined["high"]).any()


def test_a_flawless_test_set_still_leaves_doubt():
    labels = np.r_[np.zeros(30), np.ones(20)].astype(int)
    found = evaluate(np.where(labels == 1, 0.9, 0.1), labels)
    for name in ("accuracy", "balanced_accuracy", "precision", "f1", "roc_auc", "average_precision", "sensitivity"):
        assert found[name].value == found[name].high == 1.0
        assert 0.8 < found[name].low < 0.97, name
    # Of 20 flawless trials, Wilson's low end is 20 / (20 + z²).
    assert found["roc_auc"].low == pytest.approx(20 / (20 + stats.norm.ppf(0.975) ** 2))


def test_no_resamples_no_intervals():
    scores, labels, _ = draw(0, 80)
    found = evaluate(scores, labels, resamples=0)
    assert np.isnan(found["roc_auc"].low) and "[" not in repr(found).split("\n", 1)[1]
    assert not np.isnan(found["roc_auc"].value)


def test_one_group_gives_no_intervals_and_says_so():
    scores, labels, _ = draw(0, 80)
    found = evaluate(scores, labels, groups=["one patient"] * 80)
    assert np.isnan(found["accuracy"].low)
    assert "Only 1 group" in found.notes[0]


def test_groups_that_are_alike_widen_every_interval():
    scores, labels, groups = draw(2, 400, per_group=8, alike=0.9)
    apart, together = evaluate(scores, labels), evaluate(scores, labels, groups=groups)
    for name in ("accuracy", "roc_auc", "log_loss", "f1"):
        width = [found[name].high - found[name].low for found in (apart, together)]
        assert width[1] > 1.5 * width[0], name


def test_a_calibrated_model_is_not_accused():
    """Chance alone gives a calibrated model an expected calibration error; its interval has to reach down to 0."""
    reached = []
    for seed in range(40):
        scores, labels, _ = draw(seed, 400)
        reached.append(evaluate(scores, labels, resamples=60)["expected_calibration_error"].low == 0.0)
    assert np.mean(reached) >= 0.9


@pytest.mark.slow
@pytest.mark.parametrize("per_group", [1, 4])
def test_intervals_cover_the_truth_about_as_often_as_they_say(per_group):
    names = ("accuracy", "sensitivity", "balanced_accuracy", "f1", "roc_auc", "average_precision", "log_loss", "brier")
    big = evaluate(*draw(999, 400_000, per_group=per_group, alike=0.6)[:2], resamples=0)
    covered = {name: [] for name in names}
    for seed in range(400):
        scores, labels, groups = draw(seed, 240, per_group=per_group, alike=0.6)
        found = evaluate(scores, labels, groups=groups if per_group > 1 else None, resamples=400)
        for name in names:
            covered[name].append(found[name].low <= big[name].value <= found[name].high)
    share = {name: np.mean(values) for name, values in covered.items()}
    print(share)
    # 400 trials of a 95 % interval fall between 92.5 % and 97 % nineteen times of twenty; a bootstrap of 60 groups is
    # a little short.
    assert all(0.91 <= value <= 0.985 for value in share.values()), share
