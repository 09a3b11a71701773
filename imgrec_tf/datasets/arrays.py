"""Data sets from arrays that you already have, or from an npz file that somebody gave you."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from imgrec_tf.datasets.array_labels import read_labels
from imgrec_tf.datasets.cards import DatasetCard
from imgrec_tf.vision.pixels import to_pixels

if TYPE_CHECKING:
    from imgrec_tf.datasets.dataset import ImageDataset

_SPLIT_WORDS = {"train": ("train", "training"), "validation": ("validation", "val", "valid"), "test": ("test",)}
_IMAGE_WORDS = ("images", "image", "x", "data", "pixels")
_LABEL_WORDS = ("labels", "label", "y", "targets", "target", "classes")
_GROUP_WORDS = ("groups", "group", "patients", "patient_ids", "patient_id")

Part = tuple  # (images, labels) or (images, labels, groups)


def from_arrays(
    images: np.ndarray | Sequence[np.ndarray],
    labels: np.ndarray | Sequence,
    *,
    test: float | Part | None = 0.15,
    validation: float | Part = 0.15,
    groups: Sequence | np.ndarray | None = None,
    class_names: Sequence[str] | None = None,
    task: str | None = None,
    value_range: tuple[float, float] | None = None,
    seed: int = 0,
    name: str = "my images",
) -> ImageDataset:
    """Make a data set from images and labels in memory.

    Args:
        images: (n, height, width) or (n, height, width, 1 or 3); uint8, uint16, bool, or float in [0, 1].
        labels: One an image: whole numbers from 0, texts, or True/False, as (n,) or (n, 1); or (n, classes) of 0 and 1,
            which is read as one-hot when each row holds a single 1, else as several labels an image.
        test: A share of `images`; or (images, labels) or (images, labels, groups) of your own; or None for no test
            split.
        validation: A share of `images`; or a tuple as for `test`.
        groups: What an image belongs to, (n,), for example a patient id; images of one group stay in one split.
        class_names: Names in the order of the labels; texts found in `labels`, sorted, when left out.
        task: "binary", "multi-class", "ordinal" or "multi-label"; found out from the labels when left out ("ordinal"
            never is).
        value_range: Lowest and highest value that a pixel can take, for numbers other than the above.
        seed: Seed of the split.
        name: Name on the data set's card.

    Returns:
        The data set; classes keep their shares in each split.

    Raises:
        TypeError: If images or labels are no numbers or texts.
        ValueError: If shapes, lengths, values or labels do not fit; the text says what was found and what to do.
    """
    from imgrec_tf.datasets.dataset import ImageDataset
    from imgrec_tf.datasets.one_split import Split
    from imgrec_tf.datasets.splits import split

    given = {"train": (images, labels, groups)}
    for which, part in (("validation", validation), ("test", test)):
        if part is not None and not isinstance(part, (int, float, np.number)):
            given[which] = _own_part(which, part)
    shares = {
        which: 0 if which in given or part is None else part
        for which, part in (("validation", validation), ("test", test))
    }
    if "validation" not in given and not shares["validation"]:
        raise ValueError(
            "validation must be a share above 0, or (images, labels): every choice is made on validation images"
        )

    pictures = {which: _read_images(part[0], value_range, which) for which, part in given.items()}
    numbers, class_names, task = read_labels({which: part[1] for which, part in given.items()}, class_names, task)
    belongs = {which: _read_groups(part[2], len(pictures[which]), which) for which, part in given.items()}
    for which in given:
        if len(numbers[which]) != len(pictures[which]):
            raise ValueError(
                f"{which} has {len(pictures[which])} images and {len(numbers[which])} labels; give one label an image"
            )
        if pictures[which].shape[1:] != pictures["train"].shape[1:]:
            raise ValueError(
                f"{which} images are {pictures[which].shape[1:]}, train images {pictures['train'].shape[1:]}; bring "
                "them to one size"
            )
    places = split(numbers["train"], belongs["train"], seed=seed, class_names=class_names, **shares)

    def part_of(which):
        source = which if which in given else "train"
        chosen = np.arange(len(pictures[which])) if which in given and which != "train" else places[which]
        if not len(chosen):
            return None
        label = source if len(given) > 1 else "image"
        return Split(
            pictures[source][chosen],
            numbers[source][chosen],
            class_names=class_names,
            task=task,
            groups=None if belongs[source] is None else belongs[source][chosen],
            sources=np.array([f"{label}[{i}]" for i in chosen], dtype=object),
            name=which,
        )

    splits = {which: part_of(which) for which in ("train", "validation", "test")}
    card = DatasetCard(
        name=name,
        title=name,
        task=task,
        class_names=class_names,
        source="arrays given by the user",
        splits={which: len(part) for which, part in splits.items() if part is not None},
    )
    return ImageDataset(**splits, card=card)


def from_npz(
    path: str | Path,
    *,
    test: float | None = 0.15,
    validation: float = 0.15,
    class_names: Sequence[str] | None = None,
    task: str | None = None,
    value_range: tuple[float, float] | None = None,
    seed: int = 0,
    name: str | None = None,
) -> ImageDataset:
    """Read a data set from an npz file.

    Understood are the layout of MedMNIST (`train_images`, `train_labels`, `val_images`, …), that of Keras (`x_train`,
    `y_train`, `x_test`, …) and one pair of arrays (`images` and `labels`, `x` and `y`, `data` and `target`); `groups`
    or `train_groups` are used where they exist. A split that the file has is taken as it is; one that it has not is
    taken out of train.

    Args:
        path: The file.
        test: Share of the train images for the test where the file has none; None for no test split.
        validation: Share of the train images for validation where the file has none.
        class_names: As in `from_arrays`.
        task: As in `from_arrays`.
        value_range: As in `from_arrays`.
        seed: Seed of the split.
        name: Name on the card; the file's name when left out.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is damaged, holds Python objects, or no arrays under a known name; or as in `from_arrays`.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"there is no file {path}; check the path")
    arrays = _read_npz(path)
    parts = {}
    for which, words in _SPLIT_WORDS.items():
        found = [_pick(arrays, _keys(words, kinds)) for kinds in (_IMAGE_WORDS, _LABEL_WORDS, _GROUP_WORDS)]
        if found[0] is not None and found[1] is not None:
            parts[which] = tuple(found)
    if "train" not in parts:
        plain = [_pick(arrays, kinds) for kinds in (_IMAGE_WORDS, _LABEL_WORDS, _GROUP_WORDS)]
        if plain[0] is None or plain[1] is None:
            shapes = ", ".join(f"{key} {array.shape}" for key, array in arrays.items()) or "nothing"
            raise ValueError(
                f"{path} holds {shapes}; expected are train_images and train_labels, x_train and y_train, or images "
                "and labels; for other names load it with numpy.load and pass the arrays to from_arrays"
            )
        parts["train"] = tuple(plain)
    images, labels, groups = parts["train"]
    dataset = from_arrays(
        images,
        labels,
        test=parts.get("test", test),
        validation=parts.get("validation", validation),
        groups=groups,
        class_names=class_names,
        task=task,
        value_range=value_range,
        seed=seed,
        name=name or path.stem,
    )
    from dataclasses import replace

    dataset.card = replace(dataset.card, source=f"the file {path.name}")
    return dataset


def _keys(split_words: Sequence[str], kinds: Sequence[str]) -> list[str]:
    return [key for split in split_words for kind in kinds for key in (f"{split}_{kind}", f"{kind}_{split}")]


def _pick(arrays: dict[str, np.ndarray], keys: Sequence[str]) -> np.ndarray | None:
    lower = {key.lower(): key for key in arrays}
    return next((arrays[lower[key]] for key in keys if key in lower), None)


def _read_npz(path: Path) -> dict[str, np.ndarray]:
    import zipfile
    import zlib

    try:
        file = np.load(path, allow_pickle=False)
        if not hasattr(file, "files"):
            raise ValueError("it is a single array; load it with numpy.load and pass it to from_arrays")
        with file:
            return {key: file[key] for key in file.files}
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError) as error:
        if "allow_pickle" in str(error):
            error = (
                "it is no npz file, or holds Python objects, which could run code when loaded; "
                "save plain number or text arrays with numpy.savez"
            )
        raise ValueError(f"{path} cannot be read: {error}") from None


def _own_part(which: str, part) -> Part:
    if not isinstance(part, (tuple, list)) or len(part) not in (2, 3):
        raise TypeError(
            f"{which} must be a share of the images, or (images, labels) or (images, labels, groups), got "
            f"{type(part).__name__}"
        )
    return (*part, None) if len(part) == 2 else tuple(part)


def _read_groups(groups, count: int, which: str) -> np.ndarray | None:
    if groups is None:
        return None
    groups = np.asarray(groups)
    if groups.ndim == 2 and groups.shape[1] == 1:
        groups = groups[:, 0]
    if groups.shape != (count,):
        raise ValueError(f"{which} groups have shape {groups.shape} for {count} images; give one group an image")
    return groups.astype(str)


def _read_images(images, value_range, which: str) -> np.ndarray:
    """Check the shape and bring numbers to uint8, uint16, or float32 in [0, 1]."""
    if not isinstance(images, np.ndarray):
        images = _stack(list(images), which)
    if images.dtype == object:
        images = _stack(list(images), which)
    _require_shape(images.shape, which)
    images = images if images.ndim == 4 else images[..., np.newaxis]
    if value_range is not None:
        return to_pixels(images, value_range) / np.float32(255)
    if images.dtype == np.uint8 and images.max() <= 1:
        warnings.warn(
            f"{which} images of type uint8 hold 0 and 1 alone, which is nearly black on a scale to 255; if 1 means "
            "white, pass value_range=(0, 1)",
            stacklevel=4,
        )
    if images.dtype in (np.uint8, np.uint16):
        return images
    try:
        pixels = to_pixels(images)
    except (TypeError, ValueError) as error:
        raise type(error)(f"{which} {error}") from None
    return pixels / np.float32(255) if np.issubdtype(images.dtype, np.floating) else pixels.astype(np.uint8)


def _stack(images: list, which: str) -> np.ndarray:
    arrays = [np.asarray(image) for image in images]
    shapes = {array.shape for array in arrays}
    if len(shapes) > 1:
        some = ", ".join(str(shape) for shape in sorted(shapes, key=str)[:3])
        raise ValueError(
            f"{which} images differ in shape ({some}); bring them to one size, or read them with from_folder"
        )
    return np.stack(arrays) if arrays else np.empty((0, 0, 0))


def _require_shape(shape: tuple[int, ...], which: str) -> None:
    if not shape or shape[0] == 0:
        raise ValueError(
            f"there are no {which} images; expected is an array (n, height, width) or (n, height, width, 1 or 3)"
        )
    expected = f"expected are (n, height, width) or (n, height, width, 1 or 3); got {which} images of shape {shape}"
    if len(shape) == 2:
        side = round(shape[1] ** 0.5)
        flat = f", flat images become images.reshape(-1, {side}, {side})" if side * side == shape[1] else ""
        raise ValueError(f"{expected}; a single image becomes images[numpy.newaxis]{flat}")
    if len(shape) == 4 and shape[3] not in (1, 3):
        if shape[1] in (1, 3):
            raise ValueError(f"{expected}; channels stand first here: pass images.transpose(0, 2, 3, 1)")
        if shape[3] == 4:
            raise ValueError(f"{expected}; leave the transparency out: pass images[..., :3]")
    if len(shape) not in (3, 4) or (len(shape) == 4 and shape[3] not in (1, 3)) or 0 in shape:
        raise ValueError(expected)
