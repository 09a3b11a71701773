"""Lesson 01's exercises: right answers pass, the usual wrong ones get a hint that helps."""

from __future__ import annotations

import numpy as np
import pytest

from imgrec_tf import course


def middle(pixels):
    height, width = pixels.shape[1:3]
    return pixels[:, height // 4 : 3 * height // 4, width // 8 : 7 * width // 8]


def brighten(image, amount):
    return np.clip(image.astype(int) + amount, 0, 255).astype(np.uint8)


def relative_dark_share(pixels):
    own_mean = pixels.mean(axis=(1, 2, 3), keepdims=True)
    return (middle(pixels) < 0.8 * own_mean).mean(axis=(1, 2, 3))


@pytest.mark.parametrize(("exercise", "answer"), [("01.2", brighten), ("01.3", relative_dark_share)])
def test_the_solution_passes(exercise, answer, capsys):
    course.check(exercise, answer)
    assert capsys.readouterr().out.endswith(f"Exercise {exercise}: done.\n")


def in_place(image, amount):
    image[...] = brighten(image, amount)
    return image


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (lambda image, amount: image + np.array(amount).astype(np.uint8), "uint8 wraps around"),
        (lambda image, amount: np.minimum(image.astype(int) + amount, 255).astype(np.uint8), "stays at 0"),
        (lambda image, amount: np.clip(image.astype(int) + amount, 0, 255), "is uint8 again"),
        (lambda image, amount: brighten(image, amount)[..., 0], "The shape stays"),
        (lambda image, amount: image, "100 and 50 make 150"),
        (lambda image, amount: image + amount, "stopped with OverflowError|wraps around"),
        (in_place, "has changed"),
    ],
)
def test_brightening_wrongly_gets_a_hint(answer, hint):
    with pytest.raises(course.CheckFailed, match=hint):
        course.check("01.2", answer)


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (lambda pixels: pixels.mean(), "Which axes"),
        (lambda pixels: pixels.mean(axis=(1, 2)), "Which axes"),
        (lambda pixels: pixels.mean(axis=(1, 2, 3)), "Compare each pixel with something"),
        (lambda pixels: (middle(pixels) < 80).mean(axis=(1, 2, 3)), "multiplied by"),
        (lambda pixels: np.zeros(len(pixels)), "should make its number smaller"),
        (lambda pixels: -relative_dark_share(pixels), "should make its number smaller"),
        (lambda pixels: relative_dark_share(pixels) / relative_dark_share(pixels).sum(), "other images"),
        (lambda pixels: pixels.mean(axis=(1, 2, 3)) * np.nan, "not finite"),
    ],
)
def test_a_number_that_does_not_do_gets_a_hint(answer, hint):
    with pytest.raises(course.CheckFailed, match=hint):
        course.check("01.3", answer)
