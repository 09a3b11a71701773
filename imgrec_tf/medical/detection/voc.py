"""Pascal VOC: a folder of pictures, and one XML file for each that names its objects and their boxes.

Everingham, Van Gool, Williams, Winn and Zisserman, "The Pascal visual object classes (VOC) challenge", IJCV 2010.
"""

from __future__ import annotations

import warnings
import xml.etree.ElementTree as ElementTree
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from imgrec_tf._checks import check_whole
from imgrec_tf.medical.detection.boxes import class_label
from imgrec_tf.medical.detection.data_set import BoxDataset, from_arrays
from imgrec_tf.medical.detection.pictures import colour

if TYPE_CHECKING:
    from imgrec_tf.datasets import DatasetCard

_ENDINGS = (".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff")
_EDGES = ("xmin", "ymin", "xmax", "ymax")
_PART_FILES = {"train": ("train",), "validation": ("val", "validation", "valid"), "test": ("test",)}


@dataclass(frozen=True)
class Annotation:
    """What one XML file says.

    Attributes:
        names: Class name of each object.
        boxes: float32 (n, 4): xmin, ymin, xmax, ymax as they stand in the file.
        size: Width and height as the file states them, or None.
    """

    names: tuple[str, ...]
    boxes: np.ndarray
    size: tuple[int, int] | None


def read_annotation(path: str | Path) -> Annotation:
    """Read one XML file.

    Raises:
        FileNotFoundError: If there is none.
        ValueError: If it is cut off or no XML, or an object lacks its name or an edge; the file is named.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"there is no file {path}")
    try:
        root = ElementTree.parse(path).getroot()
    except ElementTree.ParseError as error:
        raise ValueError(f"{path} is cut off, or is no XML ({error}); export it again, or take it out") from error
    names, boxes = [], []
    for number, one in enumerate(root.iter("object"), 1):
        name = (one.findtext("name") or "").strip()
        texts = [one.findtext(f"bndbox/{edge}") for edge in _EDGES]
        if not name or None in texts:
            lacking = "name" if not name else _EDGES[texts.index(None)]
            raise ValueError(f"{path}: object {number} lacks its {lacking}; complete it, or take the object out")
        try:
            boxes.append([float(text) for text in texts])
        except ValueError:
            raise ValueError(f"{path}: object {number} has edges that are no numbers, {texts}; correct them") from None
        names.append(name)
    try:
        stated = tuple(int(root.findtext(f"size/{side}")) for side in ("width", "height"))
    except (TypeError, ValueError):
        stated = None
    return Annotation(
        tuple(names), np.array(boxes, np.float32).reshape(-1, 4), stated if stated and all(stated) else None
    )


def from_voc(
    folder: str | Path,
    *,
    images: str = "JPEGImages",
    annotations: str = "Annotations",
    class_names: Sequence[str] | None = None,
    groups: Mapping[str, str] | None = None,
    longest: int = 1024,
    official: bool = True,
    validation: float = 0.15,
    test: float = 0.15,
    seed: int = 0,
    card: DatasetCard | None = None,
) -> BoxDataset:
    """Read a folder in the layout of Pascal VOC: `JPEGImages/<name>.jpg` with `Annotations/<name>.xml`.

    Edges are taken as they stand, as distances from the left and the top of the picture; files that count pixels from
    1 are read half a pixel off.

    Args:
        folder: Holds the two folders, and `ImageSets/Main` with `train.txt`, `val.txt` and `test.txt` where a division
            was published. Pictures that none of them names are left out.
        images: Name of the folder of pictures: JPEG, PNG, BMP or TIFF.
        annotations: Name of the folder of XML files; may be the same.
        class_names: Names of the classes in the order you want; where left out, those found, in the order of the
            alphabet.
        groups: What each picture belongs to, such as a patient, by its name without ending. Pictures of one group stay
            in one split.
        longest: Pictures with a longer side are made smaller to this many pixels, their boxes with them.
        official: Whether to use `ImageSets/Main` where all three files are there.
        validation: Share of the pictures, in (0, 1), where there is no published division.
        test: Share of the pictures, in (0, 1), where there is no published division.
        seed: Seed of the division.
        card: Where the pictures come from.

    Returns:
        The data set, pictures in the order of their names.

    Raises:
        FileNotFoundError: If a folder does not exist.
        ValueError: If there are no pictures, a picture or an XML file lacks the other, a class is unknown, a picture
            has another size than its file states, or a group stands in two of the published splits.
        ImageProblem: If a picture cannot be read.
    """
    check_whole("longest", longest, 32, 16384)
    folder = Path(folder).expanduser()
    for part in (folder / images, folder / annotations):
        if not part.is_dir():
            raise FileNotFoundError(f"there is no folder {part}; name it with images=… and annotations=…")
    paths = {path.stem: path for path in sorted((folder / images).iterdir()) if path.suffix.lower() in _ENDINGS}
    files = {path.stem: path for path in sorted((folder / annotations).iterdir()) if path.suffix.lower() == ".xml"}
    if not paths:
        raise ValueError(f"{folder / images} holds no picture ({', '.join(_ENDINGS)})")
    _require("XML file", paths, files, folder / annotations)
    _require("picture", files, paths, folder / images)
    parts = _published(folder / "ImageSets" / "Main", paths) if official else None
    names = [name for name in paths if parts is None or name in parts]
    if groups is not None:
        _require("group", names, groups, "groups")
    read = {name: read_annotation(files[name]) for name in names}
    if class_names is None:
        class_names = sorted({one for annotation in read.values() for one in annotation.names})
    pictures, boxes, labels = [], [], []
    for name in names:
        picture, factor = _picture(paths[name], files[name], read[name].size, longest)
        pictures.append(picture)
        boxes.append(read[name].boxes * np.float32(factor))
        labels.append(np.array([class_label(one, class_names, str(files[name])) for one in read[name].names], np.int64))
    return from_arrays(
        pictures,
        boxes,
        labels,
        class_names,
        groups=None if groups is None else [groups[name] for name in names],
        names=names,
        parts=None if parts is None else [parts[name] for name in names],
        validation=validation,
        test=test,
        seed=seed,
        card=card,
    )


def _picture(path: Path, file: Path, stated: tuple[int, int] | None, longest: int) -> tuple[np.ndarray, float]:
    """Return a picture, made smaller where it is too large, and by how much."""
    from PIL import Image

    from imgrec_tf.datasets import read_image

    picture = colour(read_image(path), str(path))
    height, width = picture.shape[:2]
    if stated is not None and stated != (width, height):
        raise ValueError(
            f"{path} has {width} × {height} pixels, {file} says {stated[0]} × {stated[1]}; the boxes belong to "
            "another size of the picture, or to another picture"
        )
    factor = min(1.0, longest / max(height, width))
    if factor < 1:
        size = max(1, round(width * factor)), max(1, round(height * factor))
        picture = np.asarray(Image.fromarray(picture).resize(size, Image.Resampling.BOX))
    return picture, factor


def _published(folder: Path, known: Mapping[str, Path]) -> dict[str, str] | None:
    """Return the split of each picture as `ImageSets/Main` states it, or None where a file is missing."""
    parts: dict[str, str] = {}
    files = {
        part: next((folder / f"{stem}.txt" for stem in stems if (folder / f"{stem}.txt").is_file()), None)
        for part, stems in _PART_FILES.items()
    }
    if None in files.values():
        if any(files.values()):
            lacking = ", ".join(part for part, file in files.items() if file is None)
            warnings.warn(f"{folder} has no list for {lacking}, so all pictures are divided anew", stacklevel=3)
        return None
    for part, file in files.items():
        for line in file.read_text(encoding="utf-8").splitlines():
            name = line.split()[0] if line.split() else None
            if name is None:
                continue
            if name not in known:
                raise ValueError(f"{file} names {name}, and there is no such picture; add it, or take the line out")
            if parts.setdefault(name, part) != part:
                raise ValueError(f"{name} stands in {parts[name]} and in {part} of {folder}; it belongs into one")
    return parts


def _require(what: str, names, known, where) -> None:
    missing = [name for name in names if name not in known]
    if missing:
        raise ValueError(
            f"{len(missing)} of {len(names)} names have no {what} in {where}, the first is {missing[0]!r}; add it, or "
            "take the other file out"
        )
