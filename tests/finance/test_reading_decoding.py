import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imgrec_tf.finance import reading
from imgrec_tf.finance.reading.decoding import text_log_probabilities

CHARACTERS = "AB<"


def log_probabilities(seed: int, steps: int, sharpness: float = 2.0) -> np.ndarray:
    logits = np.random.default_rng(seed).normal(0, sharpness, (steps, len(CHARACTERS) + 1))
    return logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)


def collapse(path) -> str:
    kept = [symbol for place, symbol in enumerate(path) if place == 0 or symbol != path[place - 1]]
    return "".join(CHARACTERS[symbol - 1] for symbol in kept if symbol)


def every_path(scores: np.ndarray) -> dict[str, list[float]]:
    """All paths by their text: the slow, certain way."""
    found: dict[str, list[float]] = {}
    for path in itertools.product(range(scores.shape[1]), repeat=len(scores)):
        value = sum(scores[step, symbol] for step, symbol in enumerate(path))
        found.setdefault(collapse(path), []).append(value)
    return found


@given(st.integers(0, 10_000), st.integers(1, 6))
@settings(max_examples=30, deadline=None)
def test_a_wide_beam_finds_the_likeliest_text(seed, steps):
    scores = log_probabilities(seed, steps)
    totals = {text: np.logaddexp.reduce(values) for text, values in every_path(scores).items()}
    best = reading.beam_decode(scores, CHARACTERS, width=500)[0]
    assert best.log_probability == pytest.approx(max(totals.values()), abs=2e-3)
    assert totals[best.text] == pytest.approx(max(totals.values()), abs=2e-3)


@given(st.integers(0, 10_000), st.integers(1, 6))
@settings(max_examples=30, deadline=None)
def test_a_text_is_as_likely_as_all_its_paths(seed, steps):
    scores = log_probabilities(seed, steps)
    totals = {text: np.logaddexp.reduce(values) for text, values in every_path(scores).items()}
    found = text_log_probabilities(scores, CHARACTERS, [*totals, "A" * (steps + 1)])
    assert found[:-1] == pytest.approx(list(totals.values())) and found[-1] == -np.inf
    assert text_log_probabilities(scores, CHARACTERS, []).shape == (0,)


@given(st.integers(0, 10_000), st.integers(1, 6), st.integers(1, 4))
@settings(max_examples=40, deadline=None)
def test_fixed_length_is_the_best_path_of_that_length(seed, steps, places):
    scores = log_probabilities(seed, steps)
    alphabets = [("AB", "B<", "AB<")[(seed + place) % 3] for place in range(places)]
    fitting = {
        text: max(values)
        for text, values in every_path(scores).items()
        if len(text) == places and all(one in alphabet for one, alphabet in zip(text, alphabets))
    }
    found = reading.fixed_length_decode(scores, CHARACTERS, alphabets)
    if not fitting:
        assert found is None
        return
    assert found.log_probability == pytest.approx(max(fitting.values()))
    assert fitting[found.text] == pytest.approx(max(fitting.values()))
    assert found.alternatives.shape == (places, len(CHARACTERS))
    np.testing.assert_allclose(np.exp(found.alternatives).sum(axis=1), 1, rtol=1e-5)
    assert len(found.confidences) == places


@given(st.integers(0, 10_000))
@settings(max_examples=20, deadline=None)
def test_beam_keeps_to_the_alphabet_of_each_place(seed):
    scores = log_probabilities(seed, 8, sharpness=1.0)
    for found in reading.beam_decode(scores, CHARACTERS, alphabets=["A", "B<", "<"]):
        assert found.text[0] == "A"
        assert found.text[1] in "B<"
        assert found.text[2:] == "<"


def test_greedy_puts_repeats_together_and_leaves_blanks_out():
    scores = np.full((6, 4), -20.0)
    for step, symbol in enumerate([1, 1, 0, 1, 2, 0]):
        scores[step, symbol] = -0.01
    found = reading.greedy_decode(scores, CHARACTERS)
    assert found.text == "AAB"
    assert found.confidence == pytest.approx(np.exp(-0.01))


def test_too_few_steps_give_no_text():
    assert reading.fixed_length_decode(log_probabilities(0, 3), CHARACTERS, ["AB"] * 4) is None
    assert reading.beam_decode(log_probabilities(0, 3), CHARACTERS, alphabets=["AB"] * 4) == []


@pytest.mark.parametrize("decode", [reading.greedy_decode, reading.beam_decode])
def test_scores_of_another_alphabet_are_refused(decode):
    with pytest.raises(ValueError, match="shape"):
        decode(np.zeros((5, 3)), CHARACTERS)


@given(st.text("AB<", max_size=8), st.text("AB<", max_size=8))
def test_edit_distance_is_a_distance(one, other):
    distance = reading.edit_distance(one, other)
    assert distance == reading.edit_distance(other, one)
    assert (distance == 0) == (one == other)
    assert abs(len(one) - len(other)) <= distance <= max(len(one), len(other))
