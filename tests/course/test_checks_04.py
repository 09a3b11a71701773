"""Lesson 04's exercises: right answers pass, the usual wrong ones get a hint that helps."""

from __future__ import annotations

import numpy as np
import pytest

from imgrec_tf import course


def turning_epoch(losses):
    return int(np.argmin(losses)) + 1


def dropout(values, rate, generator):
    kept = generator.random(np.shape(values)) >= rate
    return np.where(kept, np.asarray(values) / (1 - rate), 0.0)


def epochs_run(losses, patience):
    lowest, waited = np.inf, 0
    for epoch, loss in enumerate(losses, start=1):
        lowest, waited = (loss, 0) if loss < lowest else (lowest, waited + 1)
        if waited == patience:
            return epoch
    return len(losses)


def compared_with_the_epoch_before(losses, patience):
    waited = 0
    for epoch in range(1, len(losses)):
        waited = 0 if losses[epoch] < losses[epoch - 1] else waited + 1
        if waited == patience:
            return epoch + 1
    return len(losses)


def own_generator(values, rate, generator):
    return dropout(values, rate, np.random.default_rng(5))


@pytest.mark.parametrize(("exercise", "answer"), [("04.1", turning_epoch), ("04.2", dropout), ("04.3", epochs_run)])
def test_the_solution_passes(exercise, answer, capsys):
    course.check(exercise, answer)
    assert capsys.readouterr().out.endswith(f"Exercise {exercise}: done.\n")


@pytest.mark.parametrize(
    ("exercise", "answer", "hint"),
    [
        ("04.1", lambda losses: int(np.argmin(losses)), "count from 1"),
        ("04.1", lambda losses: len(losses) - int(np.argmin(losses[::-1])), "the earlier one"),
        ("04.2", lambda values, rate, generator: values * (generator.random(values.shape) >= rate), "divided by 1"),
        ("04.2", lambda values, rate, generator: values * (generator.random(values.shape) < rate), "is dropped"),
        ("04.2", lambda values, rate, generator: values * (generator.random() >= rate), "each value on its own"),
        ("04.2", own_generator, "always gives the same"),
        ("04.3", compared_with_the_epoch_before, "epoch 7|not than the lowest"),
        ("04.3", lambda losses, patience: int(np.argmin(losses)) + 1 + patience, "all 3 are run"),
        ("04.3", lambda losses, patience: epochs_run(losses, patience + 1), "epochs 5 and 6"),
    ],
)
def test_a_wrong_answer_gets_a_hint(exercise, answer, hint):
    with pytest.raises(course.CheckFailed, match=hint):
        course.check(exercise, answer)
