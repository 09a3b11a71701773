"""Does a map depend on what the network has learnt? With shuffled weights it must look different."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from imgrec_tf.explain import inputs
from imgrec_tf.explain.gradients import grad_cam

LIMIT = 0.5  # mean rank correlation from which a map counts as unchanged


@dataclass(frozen=True)
class SanityCheck:
    """What became of the maps when the weights were shuffled.

    Attributes:
        correlations: float64 (n,): rank correlation of each image's two maps, in [-1, 1]; 0 where one of them is flat,
            1 where both are.
        maps: float32 (n, height, width): with the model's own weights.
        shuffled_maps: The same with shuffled weights.
        limit: Up to which mean correlation the check is passed.
    """

    correlations: np.ndarray
    maps: np.ndarray
    shuffled_maps: np.ndarray
    limit: float = LIMIT

    @property
    def passed(self) -> bool:
        """Whether the maps depend on the weights: their mean correlation stays below the limit."""
        return bool(self.correlations.mean() < self.limit)

    def __str__(self) -> str:
        verdict = "passed: the maps depend on the weights" if self.passed else "failed: the maps ignore the weights"
        return f"{verdict} (mean rank correlation {self.correlations.mean():.2f}, limit {self.limit:g})"


def sanity_check(
    model, images: np.ndarray, method: Callable[..., np.ndarray] = grad_cam, *, seed: int = 0, limit: float = LIMIT
) -> SanityCheck:
    """Shuffle all weights of a network and compare its maps with those from before.

    A map that stays the same shows edges of the image, not what the network has learnt (Adebayo et al., "Sanity checks
    for saliency maps", NeurIPS 2018, who compare by rank correlation, too). The model gets its weights back.

    Args:
        model: As in `grad_cam`.
        images: As in `grad_cam`; a dozen are enough.
        method: What draws the maps: `grad_cam`, `saliency`, `occlusion`, or a function of yours that takes model,
            images and class indices.
        seed: Seed of the shuffling.
        limit: Mean rank correlation from which on the check is failed, in (0, 1).

    Returns:
        The correlations and both sets of maps; both explain the class that the model itself answers.

    Raises:
        TypeError: If an argument has a wrong type.
        ValueError: If images do not fit the model, or the limit is out of range.
    """
    if not callable(method):
        raise TypeError(f"method must be a function such as explain.grad_cam, got {method!r}")
    if not 0 < limit < 1:
        raise ValueError(f"limit must lie between 0 and 1, got {limit}")
    model = inputs.model_of(model)
    pixels = inputs.pixels_of(model, images)
    chosen = inputs.classes_of(model, pixels, None)
    maps = method(model, pixels, chosen)
    kept = model.get_weights()
    rng = np.random.default_rng(seed)
    try:
        model.set_weights([_shuffled(one, rng) for one in kept])
        shuffled = method(model, pixels, chosen)
    finally:
        model.set_weights(kept)
    found = np.array([_rank_correlation(one, other) for one, other in zip(maps, shuffled)])
    return SanityCheck(found, maps, shuffled, float(limit))


def _shuffled(weights: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The same numbers in another order, so that their spread stays; states of random generators stay as they are."""
    if not np.issubdtype(weights.dtype, np.floating):
        return weights
    return rng.permutation(weights.ravel()).reshape(weights.shape)


def _rank_correlation(one: np.ndarray, other: np.ndarray) -> float:
    from scipy import stats

    flat = [np.ptp(heat) == 0 for heat in (one, other)]
    if any(flat):
        return float(all(flat))  # a map that is flat with both sets of weights has not changed
    return float(stats.spearmanr(one.ravel(), other.ravel()).statistic)
