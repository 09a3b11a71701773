"""Proportions: what fits a known format is preferred, and only where the answer fits none."""

from __future__ import annotations

import numpy as np
import pytest

from imgrec_tf.finance.locating import formats

SIZE = (480, 640)
CARD = np.array([[100, 100], [540, 100], [540, 377], [100, 377]], np.float64)  # 85.6 by 54
HEADLESS = CARD + np.array([[0, 50], [0, 50], [0, 0], [0, 0]])
SURE = np.ones(4)


@pytest.fixture
def likely():
    return np.pad(np.ones((28, 33)), ((10, 10), (7, 8)))


def test_a_card_misfits_little_and_a_part_of_it_much():
    assert formats.misfit(CARD, SIZE) < formats.NEAR < formats.FAR < formats.misfit(HEADLESS, SIZE)
    assert formats.misfit(CARD[[1, 2, 3, 0]], SIZE) < formats.NEAR
    assert formats.misfit(np.zeros((4, 2)), SIZE) == float("inf")


def test_the_whole_card_is_preferred_to_the_one_without_its_header(likely):
    tried = [(HEADLESS, SURE), (CARD, 0.9 * SURE)]
    corners, support = formats.better_proportioned(tried, likely, SIZE, HEADLESS)
    np.testing.assert_array_equal(corners, CARD)
    assert support.min() == pytest.approx(0.9)
    assert formats.better_proportioned(tried, likely, SIZE, None)[0] is CARD


def test_an_answer_of_a_known_format_stays_and_weak_or_misplaced_ones_are_not_taken(likely):
    assert formats.better_proportioned([(HEADLESS, SURE)], likely, SIZE, CARD) is None
    assert formats.better_proportioned([(CARD, 0.5 * SURE)], likely, SIZE, HEADLESS) is None
    elsewhere = 0.3 * CARD
    assert formats.better_proportioned([(elsewhere, SURE)], likely, SIZE, HEADLESS) is None
    assert formats.better_proportioned([], likely, SIZE, None) is None
