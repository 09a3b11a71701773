"""Networks that read a line of text: convolutions look at the strokes, CTC needs no place for each character.

The image is reduced to a sequence: one vector for every few columns of pixels. At each step the network gives a score
to every character and to "nothing here", the blank; `finance.reading` turns the steps into text. No layer knows how
wide the image is, so a network that was trained on short strings reads long ones.

CTC: Graves, Fernández, Gomez, Schmidhuber (2006). Convolutions with a recurrent network on top: Shi, Bai, Yao (2015).
"""

from __future__ import annotations

from collections.abc import Sequence

import keras
from keras import layers

from imgrec_tf import environment

WIDTH_STEP = 4  # columns of pixels that become one step
_POOLS = ((2, 2), (2, 2), (1, 1), (2, 1), (2, 1))  # height and width that are put together after each convolution


def crnn(
    num_characters: int,
    *,
    height: int = 24,
    filters: Sequence[int] = (16, 32, 64, 64, 96),
    recurrent_units: int = 56,
    context: str = "lstm",
    dropout: float = 0.1,
    seed: int = 0,
    name: str | None = None,
) -> keras.Model:
    """Build a network that reads lines of text of any width, for training with `keras.losses.CTC`.

    Five convolutions reduce the height to a sixteenth and the width to a quarter. Above them, `context` decides how a
    step learns of its neighbours.

    Args:
        num_characters: Characters to tell apart, 1 or more; the blank is added to them.
        height: Height of the lines in pixels, a multiple of 8, 16 or more.
        filters: Filters of the five convolutions.
        recurrent_units: Units of the LSTM in each direction, or half the channels of the convolutional variant.
        context: "lstm", a bidirectional LSTM over the whole line, or "convolution", three convolutions along the line
            that see 11 steps to each side.
        dropout: Share of values set to zero before the scores while training, in [0, 1).
        seed: Seed of the initial weights and of dropout.
        name: Name of the model.

    Returns:
        An uncompiled model. Input float32 (b, height, width, 1): dark strokes negative, paper about 0, as
        `finance.reading.normalise_line` makes it; width 4 or more. Output float32 (b, width // 4, num_characters + 1):
        logits, not probabilities; index 0 is the blank, character i has the index i + 1. Labels for the loss are
        int (b, longest), filled up with 0.

    Raises:
        ValueError: If an argument is out of its range.
    """
    _check(num_characters, height, filters, recurrent_units, context, dropout)
    seeds = iter(range(seed * 1000, seed * 1000 + 1000))

    def convolve(count: int, kernel, previous, dilation: int = 1):
        """A convolution, normalised, with its bend."""
        kind = layers.Conv2D if isinstance(kernel, tuple) else layers.Conv1D
        initial = keras.initializers.HeUniform(seed=next(seeds))
        made = kind(count, kernel, padding="same", use_bias=False, kernel_initializer=initial, dilation_rate=dilation)(
            previous
        )
        return layers.ReLU()(layers.BatchNormalization(momentum=0.9)(made))

    environment.apply_precision()
    with environment.strategy().scope():
        line = keras.Input((height, None, 1), name="line")
        features = line
        for count, pool in zip(filters, _POOLS, strict=True):
            features = convolve(count, (3, 3), features)
            if pool != (1, 1):
                features = layers.MaxPooling2D(pool)(features)
        # (b, rows, steps, channels) to (b, steps, rows × channels): what stands above each other is one step.
        rows = features.shape[1]
        features = layers.Permute((2, 1, 3))(features)
        features = layers.Reshape((-1, rows * filters[-1]))(features)
        features = convolve(2 * recurrent_units, 1, features)
        if context == "lstm":
            features = layers.Bidirectional(
                _lstm(recurrent_units, seeds), backward_layer=_lstm(recurrent_units, seeds, backwards=True)
            )(features)
        else:
            for dilation in (1, 2, 8):
                features = layers.Add()([features, convolve(2 * recurrent_units, 3, features, dilation)])
        if dropout:
            features = layers.Dropout(dropout, seed=next(seeds))(features)
        initial = keras.initializers.GlorotUniform(seed=next(seeds))
        scores = layers.Dense(num_characters + 1, kernel_initializer=initial, dtype="float32", name="scores")(features)
        return keras.Model(line, scores, name=name or f"crnn_{context}")


def _lstm(units: int, seeds, *, backwards: bool = False) -> layers.LSTM:
    return layers.LSTM(
        units,
        return_sequences=True,
        go_backwards=backwards,
        kernel_initializer=keras.initializers.GlorotUniform(seed=next(seeds)),
        recurrent_initializer=keras.initializers.Orthogonal(seed=next(seeds)),
    )


def _check(num_characters, height, filters, recurrent_units, context, dropout) -> None:
    if num_characters < 1:
        raise ValueError(f"num_characters must be 1 or more, got {num_characters}")
    if height < 16 or height % 8:
        raise ValueError(f"height must be a multiple of 8, 16 or more, got {height}")
    if len(filters) != len(_POOLS) or min(filters, default=0) < 1:
        raise ValueError(f"filters must be {len(_POOLS)} numbers of 1 or more, got {tuple(filters)}")
    if recurrent_units < 1:
        raise ValueError(f"recurrent_units must be 1 or more, got {recurrent_units}")
    if context not in ("lstm", "convolution"):
        raise ValueError(f'context must be "lstm" or "convolution", got {context!r}')
    if not 0 <= dropout < 1:
        raise ValueError(f"dropout must be in [0, 1), got {dropout}")
