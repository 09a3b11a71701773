"""Pictures with masks, split into train, validation and test: by picture, or by group where groups are known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from imgrec_tf.medical.segmentation.pictures import grey, instance_mask

if TYPE_CHECKING:
    from imgrec_tf import plots
    from imgrec_tf.datasets import DatasetCard


@dataclass(frozen=True)
class MaskSplit:
    """Pictures with the number of the object that each pixel belongs to.

    Attributes:
        images: Grey pictures, uint8 or uint16 (height, width); sizes may differ.
        masks: int32 of the same shapes: 0 for the background, 1 to k for the objects.
        names: Name of each picture.
        groups: What each picture belongs to, such as a patient, text (n,); or None where nobody knows.
        name: "train", "validation" or "test".
        synthetic: True when the pictures were made by a program.
    """

    images: tuple[np.ndarray, ...]
    masks: tuple[np.ndarray, ...]
    names: tuple[str, ...]
    groups: np.ndarray | None = None
    name: str = "images"
    synthetic: bool = False

    def __len__(self) -> int:
        return len(self.images)

    def __repr__(self) -> str:
        return f"<MaskSplit {self.name}: {len(self)} pictures, {self.objects} objects>"

    @property
    def objects(self) -> int:
        """Number of objects in all pictures."""
        return int(sum(mask.max() for mask in self.masks))

    def subset(self, places: Sequence[int], name: str | None = None) -> MaskSplit:
        """Return some of the pictures, by their places."""
        places = [int(place) for place in places]
        return MaskSplit(
            tuple(self.images[place] for place in places),
            tuple(self.masks[place] for place in places),
            tuple(self.names[place] for place in places),
            None if self.groups is None else self.groups[places],
            name or self.name,
            self.synthetic,
        )

    def preview(self, count: int = 4) -> plots.Figure:
        """Return a figure of the first pictures with the outlines of their objects."""
        from imgrec_tf.medical.segmentation.figures import show_segmentation

        count = min(count, len(self))
        return show_segmentation(self.subset(range(count)), {})


@dataclass(frozen=True)
class MaskDataset:
    """Three splits and the card that says where the pictures come from."""

    train: MaskSplit
    validation: MaskSplit
    test: MaskSplit
    card: DatasetCard

    def __repr__(self) -> str:
        parts = ", ".join(f"{part.name} {len(part)}" for part in (self.train, self.validation, self.test))
        return f"<MaskDataset {self.card.name}: {parts}{', synthetic' if self.synthetic else ''}>"

    @property
    def synthetic(self) -> bool:
        """True when the pictures were made by a program."""
        return self.card.synthetic


def from_arrays(
    images: Sequence[np.ndarray],
    masks: Sequence[np.ndarray],
    *,
    groups: Sequence | None = None,
    names: Sequence[str] | None = None,
    validation: float = 0.15,
    test: float = 0.15,
    seed: int = 0,
    card: DatasetCard | None = None,
) -> MaskDataset:
    """Make a data set of pictures and masks in memory.

    Args:
        images: Array (n, height, width[, channels]), or a list of pictures of several sizes; as `grey` takes them.
        masks: Array (n, height, width) or a list, 0 for the background and a number for each object.
        groups: What each picture belongs to, such as a patient; pictures of one group stay in one split. Where it is
            left out, pictures are divided one by one.
        names: Name of each picture; "picture 0" and so on where left out.
        validation: Share of the pictures, in (0, 1).
        test: Share of the pictures, in (0, 1).
        seed: Seed of the division.
        card: Where the pictures come from; a card that says "not stated" where left out.

    Returns:
        The data set. A mask without an object is kept: an empty field of view is an answer too.

    Raises:
        TypeError: If a picture or a mask has values of another type.
        ValueError: If there are no pictures, lengths or sizes differ, or no mask at all has an object.
    """
    from dataclasses import replace

    from imgrec_tf.datasets import splits

    images, masks = list(images), list(masks)
    names = [f"picture {place}" for place in range(len(images))] if names is None else [str(name) for name in names]
    if not images:
        raise ValueError("there are no pictures; give at least three, one for each split")
    for what, values in (("masks", masks), ("names", names), ("groups", groups)):
        if values is not None and len(values) != len(images):
            raise ValueError(f"there are {len(images)} pictures and {len(values)} {what}; give one for each picture")
    images = [grey(image, f"picture {name}") for image, name in zip(images, names)]
    masks = [instance_mask(mask, image.shape, f"the mask of {name}") for image, mask, name in zip(images, masks, names)]
    if not any(mask.max() for mask in masks):
        raise ValueError(
            f"none of the {len(masks)} masks has an object; 0 is the background, objects are numbered from 1"
        )
    parts = splits.split(np.zeros(len(images), int), groups, validation=validation, test=test, seed=seed)
    card = card or _unknown_card()
    groups = None if groups is None else np.asarray(groups).astype(str)
    whole = MaskSplit(tuple(images), tuple(masks), tuple(names), groups, synthetic=card.synthetic)
    card = replace(card, splits={name: len(places) for name, places in parts.items()})
    return MaskDataset(*(whole.subset(parts[name], name) for name in ("train", "validation", "test")), card=card)


def _unknown_card() -> DatasetCard:
    from imgrec_tf.datasets import DatasetCard

    return DatasetCard("masks", "Pictures with masks", "multi-class", ("background", "object"))
