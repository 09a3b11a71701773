import numpy as np
import pytest

from imgrec_tf.finance import reading
from imgrec_tf.finance.reading import lettering, lines, texts
from imgrec_tf.finance.reading.normalising import HEIGHT


def test_same_seed_same_line():
    one, same, other = (reading.render_line("P<UTO", seed=seed).image for seed in (3, 3, 4))
    assert np.array_equal(one, same)
    assert one.shape != other.shape or not np.array_equal(one, other)


@pytest.mark.parametrize("severity", list(reading.SEVERITIES))
@pytest.mark.parametrize("font", lettering.FONTS)
def test_every_font_and_severity_gives_an_image_with_ink(font, severity):
    line = reading.render_line("AB12<", font=font, severity=severity, seed=1)
    assert line.image.dtype == np.uint8
    assert line.image.ndim == 2
    assert line.image.std() > 1
    assert line.text == "AB12<"


@pytest.mark.parametrize("pixels", [8, 20, 60])
def test_resolution_is_what_was_asked_for(pixels):
    line = reading.render_line("0123456789", pixels_per_character=pixels, severity="scan", seed=2)
    assert 10 * pixels < line.image.shape[1] < 14.5 * pixels


@pytest.mark.parametrize("light", [0.35, 1.0])
def test_normalising_takes_the_light_away(light):
    line = reading.render_line("UTOPIA<123", severity="scan", seed=5).image
    dimmed = (line * light).astype(np.uint8)
    strip = reading.normalise_line(dimmed)
    assert strip.shape[0] == HEIGHT
    assert strip.dtype == np.float32
    np.testing.assert_allclose(strip, reading.normalise_line(line), atol=0.35)
    assert strip.min() < -1  # ink is negative


def test_an_empty_line_stays_empty():
    assert np.abs(reading.normalise_line(np.full((30, 200), 180, np.uint8))).max() < 0.01


def test_training_strips_have_one_shape_and_known_characters():
    rng = np.random.default_rng(0)
    for _ in range(20):
        strip, text = lines.training_strip(rng)
        assert strip.shape == (HEIGHT, 208, 1)
        assert set(text) <= set(texts.ALPHABET)
        assert 9 <= len(text) <= 13


def test_made_up_zones_have_right_digits():
    from imgrec_tf.finance.identity import parse_mrz

    rng = np.random.default_rng(0)
    for _ in range(20):
        assert parse_mrz(texts.random_zone(rng)).valid


@pytest.mark.parametrize(
    ("text", "options", "message"),
    [
        ("", {}, "empty"),
        ("A", {"font": "comic"}, "font must be"),
        ("A", {"severity": "awful"}, "severity must be"),
    ],
)
def test_bad_arguments_are_refused(text, options, message):
    with pytest.raises(ValueError, match=message):
        reading.render_line(text, **options)


def test_strips_of_numbers_have_the_length_that_was_asked_for():
    strips, drawn = reading.number_strips(12, digits=(3, 5), severity="mixed", seed=4)
    assert strips.shape == (12, HEIGHT, 104, 1)
    assert strips.dtype == np.float32
    assert all(3 <= len(text) <= 5 and set(text) <= set("0123456789X") for text in drawn)
    again, same = reading.number_strips(12, digits=(3, 5), severity="mixed", seed=4)
    assert np.array_equal(strips, again)
    assert drawn == same


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"count": 0}, "count"),
        ({"count": 2, "digits": (1, 4)}, r"digits\[0\]"),
        ({"count": 2, "digits": (6, 4)}, r"digits\[1\]"),
        ({"count": 2, "severity": "awful"}, "severity must be"),
        ({"count": 2, "seed": -1}, "seed"),
    ],
)
def test_bad_arguments_of_strips_are_refused(wrong, message):
    with pytest.raises(ValueError, match=message):
        reading.number_strips(**wrong)
