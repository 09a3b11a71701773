"""Trains an embedding on pictures whose owners are known."""

from __future__ import annotations

import time
from dataclasses import dataclass

import keras
import numpy as np
import pandas as pd
from keras import layers

from imgrec_tf.finance.verification.batches import SHIFT, Batches, imitated, shuffled, together
from imgrec_tf.finance.verification.imitation_loss import IMITATIONS, ImitationLoss, Weighing
from imgrec_tf.finance.verification.margins import CONTRASTIVE, ContrastiveLoss, CosineScores, MarginLoss
from imgrec_tf.finance.verification.networks import before_length, embedding_network
from imgrec_tf.finance.verification.pictures import PictureSet
from imgrec_tf.finance.verification.traits import traits_of


@dataclass(frozen=True)
class EmbeddingRun:
    """What `train_embedding` returns.

    Attributes:
        model: Pictures in, unit vectors out.
        history: One row an epoch: "loss" and, where there are directions or traits, the two parts of it.
        loss: Its name.
        margin: Its size, 0 where it has none.
        seed: Of weights and batches.
        kind: "portraits" or "signatures".
        identities: How many owners it was trained on.
        seconds: On the clock.
        cpu_seconds: Of processor time, all cores together.
    """

    model: keras.Model
    history: pd.DataFrame
    loss: str
    margin: float
    seed: int
    kind: str
    identities: int
    seconds: float
    cpu_seconds: float


def train_embedding(
    pictures: PictureSet,
    *,
    epochs: int = 24,
    loss: str = "cosface",
    margin: float | None = None,
    traits: float = 1.0,
    learning_rate: float = 4e-3,
    dimensions: int = 64,
    network: keras.Model | None = None,
    seed: int = 0,
    progress: bool = False,
) -> EmbeddingRun:
    """Train an embedding network with a margin loss, or by comparing the pictures of a batch.

    An imitator of a signature is an identity of its own: the network learns to tell the owner's hand from it. (Hafemann
    et al., "Learning features for offline handwritten signature verification", Pattern Recognition 2017, also learn
    from imitations of some writers what gives away the imitations of others.)

    Args:
        pictures: Of the part "train"; the same owners must not be used for validation or test.
        epochs: Times that each picture is shown, each time shifted, lit and blurred by another hair.
        loss: "cosface", "arcface", "none" or "contrastive", see `margins`; for signatures also "imitations", see
            `imitation_loss`, which shows up to four genuine ones and four imitations of each writer in an epoch.
        margin: Of the loss; None for the usual one.
        traits: Weight of the mean squared error in telling what the generator knows about the owner, see `traits`;
            0 to learn without, as photographs would have it.
        learning_rate: The highest one of AdamW's cosine schedule.
        dimensions: Length of the vectors of a new network.
        network: One that was trained before, to go on with; it is changed. What is thrown away after training does not
            start at random then: an owner's direction is the mean of the vectors (Qi, Brown and Lowe, "Low-shot
            learning with imprinted weights", CVPR 2018), traits are answered by least squares.
        seed: Same seed, pictures and machine: same network.
        progress: Show Keras's progress bar.

    Raises:
        TypeError: If `pictures` is no PictureSet.
        ValueError: If it isn't of the part "train", or an argument is out of its range.
    """
    if not isinstance(pictures, PictureSet):
        raise TypeError(f"pictures must be a PictureSet, as make_portraits returns it, got {type(pictures).__name__}")
    if pictures.part != "train":
        raise ValueError(f'train on pictures of the part "train"; these are of the part "{pictures.part}"')
    if epochs < 1:
        raise ValueError(f"epochs must be 1 or more, got {epochs}")
    if not learning_rate > 0:
        raise ValueError(f"learning_rate must be above 0, got {learning_rate}")
    if not traits >= 0:
        raise ValueError(f"traits must be 0 or more, got {traits}")
    if loss == CONTRASTIVE:
        criterion, arrange = ContrastiveLoss(), together(pictures)
    elif loss == IMITATIONS:
        criterion, arrange = ImitationLoss(), imitated(pictures)
    else:
        criterion, arrange = MarginLoss(loss, margin), shuffled(pictures)
    began, cpu = time.perf_counter(), time.process_time()
    targets = {"owner": pictures.classes()}
    going_on = network is not None
    if not going_on:
        network = embedding_network(pictures.images.shape[1:], dimensions=dimensions, seed=seed)
    elif network.input_shape[1:] != pictures.images.shape[1:]:
        raise ValueError(f"the network takes pictures {network.input_shape[1:]}, these are {pictures.images.shape[1:]}")
    if loss == CONTRASTIVE:
        scores = layers.Identity(name="owner")
    elif loss == IMITATIONS:
        scores = Weighing(name="owner")
        writers = np.unique(pictures.owners, return_inverse=True)[1].reshape(-1)
        targets["owner"] = np.stack([writers, pictures.genuine], axis=1)
    else:
        scores = CosineScores(int(targets["owner"].max()) + 1, seed=seed + 1, name="owner")
    answers, criteria = {"owner": scores(network.output)}, {"owner": criterion}
    if traits:
        targets["traits"] = traits_of(pictures)
        answers["traits"] = layers.Dense(
            targets["traits"].shape[1],
            kernel_initializer=keras.initializers.GlorotUniform(seed=seed + 2),
            dtype="float32",
            name="traits",
        )(before_length(network).output)
        criteria["traits"] = keras.losses.MeanSquaredError()
    batches = Batches(pictures.images, targets, arrange, seed=seed, shift=SHIFT[pictures.kind])
    steps = len(batches) * epochs
    warm = max(1, steps // 12)
    schedule = keras.optimizers.schedules.CosineDecay(
        learning_rate / 20, max(1, steps - warm), warmup_target=learning_rate, warmup_steps=warm, alpha=0.005
    )
    learner = keras.Model(network.input, answers)
    if going_on:
        _start_from(network, learner, pictures.images, targets)
    optimizer = keras.optimizers.AdamW(schedule, weight_decay=5e-3, clipnorm=5.0)
    weights = {name: traits if name == "traits" else 1.0 for name in criteria}
    # Compiling by XLA took longer than a short training.
    learner.compile(optimizer, criteria, loss_weights=weights, jit_compile=False)
    fitted = learner.fit(batches, epochs=epochs, shuffle=False, verbose="auto" if progress else 0)
    if not np.isfinite(fitted.history["loss"][-1]):
        raise ValueError(f"training diverged: the loss is {fitted.history['loss'][-1]}; lower learning_rate")
    history = pd.DataFrame(fitted.history, index=pd.RangeIndex(1, epochs + 1, name="epoch"))
    return EmbeddingRun(
        network,
        history,
        loss,
        getattr(criterion, "margin", 0.0),
        seed,
        pictures.kind,
        len(np.unique(pictures.owners)),
        time.perf_counter() - began,
        time.process_time() - cpu,
    )


def _start_from(network: keras.Model, learner: keras.Model, images: np.ndarray, targets: dict[str, np.ndarray]) -> None:
    """Give the layers that end with the training the weights that fit what the network answers already."""
    raw = before_length(network).predict(images, batch_size=256, verbose=0).astype(np.float64)
    if isinstance(learner.get_layer("owner"), CosineScores):
        owners = targets["owner"]
        sums = np.zeros((int(owners.max()) + 1, raw.shape[1]))
        np.add.at(sums, owners, raw / np.linalg.norm(raw, axis=1, keepdims=True))
        learner.get_layer("owner").set_weights([(sums / np.linalg.norm(sums, axis=1, keepdims=True)).T])
    if "traits" in targets:
        known = np.c_[raw, np.ones(len(raw))]
        solved = np.linalg.solve(known.T @ known + 10 * np.eye(known.shape[1]), known.T @ targets["traits"])
        learner.get_layer("traits").set_weights([solved[:-1], solved[-1]])
