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
from imgrec_tf.finance.verification import batches, imitation_loss, margins, networks, widening

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
@pytest.mark.parametrize(("loss", "columns"), [("contrastive", {"loss"}), ("none", {"loss"}), ("imitations", {"loss"})])
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


def test_the_imitation_loss_compares_with_one_and_with_all_genuine_signatures_of_the_writer():
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(24, 6)).astype("float32")
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    writers, genuine = np.repeat(np.arange(3), 8), np.tile([1, 1, 1, 1, 0, 0, 0, 0], 3)
    layer = imitation_loss.Weighing()
    layer(vectors)
    layer.directions.assign(rng.normal(size=(6, 2)))
    layer.rest.assign([0.1, 0.2, 0.3, 0.4, 0.5])
    shown = layer(vectors)
    found = imitation_loss.ImitationLoss()(np.stack([writers, genuine], axis=1), shown)
    directions, (one, all_, among, at_one, at_all) = (
        5 * layer.directions.numpy(),
        5 * np.array([3.1, 3.2, 0.3, -1.1, -1]),
    )

    def weigh_one(number, other):
        return one * vectors[number] @ vectors[other] + (vectors[number] - vectors[other]) @ directions[:, 0] + at_one

    def weigh_all(number, others):
        known = vectors[others]
        alike = (known @ known.T)[~np.eye(len(known), dtype=bool)].mean()
        step = (vectors[number] - known.mean(axis=0)) @ directions[:, 1]
        return all_ * (known @ vectors[number]).mean() + step + among * alike + at_all

    def references(number):
        return np.flatnonzero((writers == writers[number]) & (genuine == 1) & (np.arange(24) != number))

    wanted = 0.0
    for right, kind in ((1, genuine == 1), (0, genuine == 0)):
        sign, rows = (-1 if right else 1), np.flatnonzero(kind)
        wanted += np.mean([np.logaddexp(0, sign * weigh_one(a, b)) for a in rows for b in references(a)])
        wanted += np.mean([np.logaddexp(0, sign * weigh_all(a, references(a))) for a in rows])
    strange = [(a, b) for a in range(24) for b in range(24) if genuine[a] and genuine[b] and writers[a] != writers[b]]
    wanted += np.mean([np.logaddexp(0, weigh_one(a, b)) for a, b in strange])
    wanted += np.mean([np.logaddexp(0, weigh_all(a, references(b))) for a, b in strange])
    assert float(found) == pytest.approx(wanted, rel=1e-4)
    with pytest.raises(ValueError, match="strangers"):
        imitation_loss.ImitationLoss(-1)


@pytest.mark.parametrize("imitators", [1, 3])
def test_a_batch_of_imitations_holds_four_of_each_at_most(imitators):
    pictures = verification.make_signatures(9, 6, imitators=imitators, size=(32, 64))
    for chosen in batches.imitated(pictures)(np.random.default_rng(1)):
        writers, counts = np.unique(pictures.owners[chosen], return_counts=True)
        assert len(set(chosen)) == len(chosen) and len(writers) == 8
        assert set(counts) == {4 + min(4, 3 * imitators)}
        assert np.bincount(pictures.genuine[chosen])[1] == 32


def test_learning_from_imitations_needs_some():
    with pytest.raises(ValueError, match="imitators=2"):
        verification.train_embedding(verification.make_signatures(3, 2, imitators=0, size=(32, 64)), loss="imitations")


def test_a_wider_network_starts_with_what_it_answered():
    network = verification.embedding_network((40, 36, 3), filters=(4, 6, 8, 8), dimensions=10, seed=2)
    rng = np.random.default_rng(0)
    network.set_weights([np.abs(one + rng.normal(0, 0.1, one.shape)) + 0.1 for one in network.get_weights()])
    wide = widening.widened(network, looks=3, dimensions=14)
    pictures = rng.uniform(0, 255, (5, 40, 36, 3)).astype(np.float32)
    assert wide.output_shape == (None, 14) and networks.looks_of(wide) == 3
    one, two = network.predict_on_batch(pictures), wide.predict_on_batch(pictures)
    assert (one * two[:, :10]).sum(axis=1).min() > 0.8
    same = widening.widened(network, looks=1, dimensions=10)
    np.testing.assert_allclose(same.predict_on_batch(pictures), one, atol=1e-5)
    with pytest.raises(ValueError, match="1 looks and 10 dimensions"):
        widening.widened(network, looks=1, dimensions=8)


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
        (lambda: verification.embedding_network((64, 64, 1), looks=0), ValueError, "looks"),
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
