"""Parts of validation data: one half to fit on and one to check on, and a clinic with another share of ill people."""

from __future__ import annotations

from typing import TypeVar

import numpy as np

from imgrec_tf.datasets import splits
from imgrec_tf.decisions.checks import check_share
from imgrec_tf.evaluation import Evaluation

Part = TypeVar("Part")


def halves(whole: Part, *, share: float = 0.5, seed: int = 0) -> tuple[Part, Part]:
    """Divide a split or an evaluation in two, whole groups, with the classes in the same shares.

    Args:
        whole: A split of an `ImageDataset`, or an `Evaluation`.
        share: Of the images that go into the second part, in (0, 1).
        seed: Of the division.

    Returns:
        The two parts, of the same kind, named "<name>, first part" and "<name>, second part".

    Raises:
        TypeError: If it is neither.
        ValueError: If the share is out of range, or a class has fewer than two images (or groups).
    """
    _check(whole)
    check_share("share", share)
    places = splits.split(
        whole.labels, whole.groups, validation=share, test=0, seed=seed, class_names=whole.class_names
    )
    return (
        _subset(whole, places["train"], f"{whole.name}, first part"),
        _subset(whole, places["validation"], f"{whole.name}, second part"),
    )


def with_prevalence(whole: Part, prevalence: float, *, seed: int = 0) -> Part:
    """Leave out images of one class, whole groups in a random order, until class 1 has a stated share.

    Stands in for another clinic: the images of each class stay what they were, and only their shares differ.

    Args:
        whole: A binary split, or `Evaluation`.
        prevalence: Share of class 1 that is wanted, in (0, 1); reached to within the images of one group.
        seed: Of the order.

    Returns:
        The rest, of the same kind, its images in their order, named "<name>, prevalence <share>".

    Raises:
        TypeError: If it is neither.
        ValueError: If the task is not binary, the share is out of range, or too few images would be left.
    """
    _check(whole)
    check_share("prevalence", prevalence)
    if whole.task != "binary":
        raise ValueError(f"a prevalence belongs to a binary task, this one is {whole.task}")
    positive = whole.labels == 1
    have, others = int(positive.sum()), int((~positive).sum())
    too_many = have > prevalence * (have + others)
    wanted = others * prevalence / (1 - prevalence) if too_many else have * (1 - prevalence) / prevalence
    thinned = positive if too_many else ~positive
    units = np.arange(len(positive)) if whole.groups is None else np.unique(whole.groups, return_inverse=True)[1]
    order = np.random.default_rng(seed).permutation(units.max() + 1)
    counts = np.bincount(units, weights=thinned)[order]
    # As many whole groups as bring the number nearest to the wanted one.
    taken = int(np.argmin(np.abs(np.r_[0, np.cumsum(counts)] - wanted)))
    kept = ~thinned | np.isin(units, order[:taken])
    if not (kept & thinned).any() or not (kept & ~thinned).any():
        raise ValueError(
            f"a prevalence of {prevalence:g} would leave no image of one class out of {have} and {others}; choose one "
            "further from 0 and 1"
        )
    return _subset(whole, np.flatnonzero(kept), f"{whole.name}, prevalence {prevalence:.0%}")


def _check(whole) -> None:
    if not (isinstance(whole, Evaluation) or all(hasattr(whole, name) for name in ("subset", "labels", "groups"))):
        raise TypeError(f"a split or an Evaluation is needed, got {type(whole).__name__}; pass dataset.validation")


def _subset(whole, places: np.ndarray, name: str):
    if not isinstance(whole, Evaluation):
        return whole.subset(places, name=name)
    kept = {
        what: None if values is None else np.asarray(values)[places]
        for what, values in (("images", whole.images), ("sources", whole.sources), ("groups", whole.groups))
        if isinstance(values, (np.ndarray, list, tuple, type(None)))
    }
    return Evaluation.from_scores(
        whole.scores[places],
        whole.labels[places],
        class_names=whole.class_names,
        task=whole.task,
        synthetic=whole.synthetic,
        name=name,
        threshold=whole.threshold,
        confidence=whole.confidence,
        resamples=whole.resamples,
        seed=whole.seed,
        **kept,
    )
