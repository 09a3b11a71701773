"""Losses that ask more of the right answer than to win: it has to win by a margin.

During training every identity has a direction on the sphere, and a vector is scored by its cosine to each of them.
The margin makes the right one's score worse on purpose, so that vectors of one identity are drawn closer together
than naming them would need; that is what carries over to people who were never seen. The directions are thrown away.

- "cosface": cos θ - margin. Wang et al., "CosFace: large margin cosine loss for deep face recognition", CVPR 2018.
- "arcface": cos(θ + margin). Deng et al., "ArcFace: additive angular margin loss for deep face recognition", CVPR 2019.
- "none": cos θ, the normalised softmax, to compare with.

`ContrastiveLoss` is the other family, without directions: it compares the vectors of a batch with each other.
"""

from __future__ import annotations

import keras
from keras import layers, ops

CONTRASTIVE = "contrastive"
MARGINS = {"cosface": 0.2, "arcface": 0.25, "none": 0.0}  # with their usual sizes here


@keras.saving.register_keras_serializable("imgrec_tf")
class CosineScores(layers.Layer):
    """Cosines between unit vectors (b, d) and one learnt direction for each class: float32 (b, classes)."""

    def __init__(self, classes: int, *, seed: int = 0, **options):
        super().__init__(**{"dtype": "float32", **options})
        self.classes, self.seed = classes, seed

    def build(self, input_shape):
        """Make the directions."""
        initial = keras.initializers.RandomNormal(seed=self.seed)
        self.directions = self.add_weight((input_shape[-1], self.classes), initializer=initial, name="directions")

    def call(self, vectors):
        """Return the cosines."""
        length = ops.sqrt(ops.sum(ops.square(self.directions), axis=0, keepdims=True) + 1e-9)
        return ops.matmul(vectors, self.directions / length)

    def get_config(self):
        """Return what `__init__` takes."""
        return super().get_config() | {"classes": self.classes, "seed": self.seed}


class MarginLoss(keras.losses.Loss):
    """Cross-entropy of scaled cosines, the right one's made worse by a margin."""

    def __init__(self, kind: str = "cosface", margin: float | None = None, scale: float = 24.0):
        """Choose the margin.

        Args:
            kind: "cosface", "arcface" or "none".
            margin: Its size, 0 to 1: a cosine, or an angle in radians; None for that of `MARGINS`.
            scale: What cosines are multiplied by to become logits.

        Raises:
            ValueError: If an argument is out of its range.
        """
        super().__init__(name="margin_loss")
        if kind not in MARGINS:
            raise ValueError(f"the loss must be one of {', '.join(MARGINS)}, got {kind!r}")
        margin = MARGINS[kind] if margin is None else margin
        if not 0 <= margin <= 1 or not scale > 0:
            raise ValueError(f"margin must be from 0 to 1 and scale above 0, got {margin} and {scale}")
        self.kind, self.margin, self.scale = kind, float(margin), float(scale)

    def call(self, y_true, y_pred):
        """Return the loss of each picture: labels int (b,) and cosines (b, classes)."""
        labels = ops.cast(ops.reshape(y_true, (-1,)), "int32")
        right = ops.one_hot(labels, ops.shape(y_pred)[-1], dtype="float32")
        if self.kind == "arcface":
            angle = ops.arccos(ops.clip(y_pred, -1 + 1e-6, 1 - 1e-6))
            worse = ops.cos(ops.minimum(angle + self.margin, 3.14159265))
        else:
            worse = y_pred - self.margin
        logits = self.scale * (right * worse + (1 - right) * y_pred)
        return keras.losses.sparse_categorical_crossentropy(labels, logits, from_logits=True)


class ContrastiveLoss(keras.losses.Loss):
    """Every picture of a batch is to be nearer to those of the same person than to all others of the batch.

    A Siamese comparison of all pairs at once; the nearest strangers weigh most. Khosla et al., "Supervised contrastive
    learning", NeurIPS 2020, equation 2.
    """

    def __init__(self, temperature: float = 0.1):
        """Choose what cosines are divided by, above 0.

        Raises:
            ValueError: If it is not above 0.
        """
        super().__init__(name="contrastive_loss")
        if not temperature > 0:
            raise ValueError(f"temperature must be above 0, got {temperature}")
        self.temperature = float(temperature)

    def call(self, y_true, y_pred):
        """Return the loss of each picture: labels int (b,) and unit vectors (b, d); 0 where nobody else is alike."""
        labels = ops.reshape(y_true, (-1, 1))
        itself = ops.eye(ops.shape(y_pred)[0])
        logits = ops.matmul(y_pred, ops.transpose(y_pred)) / self.temperature - 1e9 * itself
        alike = ops.cast(ops.equal(labels, ops.transpose(labels)), "float32") * (1 - itself)
        logs = ops.maximum(logits - ops.logsumexp(logits, axis=1, keepdims=True), -1e4)
        return -ops.sum(alike * logs, axis=1) / ops.maximum(ops.sum(alike, axis=1), 1.0)
