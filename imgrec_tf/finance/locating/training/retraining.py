"""Trains the networks from seeds."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import keras
import numpy as np

from imgrec_tf.finance.locating import networks
from imgrec_tf.finance.locating.training import composing, layers, outline_samples, samples
from imgrec_tf.finance.locating.training.photos import TrainingPhoto

STEPS = {"sheet_network": 18_000, "edge_network": 1000, "upright_network": 2400, "page_network": 6000}
PAGE_PHOTOS = 26 * outline_samples.SERIES
_RATE = {"sheet_network": 3e-3, "edge_network": 3e-3, "upright_network": 2e-3, "page_network": 3e-3}


def train_network(
    name: str,
    photos: Sequence[TrainingPhoto] = (),
    pages: Sequence[np.ndarray] = (),
    *,
    seed: int = 0,
    steps: int | None = None,
    scenery: layers.Layers | None = None,
    views: tuple[np.ndarray, np.ndarray] | None = None,
    checkpoint: Path | None = None,
) -> keras.Model:
    """Train one network.

    Args:
        name: One of `weights.NETWORKS`.
        photos: From `photos.photos`, for the edge and the upright network.
        pages: More upright pages, uint8 squares, for the upright network.
        seed: Of the first weights and of all that is drawn.
        steps: Number of batches; None takes `STEPS`.
        scenery: What the sheet network's scenes are composed of; None draws it.
        views: What the page network learns from, of `outline_samples.draw_views`; None draws it from `PAGE_PHOTOS`
            photos.
        checkpoint: File, ending in .weights.h5, that holds the weights so far, written every 500 batches.

    Returns:
        The trained network.
    """
    keras.utils.set_random_seed(seed)
    model = getattr(networks, name)()
    if name == "sheet_network":
        batches, loss = composing.composed_batches(scenery or layers.draw_layers(seed=seed), seed), _overlap_loss
    elif name == "edge_network":
        batches, loss = samples.strip_batches([one for one in photos if one.visible > 0.6], seed), _row_loss
    elif name == "page_network":
        views = outline_samples.draw_views(PAGE_PHOTOS, seed=seed) if views is None else views
        batches = outline_samples.outline_batches(*views, seed)
        loss = keras.losses.BinaryCrossentropy(from_logits=True)
    else:
        own = [samples.upright_page(one) for one in photos if one.document_class != "photo" and one.visible > 0.97]
        batches, loss = samples.upright_batches([*own, *pages], seed), _turn_loss
    steps = STEPS[name] if steps is None else steps
    warm = max(1, steps // 20)
    rate = keras.optimizers.schedules.CosineDecay(
        1e-4, max(1, steps - warm), alpha=1e-2, warmup_target=_RATE[name], warmup_steps=warm
    )
    model.compile(keras.optimizers.AdamW(rate, weight_decay=1e-3), loss)
    epochs = max(1, steps // 50)
    kept = [] if checkpoint is None else [_Kept(checkpoint)]
    model.fit(_ahead(batches), steps_per_epoch=steps // epochs, epochs=epochs, verbose=2, callbacks=kept)
    return model


class _Kept(keras.callbacks.Callback):
    """Writes the weights every tenth epoch."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path

    def on_epoch_end(self, epoch: int, logs=None) -> None:
        if epoch % 10 == 9:
            self.model.save_weights(self.path)


def _overlap_loss(target, logits):
    """Cross-entropy and the soft Dice loss (Milletari, Navab and Ahmadi, 3DV 2016), the latter for small documents."""
    entropy = keras.ops.mean(keras.losses.binary_crossentropy(target, logits, from_logits=True))
    share = keras.ops.sigmoid(logits)
    common = keras.ops.sum(share * target, axis=(1, 2, 3))
    dice = 1 - (2 * common + 30) / (keras.ops.sum(share + target, axis=(1, 2, 3)) + 30)
    return entropy + 0.5 * keras.ops.mean(dice)


def _row_loss(target, logits):
    """Cross-entropy over the rows of each column; a column whose target is empty does not count."""
    counted = keras.ops.sum(target, axis=1)
    entropy = -keras.ops.sum(target * keras.ops.log_softmax(logits, axis=1), axis=1)
    return keras.ops.sum(entropy) / (keras.ops.sum(counted) + 1)


def _turn_loss(_, scores):
    """Cross-entropy over the four turns of each page; the first of four is upright."""
    turns = keras.ops.reshape(scores, (-1, 4))
    return keras.ops.mean(-keras.ops.log_softmax(turns, axis=1)[:, 0])


def _ahead(batches: Iterator) -> Iterator:
    """Make batches in a thread of their own while the network learns; their order stays."""
    made: queue.Queue = queue.Queue(maxsize=4)

    def work() -> None:
        for one in batches:
            made.put(one)

    threading.Thread(target=work, daemon=True).start()
    while True:
        yield made.get()
