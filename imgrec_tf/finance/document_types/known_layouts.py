"""From a network that tells layouts apart to a recogniser of kinds of document that abstains on layouts it never saw.

A score compares the classes that a network knows with each other; it does not say whether a page looks like any of
them. Here a second question is asked: how like is this page to the pages of the layout that it resembles most? Like
means the cosine between the network's last features and the layout's mean features over the training pages (the nearest
class mean, after Mensink, Verbeek, Perronnin and Csurka, "Metric learning for large scale image classification", ECCV
2012). Both answers are one Keras model of plain layers, so that a `Recognizer` keeps them in its one file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from imgrec_tf.finance import documents

if TYPE_CHECKING:
    import keras

    from imgrec_tf.datasets import ImageDataset
    from imgrec_tf.recognizer import Recognizer
    from imgrec_tf.training import TrainingRun

_STEEPNESS = 4.0  # of the fall of certainty, in standard deviations of the likeness of known pages


def recognize_known_layouts(
    run: TrainingRun | keras.Model, dataset: ImageDataset, *, refused: float = 0.01
) -> Recognizer:
    """Make a recogniser of kinds of document from a network that was trained on layouts.

    The score of a kind is the sum of the scores of its layouts, drawn towards an even score for all kinds where the
    page is like no layout of the training split; then the recogniser abstains.

    Args:
        run: What `train` returned, or the network: plain layers one after the other, a softmax over layouts at the end.
        dataset: What it was trained on, from `page_dataset`.
        refused: Share of the validation pages, all of known layouts, that may be taken for unknown ones, in (0, 0.5).

    Returns:
        A recogniser of `documents.CLASSES`, in so far as the layouts are theirs, that abstains.

    Raises:
        ValueError: If the labels are no layouts, the network does not fit them, or `refused` is out of its range.
    """
    if not 0 < refused < 0.5:
        raise ValueError(f"refused must lie between 0 and 0.5, both excluded, got {refused}")
    layouts = tuple(dataset.class_names)
    kinds = [one.split("/")[0] for one in layouts]
    if any("/" not in one for one in layouts) or set(kinds) - set(documents.CLASSES):
        raise ValueError(f"the labels must be layouts such as 'passport/lagoon', got {', '.join(layouts[:3])}, …")
    network = getattr(run, "model", run)
    if network.output_shape[-1] != len(layouts):
        raise ValueError(f"the network answers {network.output_shape[-1]} labels, the data set has {len(layouts)}")
    from imgrec_tf.recognizer import Recognizer

    classes = tuple(one for one in documents.CLASSES if one in kinds)
    seen = _features(network, dataset.train.images[:])
    means = np.stack([_unit(seen)[dataset.train.labels == number].mean(axis=0) for number in range(len(layouts))])
    means = _unit(means)
    known = _features(network, dataset.validation.images[:])
    likeness = (_unit(known) @ means.T).max(axis=1)
    limit, spread = float(np.quantile(likeness, refused)), float(likeness.std()) + 1e-6
    model = _model(network, classes, kinds, means, limit, _STEEPNESS / spread)
    half = (1 + 1 / len(classes)) / 2  # of its certainty is left to a page at the limit of likeness
    return Recognizer(model, classes, fit="pad", abstain_below=half, card=getattr(dataset, "card", None))


def _model(network: keras.Model, classes, kinds, means: np.ndarray, limit: float, steepness: float) -> keras.Model:
    """Scores of kinds, even where the likeness lies below its limit; plain layers with fixed weights."""
    import keras
    from keras import layers

    def fixed(units: int, name: str, inputs, kernel, bias=None, activation=None):
        layer = layers.Dense(units, activation, use_bias=bias is not None, trainable=False, name=name, dtype="float32")
        outputs = layer(inputs)
        layer.set_weights([np.asarray(one, np.float32) for one in (kernel, bias) if one is not None])
        return outputs

    count = len(classes)
    pixels = keras.Input(network.input_shape[1:], name="pixels")
    features = pixels
    for layer in network.layers[:-1]:
        features = layer(features)
    member = np.array([[kind == one for one in classes] for kind in kinds], float)
    scores = fixed(count, "kinds", network.layers[-1](features), member)
    cosines = fixed(len(kinds), "cosines", layers.UnitNormalization(dtype="float32")(features), means.T)
    likeness = layers.GlobalMaxPooling1D(name="likeness")(layers.Reshape((len(kinds), 1))(cosines))
    even = 1 / count
    known = fixed(1, "known", likeness, [[steepness]], [-steepness * limit], "sigmoid")
    rest = fixed(count, "even", known, np.full((1, count), -even), np.full(count, even))
    return keras.Model(pixels, layers.Add(name="scores")([layers.Multiply()([scores, known]), rest]))


def _features(network: keras.Model, images: np.ndarray) -> np.ndarray:
    """The network's last features of uint8 images: float64 (n, features)."""
    import keras

    body = keras.Sequential([keras.Input(network.input_shape[1:]), *network.layers[:-1]])
    return np.asarray(body.predict(np.asarray(images, np.float32), batch_size=128, verbose=0), np.float64)


def _unit(vectors: np.ndarray) -> np.ndarray:
    return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
