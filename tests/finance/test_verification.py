"""The network, its margin loss, the verifier and its measuring."""

from __future__ import annotations

import json

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from imgrec_tf.evaluation import Metric
from imgrec_tf.finance import verification
from imgrec_tf.finance.verification import margins

REASON = "chosen for a test"


@pytest.fixture(scope="module")
def validation_pairs():
    return verification.make_pairs(verification.make_portraits(12, 4, part="validation", seed=1), each=6)


@pytest.fixture(scope="module")
def signature_pairs():
    pictures = verification.make_signatures(8, 4, imitators=1, part="test")
    return verification.make_pairs(pictures, each=6)


@pytest.fixture(scope="module")
def verifier():
    """An untrained one with a threshold in the middle of what it says."""
    network = verification.embedding_network((80, 70, 3), seed=1)
    level = verification.Threshold(0.5, REASON, 0.01, 0.02, 100)
    return verification.Verifier(network, "portraits", threshold=level)


@pytest.mark.parametrize("shape", [(64, 56, 3), (48, 128, 1), (33, 50, 1)])
def test_the_network_is_small_and_answers_with_unit_vectors(shape):
    network = verification.embedding_network(shape)
    assert network.count_params() <= 100_000
    images = np.random.default_rng(0).integers(0, 256, (5, *shape)).astype("float32")
    vectors = network.predict_on_batch(images)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_exposure_does_not_matter_to_the_network():
    network = verification.embedding_network((64, 56, 3))
    image = np.random.default_rng(0).uniform(40, 160, (1, 64, 56, 3)).astype("float32")
    np.testing.assert_allclose(*(network.predict_on_batch(one) for one in (image, 0.7 * image + 20)), atol=2e-2)


@pytest.mark.parametrize("kind", ["cosface", "arcface"])
def test_a_margin_makes_the_loss_larger_and_right_answers_still_win(kind):
    cosines = keras.ops.convert_to_tensor([[0.9, 0.1, -0.2], [0.0, 0.8, 0.1]])
    plain, strict = (margins.MarginLoss(one)(np.array([0, 1]), cosines) for one in ("none", kind))
    assert float(strict) > float(plain)
    wrong = margins.MarginLoss(kind)(np.array([1, 0]), cosines)
    assert float(wrong) > float(strict)


def test_cosine_scores_lie_between_minus_one_and_one():
    layer = margins.CosineScores(7)
    vectors = np.eye(5, dtype="float32")
    assert np.abs(np.array(layer(vectors))).max() <= 1 + 1e-6
    assert margins.CosineScores.from_config(layer.get_config()).classes == 7


@pytest.mark.slow
def test_training_learns_and_repeats_itself():
    pictures = verification.make_portraits(4, 4)
    one, two = (verification.train_embedding(pictures, epochs=3, seed=3) for _ in range(2))
    assert one.identities == 4 and len(one.history) == 3
    assert set(one.history) == {"loss", "owner_loss", "traits_loss"}
    for first, second in zip(one.model.get_weights(), two.model.get_weights()):
        np.testing.assert_allclose(first, second, atol=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize(("loss", "columns"), [("contrastive", {"loss"}), ("none", {"loss"})])
def test_other_losses_learn_without_traits(loss, columns):
    pictures = verification.make_signatures(4, 4, imitators=1, size=(32, 64))
    run = verification.train_embedding(pictures, epochs=2, loss=loss, traits=0)
    assert set(run.history) == columns and run.margin == 0 and np.isfinite(run.history["loss"]).all()


def test_the_contrastive_loss_wants_one_person_together():
    near = keras.ops.convert_to_tensor([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0], [0.0, 1.0]])
    loss = margins.ContrastiveLoss()
    assert float(loss(np.array([0, 0, 1, 1]), near)) < 0.01 < 5 < float(loss(np.array([0, 1, 0, 1]), near))
    assert float(loss(np.array([0, 1, 2, 3]), near)) == 0  # nobody twice: nothing to draw together
    with pytest.raises(ValueError, match="temperature"):
        margins.ContrastiveLoss(0)


def test_traits_are_those_of_the_owner_or_the_imitator(signature_pairs):
    from imgrec_tf.finance.verification.traits import traits_of

    pictures = signature_pairs.pictures
    rows = traits_of(pictures)
    assert rows.shape[0] == len(pictures) and np.isfinite(rows).all()
    for number in np.unique(pictures.classes()):
        assert np.ptp(rows[pictures.classes() == number], axis=0).max() == 0
    assert len(np.unique(rows.round(4), axis=0)) == pictures.classes().max() + 1


@pytest.mark.slow
def test_a_short_training_already_tells_people_apart():
    run = verification.train_embedding(verification.make_portraits(40, 8), epochs=8)
    assert run.history.loss.iloc[-1] < run.history.loss.iloc[0]
    pairs = verification.make_pairs(verification.make_portraits(30, 4, part="validation"))
    found = verification.evaluate_pairs(verification.Verifier.of(run), pairs, resamples=50)
    assert found["equal_error_rate"].value < 0.4


def test_a_verifier_comes_back_from_its_file(verifier, validation_pairs, tmp_path):
    path = verifier.save(tmp_path / "judge.npz")
    loaded = verification.Verifier.load(path)
    assert loaded.kind == "portraits" and loaded.threshold == verifier.threshold
    np.testing.assert_allclose(
        loaded.similarities(validation_pairs), verifier.similarities(validation_pairs), atol=1e-6
    )
    assert list(tmp_path.iterdir()) == [path]


def test_damaged_and_foreign_files_are_refused(verifier, tmp_path):
    with pytest.raises(FileNotFoundError, match=r"Verifier\.save"):
        verification.Verifier.load(tmp_path / "none.npz")
    with pytest.raises(ValueError, match="npz"):
        verifier.save(tmp_path / "judge.h5")
    path = verifier.save(tmp_path / "judge.npz")
    (tmp_path / "cut.npz").write_bytes(path.read_bytes()[:-5000])
    np.savez(tmp_path / "other.npz", about=np.array(json.dumps({"kind": "portraits"})))
    for name in ("cut.npz", "other.npz"):
        with pytest.raises(ValueError, match="no whole file"):
            verification.Verifier.load(tmp_path / name)


def test_one_picture_is_the_same_person_whatever_its_form(verifier, tmp_path):
    image = verification.face_picture(1, 1, (256, 224))
    Image.fromarray(image).save(tmp_path / "face.png")
    assert verifier.compare([image, image], image).similarity > 0.999
    with pytest.raises(ValueError, match="empty"):
        verifier.compare([], image)
    for other in (image, Image.fromarray(image), tmp_path / "face.png", (tmp_path / "face.png").read_bytes()):
        answer = verifier.compare(image, other)
        assert answer.same and answer.similarity > 0.999
    assert REASON in answer.reason and "same person" in answer.reason


def test_other_sizes_of_one_picture_change_little(verifier):
    small, large = (verification.face_picture(1, 1, size) for size in ((64, 56), (64, 56)))
    large = np.array(Image.fromarray(large).resize((168, 192), Image.Resampling.BICUBIC))
    assert verifier.compare(small, large).similarity > 0.9


@pytest.mark.parametrize(
    ("bad", "word"),
    [
        (np.zeros((64, 56, 3), np.uint8), "dark"),
        (np.full((64, 56, 3), 200, np.uint8), "blank"),
        (np.full((40, 25, 3), 200, np.uint8), "pixels"),
        (np.full((40, 400, 3), 200, np.uint8), "shape"),
        (np.full((32, 9000), 200, np.uint8), "cut the face"),
        (b"no picture", "cannot be read"),
        ("no/such/file.png", "cannot be read"),
    ],
)
def test_what_cannot_be_judged_gets_a_reason_and_no_answer(verifier, bad, word):
    good = verification.face_picture(1, 1)
    for images, which in (((good, bad), "question"), (([good, bad], good), "reference 2")):
        answer = verifier.compare(*images)
        assert answer.same is None and answer.similarity is None
        assert word in answer.reason and which in answer.reason


@pytest.mark.parametrize(
    "bad", [None, 5, np.zeros((64, 56, 3)), np.zeros((64, 56, 4), np.uint8), np.zeros(9, np.uint8)]
)
def test_what_is_no_picture_is_a_wrong_type(verifier, bad):
    with pytest.raises(TypeError, match="picture"):
        verifier.compare(verification.face_picture(1, 1), bad)


def test_a_threshold_keeps_its_promise(verifier, validation_pairs):
    fresh = verification.Verifier(verifier.model, "portraits")
    with pytest.raises(ValueError, match="threshold_at"):
        fresh.compare(*validation_pairs.pictures.images[:2])
    scores = fresh.similarities(validation_pairs)
    before = 1.0
    for rate in (0.05, 0.2, 0.5):
        chosen = fresh.threshold_at(rate, validation_pairs)
        assert chosen is fresh.threshold and chosen.threshold <= before
        before = chosen.threshold
        assert (scores[~validation_pairs.same] >= chosen.threshold).mean() == chosen.false_accept_rate <= rate
        assert f"{100 * rate:g} %" in chosen.reason


@pytest.mark.parametrize(("rate", "message"), [(0, "between"), (1, "between"), (0.001, "at least 1000")])
def test_a_threshold_needs_enough_pairs(verifier, validation_pairs, rate, message):
    with pytest.raises(ValueError, match=message):
        verification.Verifier(verifier.model, "portraits").threshold_at(rate, validation_pairs)


def test_no_threshold_is_chosen_on_test_people(verifier, signature_pairs):
    test = verification.make_pairs(verification.make_portraits(4, 3, part="test"))
    with pytest.raises(ValueError, match='"validation"'):
        verifier.threshold_at(0.1, test)
    with pytest.raises(ValueError, match="signatures"):
        verifier.similarities(signature_pairs)


def test_perfect_and_useless_scores(signature_pairs):
    perfect = verification.evaluate_pairs(signature_pairs.same * 1.0, signature_pairs, resamples=50)
    assert perfect["equal_error_rate"].value == 0 and perfect["equal_error_rate"].high > 0.05
    assert perfect["roc_auc"].value == 1 and not len(perfect.false_accepts) + len(perfect.false_rejects)
    useless = verification.evaluate_pairs(np.full(len(signature_pairs), 0.5), signature_pairs, resamples=50)
    assert useless["equal_error_rate"].value == pytest.approx(0.5)
    assert useless["false_accept_rate"].value == 1 and useless["false_reject_rate"].value == 0


@settings(max_examples=20)
@given(st.integers(0, 10**6))
def test_the_equal_error_rate_is_scikit_learns(signature_pairs, seed):
    from sklearn.metrics import roc_auc_score, roc_curve

    rng = np.random.default_rng(seed)
    scores = np.clip(rng.normal(0.4 + 0.2 * signature_pairs.same, 0.2), 0, 1).round(2)
    found = verification.evaluate_pairs(scores, signature_pairs, resamples=0)
    assert found["roc_auc"].value == pytest.approx(roc_auc_score(signature_pairs.same, scores))
    wrong, right, _ = roc_curve(signature_pairs.same, scores, drop_intermediate=False)
    grid = np.linspace(0, 1, 20001)
    gap = np.abs(np.interp(grid, wrong, 1 - right) - grid)
    assert found["equal_error_rate"].value == pytest.approx(grid[gap.argmin()], abs=2e-2)


def test_an_evaluation_counts_both_kinds_of_strangers_and_has_intervals(signature_pairs):
    rng = np.random.default_rng(0)
    scores = np.clip(rng.normal(0.4 + 0.2 * signature_pairs.same, 0.15), 0, 1)
    found = verification.evaluate_pairs(scores, signature_pairs, threshold=0.55, resamples=200)
    assert {"equal_error_rate, imitation", "false_accept_rate, other", "false_reject_rate"} <= set(found.metrics)
    assert isinstance(found["roc_auc"], Metric) and list(found.to_frame()) == ["value", "low", "high", "method"]
    for metric in found.metrics.values():
        assert 0 <= metric.low <= metric.value <= metric.high <= 1
    share = len(found.false_rejects) / signature_pairs.same.sum()
    assert share == pytest.approx(found["false_reject_rate"].value)
    with pytest.raises(KeyError, match="there are equal_error_rate"):
        found["accuracy"]
    for figure in (found.plot_roc(), found.plot_similarities(), found.plot_mistakes(2)):
        assert "(synthetic)" in (figure._suptitle.get_text() if figure._suptitle else figure.axes[0].get_title("left"))


def test_people_who_were_learnt_from_are_no_test():
    pictures = verification.make_portraits(4, 3)
    pairs = verification.make_pairs(pictures)
    with pytest.raises(ValueError, match="train"):
        verification.evaluate_pairs(np.zeros(len(pairs)), pairs)
    with pytest.raises(ValueError, match='part "train"'):
        verification.train_embedding(verification.make_portraits(3, 2, part="test"))


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: verification.embedding_network((16, 16, 3)), ValueError, "image_shape"),
        (lambda: verification.embedding_network((64, 64, 2)), ValueError, "image_shape"),
        (lambda: verification.embedding_network((64, 64, 1), dimensions=1), ValueError, "dimensions"),
        (lambda: verification.embedding_network((64, 64, 1), filters=(8,)), ValueError, "filters"),
        (lambda: verification.embedding_network((64, 64, 1), seed=-1), ValueError, "seed"),
        (lambda: verification.train_embedding([1]), TypeError, "PictureSet"),
        (lambda: verification.evaluate_pairs([0.5], "pairs"), TypeError, "Pairs"),
        (lambda: margins.MarginLoss("triplet"), ValueError, "cosface"),
        (lambda: margins.MarginLoss("cosface", 2.0), ValueError, "margin"),
        (lambda: verification.Verifier(None, "faces"), ValueError, "kind"),
    ],
)
def test_bad_arguments_are_named(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_wrong_similarities_and_options_are_named(signature_pairs):
    with pytest.raises(ValueError, match="similarities must be"):
        verification.evaluate_pairs([0.5], signature_pairs)
    with pytest.raises(ValueError, match="resamples"):
        verification.evaluate_pairs(signature_pairs.same * 1.0, signature_pairs, resamples=-1)
