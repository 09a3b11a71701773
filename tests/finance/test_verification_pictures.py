"""Pictures of invented people and their signatures: what stays, what varies, and how pairs are made of them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from imgrec_tf.finance import verification
from imgrec_tf.finance.verification import handwriting, imitating


@pytest.fixture(scope="module")
def portraits():
    return verification.make_portraits(6, 3, part="validation", seed=1)


@pytest.fixture(scope="module")
def signatures():
    return verification.make_signatures(4, 4, imitators=2, part="validation", seed=1)


def test_a_set_is_the_same_for_the_same_seed(portraits):
    again = verification.make_portraits(6, 3, part="validation", seed=1)
    np.testing.assert_array_equal(portraits.images, again.images)
    assert portraits.images.shape == (18, 80, 70, 3) and portraits.images.dtype == np.uint8
    assert not np.array_equal(portraits.images, verification.make_portraits(6, 3, part="validation", seed=2).images)


def test_signatures_hold_genuine_ones_and_imitations(signatures):
    assert signatures.images.shape == (4 * (4 + 2 * 2), 64, 176, 1)
    assert signatures.genuine.sum() == 16
    assert signatures.classes().max() + 1 == 4 * 3


@given(st.integers(0, 50), st.integers(0, 50))
def test_parts_and_seeds_share_no_identity(one, two):
    from imgrec_tf.finance.verification.pictures import PARTS, _people

    sets = {(part, seed): set(_people(100, 2, part, seed)) for part in PARTS for seed in {one, two}}
    assert len(set().union(*sets.values())) == 100 * len(sets)


def test_pictures_of_a_person_differ_and_so_do_people(portraits):
    flat = portraits.images.reshape(18, -1).astype(float)
    for start in range(0, 18, 3):
        assert np.abs(flat[start] - flat[start + 1]).mean() > 4


@pytest.mark.parametrize("seed", range(30))
def test_every_signature_lies_on_its_paper_and_has_ink(seed):
    image = verification.signature_picture(seed, 0, imitator=None if seed % 2 else 0).astype(float)
    ink = image < ndimage.median_filter(image, 31) - 45  # light falls unevenly on the paper
    assert 0.005 < ink.mean() < 0.3
    assert ink[:, [0, -1]].sum() + ink[[0, -1]].sum() < 12


def test_genuine_signatures_are_nearer_to_each_other_than_imitations_are():
    """In the pen's way itself: strokes' lengths of the owner vary less than an imitator's differ."""
    own, other = [], []
    for writer in range(40):
        rng = np.random.default_rng(writer)
        hand = handwriting.invent_hand(rng)
        forged = imitating.imitated(hand, rng)
        day = handwriting.another_day(hand, rng)
        own.append(np.abs(np.log(day.length / hand.length)).mean())
        other.append(np.abs(np.log(handwriting.another_day(forged, rng).length / hand.length)).mean())
    assert np.mean(own) < 0.8 * np.mean(other)


def test_imitations_are_slower_shakier_and_blunter_but_not_all_of_them():
    found = []
    for writer in range(150):
        rng = np.random.default_rng(writer)
        hand = handwriting.invent_hand(rng)
        other = imitating.imitated(hand, rng)
        found.append([other.gap.mean() / hand.gap.mean(), other.tremor / hand.tremor,
                      sum(hand.taper) / sum(other.taper), 1 + other.hesitations - hand.hesitations])  # fmt: skip
    found = np.array(found)
    assert (np.median(found, axis=0) > 1.2).all()
    assert ((found[:, :2] < 1).mean(axis=0) > 0.01).all()  # some are as fast, or as steady, as the owner


@settings(max_examples=25)
@given(st.integers(0, 10**6))
def test_a_pen_moves_smoothly(seed):
    rng = np.random.default_rng(seed)
    path, speed, down = handwriting.trajectory(handwriting.invent_hand(rng), rng)
    steps = np.hypot(*np.diff(path, axis=0).T)
    assert np.isfinite(path).all() and (speed >= 0).all() and down.any()
    assert steps[down[1:] & down[:-1]].max() < 1.0  # x-heights in 4 ms


def test_pairs_are_what_they_say(portraits, signatures):
    for pictures in (portraits, signatures):
        pairs = verification.make_pairs(pictures, each=5, seed=0)
        first, genuine = pairs.first[:, 0], pictures.genuine
        owner_a, owner_b = pictures.owners[first], pictures.owners[pairs.second]
        assert genuine[first].all() and (first != pairs.second).all()
        np.testing.assert_array_equal(pairs.same, (owner_a == owner_b) & genuine[pairs.second])
        np.testing.assert_array_equal(pairs.kinds == "imitation", ~genuine[pairs.second])
        assert (pictures.strata[first] == pictures.strata[pairs.second]).all()
        assert len({frozenset(one) for one in zip(first[pairs.same], pairs.second[pairs.same])}) == sum(pairs.same)


def test_several_references_are_different_genuine_ones_and_not_the_one_in_question(signatures):
    pairs = verification.make_pairs(signatures, each=4, references=3)
    assert pairs.first.shape == (len(pairs), 3)
    for known, one, kind in zip(pairs.first, pairs.second, pairs.kinds):
        assert len({*known, one}) == 4 and len(set(signatures.owners[known])) == 1 and signatures.genuine[known].all()
        assert (signatures.owners[one] == signatures.owners[known[0]]) == (kind != "other")
    with pytest.raises(ValueError, match="4 references"):
        verification.make_pairs(signatures, references=4)


def test_one_kind_of_strangers_can_be_kept(signatures):
    pairs = verification.make_pairs(signatures, each=3)
    assert set(verification.strangers_only(pairs, "imitation").kinds) == {"same", "imitation"}
    with pytest.raises(ValueError, match="no pairs"):
        verification.strangers_only(verification.strangers_only(pairs, "other"), "imitation")


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: verification.make_portraits(1), ValueError, "identities"),
        (lambda: verification.make_portraits(2.5), TypeError, "identities"),
        (lambda: verification.make_portraits(3, 1), ValueError, "each"),
        (lambda: verification.make_portraits(3, part="exam"), ValueError, "part must be"),
        (lambda: verification.make_portraits(3, seed=-1), ValueError, "seed"),
        (lambda: verification.make_signatures(3, imitators=-1), ValueError, "imitators"),
        (lambda: verification.make_pairs([1, 2]), TypeError, "PictureSet"),
        (lambda: verification.face_picture(-1, 0), ValueError, "person"),
        (lambda: verification.face_picture(0, 0, (4, 4)), ValueError, "size"),
        (lambda: verification.signature_picture(0, -1), ValueError, "picture"),
        (lambda: verification.signature_picture(0, 0, "x"), TypeError, "imitator"),
    ],
)
def test_bad_arguments_are_named(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_pairs_need_somebody_else(portraits):
    from dataclasses import replace

    alone = replace(portraits, strata=np.arange(6).repeat(3))
    with pytest.raises(ValueError, match="nobody to compare"):
        verification.make_pairs(alone)
    assert len(verification.face_crop(np.zeros((320, 256, 3), np.uint8))) == 198
    with pytest.raises(TypeError, match="array"):
        verification.face_crop("face.png")
    with pytest.raises(ValueError, match="each"):
        verification.make_pairs(portraits, each=0)


def test_figures_show_the_sets(portraits, signatures):
    assert len(verification.show_identities(portraits, 4, 3).axes) == 12
    assert len(verification.show_identities(signatures, 3, 4).axes) == 12
