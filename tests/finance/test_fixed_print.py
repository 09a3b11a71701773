"""The print that all pages of a layout share is found, and tells a page of it from others."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imgrec_tf.finance.document_types import fixed_print

SHAPE = (40, 48)


def maps(pages: np.ndarray) -> np.ndarray:
    pixels = keras.Input((*SHAPE, 3))
    model = keras.Model(pixels, fixed_print.contrast_map(pixels))
    return np.asarray(model.predict(np.asarray(pages, np.float32), verbose=0))[..., 0]


def bars(rng: np.random.Generator, count: int) -> np.ndarray:
    """Dark bars on light paper: float (height, width)."""
    page = np.full(SHAPE, 220.0)
    for _ in range(count):
        top, left = rng.integers(4, 34), rng.integers(4, 36)
        page[top : top + 2, left : left + 8] = 40
    return page


def pages_of(seed: int, count: int = 12) -> np.ndarray:
    """Pages with eight fixed bars and three of their own each: (count, height, width, 3)."""
    rng = np.random.default_rng(seed)
    fixed = bars(rng, 8)
    made = [np.minimum(fixed, bars(rng, 3)) + rng.normal(0, 4, SHAPE) for _ in range(count)]
    return np.clip(np.stack(made)[..., None].repeat(3, axis=-1), 0, 255)


@pytest.fixture(scope="module")
def learnt():
    noise = np.random.default_rng(9).uniform(0, 255, (12, *SHAPE, 3))
    seen = np.concatenate([pages_of(1), pages_of(2), noise])
    return fixed_print.learn_prints(maps(seen), np.repeat([0, 1, 2], 12), 3)


def test_layouts_with_a_print_are_told_from_those_without(learnt):
    assert list(learnt.printed) == [True, True, False]
    assert not learnt.kernels[2].any()


def test_a_page_is_like_its_own_layout_and_no_other(learnt):
    seen = learnt.likeness(maps(pages_of(1)[-3:]))
    assert seen[:, 0] == pytest.approx(1, abs=0.2)
    assert (seen[:, 1:] < 0.6).all()
    assert (learnt.likeness(maps(pages_of(5))).max(axis=1) < 0.6).all()  # a layout that nobody has learnt


@given(st.floats(0.5, 1.1), st.floats(-20, 40), st.integers(-2, 2), st.integers(-2, 2))
@settings(deadline=None, max_examples=20)
def test_light_and_a_small_shift_change_little(learnt, gain, offset, down, right):
    page = pages_of(1)[:1]
    moved = np.roll(page, (down, right), axis=(1, 2))
    usual, seen = (learnt.likeness(maps(one))[0, 0] for one in (page, np.clip(gain * moved + offset, 0, 255)))
    assert seen == pytest.approx(usual, abs=0.2)


def test_the_layers_compare_as_the_arrays_do(learnt):
    page = maps(pages_of(1)[:2])
    kernels = np.moveaxis(learnt.kernels, 0, -1)[:, :, None]
    convolved = np.asarray(keras.ops.conv(page[..., None], kernels)).max(axis=(1, 2))
    np.testing.assert_allclose(convolved, learnt.likeness(page), atol=1e-4)


def test_maps_are_of_full_depth_in_mixed_precision(mixed_bfloat16):
    pixels = keras.Input((*SHAPE, 3))
    assert fixed_print.contrast_map(pixels).dtype == "float32"


def test_the_limit_lets_the_stated_share_of_strangers_pass(learnt):
    seen = maps(np.concatenate([pages_of(1, 40), pages_of(2, 40)]))
    labels = np.repeat([0, 1], 40)
    limit = fixed_print.limit_of(learnt, seen[None], labels, 0.1)
    likeness = learnt.likeness(seen)
    strangers = np.where(labels == 0, likeness[:, 1], likeness[:, 0])
    assert np.mean(strangers > limit) == pytest.approx(0.1, abs=0.03)
    assert (likeness[np.arange(80), labels] > limit).all()
    turned = fixed_print.limit_of(learnt, np.stack([seen, seen[::-1], 0 * seen, 0 * seen]), labels, 0.1)
    assert turned > limit  # where one turn is like another layout's pages, it counts


def test_a_layout_with_one_page_has_no_print():
    learnt = fixed_print.learn_prints(maps(pages_of(1, 5)), np.array([0, 0, 0, 0, 1]), 2)
    assert list(learnt.printed) == [True, False]
