"""Images in folders, one folder a class: the layout that most people's images already have."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from imgrec_tf.datasets.dataset import ImageDataset
from imgrec_tf.datasets.scanning import SPLIT_FOLDERS, Listing, make_dataset
from imgrec_tf.datasets.tables import from_csv

__all__ = ["from_csv", "from_folder"]

# What operating systems leave in folders, besides names that begin with a dot.
_IGNORED = frozenset({"thumbs.db", "desktop.ini", "__macosx"})
_IMAGE_SUFFIXES = frozenset(
    [".avif", ".bmp", ".dcm", ".gif", ".jp2", ".jpeg", ".jpg", ".pgm", ".png", ".pnm", ".ppm", ".tif", ".tiff", ".webp"]
)


def from_folder(
    folder: str | os.PathLike,
    *,
    image_size: tuple[int, int] | None = None,
    channels: int | None = None,
    fit: str = "pad",
    validation: float = 0.15,
    test: float = 0.15,
    groups: str | re.Pattern | Callable[[Path], str] | None = None,
    class_names: Sequence[str] | None = None,
    task: str | None = None,
    seed: int = 0,
) -> ImageDataset:
    """Make a data set of a folder that holds one folder of images for each class.

    The class folders may stand in split folders (train or training; validation, valid or val; test or testing); what is
    missing of validation and test is then drawn from train. Images may lie deeper inside a class folder. Hidden files
    are ignored, and everything else that is no usable image becomes a row of `dataset.problems`. Only paths are kept in
    memory: images are read when they are needed, so the folder may be larger than memory.

    Args:
        folder: The folder.
        image_size: Height and width that every image is brought to. When left out: the size that all images share, if
            its longer side is at most 256; else a square whose side is the largest of 128, 96, 64, 48 and 32 that three
            images in four reach with their longer side, so that few are enlarged. Ask for more when small details
            matter.
        channels: 1 for grey, 3 for RGB. When left out: 1 if all images are grey, also grey ones stored as RGB (judged
            on 200 of them), else 3.
        fit: How images of other proportions are brought to size: "pad", "stretch" or "crop"
            (`vision.preparing.prepare`).
        validation: Share of the images for validation, in (0, 1); not used where there is a validation folder.
        test: Share for the test split, in [0, 1); with 0 the data set has none. Not used where there is a test folder.
        groups: What must not be torn apart by splitting, such as all images of a patient: a function from path to
            group, or a regular expression with one group that is searched in each file name, such as r"(patient\\d+)_".
            DICOM files bring the hashed ids of their patients along: they are used when this is left out.
        class_names: The class folders in the order of the labels, for example ("healthy", "ill"): in a binary task the
            second is the positive class. When left out: sorted by number if all are numbers, else by name.
        task: "binary", "multi-class" or "ordinal"; told from the number of classes when left out.
        seed: Seed of the split.

    Returns:
        The data set.

    Raises:
        FileNotFoundError: If the folder does not exist.
        NotADirectoryError: If it is a file.
        ValueError: If there are no images or fewer than two classes, a class is empty or too small to be split, the
            test split has classes that train does not have, or an argument is out of range.

    Warns:
        UserWarning: Once, with their number, if files could not be used.
    """
    root = Path(folder)
    if not root.exists():
        raise FileNotFoundError(f"there is no folder {root} (looked in {Path.cwd()}); check the path")
    if not root.is_dir():
        raise NotADirectoryError(f"{root} is a file; from_folder takes a folder with one folder for each class")
    listing = _list_folder(root, class_names)
    if groups is not None:
        listing.groups = _groups_of(listing.paths, groups)
    return make_dataset(
        listing,
        name=root.resolve().name,
        title=f"Images from the folder {root.resolve().name}",
        source=f"folder {root}",
        image_size=image_size,
        channels=channels,
        fit=fit,
        validation=validation,
        test=test,
        seed=seed,
        task=task,
    )


def _list_folder(root: Path, class_names: Sequence[str] | None) -> Listing:
    parts, outside = _split_folders(root)
    class_folders: dict[str, list[tuple[str | None, Path]]] = {}
    for split, part in parts:
        for entry in _visible(part):
            if entry.is_dir():
                name = unicodedata.normalize("NFC", entry.name)  # macOS and Linux write "é" differently
                class_folders.setdefault(name, []).append((split, Path(entry.path)))
            else:
                outside.append(Path(entry.path))
    listing = Listing(_ordered(class_folders, class_names, root))
    for label, name in enumerate(listing.class_names):
        for split, class_folder in class_folders[name]:
            before = len(listing.paths)
            circles: list[str] = []
            for path in _files_below(class_folder, circles):
                listing.paths.append(path)
                listing.sources.append(Path(os.path.relpath(path, root)).as_posix())
                listing.labels.append(label)
                listing.splits.append(split)
            for path in circles:
                source = Path(os.path.relpath(path, root)).as_posix()
                listing.silent_problems.append((source, "is a link to a folder that it lies in; it is not followed"))
            if len(listing.paths) == before:
                raise ValueError(f"the class folder {class_folder} is empty; add images, or remove the folder")
    for path in outside:
        problem = "is not inside a class folder"
        rows = listing.problems if path.suffix.lower() in _IMAGE_SUFFIXES else listing.silent_problems
        rows.append((path.relative_to(root).as_posix(), problem))
    return listing


def _split_folders(root: Path) -> tuple[list[tuple[str | None, Path]], list[Path]]:
    """Return (split or None, folder with class folders) pairs, and what lies beside the split folders."""
    named = [(SPLIT_FOLDERS.get(entry.name.lower()), entry) for entry in _visible(root)]
    train = [entry for split, entry in named if split == "train" and entry.is_dir()]
    if not any(inner.is_dir() for entry in train for inner in _visible(Path(entry.path))):
        return [(None, root)], []
    parts: dict[str, Path] = {}
    outside = []
    for split, entry in named:
        if split is None or not entry.is_dir():
            outside.append(Path(entry.path))
        elif split in parts:
            raise ValueError(
                f"{parts[split].name} and {entry.name} in {root} both name the {split} split; keep one of them"
            )
        else:
            parts[split] = Path(entry.path)
    return list(parts.items()), outside


def _ordered(found: dict, class_names: Sequence[str] | None, root: Path) -> tuple[str, ...]:
    if not found:
        raise ValueError(f"{root} holds no folders; from_folder expects one folder of images for each class inside it")
    if len(found) == 1:
        raise ValueError(
            f"{root} holds one class only, {next(iter(found))!r}; telling images apart needs two or more. If that "
            "folder "
            "holds the class folders, pass its path"
        )
    if class_names is None:
        return tuple(sorted(found, key=lambda name: (0, int(name), name) if name.isdecimal() else (1, 0, name)))
    class_names = tuple(str(name) for name in class_names)
    if sorted(class_names) != sorted(found):
        raise ValueError(
            f"class_names must name each class folder once; got {class_names}, found {tuple(sorted(found))}"
        )
    return class_names


def _visible(folder: Path) -> list[os.DirEntry]:
    with os.scandir(folder) as entries:
        shown = (entry for entry in entries if not entry.name.startswith(".") and entry.name.lower() not in _IGNORED)
        return sorted(shown, key=lambda entry: entry.name)


def _files_below(folder: Path, circles: list[str]) -> Iterator[str]:
    """Yield the files below a folder in a fixed order, each real folder once; add links that lead back to `circles`."""
    waiting, seen = [folder], set()
    while waiting:
        current = waiting.pop()
        status = current.stat()
        if (status.st_dev, status.st_ino) in seen:
            continue
        seen.add((status.st_dev, status.st_ino))
        inner = []
        for entry in _visible(current):
            if not entry.is_dir():
                yield entry.path
            elif entry.is_symlink() and current.resolve().is_relative_to(Path(entry.path).resolve()):
                circles.append(entry.path)
            else:
                inner.append(Path(entry.path))
        waiting.extend(reversed(inner))


def _groups_of(paths: Sequence[str], groups) -> list[str]:
    if isinstance(groups, (str, re.Pattern)):
        found = [_searched(re.compile(groups), Path(path).name) for path in paths]
    elif callable(groups):
        found = [groups(Path(path)) for path in paths]
    else:
        raise TypeError(
            "groups must be a function from path to group or a regular expression with one group, got "
            f"{type(groups).__name__}"
        )
    without = [path for path, group in zip(paths, found) if group is None]
    if without:
        raise ValueError(
            f"{len(without):,} of {len(paths):,} files have no group, among them {Path(without[0]).name}; adapt "
            "`groups` "
            "so that it finds one for every file"
        )
    return [str(group) for group in found]


def _searched(pattern: re.Pattern, name: str) -> str | None:
    if pattern.groups != 1:
        raise ValueError(
            f"the regular expression {pattern.pattern!r} has {pattern.groups} groups; it must have exactly one pair of "
            r"brackets around what names the group, such as r'(patient\d+)_'"
        )
    match = pattern.search(name)
    return match.group(1) if match else None
