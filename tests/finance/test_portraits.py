"""Drawn portraits: the person stays, the picture changes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imgrec_tf.finance import documents
from imgrec_tf.finance.documents import portrait_traits


def test_shape_and_seed():
    first = documents.draw_portrait(5, size=(80, 64))
    assert first.shape == (80, 64, 3) and first.dtype == np.uint8
    np.testing.assert_array_equal(first, documents.draw_portrait(5, size=(80, 64)))
    assert not np.array_equal(first, documents.draw_portrait(6, size=(80, 64)))


@pytest.mark.parametrize(
    "options",
    [
        {"pose": (18, 0, 0)},
        {"light": (70, 0.9)},
        {"age": 75},
        {"expression": "laugh"},
        {"seed": 3},
        {"pose": None, "age": None},
    ],
)
def test_appearance_changes_the_picture_and_not_the_person(options):
    plain, other = (documents.draw_portrait(9, size=(80, 64), **one) for one in ({}, options))
    assert np.abs(plain.astype(int) - other).mean() > 0.5
    assert portrait_traits.draw_identity(9) == portrait_traits.draw_identity(9)


def test_sex_is_kept_and_given():
    drawn = [portrait_traits.draw_identity(seed).sex for seed in range(200)]
    assert 60 < drawn.count("M") < 140
    assert portrait_traits.draw_identity(3, "F").hair_style in portrait_traits.FEMALE_HAIR
    assert portrait_traits.draw_identity(3, "M").hair_style in portrait_traits.MALE_HAIR


@pytest.mark.slow
def test_five_thousand_identities_differ():
    """No two agree in all of hair, skin, face, eyes, nose and mouth to within what the eye could tell apart."""
    rows = []
    for seed in range(5000):
        one = portrait_traits.draw_identity(seed)
        styles = (*portrait_traits.MALE_HAIR, *portrait_traits.FEMALE_HAIR)
        rows.append([
            styles.index(one.hair_style), *(np.array(one.hair) / 30), *(np.array(one.skin) / 25),
            *(np.array(one.face) / 0.06),
            one.eye[0] / 0.03, one.eye[1] / 0.02, one.eye[2] / 0.015, one.nose[0] / 0.05, one.nose[1] / 0.03,
            one.mouth[0] / 0.03, one.brow[0] / 0.02, one.hairline / 0.05,
        ])  # fmt: skip
    rows = np.array(rows)
    squares = (rows**2).sum(axis=1)
    for start in range(0, 5000, 500):
        part = rows[start : start + 500]
        distances = (part**2).sum(axis=1)[:, None] + squares - 2 * part @ rows.T
        distances[np.arange(len(part)), start + np.arange(len(part))] = np.inf
        assert distances.min() > 1.0


def test_grey_comes_with_age():
    identity = portrait_traits.draw_identity(0)
    young, old = (np.array(portrait_traits.hair_at_age(identity, age)) for age in (25, 95))
    assert old.mean() > young.mean() + 40 and np.ptp(old) < 40


@settings(max_examples=20, deadline=None)
@given(
    st.integers(0, 10**6),
    st.tuples(st.floats(-40, 40), st.floats(-25, 25), st.floats(-45, 45)),
    st.tuples(st.floats(-90, 90), st.floats(0, 1)),
    st.floats(0, 110),
    st.sampled_from(list(documents.EXPRESSIONS)),
)
def test_every_pose_light_age_and_expression_is_drawn(seed, pose, light, age, expression):
    options = {"pose": pose, "light": light, "age": age, "expression": expression, "seed": seed}
    picture = documents.draw_portrait(seed, size=(40, 32), oversampling=1, **options)
    assert picture.shape == (40, 32, 3) and picture.std() > 5


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"pose": (90, 0, 0)}, ValueError, "pose"),
        ({"pose": 3}, ValueError, "pose"),
        ({"light": (0, 2)}, ValueError, "light"),
        ({"age": -3}, ValueError, "age"),
        ({"expression": "cross"}, ValueError, "expression"),
        ({"seed": "a"}, TypeError, "seed"),
        ({"seed": -1}, ValueError, "seed"),
        ({"sex": "X"}, ValueError, "sex"),
        ({"size": (4, 4)}, ValueError, "size"),
    ],
)
def test_bad_arguments_are_named(options, error, message):
    with pytest.raises(error, match=message):
        documents.draw_portrait(1, **options)


def test_a_wrong_identity_seed_is_named():
    with pytest.raises(TypeError, match="identity_seed"):
        documents.draw_portrait(1.5)
