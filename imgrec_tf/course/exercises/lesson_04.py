"""Checks of lesson 04, when it overfits."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from imgrec_tf.course.checks import expect, register


@register("04.1")
def turning_epoch(candidate: Callable[[list[float]], int]) -> Iterator[str]:
    """Epoch of the lowest validation loss, counted from 1."""
    expect(
        candidate([0.7, 0.5, 0.6, 0.9]) == 2,
        f"Of 0.7, 0.5, 0.6, 0.9 the second is lowest; yours gives {candidate([0.7, 0.5, 0.6, 0.9])}. Epochs count from "
        "1.",
    )
    yield "finds the lowest, and counts from 1"
    expect(candidate([0.7, 0.4, 0.6, 0.4]) == 2, "Two epochs have the lowest loss; the earlier one is asked for.")
    yield "takes the earlier of two"


@register("04.2")
def dropout(candidate: Callable[[np.ndarray, float, np.random.Generator], np.ndarray]) -> Iterator[str]:
    """Inverted dropout: candidate(values, rate, generator)."""
    values = np.linspace(1, 2, 20_000).reshape(100, 200)
    before = values.copy()
    result = np.asarray(candidate(values, 0.25, np.random.default_rng(0)))
    expect(result.shape == values.shape, f"The shape stays {values.shape}; yours is {result.shape}.")
    zeros = (result == 0).mean()
    expect(
        0.2 < zeros < 0.3,
        f"With a rate of 0.25 a quarter of the values becomes 0; in yours it is {zeros:.0%}. The rate is the share "
        "that is dropped, each value on its own.",
    )
    yield "drops the share that the rate says"
    kept = result != 0
    expect(
        np.allclose(result[kept], values[kept] / 0.75),
        "What is kept is divided by 1 − rate, so that the sum stays the same on average; yours makes of a kept "
        f"{values[kept][0]:.3g} a {result[kept][0]:.3g}.",
    )
    expect(np.array_equal(values, before), "The values that went in have changed: make a new array instead.")
    yield "makes up for what is gone"
    expect(
        np.allclose(candidate(values, 0.0, np.random.default_rng(1)), values), "With a rate of 0 nothing is dropped."
    )
    again = np.asarray(candidate(values, 0.25, np.random.default_rng(0)))
    expect(np.array_equal(result, again), "Draw from the generator that is passed: an equal seed gives equal zeros.")
    other = np.asarray(candidate(values, 0.25, np.random.default_rng(2)))
    expect(not np.array_equal(result, other), "Another generator gives other zeros; yours always gives the same.")
    yield "draws from the generator that it is given"


@register("04.3")
def epochs_run(candidate: Callable[[list[float], int], int]) -> Iterator[str]:
    """Epochs until early stopping ends the training: candidate(losses, patience)."""
    losses = [0.9, 0.7, 0.8, 0.6, 0.65, 0.7, 0.62, 0.5]
    expect(candidate([0.5, 0.4, 0.3], 2) == 3, "The loss falls in every epoch: all 3 are run.")
    yield "runs to the end while the loss falls"
    expect(
        candidate(losses, 2) == 6,
        f"With a patience of 2, epochs 5 and 6 bring no new lowest loss, and 6 is the last; yours gives "
        f"{candidate(losses, 2)}. A new lowest loss, as in epoch 4, starts the count again.",
    )
    expect(
        candidate(losses, 3) == 7,
        "With a patience of 3, epoch 7 is the last: 0.62 is lower than 0.7 before it, but not than the lowest, 0.6.",
    )
    yield "waits as many epochs as it is told, counted from the lowest loss"
    expect(candidate(losses, 4) == 8, "With a patience of 4 the lowest loss of all, in epoch 8, is reached.")
    expect(candidate(losses, 1) == 3, "With a patience of 1, epoch 3 is the last.")
    expect(candidate([0.5, 0.5, 0.5], 2) == 3, "An equal loss is no new lowest one: it counts as waiting.")
    yield "takes a tie for no progress"
