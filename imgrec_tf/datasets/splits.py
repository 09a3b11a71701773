"""Splits: train to learn from, validation to choose on, test to look at once.

Classes keep their shares in each split. Where images belong together (one patient, one document, one template), whole
groups are placed, because a model that has seen a patient's first image is not honestly tested on the second.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

_NAMES = ("train", "validation", "test")
_IMPROVING_PASSES = 4


def split(
    labels: Sequence | np.ndarray,
    groups: Sequence | np.ndarray | None = None,
    *,
    validation: float = 0.15,
    test: float = 0.15,
    seed: int = 0,
    class_names: Sequence[str] | None = None,
) -> dict[str, np.ndarray]:
    """Divide images into train, validation and test, with the classes in the same shares.

    Without groups each class is divided on its own, so its share is met to within one image. With groups whole groups
    are placed, largest first, where they bring the class counts nearest to the wanted ones; shares are then met as
    nearly as the sizes of the groups allow. Multi-label data are divided by iterative stratification, rarest label
    first (Sechidis, Tsoumakas and Vlahavas, "On the stratification of multi-label data", ECML PKDD 2011).

    Args:
        labels: One label an image: numbers or text (n,), or 0/1 of shape (n, classes) for several labels an image.
        groups: What an image belongs to, (n,), for example a patient id. Images of one group stay together.
        validation: Share of the images for validation, in [0, 1). 0 gives an empty split.
        test: Share of the images for the test, in [0, 1). 0 gives an empty split.
        seed: Seed of the order in which images or groups are placed.
        class_names: Names of the classes, used in error messages.

    Returns:
        {"train": indices, "validation": indices, "test": indices}, each int64 and in ascending order. Together they
        hold each index once, and train holds every class.

    Raises:
        ValueError: If a share is out of range, lengths differ, or a class has fewer images (or groups) than there are
            splits.
    """
    fractions = _fractions(validation, test)
    counts, texts = _class_matrix(labels, class_names)
    if groups is None:
        group_of = np.arange(len(counts))
        single = counts.sum(axis=1).max(initial=0) <= 1 and np.asarray(labels).ndim == 1
    else:
        group_of = _group_numbers(groups, len(counts))
        single = False
    used = [place for place, share in enumerate(fractions) if share > 0]
    _require_enough(counts, group_of, texts, len(used), grouped=groups is not None)
    generator = np.random.default_rng(seed)
    if single:
        place_of = _place_images(counts.argmax(axis=1), fractions, generator)
    elif groups is None:
        place_of = _place_multi_label(counts, fractions, generator, texts)
    else:
        place_of = _place_groups(counts, group_of, fractions, generator, texts)
    return {name: np.flatnonzero(place_of == place) for place, name in enumerate(_NAMES)}


def _fractions(validation: float, test: float) -> np.ndarray:
    for name, share in (("validation", validation), ("test", test)):
        if not isinstance(share, (int, float, np.number)) or isinstance(share, bool) or not 0 <= share < 1:
            raise ValueError(f"{name} must be a share of the images, at least 0 and below 1, got {share!r}")
    if validation + test >= 1:
        raise ValueError(
            f"validation={validation} and test={test} leave nothing to train on; their sum must be below 1"
        )
    return np.array([1 - validation - test, validation, test])


def _class_matrix(labels, class_names: Sequence[str] | None) -> tuple[np.ndarray, list[str]]:
    """Return a 0/1 matrix (n, classes) and a text for each class."""
    labels = np.asarray(labels)
    if labels.ndim == 2 and labels.shape[1] == 1:
        labels = labels[:, 0]
    if len(labels) == 0 or labels.ndim == 0:
        raise ValueError("there are no labels to split; give one label an image")
    if labels.ndim == 1:
        values, numbers = np.unique(labels, return_inverse=True)
        matrix = np.zeros((len(labels), len(values)), np.int64)
        matrix[np.arange(len(labels)), numbers] = 1
        named = class_names is not None and np.issubdtype(values.dtype, np.integer)
        texts = [str(class_names[v]) if named and 0 <= v < len(class_names) else str(v) for v in values]
        return matrix, texts
    if labels.ndim != 2 or not np.isin(labels, (0, 1)).all():
        raise ValueError(
            f"labels must have shape (n,), or (n, classes) of 0 and 1, got {labels.dtype} of shape {labels.shape}"
        )
    texts = list(class_names) if class_names is not None else [str(number) for number in range(labels.shape[1])]
    return labels.astype(np.int64), [str(text) for text in texts]


def _group_numbers(groups, count: int) -> np.ndarray:
    groups = np.asarray(groups)
    if groups.shape != (count,):
        raise ValueError(f"groups must have shape ({count},), one group an image, got {groups.shape}")
    return np.unique(groups.astype(str), return_inverse=True)[1]


def _require_enough(counts: np.ndarray, group_of: np.ndarray, texts: list[str], needed: int, *, grouped: bool) -> None:
    what = "groups" if grouped else "images"
    for number, text in enumerate(texts):
        found = len(np.unique(group_of[counts[:, number] > 0]))
        if found < needed:
            raise ValueError(
                f"class {text!r} has images in {found} {what}, but {needed} splits need at least {needed} {what} of "
                f"it; add images, merge the class with another, or make fewer splits (test=0)"
                if grouped
                else f"class {text!r} has {found} images, but {needed} splits need at least {needed} of each class; "
                "add images, merge the class with another, or make fewer splits (test=0)"
            )
    if len(np.unique(group_of)) < needed:
        raise ValueError(
            f"there are {len(np.unique(group_of))} {what} for {needed} splits; each split needs at least one"
        )


def _place_images(classes: np.ndarray, fractions: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    place_of = np.zeros(len(classes), np.int64)
    sizes = np.bincount(classes)
    wanted = np.zeros((len(fractions), len(sizes)), np.int64)
    for place in (1, 2):
        if fractions[place] > 0:
            wanted[place] = _shares(sizes, fractions[place])
    for number, size in enumerate(sizes):
        while wanted[1:, number].sum() >= size:  # a tiny class: leave one image to train
            wanted[1 + wanted[1:, number].argmax(), number] -= 1
        members = generator.permutation(np.flatnonzero(classes == number))
        first = wanted[1, number]
        place_of[members[:first]] = 1
        place_of[members[first : first + wanted[2, number]]] = 2
    return place_of


def _shares(sizes: np.ndarray, share: float) -> np.ndarray:
    """Round `share * sizes` to whole images, at least 1 each, so that the total is right (largest remainders go up)."""
    exact = sizes * share
    whole = np.floor(exact + 1e-9).astype(np.int64)
    missing = round(float(exact.sum())) - int(whole.sum())
    for number in np.argsort(-(exact - whole), kind="stable")[: max(0, missing)]:
        whole[number] += 1
    return np.maximum(whole, 1)


def _place_multi_label(counts, fractions, generator, texts) -> np.ndarray:
    """Iterative stratification; images without any label count as one more label, placed last."""
    place_of = np.full(len(counts), -1)
    none = counts.sum(axis=1, keepdims=True) == 0
    matrix = np.concatenate([counts, none], axis=1)
    wanted = fractions[:, None] * matrix.sum(axis=0)
    room = fractions * len(counts)
    open_images = np.ones(len(counts), bool)
    while open_images.any():
        left = matrix[open_images].sum(axis=0)
        label = int(np.where(left > 0, left, np.iinfo(np.int64).max).argmin())
        for image in generator.permutation(np.flatnonzero(open_images & (matrix[:, label] > 0))):
            need = np.where(fractions > 0, wanted[:, label], -np.inf)
            best = np.flatnonzero(need >= need.max() - 1e-9)
            place = int(best[room[best].argmax()])
            place_of[image] = place
            wanted[place] -= matrix[image]
            room[place] -= 1
            open_images[image] = False
    used = np.flatnonzero(fractions > 0)
    content = np.concatenate([counts, np.ones((len(counts), 1), np.int64)], axis=1)
    wanted = fractions[used, None] * content.sum(axis=0)
    place_of = np.searchsorted(used, place_of)
    _repair(place_of, content, wanted, 1 / wanted, texts)
    return used[place_of]


def _place_groups(counts, group_of, fractions, generator, texts) -> np.ndarray:
    content = np.zeros((group_of.max() + 1, counts.shape[1] + 1))  # images by class, and in all, of each group
    np.add.at(content, group_of, np.concatenate([counts, np.ones((len(counts), 1), np.int64)], axis=1))
    used = np.flatnonzero(fractions > 0)
    wanted = fractions[used, None] * content.sum(axis=0)
    scale = 1 / wanted
    order = generator.permutation(len(content))
    order = order[np.argsort(-content[order, -1], kind="stable")]
    place_of = np.zeros(len(content), np.int64)
    filled = np.zeros_like(wanted)

    for group in order:
        place_of[group] = _cost_of_adding(filled, wanted, scale, content[group]).argmin()
        filled[place_of[group]] += content[group]
    for _ in range(_IMPROVING_PASSES):
        if not _improve(place_of, filled, wanted, scale, content, order):
            break
    _repair(place_of, content, wanted, scale, texts)
    return used[place_of][group_of]


def _cost_of_adding(filled, wanted, scale, group) -> np.ndarray:
    """Change of the squared distance from the wanted counts, divided by those counts, for each split."""
    return ((2 * (filled - wanted) * group + group**2) * scale).sum(axis=1)


def _improve(place_of, filled, wanted, scale, content, order) -> bool:
    """Move single groups while that brings the counts nearer to the wanted ones; say whether any was moved."""
    moved = False
    for group in order:
        here = place_of[group]
        filled[here] -= content[group]
        best = int(_cost_of_adding(filled, wanted, scale, content[group]).argmin())
        filled[best] += content[group]
        place_of[group] = best
        moved = moved or best != here
    return moved


def _repair(place_of, content, wanted, scale, texts) -> None:
    """Give each split a group, and train every class, by the moves that cost least."""
    for place in range(len(wanted)):
        if not (place_of == place).any():
            _move(place_of, content, wanted, scale, place, np.ones(len(content), bool))
    for number, text in enumerate(texts):
        holds = content[:, number] > 0
        if not holds[place_of == 0].any() and not _move(place_of, content, wanted, scale, 0, holds):
            raise ValueError(
                f"class {text!r} cannot be in train while every split keeps a group; use smaller groups, or make "
                "fewer splits (test=0)"
            )


def _move(place_of, content, wanted, scale, target, candidates) -> bool:
    """Move one candidate group to `target` from a split that keeps another one; say whether there was such a group."""
    sizes = np.bincount(place_of, minlength=len(wanted))
    movable = np.flatnonzero(candidates & (place_of != target) & (sizes[place_of] > 1))
    if not len(movable):
        return False
    filled = np.stack([content[place_of == place].sum(axis=0) for place in range(len(wanted))])
    costs = []
    for group in movable:
        after = filled.copy()
        after[place_of[group]] -= content[group]
        after[target] += content[group]
        costs.append((((after - wanted) ** 2) * scale).sum())
    place_of[movable[int(np.argmin(costs))]] = target
    return True
