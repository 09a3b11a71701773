"""The data set: three splits and their card, the one form in which images reach training, evaluation and figures."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from imgrec_tf.datasets.cards import DatasetCard
from imgrec_tf.datasets.one_split import Split

if TYPE_CHECKING:
    import matplotlib.figure
    import pandas

SPLIT_NAMES = ("train", "validation", "test")


@dataclass
class ImageDataset:
    """Three splits of one set of images, and the card that says where they come from.

    Attributes:
        train: What the model learns from.
        validation: What every choice is made on.
        test: What is looked at once, at the end. None only where a data set was made with `test=0`.
        card: Source, licence, classes, and whether the images are synthetic.
        problems: One row (source, problem) for each file that could not be used.
    """

    train: Split
    validation: Split
    test: Split | None
    card: DatasetCard
    problems: pandas.DataFrame = field(default=None)

    def __post_init__(self):
        import pandas as pd

        if self.problems is None:
            self.problems = pd.DataFrame({"source": pd.Series(dtype=object), "problem": pd.Series(dtype=object)})
        for split in self.splits.values():
            if split.class_names != self.train.class_names or split.image_shape != self.train.image_shape:
                raise ValueError(
                    f"split {split.name} has classes {split.class_names} and images {split.image_shape}, but train has "
                    f"{self.train.class_names} and {self.train.image_shape}; all splits must agree"
                )

    @property
    def splits(self) -> dict[str, Split]:
        """The splits that exist, by name."""
        named = zip(SPLIT_NAMES, (self.train, self.validation, self.test))
        return {name: split for name, split in named if split is not None}

    @property
    def class_names(self) -> tuple[str, ...]:
        """One name a class, in the order of the labels."""
        return self.train.class_names

    @property
    def num_classes(self) -> int:
        """How many classes there are."""
        return self.train.num_classes

    @property
    def image_shape(self) -> tuple[int, int, int]:
        """Height, width and channels of every image."""
        return self.train.image_shape

    @property
    def task(self) -> str:
        """One of "binary", "multi-class", "ordinal" and "multi-label"."""
        return self.train.task

    @property
    def synthetic(self) -> bool:
        """True when the images were made by a program."""
        return self.card.synthetic

    def __repr__(self) -> str:
        counts = ", ".join(f"{name} {len(split):,}" for name, split in self.splits.items())
        kind = "synthetic" if self.synthetic else "real"
        height, width, channels = self.image_shape
        shape = f"{height}×{width}×{channels}, {self.num_classes} classes"
        return f"<ImageDataset {self.card.name} ({kind}): {counts}; {shape}>"

    def summary(self) -> pandas.DataFrame:
        """Return the number of images of each class (rows) in each split (columns), with totals and groups."""
        import pandas as pd

        table = pd.DataFrame({name: split.class_counts() for name, split in self.splits.items()})
        table.loc["images"] = [len(split) for split in self.splits.values()]
        if all(split.groups is not None for split in self.splits.values()):
            table.loc["groups"] = [len(set(split.groups)) for split in self.splits.values()]
        return table

    def subset_train(self, count: int, *, seed: int = 0) -> ImageDataset:
        """Return the same data set with `count` stratified training images; the other splits stay whole."""
        train = self.train.sample(count, seed=seed)
        return ImageDataset(train, self.validation, self.test, self.card, self.problems)

    def preview(self, *, rows: int = 2, columns: int = 8, seed: int = 0) -> matplotlib.figure.Figure:
        """Return a figure of training images with their labels, every class in turn.

        Args:
            rows: Rows of pictures.
            columns: Pictures in a row.
            seed: Which images are drawn.
        """
        from imgrec_tf import plots

        count = min(rows * columns, len(self.train))
        order = np.random.default_rng(seed).permutation(len(self.train))
        chosen = _classes_in_turn(self.train, order, count)
        images = self.train.pixels(chosen).astype(np.uint8)
        titles = [self.train.label_text(index) for index in chosen]
        return plots.image_grid(images, titles, columns=columns, synthetic=self.synthetic)


def _classes_in_turn(split: Split, order: np.ndarray, count: int) -> list[int]:
    if split.task == "multi-label":
        return [int(index) for index in order[:count]]
    queues = [list(order[split.labels[order] == label]) for label in range(split.num_classes)]
    chosen: list[int] = []
    while len(chosen) < count and any(queues):
        chosen.extend(int(queue.pop(0)) for queue in queues if queue)
    return chosen[:count]
