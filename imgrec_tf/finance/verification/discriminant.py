"""Turns the vectors so that directions in which people differ count more than those in which one person's pictures do.

A margin loss draws the pictures of the people together that it learns from; those of other people are drawn together
less. A linear map of the vectors makes up for a part of it: the covariance of pictures of one person is made round, and
each direction d that is left counts as much as a Gaussian model of people and pictures says, between² / (within² + 2
between²). That is the factor of the product of two vectors in the likelihood ratio of "the same person" to "two
people" (Ioffe, "Probabilistic linear discriminant analysis", ECCV 2006). The map is linear, and so are the network's
last layers before the vectors get length 1: they take it in, and nothing is computed twice when pictures are compared.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from imgrec_tf.finance.verification.networks import before_length

if TYPE_CHECKING:
    import keras

    from imgrec_tf.finance.verification.pictures import PictureSet


def discriminant(vectors: np.ndarray, owners: np.ndarray, shrinkage: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the mean (d,) and the map (d, d): compare (vectors - mean) @ map by their cosine.

    Args:
        vectors: (n, d), not of length 1.
        owners: (n,), two pictures or more of most.
        shrinkage: 0 to 1, how much of the covariance within people is replaced by a round one: people whom the network
            learnt from show too little of it, and not in the directions of others.

    Raises:
        ValueError: If there are fewer than two owners, or no owner has two pictures.
    """
    numbers = np.unique(owners, return_inverse=True)[1].reshape(-1)
    counts = np.bincount(numbers)
    if len(counts) < 2 or counts.max() < 2:
        raise ValueError(
            f"{len(counts)} owners with at most {counts.max()} pictures each cannot show how people differ"
        )
    vectors, size = np.asarray(vectors, np.float64), np.shape(vectors)[1]
    mean = vectors.mean(axis=0)
    sphere = vectors - mean
    sphere = np.sqrt(size) * sphere / np.linalg.norm(sphere, axis=1, keepdims=True)
    middles = np.zeros((len(counts), size))
    np.add.at(middles, numbers, sphere)
    middles /= counts[:, None]
    apart = sphere - middles[numbers]
    within = apart.T @ apart / (len(vectors) - len(counts))
    between = np.cov(middles.T) - within / counts.mean()
    within = (1 - shrinkage) * within + shrinkage * np.trace(within) / size * np.eye(size)
    rounded = np.linalg.inv(np.linalg.cholesky(within)).T
    shares, turned = np.linalg.eigh(rounded.T @ between @ rounded)
    shares = np.maximum(shares, 0)
    return mean, rounded @ turned * (shares / (1 + 2 * shares))


def learn_discriminant(network: keras.Model, pictures: PictureSet, shrinkage: float = 0.5) -> None:
    """Give the last layers of an `embedding_network` the map of `discriminant` for some pictures.

    Portraits are seen in a mirror too, as `Verifier.embed` does. An imitator counts as somebody else than the owner.

    Raises:
        ValueError: If the pictures are not of the part "train".
    """
    if pictures.part != "train":
        raise ValueError(f'learn from pictures of the part "train"; these are of "{pictures.part}"')
    raw, vectors = before_length(network), []
    for start in range(0, len(pictures), 256):
        block = pictures.images[start : start + 256].astype(np.float32)
        found = raw.predict_on_batch(block)
        vectors.append(found + raw.predict_on_batch(block[:, :, ::-1]) if pictures.kind == "portraits" else 2 * found)
    mean, turned = discriminant(np.concatenate(vectors) / 2, pictures.classes(), shrinkage)
    mixed, levelled = network.get_layer("mixed"), network.get_layer("levelled")
    factor, offset, middle, variance = (np.asarray(one, np.float64) for one in levelled.get_weights())
    factor = factor / np.sqrt(variance + levelled.epsilon)
    # (x @ kernel - middle) * factor + offset, less the mean, turned:
    kernel = np.asarray(mixed.get_weights()[0], np.float64) * factor @ turned
    offset = (offset - middle * factor - mean) @ turned
    size = len(offset)
    usual = 1 / np.abs(kernel).max()  # the length does not matter
    mixed.set_weights([usual * kernel])
    levelled.set_weights([np.ones(size), usual * offset, np.zeros(size), np.full(size, 1 - levelled.epsilon)])
