"""Exercises: a right answer is told so, a wrong one gets a hint, an unfinished one a kind word."""

from __future__ import annotations

import numpy as np
import pytest

from imgrec_tf import course
from imgrec_tf.course import checks


def unfinished(*arguments):
    raise NotImplementedError("Return the negative, then run the next cell.")


def test_a_right_answer_prints_what_works(capsys):
    course.check("01.1", lambda image: 255 - image)
    printed = capsys.readouterr().out
    assert printed.splitlines()[0] == "✓ keeps the shape"
    assert printed.endswith("Exercise 01.1: done.\n")


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (lambda image: image, "Black"),
        (lambda image: image[0], "has the shape"),
        (lambda image: 255.0 - image, "is uint8 again"),
        (lambda image: np.subtract(255, image, out=image), "make a new array"),
        (lambda image: 1 / 0, "stopped with ZeroDivisionError"),
        (lambda: 1, "stopped with TypeError"),
    ],
)
def test_a_wrong_answer_gets_a_hint(answer, hint):
    with pytest.raises(course.CheckFailed, match=hint):
        course.check("01.1", answer)


def test_counting_the_parameters_of_a_convolution():
    course.check("03.1", lambda size, channels, filters: (size * size * channels + 1) * filters)
    with pytest.raises(course.CheckFailed, match="has one weight, and one bias"):
        course.check("03.1", lambda size, channels, filters: size * size * channels * filters)


def test_an_unfinished_answer_is_no_error(capsys):
    course.check("01.1", unfinished)
    assert capsys.readouterr().out == "Exercise 01.1 is not done yet. Return the negative, then run the next cell.\n"


def test_an_unknown_exercise_names_the_known_ones():
    with pytest.raises(ValueError, match=r"no exercise '99\.1'; there are 01\.1"):
        course.check("99.1", unfinished)


def test_an_exercise_has_one_check():
    with pytest.raises(ValueError, match="has a check already"):

        @course.register("01.1")
        def another(candidate):
            yield "nothing"


def test_a_notebook_shows_the_hint_alone():
    assert checks.CheckFailed("try 3").__class__._render_traceback_(checks.CheckFailed("try 3")) == ["Not yet. try 3"]
