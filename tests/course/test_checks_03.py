"""Lesson 03's exercises: right answers pass, the usual wrong ones get a hint that helps."""

from __future__ import annotations

import pytest

from imgrec_tf import course


def parameters(size, channels, filters):
    return (size * size * channels + 1) * filters


def output_size(size, kernel, stride, padding):
    return -(-size // stride) if padding == "same" else (size - kernel) // stride + 1


def receptive_field(layers):
    field, step = 1, 1
    for kernel, stride in layers:
        field += (kernel - 1) * step
        step *= stride
    return field


def field_with_the_new_step(layers):
    field, step = 1, 1
    for kernel, stride in layers:
        step *= stride
        field += (kernel - 1) * step
    return field


@pytest.mark.parametrize(
    ("exercise", "answer"), [("03.1", parameters), ("03.2", output_size), ("03.3", receptive_field)]
)
def test_the_solution_passes(exercise, answer, capsys):
    course.check(exercise, answer)
    assert capsys.readouterr().out.endswith(f"Exercise {exercise}: done.\n")


@pytest.mark.parametrize(
    ("exercise", "answer", "hint"),
    [
        ("03.1", lambda size, channels, filters: size * size * channels * filters, "one weight, and one bias"),
        ("03.1", lambda size, channels, filters: (size * size + 1) * filters, "all channels that come in"),
        ("03.2", lambda size, kernel, stride, padding: size - kernel, "fits at 26 places"),
        ("03.2", lambda size, kernel, stride, padding: size - 2, "loses four rows"),
        ("03.2", lambda size, kernel, stride, padding: (size - kernel) // stride + 1, "as many rows as the image"),
        ("03.2", lambda size, kernel, stride, padding: size if padding == "same" else size - kernel + 1, "left out"),
        (
            "03.2",
            lambda size, kernel, stride, padding: (
                size // stride if padding == "same" else (size - kernel) // stride + 1
            ),
            "Round up",
        ),
        ("03.3", lambda layers: sum(kernel for kernel, _ in layers), "sees itself"),
        ("03.3", lambda layers: 1 + sum(kernel - 1 for kernel, _ in layers), "two rows apart"),
        ("03.3", field_with_the_new_step, "two rows apart"),
    ],
)
def test_a_wrong_answer_gets_a_hint(exercise, answer, hint):
    with pytest.raises(course.CheckFailed, match=hint):
        course.check(exercise, answer)
