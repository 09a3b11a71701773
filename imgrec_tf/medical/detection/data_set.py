"""Pictures with boxes, split into train, validation and test: by picture, or by group where groups are known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from imgrec_tf.medical.detection.boxes import checked_boxes, inside
from imgrec_tf.medical.detection.pictures import colour

if TYPE_CHECKING:
    import pandas

    from imgrec_tf import plots
    from imgrec_tf.datasets import DatasetCard

PROBLEM_COLUMNS = ("picture", "class", "box", "problem")


@dataclass(frozen=True)
class BoxSplit:
    """Pictures with a box and a class for each object.

    Attributes:
        images: uint8 (height, width, 3); sizes may differ.
        boxes: float32 (n, 4) for each picture: left, top, right, bottom in pixels from the top left corner. n may be 0.
        labels: int64 (n,) for each picture, places in `class_names`.
        class_names: Names of the classes.
        names: Name of each picture.
        groups: What each picture belongs to, such as a patient, text (n,); or None where nobody knows.
        name: "train", "validation" or "test".
        synthetic: True when the pictures were made by a program.
    """

    images: tuple[np.ndarray, ...]
    boxes: tuple[np.ndarray, ...]
    labels: tuple[np.ndarray, ...]
    class_names: tuple[str, ...]
    names: tuple[str, ...]
    groups: np.ndarray | None = None
    name: str = "images"
    synthetic: bool = False

    def __len__(self) -> int:
        return len(self.images)

    def __repr__(self) -> str:
        objects = ", ".join(f"{name} {count}" for name, count in zip(self.class_names, self.counts().sum(axis=0)))
        return f"<BoxSplit {self.name}: {len(self)} pictures; {objects}>"

    def counts(self) -> np.ndarray:
        """Return the number of objects of each class in each picture, int64 (pictures, classes)."""
        counted = [np.bincount(labels, minlength=len(self.class_names)) for labels in self.labels]
        return np.array(counted, np.int64).reshape(len(self), len(self.class_names))

    def subset(self, places: Sequence[int], name: str | None = None) -> BoxSplit:
        """Return some of the pictures, by their places."""
        places = [int(place) for place in places]
        return BoxSplit(
            *(tuple(values[place] for place in places) for values in (self.images, self.boxes, self.labels)),
            self.class_names,
            tuple(self.names[place] for place in places),
            None if self.groups is None else self.groups[places],
            name or self.name,
            self.synthetic,
        )

    def preview(self, count: int = 4) -> plots.Figure:
        """Return a figure of the first pictures with their boxes."""
        from imgrec_tf.medical.detection.figures import show_boxes

        return show_boxes(self.subset(range(min(count, len(self)))))


@dataclass(frozen=True)
class BoxDataset:
    """Three splits, the card that says where the pictures come from, and what was wrong with the boxes.

    Attributes:
        train: Pictures to train on.
        validation: Pictures to choose on.
        test: Pictures to measure on, once.
        card: Where the pictures come from.
        problems: One row for each box that was cut or left out and each picture without a box: picture, class, box,
            problem.
    """

    train: BoxSplit
    validation: BoxSplit
    test: BoxSplit
    card: DatasetCard
    problems: pandas.DataFrame = field(repr=False, compare=False, default=None)

    def __repr__(self) -> str:
        parts = ", ".join(f"{part.name} {len(part)}" for part in (self.train, self.validation, self.test))
        told = 0 if self.problems is None else len(self.problems)
        return (
            f"<BoxDataset {self.card.name}: {parts}; {', '.join(self.class_names)}; {told} rows in problems"
            f"{', synthetic' if self.synthetic else ''}>"
        )

    @property
    def class_names(self) -> tuple[str, ...]:
        """Names of the classes."""
        return self.train.class_names

    @property
    def synthetic(self) -> bool:
        """True when the pictures were made by a program."""
        return self.card.synthetic


def from_arrays(
    images: Sequence[np.ndarray],
    boxes: Sequence[np.ndarray],
    labels: Sequence[np.ndarray],
    class_names: Sequence[str],
    *,
    groups: Sequence | None = None,
    names: Sequence[str] | None = None,
    parts: Sequence[str] | None = None,
    validation: float = 0.15,
    test: float = 0.15,
    seed: int = 0,
    card: DatasetCard | None = None,
) -> BoxDataset:
    """Make a data set of pictures and boxes in memory.

    Args:
        images: Array (n, height, width[, channels]), or a list of pictures of several sizes: uint8, uint16 or floats in
            [0, 1], grey or colour.
        boxes: For each picture (k, 4): left, top, right, bottom in pixels. k may be 0.
        labels: For each picture (k,): places in `class_names`.
        class_names: Names of the classes.
        groups: What each picture belongs to, such as a patient; pictures of one group stay in one split. Where it is
            left out, pictures are divided one by one.
        names: Name of each picture; "picture 0" and so on where left out.
        parts: "train", "validation" or "test" for each picture, where a division exists; it is not changed.
        validation: Share of the pictures, in (0, 1), where `parts` is left out.
        test: Share of the pictures, in (0, 1), where `parts` is left out.
        seed: Seed of the division.
        card: Where the pictures come from; a card that says "not stated" where left out.

    Returns:
        The data set. A box that reaches beyond its picture is cut, an empty one is left out, and a picture without
        boxes is kept, since an empty field of view is an answer too: each is a row in `problems`.

    Raises:
        TypeError: If a picture has values of another type, or labels are not whole numbers.
        ValueError: If there are no pictures, lengths differ, a label is no class, no picture has a box, a split would
            be empty, or a group stands in two of the given parts.
    """
    from imgrec_tf.datasets import splits

    names = [f"picture {place}" for place in range(len(images))] if names is None else [str(name) for name in names]
    class_names = tuple(str(name) for name in class_names)
    if not len(images):
        raise ValueError("there are no pictures; give at least three, one for each split")
    if not class_names or len(set(class_names)) < len(class_names):
        raise ValueError(f"class_names must be one or more names, each once; got {', '.join(class_names) or 'none'}")
    given = {"boxes": boxes, "labels": labels, "names": names, "groups": groups, "parts": parts}
    for what, values in given.items():
        if values is not None and len(values) != len(images):
            raise ValueError(f"there are {len(images)} pictures and {len(values)} {what}; give one for each picture")
    images = [colour(image, f"picture {name}") for image, name in zip(images, names)]
    kept_boxes, kept_labels, problems = [], [], []
    for image, edges, classes, name in zip(images, boxes, labels, names):
        edges, classes = checked_boxes(edges, classes, len(class_names), name)
        cut, kept, told = inside(edges, *image.shape[:2])
        kept_boxes.append(cut[kept])
        kept_labels.append(classes[kept])
        problems += [(name, class_names[classes[place]], edges[place].tolist(), text) for place, text in told]
        if not kept.any():
            problems.append((name, None, None, "has no box; kept as a picture without objects"))
    if not any(len(one) for one in kept_boxes):
        raise ValueError(f"none of the {len(images)} pictures has a box; there is nothing to find")
    if parts is None:
        places = splits.split(np.zeros(len(images), int), groups, validation=validation, test=test, seed=seed)
    else:
        places = _stated(parts, groups)
    groups = None if groups is None else np.asarray(groups).astype(str)
    return _assembled(
        (tuple(images), tuple(kept_boxes), tuple(kept_labels), class_names, tuple(names), groups),
        places,
        problems,
        card,
    )


def _assembled(values: tuple, places: dict[str, np.ndarray], problems: list, card: DatasetCard | None) -> BoxDataset:
    from dataclasses import replace

    import pandas as pd

    from imgrec_tf.datasets import DatasetCard

    card = card or DatasetCard("boxes", "Pictures with boxes", "multi-label", values[3])
    whole = BoxSplit(*values, synthetic=card.synthetic)
    card = replace(card, splits={name: len(chosen) for name, chosen in places.items()})
    made = (whole.subset(places[name], name) for name in ("train", "validation", "test"))
    return BoxDataset(*made, card=card, problems=pd.DataFrame(problems, columns=list(PROBLEM_COLUMNS)))


def _stated(parts: Sequence[str], groups: Sequence | None) -> dict[str, np.ndarray]:
    """Return the places of the given parts, after checking that no group stands in two of them."""
    parts = np.asarray(parts).astype(str)
    places = {name: np.flatnonzero(parts == name) for name in ("train", "validation", "test")}
    unknown = sorted(set(parts) - set(places))
    empty = [name for name, chosen in places.items() if not len(chosen)]
    if unknown or empty:
        wrong = f"{str(unknown[0])!r} is none of them" if unknown else f"{empty[0]} has no picture"
        raise ValueError(f"parts must name train, validation or test for each picture, each at least once; {wrong}")
    if groups is not None:
        groups = np.asarray(groups).astype(str)
        for group in np.unique(groups):
            found = sorted(set(parts[groups == group]))
            if len(found) > 1:
                raise ValueError(
                    f"the group {str(group)!r} stands in {' and '.join(found)}; its pictures belong into one "
                    "split: leave the given parts out, or correct them"
                )
    return places
