"""Gives a network that was trained more to say, without forgetting what it says: longer vectors, more looks at places.

Chen, Goodfellow and Shlens, "Net2Net: accelerating learning via knowledge transfer" (ICLR 2016), widen networks so that
they answer as before. Here what is new starts with small random weights, and the answers hardly change.
"""

from __future__ import annotations

import keras
import numpy as np

from imgrec_tf.finance.verification.networks import embedding_network, filters_of, looks_of

_ROWS, _COLUMNS, _SHARE = 0.03, 0.1, 0.2  # deviations of new weights of the last layer; length of new directions
_BODY = 10  # arrays from the places on: their kernel, two times four of batch normalisation, and the last layer


def widened(network: keras.Model, *, looks: int, dimensions: int, seed: int = 0) -> keras.Model:
    """Return an `embedding_network` with more looks and longer vectors that answers nearly as a smaller one.

    Args:
        network: An `embedding_network`; it is not changed.
        looks: As many as it has, or more.
        dimensions: As many as it has, or more.
        seed: Of the new weights.

    Raises:
        ValueError: If the network has more looks or dimensions.
    """
    had = looks_of(network), network.output_shape[-1]
    if looks < had[0] or dimensions < had[1]:
        raise ValueError(f"the network has {had[0]} looks and {had[1]} dimensions, more than {looks} and {dimensions}")
    wide = embedding_network(
        network.input_shape[1:], dimensions=dimensions, filters=filters_of(network), looks=looks, seed=seed
    )
    rng = np.random.default_rng([seed, 43])
    old, new = network.get_weights(), wide.get_weights()
    first = len(old) - _BODY
    new[:first] = old[:first]
    places, mixed = first, first + 5
    channels = old[places].shape[2]
    new[places] = rng.normal(0, old[places].std(), new[places].shape)
    new[places][..., : had[0]] = old[places]
    # The looks of a channel follow each other, then come the means over all places.
    seen = np.arange(channels)[:, None] * looks + np.arange(had[0])
    kept = np.r_[seen.ravel(), channels * looks + np.arange(channels)]
    for number in range(places + 1, mixed):
        new[number][kept] = old[number]
    new[mixed] = rng.normal(0, _COLUMNS, new[mixed].shape)
    new[mixed][:, : had[1]] = rng.normal(0, _ROWS, (len(new[mixed]), had[1]))
    new[mixed][kept, : had[1]] = old[mixed]
    for number in range(mixed + 1, len(old)):
        new[number][: had[1]] = old[number]
    new[mixed + 1][had[1] :] = _SHARE * np.abs(old[mixed + 1]).mean()
    wide.set_weights(new)
    return wide
