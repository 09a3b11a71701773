"""One split: images with their labels, groups and sources, checked once and then relied on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from imgrec_tf.datasets.cards import TASKS
from imgrec_tf.vision.pixels import to_pixels

if TYPE_CHECKING:
    import pandas
    import tensorflow as tf

    from imgrec_tf.datasets.image_files import ImageFiles
    from imgrec_tf.vision.augmentation import Augmentation


class Split:
    """Images with their labels: one of the three parts of a data set.

    Attributes:
        name: "train", "validation", "test", or what `subset` was told.
        images: Array (n, height, width, channels), uint8, uint16 or float32 in [0, 1]; or `ImageFiles`,
            which are decoded at access.
        labels: int64 (n,), or (n, classes) of 0 and 1 when the task is "multi-label".
        groups: Text (n,) such as a patient id, or None. Images of one group never stand in two splits.
        sources: Text (n,): the file, or the place in the array, that an image came from.
        class_names: One name a class, in the order of the labels.
        task: "binary", "multi-class", "ordinal" or "multi-label".
        synthetic: True when the images were made by a program.
    """

    def __init__(
        self,
        images: np.ndarray | ImageFiles,
        labels: np.ndarray,
        *,
        class_names: Sequence[str],
        task: str | None = None,
        groups: np.ndarray | None = None,
        sources: Sequence[str] | None = None,
        synthetic: bool = False,
        name: str = "train",
    ):
        """Check that images, labels, groups and sources fit together, and keep them.

        Raises:
            ValueError: If shapes or lengths do not fit, a label is out of range, or the task is unknown.
        """
        self.name = name
        self.class_names = tuple(str(one) for one in class_names)
        self.task = task or ("binary" if len(self.class_names) == 2 else "multi-class")
        self.synthetic = bool(synthetic)
        self.images = _checked_images(images)
        self.labels = _checked_labels(labels, len(self.images), self.class_names, self.task)
        self.groups = None if groups is None else np.asarray(groups).astype(str)
        self.sources = np.asarray(
            [f"{name}[{i}]" for i in range(len(self.images))] if sources is None else sources, dtype=object
        )
        for what, values in (("groups", self.groups), ("sources", self.sources)):
            if values is not None and len(values) != len(self.images):
                raise ValueError(f"{what} has {len(values)} entries for {len(self.images)} images; give one an image")

    def __len__(self) -> int:
        return len(self.images)

    def __repr__(self) -> str:
        height, width, channels = self.image_shape
        return f"<Split {self.name}: {len(self):,} images {height}×{width}×{channels}, {self.num_classes} classes>"

    @property
    def image_shape(self) -> tuple[int, int, int]:
        """Height, width and channels of every image."""
        return tuple(int(size) for size in self.images.shape[1:])

    @property
    def num_classes(self) -> int:
        """How many classes the labels distinguish."""
        return len(self.class_names)

    def image(self, index: int) -> np.ndarray:
        """Return one image (height, width, channels) as it is stored: uint8, uint16 or float32 in [0, 1]."""
        return self.images[index]

    def pixels(self, indices: Sequence[int] | None = None) -> np.ndarray:
        """Return images as a model takes them: float32 (n, height, width, channels) in [0, 255]."""
        chosen = np.arange(len(self)) if indices is None else np.asarray(indices, dtype=int)
        if isinstance(self.images, np.ndarray):
            return to_pixels(self.images[chosen])
        return self.images.pixels(chosen)

    def arrays(self) -> tuple[np.ndarray, np.ndarray]:
        """Return (pixels, labels) as arrays; every image is in memory at once."""
        return self.pixels(), self.labels

    def label_matrix(self) -> np.ndarray:
        """Return the labels as float32 (n, classes): one-hot, or the 0/1 labels of a multi-label task."""
        if self.task == "multi-label":
            return self.labels.astype(np.float32)
        return np.eye(self.num_classes, dtype=np.float32)[self.labels]

    def label_text(self, index: int) -> str:
        """Return the name of one image's class; of all its classes, with " + " between, in a multi-label task."""
        if self.task != "multi-label":
            return self.class_names[self.labels[index]]
        return " + ".join(name for name, present in zip(self.class_names, self.labels[index]) if present) or "none"

    def subset(self, indices: Sequence[int] | np.ndarray, name: str | None = None) -> Split:
        """Return a split of the chosen images, in the order given (integers, or a mask of booleans)."""
        chosen = np.arange(len(self))[np.asarray(indices)]
        return Split(
            self.images[chosen] if isinstance(self.images, np.ndarray) else self.images.subset(chosen),
            self.labels[chosen],
            class_names=self.class_names,
            task=self.task,
            groups=None if self.groups is None else self.groups[chosen],
            sources=self.sources[chosen],
            synthetic=self.synthetic,
            name=name or self.name,
        )

    def with_images(self, images: np.ndarray | ImageFiles, name: str | None = None) -> Split:
        """Return a split of other pictures of the same things: labels, groups and sources stay.

        For asking what a change of the images does to a model: noise, another camera, a forgotten preparation.

        Raises:
            ValueError: If there are not as many images as before, or they are no images that a split takes.
        """
        if len(images) != len(self):
            raise ValueError(f"got {len(images)} images for a split of {len(self)}; give one for each, in its order")
        return Split(
            images,
            self.labels,
            class_names=self.class_names,
            task=self.task,
            groups=self.groups,
            sources=self.sources,
            synthetic=self.synthetic,
            name=name or self.name,
        )

    def sample(self, count: int, *, seed: int = 0, stratified: bool = True) -> Split:
        """Return `count` images drawn without replacement, with the classes in the same shares when `stratified`.

        Raises:
            ValueError: If `count` is not between 1 and the number of images.
        """
        if not 1 <= count <= len(self):
            raise ValueError(f"count must be between 1 and {len(self)}, the number of images, got {count}")
        generator = np.random.default_rng(seed)
        if not stratified or self.task == "multi-label":
            return self.subset(np.sort(generator.permutation(len(self))[:count]))
        # Shuffle, order by class, and take evenly spaced places: every class gets its share to within one image.
        order = generator.permutation(len(self))
        order = order[np.argsort(self.labels[order], kind="stable")]
        places = np.floor((np.arange(count) + generator.random()) * len(self) / count).astype(int)
        return self.subset(np.sort(order[places]))

    def class_counts(self) -> pandas.Series:
        """Return the number of images of each class, by class name."""
        import pandas as pd

        multi_label = self.task == "multi-label"
        counts = self.labels.sum(axis=0) if multi_label else np.bincount(self.labels, minlength=self.num_classes)
        return pd.Series(counts.astype(int), index=pd.Index(self.class_names, name="class"), name=self.name)

    def tf_data(
        self,
        batch_size: int = 64,
        *,
        shuffle: bool = False,
        seed: int = 0,
        epochs: int = 1,
        first_epoch: int = 0,
        augmentation: Augmentation | None = None,
        one_hot: bool = False,
        drop_remainder: bool = False,
    ) -> tf.data.Dataset:
        """Return a stream of batches (pixels float32 (b, height, width, channels) in [0, 255], labels).

        Files are read and decoded in parallel while the model works, and are never all in memory.

        Args:
            batch_size: Images in a batch; never more than the split has.
            shuffle: Give every epoch its own order, made from `seed` and the epoch's number alone.
            seed: Seed of order and augmentation.
            epochs: How many passes over the images the stream makes.
            first_epoch: The number of the first pass; a resumed training starts at the epoch it had reached.
            augmentation: From `vision.augmentation.recipe`; needs `one_hot=True`.
            one_hot: Give labels as float32 (b, classes) instead of int64.
            drop_remainder: Leave out the last, smaller batch of each pass.

        Raises:
            ValueError: If a number is out of range, or augmentation is asked for without `one_hot`.
        """
        from imgrec_tf.datasets.pipeline import make_pipeline

        if batch_size < 1 or epochs < 1:
            raise ValueError(f"batch_size and epochs must be at least 1, got {batch_size} and {epochs}")
        if augmentation is not None and not one_hot:
            raise ValueError("augmentation may mix labels and needs them as one_hot=True")
        batch_size = min(batch_size, len(self))
        return make_pipeline(
            self,
            batch_size,
            shuffle=shuffle,
            seed=seed,
            epochs=epochs,
            first_epoch=first_epoch,
            augmentation=augmentation,
            one_hot=one_hot,
            steps=len(self) // batch_size if drop_remainder else -(-len(self) // batch_size),
        )


def _checked_images(images: np.ndarray | ImageFiles) -> np.ndarray | ImageFiles:
    if len(images) == 0:
        raise ValueError("there are no images; check the folder, the table or the array that they should come from")
    if not isinstance(images, np.ndarray):
        return images
    if images.ndim == 3:
        images = images[..., np.newaxis]
    if images.ndim != 4 or images.shape[-1] not in (1, 3):
        raise ValueError(f"images must have shape (n, height, width) or (n, height, width, 1 or 3), got {images.shape}")
    if images.dtype in (np.uint8, np.uint16):
        return images
    return to_pixels(images) / np.float32(255)  # checks the range, too


def _checked_labels(labels: np.ndarray, count: int, class_names: tuple[str, ...], task: str) -> np.ndarray:
    if task not in TASKS:
        raise ValueError(f"task must be one of {', '.join(TASKS)}, got {task!r}")
    labels = np.asarray(labels)
    if len(labels) != count:
        raise ValueError(f"there are {len(labels)} labels for {count} images; give one label an image")
    if task == "multi-label":
        if labels.shape != (count, len(class_names)) or not np.isin(labels, (0, 1)).all():
            raise ValueError(
                f"multi-label labels must be 0 or 1 in shape ({count}, {len(class_names)}), got {labels.shape}"
            )
        return labels.astype(np.int64)
    labels = labels.reshape(count, -1)
    if labels.shape[1] != 1 or not np.issubdtype(labels.dtype, np.integer):
        raise ValueError(f"labels must be integers of shape ({count},), got {labels.dtype} of shape {labels.shape}")
    labels = labels[:, 0].astype(np.int64)
    if labels.min() < 0 or labels.max() >= len(class_names):
        raise ValueError(
            f"labels reach from {labels.min()} to {labels.max()}, but {len(class_names)} class names allow 0 to "
            f"{len(class_names) - 1}; name every class, or correct the labels"
        )
    return labels
