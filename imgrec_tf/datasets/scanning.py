"""What `from_folder` and `from_csv` share: check the files, choose size and channels, split, make the data set."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np

from imgrec_tf.datasets.cards import DatasetCard
from imgrec_tf.datasets.dataset import SPLIT_NAMES, ImageDataset
from imgrec_tf.datasets.image_files import ImageFiles
from imgrec_tf.datasets.image_reading import ImageCheck, ImageProblem, check_image, read_image
from imgrec_tf.datasets.one_split import Split
from imgrec_tf.vision.preparing import checked_channels, checked_fit, checked_size

SPLIT_FOLDERS = {
    "train": "train",
    "training": "train",
    "validation": "validation",
    "valid": "validation",
    "val": "validation",
    "test": "test",
    "testing": "test",
}

# Images that share a size up to this side are taken as they are; others are brought to one of the squares.
_LARGEST_COMMON_SIDE = 256
_SQUARES = (128, 96, 64, 48, 32)

_FILES_BEFORE_PROGRESS = 2000
_PORTION = 32
_GREY_SAMPLE = 200
_GREY_TOLERANCE = 2 / 255  # JPEG compression moves the channels of a grey image this far apart


@dataclass
class Listing:
    """Files with what is known of them before they are opened; the lists run side by side.

    Attributes:
        paths: The files.
        sources: What to call them in tables.
        labels: Class indices (n,), or 0/1 (n, classes).
        splits: "train", "validation" or "test" where a folder or a column says so, else None.
        groups: Text such as a patient id, or None for all; DICOM files then bring their patients along.
        class_names: One name a class.
        problems: (source, problem) of what was left out already.
        silent_problems: As `problems`, for what nobody would take for an image; reported, but not warned of.
        read: What turns a path into an image, where that is not `read_image`.
    """

    class_names: tuple[str, ...]
    paths: list[str] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)
    labels: list = field(default_factory=list)
    splits: list[str | None] = field(default_factory=list)
    groups: list[str] | None = None
    problems: list[tuple[str, str]] = field(default_factory=list)
    silent_problems: list[tuple[str, str]] = field(default_factory=list)
    read: Callable[[str], np.ndarray] = read_image

    def keep(self, indices: Sequence[int]) -> None:
        """Drop every file that is not among `indices`."""
        for name in ("paths", "sources", "labels", "splits", "groups"):
            values = getattr(self, name)
            if values is not None:
                setattr(self, name, [values[index] for index in indices])


def check_files(listing: Listing) -> list[ImageCheck]:
    """Check all files in threads; move the bad ones from the listing to its problems, with one warning for all.

    Returns:
        One check for each file that is left.

    Raises:
        ValueError: If no usable image is left.
    """
    paths = listing.paths
    portions = [paths[start : start + _PORTION] for start in range(0, len(paths), _PORTION)]
    checks: list[ImageCheck] = []
    with ThreadPoolExecutor(max_workers=min(16, 2 * (os.cpu_count() or 2))) as pool:
        check = check_image if listing.read is read_image else lambda path: _check_with(listing.read, path)
        results = pool.map(lambda portion: [check(path) for path in portion], portions)
        with _progress(len(paths)) as bar:
            for portion in results:
                checks.extend(portion)
                bar.update(len(portion))
    good = [index for index, check in enumerate(checks) if not check.problem]
    listing.problems += [(listing.sources[index], check.problem) for index, check in enumerate(checks) if check.problem]
    listing.keep(good)
    if not good:
        first = "; ".join(f"{source}: {problem}" for source, problem in listing.problems[:3])
        raise ValueError(f"none of {len(listing.problems):,} files is a usable image ({first}); check the path")
    if listing.problems:
        source, problem = listing.problems[0]
        warnings.warn(
            f"{len(listing.problems):,} files could not be used and were left out ({source}: {problem}"
            f"{' …' if len(listing.problems) > 1 else ''}); dataset.problems lists them all",
            UserWarning,
            stacklevel=4,
        )
    return [checks[index] for index in good]


def _check_with(read: Callable[[str], np.ndarray], path: str) -> ImageCheck:
    try:
        array = read(path)
    except ImageProblem as problem:
        return ImageCheck(problem=problem.reason)
    return ImageCheck(None, *array.shape, 16 if array.dtype == np.uint16 else 8)


def _progress(count: int):
    from tqdm.auto import tqdm

    quiet = count <= _FILES_BEFORE_PROGRESS
    return tqdm(total=count, desc="checking images", unit="file", disable=quiet, file=sys.stderr, leave=False)


def choose_size(checks: Sequence[ImageCheck]) -> tuple[int, int]:
    """Return the size that all images share if its longer side is at most 256, else the square of `from_folder`."""
    sizes = {(check.height, check.width) for check in checks}
    if len(sizes) == 1 and max(size := sizes.pop()) <= _LARGEST_COMMON_SIDE:
        return size
    longer = np.quantile([max(check.height, check.width) for check in checks], 0.25)
    side = next((square for square in _SQUARES if square <= longer), int(longer))
    return side, side


def choose_channels(
    paths: Sequence[str], checks: Sequence[ImageCheck], read: Callable[[str], np.ndarray] = read_image
) -> int:
    """Return 1 if all images are grey, also those stored as RGB with equal channels (looked at on a sample), else 3."""
    colour = [path for path, check in zip(paths, checks) if check.channels == 3]
    step = max(1, -(-len(colour) // _GREY_SAMPLE))
    for path in colour[::step]:
        try:
            image = read(path)
        except ImageProblem:  # it went away after the check; whoever reads it next will say so
            continue
        spread = int((image.max(axis=-1) - image.min(axis=-1)).max())
        if spread > _GREY_TOLERANCE * np.iinfo(image.dtype).max:
            return 3
    return 1


def make_dataset(
    listing: Listing,
    *,
    name: str,
    title: str,
    source: str,
    image_size: tuple[int, int] | None,
    channels: int | None,
    fit: str,
    validation: float,
    test: float,
    seed: int,
    task: str | None = None,
) -> ImageDataset:
    """Check the files of a listing, split them, and return the data set; `from_folder` documents the arguments."""
    import pandas as pd

    checked_fit(fit)
    image_size = None if image_size is None else checked_size(image_size)
    channels = None if channels is None else checked_channels(channels)
    checks = check_files(listing)
    labels = np.asarray(listing.labels, dtype=np.int64)
    _require_every_class(listing, labels)
    files = ImageFiles(
        listing.paths,
        image_size or choose_size(checks),
        channels or choose_channels(listing.paths, checks, listing.read),
        fit,
        checks=checks,
        read=listing.read,
    )
    task = task or ("multi-label" if labels.ndim == 2 else "binary" if len(listing.class_names) == 2 else "multi-class")
    if listing.groups is None and any(check.patient for check in checks):
        listing.groups = [check.patient or f"file {path}" for path, check in zip(listing.paths, checks)]
    groups = None if listing.groups is None else np.asarray(listing.groups, dtype=object)
    everything = Split(
        files,
        labels,
        class_names=listing.class_names,
        task=task,
        groups=groups,
        sources=listing.sources,
        name="everything",
    )
    places = divide(listing, labels, groups, validation=validation, test=test, seed=seed)
    splits = {split: everything.subset(chosen, name=split) for split, chosen in places.items()}
    card = DatasetCard(
        name=name,
        title=title,
        task=task,
        class_names=listing.class_names,
        source=source,
        splits={split: len(part) for split, part in splits.items()},
    )
    problems = pd.DataFrame(listing.problems + listing.silent_problems, columns=["source", "problem"], dtype=object)
    return ImageDataset(splits["train"], splits["validation"], splits.get("test"), card, problems)


def divide(
    listing: Listing, labels: np.ndarray, groups: np.ndarray | None, *, validation: float, test: float, seed: int
) -> dict[str, np.ndarray]:
    """Return the places of each split: as the listing says, and what it does not say drawn from the training images.

    Raises:
        ValueError: If a class is too small to stand in every split, or no validation images are asked for.
    """
    from imgrec_tf.datasets.splits import split

    stated = np.array([one or "train" for one in listing.splits])
    places = {name: np.flatnonzero(stated == name) for name in SPLIT_NAMES}
    open_places = places["train"]
    if not len(open_places):
        raise ValueError("there are no training images; put most images into the train folder or mark them as 'train'")
    shares = {name: 0.0 if len(places[name]) else share for name, share in (("validation", validation), ("test", test))}
    if not len(places["validation"]) and not validation > 0:
        raise ValueError(
            f"validation must be above 0, got {validation}: choices need images that the model did not see"
        )
    _require_known_classes(listing.class_names, labels, places)
    drawn = [name for name, share in shares.items() if share != 0]
    if drawn:
        parts = split(
            labels[open_places],
            None if groups is None else groups[open_places],
            **shares,
            seed=seed,
            class_names=listing.class_names,
        )
        for name in ("train", *drawn):
            places[name] = open_places[parts[name]]
    return {name: chosen for name, chosen in places.items() if len(chosen)}


def _classes_present(labels: np.ndarray) -> set[int]:
    present = np.flatnonzero(labels.any(axis=0)) if labels.ndim == 2 else np.unique(labels)
    return {int(one) for one in present}


def _require_every_class(listing: Listing, labels: np.ndarray) -> None:
    present = _classes_present(labels)
    missing = [name for index, name in enumerate(listing.class_names) if index not in present]
    if missing:
        reasons = [f"{source}: {problem}" for source, problem in listing.problems[:3]]
        raise ValueError(
            f"no usable image is left of the classes {', '.join(missing)}; add images, or take the class away"
            + (f" (left out, among others: {'; '.join(reasons)})" if reasons else "")
        )


def _require_known_classes(class_names: Sequence[str], labels: np.ndarray, places: dict[str, np.ndarray]) -> None:
    known = _classes_present(labels[places["train"]])
    for name in ("validation", "test"):
        if len(places[name]) and (unknown := _classes_present(labels[places[name]]) - known):
            names = ", ".join(class_names[label] for label in sorted(unknown))
            raise ValueError(
                f"the {name} split has classes that train does not have: {names}; a model cannot learn them: add "
                "training "
                f"images of them, or take them out of {name}"
            )
