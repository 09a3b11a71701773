"""The verifiers of the package, their thresholds, and how they are made again."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgrec_tf.finance import network_file, verification
from imgrec_tf.finance.verification import discriminant, judging, shipped, thresholds, train

FINANCE = shipped.FOLDER.parents[1]


@pytest.fixture(scope="module")
def portraits():
    return verification.load_verifier("portraits")


def test_a_person_is_known_again_and_a_stranger_is_not(portraits):
    people = verification.make_portraits(12, 3, part="validation", seed=4)
    pairs = verification.make_pairs(people, each=3)
    found = verification.evaluate_pairs(portraits, pairs, resamples=0)
    assert found["roc_auc"].value > 0.85
    answer = portraits.compare(people.images[0], people.images[1])
    assert 0 <= answer.probability <= 1 and answer.score == answer.probability
    assert answer.same == (answer.similarity >= answer.threshold)


def test_shipped_verifiers_are_small_and_say_what_they_accept():
    assert all(path.stat().st_size < 600_000 for path in FINANCE.rglob("*.npz"))
    assert sum(path.stat().st_size for path in FINANCE.rglob("*.npz")) < 1_500_000
    for kind in ("portraits", "signatures"):
        verifier = verification.load_verifier(kind)
        assert set(verifier.thresholds) == set(train.REFERENCES[kind])
        for one in verifier.thresholds.values():
            assert one.false_accept_rate <= train.FALSE_ACCEPTS[kind]
            assert f"{100 * train.FALSE_ACCEPTS[kind]:g} %" in one.reason


def test_signatures_are_compared_with_one_and_with_five():
    verifier = verification.load_verifier("signatures")
    known = [verification.signature_picture(3, number) for number in range(5)]
    other = verification.signature_picture(4, 0)
    one, five = (verifier.compare(some, other) for some in (known[:1], known))
    assert one.same is False and five.same is False
    assert (
        one.threshold == verifier.threshold_for(1).threshold and five.threshold == verifier.threshold_for(7).threshold
    )
    blank = np.full((64, 176), 230, np.uint8)
    assert verifier.compare(known, blank).same is None
    assert "blank" in verifier.compare(known, blank).reason


@pytest.mark.parametrize("kind", ["portraits", "signatures"])
def test_they_compute_in_float32_whatever_the_policy(kind, mixed_bfloat16):
    verifier = verification.Verifier.load(shipped.FOLDER / f"{kind}.npz")
    assert {layer.compute_dtype for layer in verifier.model.layers} == {"float32"}


def test_own_thresholds_stay_own(portraits):
    portraits_again = verification.load_verifier("portraits")
    portraits_again.threshold = verification.Threshold(0.1, "mine", 0.5, 0.0, 10)
    assert verification.load_verifier("portraits").thresholds == portraits.thresholds


@pytest.mark.parametrize("kind", ["faces", None, 3])
def test_unknown_kinds_are_named(kind):
    with pytest.raises(ValueError, match="portraits, signatures"):
        verification.load_verifier(kind)


def test_a_missing_or_damaged_file_says_how_to_make_it_again(monkeypatch, tmp_path):
    monkeypatch.setattr(shipped, "FOLDER", tmp_path)
    for content in (None, b"no archive"):
        if content:
            (tmp_path / "portraits.npz").write_bytes(content)
        with pytest.raises(ValueError, match=r"verification\.train --kinds portraits"):
            verification.load_verifier("portraits")


@given(st.integers(2, 8), st.integers(0, 1000))
def test_rounded_weights_are_near_and_rounding_again_changes_nothing(tmp_path_factory, bits, seed):
    rng = np.random.default_rng(seed)
    weights = [rng.normal(0, rng.uniform(0.01, 3), (3, 3, 4, 5)), rng.normal(0, 1, 7), np.zeros((2, 2))]
    path = tmp_path_factory.mktemp("rounded") / "network.npz"
    rounded, about = network_file.load_network(
        network_file.save_network(path, weights, {"a": 1}, owner="test", bits=bits)
    )
    assert about == {"a": 1}
    step = np.abs(weights[0]).max(axis=(0, 1, 2)) / (2 ** (bits - 1) - 1)
    assert (np.abs(rounded[0] - weights[0]) <= 0.52 * step).all()
    np.testing.assert_allclose(rounded[1], weights[1], rtol=1e-3)
    again, _ = network_file.load_network(network_file.save_network(path, rounded, {}, owner="test", bits=bits))
    for one, other in zip(rounded, again):
        np.testing.assert_allclose(one, other, rtol=2e-3)


@pytest.mark.parametrize("bits", [1, 9])
def test_impossible_bits_are_refused(tmp_path, bits):
    with pytest.raises(ValueError, match="2 to 8"):
        network_file.save_network(tmp_path / "network.npz", [np.zeros((2, 2))], {}, owner="test", bits=bits)


def test_a_probability_grows_with_the_similarity():
    rng = np.random.default_rng(0)
    same = rng.random(400) < 0.3
    scores = np.clip(rng.normal(0.5 + 0.2 * same, 0.08), 0, 1)
    chosen = thresholds.choose(0.05, scores, same)
    found = [chosen.probability(one) for one in (0.3, 0.5, 0.7, 0.9)]
    assert found == sorted(found) and found[0] < 0.1 and found[-1] > 0.9
    assert verification.Threshold(0.5, "", 0.0, 0.0, 3).probability(0.7) is None
    with pytest.raises(ValueError, match="some of the same person"):
        thresholds.choose(0.05, scores, np.zeros(400, bool))


@pytest.mark.slow
def test_the_command_makes_a_verifier_again(monkeypatch, tmp_path, capsys):
    for kind in ("portraits", "signatures"):
        monkeypatch.setitem(train.SIZES, kind, {"train": (6, 6), "validation": (8, 7)})
        second = train.Round(6, 1, 5.0, 1e-3)
        if kind == "signatures":
            second = second._replace(loss="imitations", widths=(2, 80))
        monkeypatch.setitem(train.ROUNDS, kind, (train.Round(4, 1, 1.0, 1e-3), second))
    monkeypatch.setattr(train, "FALSE_ACCEPTS", {"portraits": 0.1, "signatures": 0.1})
    train.main(["--folder", str(tmp_path), "--seed", "3"])
    assert capsys.readouterr().out.count("kB") == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["portraits.npz", "signatures.npz"]
    loaded = verification.Verifier.load(tmp_path / "signatures.npz")
    assert set(loaded.thresholds) == {1, 5} and loaded.model.output_shape == (None, 80)


def test_a_judge_learns_in_which_direction_imitations_differ():
    rng = np.random.default_rng(0)
    pictures = verification.PictureSet(
        np.zeros((600, 1, 1, 1), np.uint8), np.arange(600) // 10, np.where(np.arange(600) % 10 < 6, -1, 0),
        np.zeros(600, int), "signatures", "train", 0,
    )  # fmt: skip
    vectors = rng.normal(0, 1, (60, 8))[pictures.owners] + 0.3 * rng.normal(0, 1, (600, 8))
    vectors[pictures.hands == 0, 3] += 1.0  # what shaking does, whoever the writer is
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    for references in (1, 4):
        pairs = verification.make_pairs(pictures, each=6, references=references)
        scores = judging.fit_judge(vectors, pairs).similarities(vectors[pairs.first], vectors[pairs.second])
        cosines = np.einsum("ijk,ik->i", vectors[pairs.first], vectors[pairs.second]) / references
        right, plain = (
            np.mean(one[pairs.same][:, None] > one[pairs.kinds == "imitation"][None]) for one in (scores, cosines)
        )
        assert right > plain + 0.02 and scores.min() >= 0 and scores.max() <= 1


def test_a_judge_learns_from_training_writers_only():
    pairs = verification.make_pairs(verification.make_signatures(3, 2, imitators=1, part="validation", size=(32, 64)))
    with pytest.raises(ValueError, match='part "train"'):
        judging.fit_judge(np.zeros((len(pairs.pictures), 4)), pairs)


def test_the_discriminant_counts_directions_in_which_people_differ():
    rng = np.random.default_rng(0)
    owners = np.arange(900) // 3
    people, days = np.r_[np.full(4, 1.5), np.full(12, 0.1)], np.r_[np.full(4, 0.5), np.full(12, 1.5)]
    vectors = 3 + rng.normal(0, people, (300, 16))[owners] + rng.normal(0, days, (900, 16))
    mean, turned = discriminant.discriminant(vectors[:600], owners[:600], 0.1)

    def apart(points):
        points = points[600:] / np.linalg.norm(points[600:], axis=1, keepdims=True)
        cosines, same = points @ points.T, owners[600:, None] == owners[None, 600:]
        others = ~np.eye(300, dtype=bool)
        return cosines[same & others].mean() - np.quantile(cosines[~same], 0.95)

    assert apart((vectors - mean) @ turned) > apart(vectors - mean) + 0.2
    with pytest.raises(ValueError, match="at most 1"):
        discriminant.discriminant(vectors[::3], owners[::3], 0.1)


def test_the_network_takes_the_discriminant_in():
    network = verification.embedding_network((40, 36, 3), filters=(4, 6, 8, 8), dimensions=10, seed=2)
    pictures = verification.make_portraits(12, 3, size=(40, 36))
    before = discriminant.before_length(network)
    shown = [before.predict_on_batch(one.astype(np.float32)) for one in (pictures.images, pictures.images[:, :, ::-1])]
    mean, turned = discriminant.discriminant((shown[0] + shown[1]) / 2, pictures.owners, 0.5)
    wanted = (shown[0] - mean) @ turned
    discriminant.learn_discriminant(network, pictures, 0.5)
    found = network.predict_on_batch(pictures.images.astype(np.float32))
    np.testing.assert_allclose(found, wanted / np.linalg.norm(wanted, axis=1, keepdims=True), atol=2e-3)
    with pytest.raises(ValueError, match='part "train"'):
        discriminant.learn_discriminant(network, verification.make_portraits(2, 2, part="validation", size=(40, 36)))


def test_a_saved_network_keeps_its_width(tmp_path):
    network = verification.embedding_network((40, 36, 3), filters=(4, 6, 8, 10), dimensions=12, looks=2)
    verifier = verification.Verifier(network, "portraits")
    loaded = verification.Verifier.load(verifier.save(tmp_path / "wide.npz"))
    pictures = verification.make_portraits(2, 2, size=(40, 36)).images
    np.testing.assert_allclose(loaded.embed(pictures), verifier.embed(pictures), atol=1e-6)


def test_training_goes_on_from_what_the_network_answers():
    pictures = verification.make_portraits(4, 3, size=(40, 36))
    begun = verification.train_embedding(pictures, epochs=4, seed=1)
    more = verification.train_embedding(pictures, epochs=1, learning_rate=1e-6, network=begun.model, seed=2)
    fresh = verification.train_embedding(pictures, epochs=1, learning_rate=1e-6, seed=2)
    assert more.history["owner_loss"].iloc[0] < fresh.history["owner_loss"].iloc[0]
    with pytest.raises(ValueError, match="takes pictures"):
        verification.train_embedding(verification.make_portraits(2, 2), network=begun.model)
