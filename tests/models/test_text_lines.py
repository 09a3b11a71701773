import keras
import numpy as np
import pytest

from imgrec_tf import models


@pytest.mark.parametrize("context", ["lstm", "convolution"])
def test_small_and_of_any_width(context):
    model = models.crnn(37, context=context)
    assert model.count_params() < 250_000
    for width in (64, 176, 701):
        scores = model(np.zeros((2, 24, width, 1), np.float32))
        assert scores.shape == (2, width // 4, 38)


@pytest.mark.parametrize("context", ["lstm", "convolution"])
def test_gives_logits_that_the_ctc_loss_takes(context):
    model = models.crnn(3, context=context, filters=(4, 4, 8, 8, 8), recurrent_units=8)
    scores = model(np.random.default_rng(0).normal(size=(2, 24, 64, 1)).astype(np.float32))
    assert np.min(scores) < 0  # no probabilities
    loss = keras.losses.CTC()(np.array([[1, 2, 0], [3, 3, 1]]), scores)
    assert np.isfinite(float(loss))


@pytest.mark.slow
def test_learns_to_tell_two_strokes_apart():
    rng = np.random.default_rng(0)
    lines, labels = np.zeros((64, 16, 32, 1), np.float32), np.zeros((64, 2), np.int32)
    for line, label in zip(lines, labels):
        label[:] = rng.integers(1, 3, 2)
        for place, kind in enumerate(label):
            left = 4 + 16 * place
            line[2:14, left : left + (2 if kind == 1 else 9)] = -1.0
    model = models.crnn(2, height=16, filters=(4, 8, 8, 8, 8), recurrent_units=8, context="convolution", seed=1)
    model.compile(keras.optimizers.Adam(0.01), keras.losses.CTC())
    history = model.fit(lines, labels, epochs=25, batch_size=32, verbose=0, shuffle=False)
    assert history.history["loss"][-1] < 0.2 * history.history["loss"][0]


def test_same_seed_same_weights():
    one, same, other = (models.crnn(5, seed=seed).get_weights() for seed in (3, 3, 4))
    assert all(np.array_equal(first, second) for first, second in zip(one, same))
    assert not all(np.array_equal(first, second) for first, second in zip(one, other))


@pytest.mark.parametrize(
    "wrong",
    [
        {"num_characters": 0},
        {"num_characters": 9, "height": 20},
        {"num_characters": 9, "filters": (8, 8)},
        {"num_characters": 9, "recurrent_units": 0},
        {"num_characters": 9, "context": "transformer"},
        {"num_characters": 9, "dropout": 1.0},
    ],
)
def test_bad_arguments_are_refused(wrong):
    with pytest.raises(ValueError, match="must be"):
        models.crnn(**wrong)
