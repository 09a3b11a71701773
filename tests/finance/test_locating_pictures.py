"""What may come as a photo, and what it becomes."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from PIL import Image

from imgrec_tf.finance.locating import pictures

COLOURS = np.random.default_rng(0).integers(0, 256, (40, 60, 3), np.uint8)


@pytest.mark.parametrize(
    "image",
    [
        COLOURS.astype(np.float32) / 255,
        COLOURS.astype(np.uint16) * 257,
        np.dstack([COLOURS, np.full((40, 60), 255, np.uint8)]),
        Image.fromarray(COLOURS),
        Image.fromarray(COLOURS).convert("RGBA"),
    ],
    ids=["float", "uint16", "alpha", "Pillow", "Pillow with alpha"],
)
def test_the_same_picture_in_other_forms_is_the_same_picture(image):
    np.testing.assert_array_equal(pictures.reduced_picture(image, 100)[0], COLOURS)


@pytest.mark.parametrize("image", [COLOURS[..., 0], COLOURS[..., :1], Image.fromarray(COLOURS[..., 0])])
def test_grey_becomes_three_equal_channels(image):
    np.testing.assert_array_equal(pictures.reduced_picture(image, 100)[0], np.repeat(COLOURS[..., :1], 3, axis=2))


def test_alpha_is_laid_on_white():
    clear = np.zeros((10, 10, 4), np.uint8)
    assert (pictures.reduced_picture(clear, 100)[0] == 255).all()


def test_bool_is_black_and_white():
    assert set(np.unique(pictures.reduced_picture(COLOURS[..., 0] > 128, 100)[0])) == {0, 255}


def test_a_large_photo_is_averaged_over_blocks():
    small, scale = pictures.reduced_picture(np.kron(COLOURS, np.ones((8, 8, 1), np.uint8)), 60)
    assert scale == 1 / 8
    np.testing.assert_array_equal(small, COLOURS)


def test_a_hundred_megapixels_take_little_more_than_their_own_memory():
    image = np.broadcast_to(np.uint8(90), (10_000, 10_000, 3))
    tracemalloc.start()
    small, _ = pictures.reduced_picture(image, 800)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert max(small.shape) <= 1600 and (small == 90).all()
    assert peak < 150e6


@pytest.mark.parametrize(
    ("image", "error", "message"),
    [
        ("photo.jpg", ValueError, "does not exist"),
        (None, TypeError, "NumPy array"),
        (np.zeros((40, 60), np.int64), TypeError, "int64"),
        (np.full((40, 60), 120.0), ValueError, "divide by 255"),
        (np.full((40, 60), np.nan), ValueError, r"\[0, 1\]"),
        (np.zeros((40, 60, 2), np.uint8), ValueError, "shape"),
        (np.zeros(40, np.uint8), ValueError, "shape"),
        (np.zeros((2, 40), np.uint8), ValueError, "at least"),
        (np.zeros((8, 60_000), np.uint8), ValueError, "thin"),
        (np.broadcast_to(np.uint8(0), (30_000, 30_000)), ValueError, "at most"),
    ],
)
def test_what_is_no_photo_is_refused_with_a_reason(image, error, message):
    with pytest.raises(error, match=message):
        pictures.reduced_picture(image, 640)
