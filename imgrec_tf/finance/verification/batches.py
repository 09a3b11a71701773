"""The batches that an embedding learns from: which pictures together, each shifted and lit by another hair."""

from __future__ import annotations

from collections.abc import Callable

import keras
import numpy as np

from imgrec_tf.finance.verification.pictures import PictureSet

BATCH = 64
SHIFT = {"portraits": 3, "signatures": 1}  # pixels, at most
_EACH = 4  # genuine signatures of a writer in a batch, and imitations

Arrangement = Callable[[np.random.Generator], list[np.ndarray]]


def shuffled(pictures: PictureSet) -> Arrangement:
    """Any pictures together."""
    size = min(BATCH, len(pictures))
    return lambda rng: _cut(rng.permutation(len(pictures)), size)


def together(pictures: PictureSet) -> Arrangement:
    """The pictures of one owner follow each other, the owners in random order."""
    places = np.unique(pictures.owners, return_inverse=True)[1].reshape(-1)
    size = min(BATCH, len(pictures))

    def arrange(rng: np.random.Generator) -> list[np.ndarray]:
        order = rng.permutation(len(pictures))
        return _cut(order[np.argsort(rng.permutation(places.max() + 1)[places[order]], kind="stable")], size)

    return arrange


def imitated(pictures: PictureSet) -> Arrangement:
    """Some writers, of each up to four genuine signatures and up to four imitations.

    Raises:
        ValueError: If there are fewer than two writers, genuine signatures of one, or no imitations of one.
    """
    owners = np.unique(pictures.owners)
    own = [np.flatnonzero((pictures.owners == one) & pictures.genuine) for one in owners]
    others = [np.flatnonzero((pictures.owners == one) & ~pictures.genuine) for one in owners]
    fewest = min(len(one) for one in own), min(len(one) for one in others)
    if len(owners) < 2 or fewest[0] < 2 or fewest[1] < 1:
        raise ValueError(
            f"learning from imitations needs two writers, two genuine signatures and one imitation of each; there are "
            f"{len(owners)} writers with at least {fewest[0]} and {fewest[1]}; make signatures with imitators=2"
        )
    size = min(BATCH // (2 * _EACH), len(owners))

    def arrange(rng: np.random.Generator) -> list[np.ndarray]:
        rows = [np.concatenate([rng.permutation(part[one])[:_EACH] for part in (own, others)]) for one in
                range(len(owners))]  # fmt: skip
        return [np.concatenate([rows[one] for one in some]) for some in _cut(rng.permutation(len(owners)), size)]

    return arrange


class Batches(keras.utils.PyDataset):
    """Batches in an arrangement that is drawn anew for each epoch, each picture shifted by up to `shift` pixels, in
    another exposure and contrast."""

    def __init__(self, images, targets: dict[str, np.ndarray], arrange: Arrangement, *, seed: int, shift: int):
        super().__init__(workers=1, use_multiprocessing=False)
        self.images, self.targets, self.arrange = images, targets, arrange
        self.seed, self.shift, self.epoch = seed, shift, -1
        self.on_epoch_end()

    def __len__(self) -> int:
        return len(self.order)

    def __getitem__(self, index: int) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        rng = np.random.default_rng([self.seed, 42, self.epoch, index])
        chosen = self.order[index]
        made = np.stack([_shifted(self.images[one], rng, self.shift) for one in chosen]).astype(np.float32)
        made *= rng.uniform(0.85, 1.15, (len(made), 1, 1, made.shape[-1])).astype(np.float32)
        made += 3 * rng.standard_normal(made.shape, np.float32)
        return np.clip(made, 0, 255), {name: values[chosen] for name, values in self.targets.items()}

    def on_epoch_end(self) -> None:
        """Draw the next epoch."""
        self.epoch += 1
        self.order = self.arrange(np.random.default_rng([self.seed, 41, self.epoch]))


def _cut(order: np.ndarray, size: int) -> list[np.ndarray]:
    """Batches of one size; what is left over waits for another epoch."""
    return list(order[: len(order) // size * size].reshape(-1, size))


def _shifted(image: np.ndarray, rng: np.random.Generator, most: int) -> np.ndarray:
    """Move a picture; what comes in at its border repeats the border."""
    down, right = rng.integers(-most, most + 1, 2)
    rows = np.clip(np.arange(image.shape[0]) + down, 0, image.shape[0] - 1)
    columns = np.clip(np.arange(image.shape[1]) + right, 0, image.shape[1] - 1)
    return image[rows][:, columns]
