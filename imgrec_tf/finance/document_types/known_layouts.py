"""From a network that tells layouts apart to a recogniser of kinds of document that abstains on layouts it never saw.

A score compares the classes that a network knows with each other; it does not say whether a page looks like any of
them. Here a second question is asked, of each kind: does the page show the fixed print of one of its layouts, see
`fixed_print`? A kind without any print of its own, such as photos of foliage, is asked another way: how like are the
network's last features to the mean features of its pages (the nearest class mean, after Mensink, Verbeek, Perronnin and
Csurka, "Metric learning for large scale image classification", ECCV 2012)? A kind is named where the network and the
second answer agree; where a page has all the print of a layout, the network is overruled. All is one Keras model, so
that a `Recognizer` keeps it in its one file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from imgrec_tf.finance import documents
from imgrec_tf.finance.document_types import fixed_print
from imgrec_tf.finance.document_types.pages import page_picture

if TYPE_CHECKING:
    import keras

    from imgrec_tf.datasets import ImageDataset
    from imgrec_tf.recognizer import Recognizer
    from imgrec_tf.training import TrainingRun

_CERTAIN = 4.0  # log-odds of being known half-way from the limit to a usual page
_NETWORK_ERRS = 0.05  # score that a kind keeps, however sure the network is of another one, where its print is there


def recognize_known_layouts(
    run: TrainingRun | keras.Model, dataset: ImageDataset, *, passed: float = 0.02, refused: float = 0.01
) -> Recognizer:
    """Make a recogniser of kinds of document from a network that was trained on layouts.

    The score of a kind is the sum of the scores of its layouts, times how certain it is that the page is of one of
    them, as a share of these products of all kinds; and times that certainty again. What is missing to 1 goes to all
    kinds alike. Where little is left of the best score, the recogniser abstains.

    Args:
        run: What `train` returned, or the network: plain layers one after the other, a softmax over layouts at the end.
        dataset: What it was trained on, from `page_dataset`.
        passed: Share of pages of unknown layouts that may be taken for known ones, in (0, 0.5): of the validation
            pages, each a stranger to all layouts but its own, and turned to that too.
        refused: Share of the validation pages without a fixed print that may be taken for unknown ones, in (0, 0.5).

    Returns:
        A recogniser of `documents.CLASSES`, in so far as the layouts are theirs, that abstains.

    Raises:
        ValueError: If the labels are no layouts, the network does not fit them, a share is out of its range, or the
            validation split shows none of the layouts that have a print.
    """
    for name, value in (("passed", passed), ("refused", refused)):
        if not 0 < value < 0.5:
            raise ValueError(f"{name} must lie between 0 and 0.5, both excluded, got {value}")
    layouts = tuple(dataset.class_names)
    kinds = [one.split("/")[0] for one in layouts]
    if any("/" not in one for one in layouts) or set(kinds) - set(documents.CLASSES):
        raise ValueError(f"the labels must be layouts such as 'passport/lagoon', got {', '.join(layouts[:3])}, …")
    network = getattr(run, "model", run)
    if network.output_shape[-1] != len(layouts):
        raise ValueError(f"the network answers {network.output_shape[-1]} labels, the data set has {len(layouts)}")
    from imgrec_tf.recognizer import Recognizer

    classes = tuple(one for one in documents.CLASSES if one in kinds)
    train, validation = dataset.train, dataset.validation
    mapper = _mapper(network.input_shape[1:])
    prints = fixed_print.learn_prints(_maps(mapper, train.images[:]), train.labels, len(layouts))
    printed = prints.printed
    limits = np.zeros((len(layouts), 2))  # of likeness, and half the distance from it to a usual page
    if printed.any():
        if not printed[validation.labels].any():
            raise ValueError("the validation split has no page of a layout with a print of its own; give it more pages")
        turned = np.stack([_maps(mapper, _turned(validation.images[:], turns)) for turns in range(4)])
        limit = fixed_print.limit_of(prints, turned, validation.labels, passed)
        limits[printed] = limit, max(0.05, (1 - limit) / 2)
    seen = _unit(_features(network, train.images[:]))
    means = _unit(np.stack([seen[train.labels == number].mean(axis=0) for number in range(len(layouts))]))
    others = ~printed[validation.labels]
    if others.any():
        cosines = (_unit(_features(network, validation.images[:])[others]) @ means[~printed].T).max(axis=1)
        limits[~printed] = np.quantile(cosines, refused), cosines.std() + 1e-6
    model = _model(network, classes, np.array(kinds), prints, means, limits)
    half = (1 + 1 / len(classes)) / 2  # of its certainty is left to a page at the limit of likeness
    return Recognizer(model, classes, fit="stretch", abstain_below=half, card=getattr(dataset, "card", None))


def _model(network: keras.Model, classes, kinds: np.ndarray, prints, means: np.ndarray, limits) -> keras.Model:
    """Scores of kinds, even where none is certain; layers with fixed weights."""
    import keras
    from keras import layers

    count = len(classes)
    pixels = keras.Input(network.input_shape[1:], name="pixels")
    features = pixels
    for layer in network.layers[:-1]:
        features = layer(features)
    member = np.array([[kind == one for one in classes] for kind in kinds], float)
    scores = _fixed(layers.Dense(count, use_bias=False, name="kinds"), network.layers[-1](features), member)
    contrasts = fixed_print.contrast_map(pixels)
    unit = layers.UnitNormalization(name="unit_features", dtype="float32")(features)

    def by_print(chosen: np.ndarray, name: str):
        kernels = np.moveaxis(prints.kernels[chosen], 0, -1)[:, :, None]
        compare = layers.Conv2D(len(chosen), kernels.shape[:2], use_bias=False, name=f"prints_{name}")
        return _fixed(compare, contrasts, kernels)

    def by_features(chosen: np.ndarray, name: str):
        return _fixed(layers.Dense(len(chosen), use_bias=False, name=f"means_{name}"), unit, means[chosen].T)

    known, usual = [], []
    for kind in classes:
        sure, whole = [], None
        for own, compare in ((prints.printed, by_print), (~prints.printed, by_features)):
            chosen = np.flatnonzero(own & (kinds == kind))
            if len(chosen):
                name = f"{kind}_{len(sure)}"
                limit, distance = limits[chosen[0]]
                steep = _CERTAIN / distance
                largest = _largest(compare(chosen, name), name)
                certain = layers.Dense(1, "sigmoid", name=f"certain_{name}")
                sure.append(_fixed(certain, largest, [[steep]], [-steep * limit]))
                if compare is by_print:
                    print_is_there = layers.Dense(1, "sigmoid", name=f"usual_{kind}")
                    whole = _fixed(print_is_there, largest, [[steep]], [-steep * (limit + distance)])
        known.append(sure[0] if len(sure) == 1 else layers.Maximum(name=f"certain_{kind}")(sure))
        usual.append(layers.Rescaling(0.0, name=f"usual_{kind}")(known[-1]) if whole is None else whole)
    kept = layers.Rescaling(_NETWORK_ERRS, name="kept")(layers.Concatenate(name="usual")(usual))
    scores = layers.Add(name="overruled")([scores, kept])
    known = layers.Concatenate(name="known")(known)
    both = layers.Multiply(name="both")([scores, known])
    total = layers.Rescaling(1, offset=1e-12, name="total")(keras.ops.sum(both, axis=-1, keepdims=True))
    share = both / total
    certain = layers.Multiply(name="certain")([share, known])
    even = np.full((count, count), -1 / count)  # what the certain scores lack to 1, for all kinds alike
    rest = _fixed(layers.Dense(count, name="even"), certain, even, np.full(count, 1 / count))
    return keras.Model(pixels, layers.Add(name="certain_scores")([certain, rest]))


def _largest(values, name: str):
    """The largest of each page's numbers, over layouts and shifts: (b, 1)."""
    from keras import layers

    return layers.GlobalMaxPooling1D(name=f"best_{name}")(layers.Reshape((-1, 1), name=f"list_{name}")(values))


def _fixed(layer: keras.layers.Layer, inputs, kernel, bias=None):
    """Put inputs through a layer whose weights are given and stay."""
    import keras

    layer.dtype_policy, layer.trainable = keras.DTypePolicy("float32"), False
    outputs = layer(inputs)
    layer.set_weights([np.asarray(one, np.float32) for one in (kernel, bias) if one is not None])
    return outputs


def _mapper(shape: tuple[int, int, int]) -> keras.Model:
    import keras

    pixels = keras.Input(shape)
    return keras.Model(pixels, fixed_print.contrast_map(pixels))


def _maps(mapper: keras.Model, images: np.ndarray) -> np.ndarray:
    """Contrast maps of pages: float32 (pages, height, width)."""
    return mapper.predict(np.asarray(images, np.float32), batch_size=128, verbose=0)[..., 0]


def _turned(images: np.ndarray, turns: int) -> np.ndarray:
    """Prepared pages as they look when they are laid the wrong way."""
    return np.stack([page_picture(np.rot90(one, turns), images.shape[1:3]) for one in np.asarray(images)])


def _features(network: keras.Model, images: np.ndarray) -> np.ndarray:
    """The network's last features of uint8 images: float64 (n, features)."""
    import keras

    body = keras.Sequential([keras.Input(network.input_shape[1:]), *network.layers[:-1]])
    return np.asarray(body.predict(np.asarray(images, np.float32), batch_size=128, verbose=0), np.float64)


def _unit(vectors: np.ndarray) -> np.ndarray:
    return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
