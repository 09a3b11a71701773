"""Split-conformal prediction: a set of classes for each image that holds the true one as often as you ask.

On images that were not trained on, each true class gets a score of strangeness. A quantile of these scores, chosen a
little above the wanted share because the images are finite, decides which classes enter the set of a new image. If the
new images come from the same source (are exchangeable with the calibration images), the true class is in the set with
probability 1 - alpha or more, whatever the model is (Vovk, Gammerman and Shafer, "Algorithmic learning in a random
world", 2005; Angelopoulos and Bates, "A gentle introduction to conformal prediction", 2021). If they do not, nothing is
promised, and no warning is given.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from imgrec_tf.decisions.checks import check_for_choosing, check_share
from imgrec_tf.evaluation import Evaluation, intervals
from imgrec_tf.evaluation.inputs import checked_groups, checked_labels, checked_scores

if TYPE_CHECKING:
    import pandas as pd

METHODS = ("marginal", "by class", "adaptive")


@dataclass(frozen=True)
class PredictionSets:
    """The set of classes of each image.

    Attributes:
        members: bool (n, k), True where the class is in the set.
        class_names: k names.
        alpha: Share of images that may miss their true class.
    """

    members: np.ndarray
    class_names: tuple[str, ...]
    alpha: float

    def __len__(self) -> int:
        return len(self.members)

    @property
    def sizes(self) -> np.ndarray:
        """Number of classes in each set, int64 (n,). One is an answer, more is "cannot tell", none is "unlike all"."""
        return self.members.sum(axis=1)

    def texts(self) -> list[str]:
        """Return the names in each set with " or " between, "none of them" where it is empty."""
        names = np.array(self.class_names, dtype=object)
        return [" or ".join(names[row]) or "none of them" for row in self.members]

    def coverage(self, labels, groups=None, *, confidence: float = 0.95) -> pd.DataFrame:
        """Count how often the true class is in the set, over all images and by class.

        Args:
            labels: int (n,), the true classes.
            groups: (n,), images of one group count together in the intervals; None for none.
            confidence: Of the intervals (Wilson's), between 0 and 1.

        Returns:
            One row for "all" and one a class: class, images, coverage, low, high, wanted (1 - alpha), mean_size of the
            sets, one_answer (share of sets with one class). NaN for a class without images.

        Raises:
            ValueError: If lengths differ, or a label is out of range.
        """
        import pandas as pd

        check_share("confidence", confidence)
        labels = checked_labels(labels, len(self.class_names), "multi-class")
        if len(labels) != len(self):
            raise ValueError(f"there are {len(labels)} labels for {len(self)} sets; give one for each")
        groups = checked_groups(groups, len(labels))
        hit = self.members[np.arange(len(labels)), labels]
        rows = []
        for name, chosen in [
            ("all", np.ones(len(labels), bool)),
            *((name, labels == place) for place, name in enumerate(self.class_names)),
        ]:
            ends = intervals.wilson(hit & chosen, chosen, groups, confidence)
            means = (
                [float(one[chosen].mean()) for one in (hit, self.sizes, self.sizes == 1)]
                if chosen.any()
                else [float("nan")] * 3
            )
            rows.append((name, int(chosen.sum()), means[0], *ends, 1 - self.alpha, *means[1:]))
        columns = ["class", "images", "coverage", "low", "high", "wanted", "mean_size", "one_answer"]
        return pd.DataFrame(rows, columns=columns)


@dataclass(frozen=True)
class ConformalRule:
    """What decides which classes enter the set of an image.

    Attributes:
        limits: float64 (k,): a class enters where its strangeness is at most this; infinite where it always enters.
        class_names: k names.
        alpha: Share of images that may miss their true class.
        method: "marginal", "by class" or "adaptive".
        images: How many images the limits rest on, of each class, int64 (k,).
        notes: Sentences about what the calibration images were too few for.
    """

    limits: np.ndarray
    class_names: tuple[str, ...]
    alpha: float
    method: str
    images: np.ndarray
    notes: tuple[str, ...] = field(default=())

    def sets(self, scores) -> PredictionSets:
        """Return the sets of images.

        Args:
            scores: (n, k) probabilities, as those of the evaluation that the rule was fitted on; for two classes also
                (n,) or (n, 1) of class 1.

        Raises:
            ValueError: If the shape is wrong, or they are NaN or no probabilities.
        """
        task = "binary" if len(self.class_names) == 2 else "multi-class"
        scores = checked_scores(scores, len(np.asarray(scores)), len(self.class_names), task)
        return PredictionSets(strangeness(scores, self.method) <= self.limits, self.class_names, self.alpha)


def fit_conformal(
    evaluation: Evaluation, alpha: float = 0.1, *, method: str = "marginal", seed: int = 0
) -> ConformalRule:
    """Find the limits of strangeness on validation data.

    - "marginal": strangeness is 1 minus the score of the class; one limit for all classes. The share 1 - alpha holds
      over all images; a rare class may fall below it.
    - "by class": the same with a limit for each class (label-conditional, or Mondrian), so that the share holds for
      each class. A class with too few images for its limit enters every set, and `notes` says so.
    - "adaptive": strangeness is the sum of the scores from the highest down to the class (Romano, Sesia and Candès
      2020, without their random part): larger sets where images are harder.

    The limit is the ceil((n + 1)(1 - alpha))-th smallest strangeness of the true classes of n images. Images of one
    group are not exchangeable with those of others one by one; where the evaluation has groups, one image is drawn of
    each, which keeps the promise for the images of new groups (Dunn, Wasserman and Ramdas 2023).

    Args:
        evaluation: Of validation images that no temperature and no threshold was fitted on; not multi-label.
        alpha: Share of images that may miss their true class, in (0, 1).
        method: One of these three.
        seed: Of the draw of one image a group.

    Raises:
        TypeError: If it is no Evaluation.
        ValueError: If it is of a test split or multi-label, a class is absent, `alpha` or `method` is not accepted.
    """
    check_for_choosing(evaluation, ("binary", "multi-class", "ordinal"))
    check_share("alpha", alpha)
    if method not in METHODS:
        raise ValueError(f"method must be one of {', '.join(METHODS)}, got {method!r}")
    kept = _one_a_group(evaluation.groups, len(evaluation), seed)
    labels = evaluation.labels[kept]
    strange = strangeness(evaluation.scores[kept], method)[np.arange(len(kept)), labels]
    classes = len(evaluation.class_names)
    counts = np.bincount(labels, minlength=classes)
    if method == "by class":
        limits = np.array([quantile(strange[labels == place], alpha) for place in range(classes)])
    else:
        limits = np.full(classes, quantile(strange, alpha))
    needed = math.ceil(1 / alpha - 1e-9) - 1
    kind = "images" if evaluation.groups is None else "groups"
    notes = [
        f"“{evaluation.class_names[place]}” has {counts[place]} {kind}, and {needed} are needed for alpha={alpha:g}: "
        "it enters every set."
        for place in np.flatnonzero(np.isinf(limits))
    ]
    return ConformalRule(limits, evaluation.class_names, float(alpha), method, counts, tuple(notes))


def quantile(strange: np.ndarray, alpha: float) -> float:
    """Return the ceil((n + 1)(1 - alpha))-th smallest of n numbers, infinity where n is too small for it."""
    rank = math.ceil((len(strange) + 1) * (1 - alpha) - 1e-9)
    return float(np.sort(strange)[rank - 1]) if rank <= len(strange) else math.inf


def strangeness(scores: np.ndarray, method: str) -> np.ndarray:
    """Return how strange each class would be for each image, float64 (n, k), from scores (n, k)."""
    if method != "adaptive":
        return 1 - scores
    order = np.argsort(-scores, axis=1, kind="stable")
    summed = np.cumsum(np.take_along_axis(scores, order, axis=1), axis=1)
    strange = np.empty_like(summed)
    np.put_along_axis(strange, order, summed, axis=1)
    return strange


def _one_a_group(groups: np.ndarray | None, count: int, seed: int) -> np.ndarray:
    if groups is None:
        return np.arange(count)
    shuffled = np.random.default_rng(seed).permutation(count)
    return np.sort(shuffled[np.unique(groups[shuffled], return_index=True)[1]])
