"""A folder of DICOM files with labels as a data set, split by patient."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from imgrec_tf.datasets.dicom.header import quiet_get
from imgrec_tf.datasets.dicom.image import DicomImage, read
from imgrec_tf.datasets.dicom.problems import DicomProblem
from imgrec_tf.datasets.image_reading import MINIMUM_SIDE
from imgrec_tf.datasets.scanning import Listing, make_dataset
from imgrec_tf.medical.dicom.series import (
    SYNTHETIC_MAKER,
    checked_folder,
    files_below,
    identity_notes,
    person_of,
    shared_id_problems,
    spacing_notes,
)

if TYPE_CHECKING:
    from imgrec_tf.datasets import ImageDataset

_USUAL = {"window": None, "frame": "middle", "upright": False, "square": False}


def from_dicom(
    folder: str | os.PathLike,
    labels: Mapping[str, str] | Callable[[DicomImage], str | None] | None = None,
    *,
    window: int | str | tuple[float, float] | None = None,
    frame: int | str = "middle",
    upright: bool = False,
    square: bool = False,
    image_size: tuple[int, int] | None = None,
    channels: int | None = None,
    fit: str = "pad",
    validation: float = 0.15,
    test: float = 0.15,
    class_names: Sequence[str] | None = None,
    task: str | None = None,
    salt: str = "",
    seed: int = 0,
) -> ImageDataset:
    """Make a data set of DICOM files. All images of a patient stay in one split.

    The group of an image is the hashed patient id; where that is missing, the study, then the series, and
    `dataset.problems` says so. Each file gives one image. Files that cannot be used are rows of `dataset.problems`, and
    so are files that are used in spite of something (contradicting windows, two people under one id); those rows begin
    with "used, but".

    A recogniser reads files with the default window. If you choose another one here, give it images that were read the
    same way: `recognizer.predict(dataset.test)` does, and so does a list of `read(path).display(window)`. The card says
    what you chose, and that the images are synthetic where `write_example` made all of them.

    Args:
        folder: The folder, searched to the bottom.
        labels: From a file's path inside the folder, its name, or its patient id (not hashed) to its class; or a
            function from `DicomImage` to the class, None to leave a file out; or, when left out, the folder right below
            `folder` names the class.
        window: As in `DicomImage.display`.
        frame: Which frame of a file with many: a number, "first", "middle" or "last".
        upright: As in `DicomImage.display`.
        square: As in `DicomImage.display`.
        image_size: As in `datasets.from_folder`, and so are channels, fit, validation, test, task and seed.
        channels: 1 or 3.
        fit: "pad", "stretch" or "crop".
        validation: Share of the images for validation.
        test: Share of the images for the test split.
        class_names: The classes in the order of the labels; sorted when left out.
        task: "binary", "multi-class" or "ordinal".
        salt: Mixed into the hashes of ids.
        seed: Seed of the split.

    Returns:
        The data set, its images read when they are asked for.

    Raises:
        FileNotFoundError: If there is no such folder.
        NotADirectoryError: If it is a file.
        TypeError: If `labels` is none of the above.
        ValueError: If no file has a label, or there are fewer than two classes or too few patients to split.

    Warns:
        UserWarning: Once, with their number, if files could not be used.
    """
    root = checked_folder(folder)
    label_of = _labeller(labels, root)
    found: list[tuple[Path, str, str]] = []
    problems: list[tuple[str, str]] = []
    notes: list[tuple[str, str]] = []
    people: dict[str, dict] = {}
    all_synthetic = True
    for path in files_below(root):
        source = path.relative_to(root).as_posix()
        try:
            image = read(path)
        except DicomProblem as problem:
            problems.append((source, problem.reason))
            continue
        label = label_of(image, path)
        if label is None:
            notes.append((source, "has no label, and is left out"))
            continue
        patient = image.patient(salt) or f"file {source}"
        people.setdefault(patient, {})[source] = person_of(image)
        notes += [
            (source, f"used, but {note}") for note in [*identity_notes(image, patient), *_header_notes(image, square)]
        ]
        found.append((path, str(label), patient))
        all_synthetic &= quiet_get(image.dataset, "Manufacturer") == SYNTHETIC_MAKER
    if not found:
        reasons = "; ".join(f"{source}: {problem}" for source, problem in (problems + notes)[:3])
        raise ValueError(
            f"no file in {root} has pixels and a label ({reasons or 'the folder is empty'}); check `labels`"
        )
    names = _class_names(found, class_names)
    listing = Listing(
        class_names=names,
        paths=[str(path) for path, _, _ in found],
        sources=[path.relative_to(root).as_posix() for path, _, _ in found],
        labels=[names.index(label) for _, label, _ in found],
        splits=[None] * len(found),
        groups=[patient for _, _, patient in found],
        problems=problems,
        silent_problems=notes + shared_id_problems(people),
        read=functools.partial(_display, window=window, frame=frame, upright=upright, square=square),
    )
    dataset = make_dataset(
        listing,
        name=root.resolve().name,
        title=f"DICOM files from the folder {root.resolve().name}",
        source=f"folder {root}",
        image_size=image_size,
        channels=channels,
        fit=fit,
        validation=validation,
        test=test,
        seed=seed,
        task=task,
    )
    look = {"window": window, "frame": frame, "upright": upright, "square": square}
    chosen = {name: value for name, value in look.items() if value != _USUAL[name]}
    if chosen:
        told = ", ".join(f"{name}={value!r}" for name, value in chosen.items())
        dataset.card = replace(dataset.card, intended_use=f"read with {told}: give a model images read the same way")
    if all_synthetic:
        dataset.card = replace(dataset.card, synthetic=True)
        for split in dataset.splits.values():
            split.synthetic = True
    return dataset


def _display(path: str, *, window, frame, upright: bool, square: bool) -> np.ndarray:
    image = read(path)
    try:
        picture = image.display(window, frame=frame, upright=upright, square=square)
    except ValueError as error:  # no such window or frame in this file
        if isinstance(error, DicomProblem):
            raise
        raise DicomProblem(str(error), path) from error
    if min(picture.shape[:2]) < MINIMUM_SIDE:
        raise DicomProblem(f"has {picture.shape[1]} × {picture.shape[0]} pixels, too few to recognise anything", path)
    return picture


def _header_notes(image: DicomImage, square: bool) -> list[str]:
    _ = image.windows  # looks at them, and notes what contradicts itself
    return [*image.notes, *(spacing_notes(image) if square else [])]


def _labeller(labels, root: Path) -> Callable[[DicomImage, Path], str | None]:
    if labels is None:

        def by_folder(_: DicomImage, path: Path) -> str | None:
            inside = path.relative_to(root).parts
            return inside[0] if len(inside) > 1 else None

        return by_folder
    if callable(labels):
        return lambda image, _: labels(image)
    if not hasattr(labels, "get"):
        raise TypeError(
            f"labels must be a mapping from file or patient to class, a function, or None, got {labels!r:.60}"
        )

    def by_name(image: DicomImage, path: Path) -> str | None:
        keys = (path.relative_to(root).as_posix(), path.name, str(quiet_get(image.dataset, "PatientID") or "").strip())
        return next((labels.get(key) for key in keys if key and labels.get(key) is not None), None)

    return by_name


def _class_names(found, class_names: Sequence[str] | None) -> tuple[str, ...]:
    present = sorted({label for _, label, _ in found})
    if len(present) < 2:
        raise ValueError(f"the files have one class only, {present[0]!r}; telling images apart needs two or more")
    names = tuple(present) if class_names is None else tuple(str(one) for one in class_names)
    if sorted(names) != present:
        raise ValueError(f"class_names must name each label once; got {names}, found {tuple(present)}")
    return names
