import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from imgrec_tf.vision.pixels import to_pixels


@given(arrays.arrays(np.uint8, (3, 4)))
def test_eight_bits_stay_and_sixteen_bits_keep_their_order(image):
    np.testing.assert_array_equal(to_pixels(image), image)
    np.testing.assert_allclose(to_pixels(image.astype(np.uint16) * 257), image, rtol=1e-6)
    np.testing.assert_allclose(to_pixels(image / 255), image, atol=1e-3)


@given(arrays.arrays(np.float32, (5,), elements=st.floats(-1000, 1000, width=32)))
def test_any_range_lands_in_0_to_255(values):
    pixels = to_pixels(values, value_range=(-1000, 1000))
    assert pixels.dtype == np.float32 and pixels.min() >= 0 and pixels.max() <= 255
    assert (np.diff(pixels[np.argsort(values)]) >= 0).all()


def test_bool_is_black_and_white():
    np.testing.assert_array_equal(to_pixels(np.array([False, True])), [0, 255])


@pytest.mark.parametrize(
    ("values", "options", "error", "message"),
    [
        (np.array([0.5, np.nan]), {}, ValueError, "NaN"),
        (np.array([0.5, np.inf]), {}, ValueError, "infinite"),
        (np.array([0.0, 200.0]), {}, ValueError, r"outside \[0, 1\]"),
        (np.array([-5, 300]), {}, ValueError, "value_range"),
        (np.array([1, 2]), {"value_range": (3, 3)}, ValueError, "low < high"),
        (np.array(["a"]), {}, TypeError, "numbers"),
        (np.array(["a"]), {"value_range": (0, 1)}, TypeError, "numbers"),
    ],
)
def test_what_cannot_be_pixels_is_told(values, options, error, message):
    with pytest.raises(error, match=message):
        to_pixels(values, **options)
