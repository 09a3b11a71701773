"""Pictures and masks in two folders, and the two data sets that have a name."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from imgrec_tf.medical.segmentation.data_set import MaskDataset, from_arrays

if TYPE_CHECKING:
    from imgrec_tf.datasets import DatasetCard

NAMES = ("cells-phantom", "nuclei")
_ENDINGS = (".png", ".tif", ".tiff", ".jpg", ".jpeg", ".bmp")
_MASK_ENDINGS = (".png", ".tif", ".tiff")  # a lossy mask has other numbers at its edges


def from_folder(
    folder: str | Path,
    *,
    images: str = "images",
    labels: str = "labels",
    groups: dict[str, str] | None = None,
    validation: float = 0.15,
    test: float = 0.15,
    seed: int = 0,
    card: DatasetCard | None = None,
) -> MaskDataset:
    """Read `images/<name>.png` with `labels/<name>.png`, where a label's pixel is the number of its object.

    Args:
        folder: Holds the two folders.
        images: Name of the folder of pictures: grey, colour or with opacity, 8 or 16 bits, PNG, TIFF, JPEG or BMP.
        labels: Name of the folder of masks: PNG or TIFF of 8 or 16 bits, one channel.
        groups: What each picture belongs to, by its name without ending; None divides picture by picture.
        validation: Share of the pictures, in (0, 1).
        test: Share of the pictures, in (0, 1).
        seed: Seed of the division.
        card: Where the pictures come from.

    Returns:
        The data set, pictures in the order of their names.

    Raises:
        FileNotFoundError: If one of the folders does not exist.
        ValueError: If there are no pictures, a picture has no mask or no group, or sizes differ; the file is named.
        ImageProblem: If a file cannot be read.
    """
    from imgrec_tf.datasets import read_image

    folder = Path(folder).expanduser()
    for part in (folder / images, folder / labels):
        if not part.is_dir():
            raise FileNotFoundError(f"there is no folder {part}; name it with images=… and labels=…")
    paths = sorted(path for path in (folder / images).iterdir() if path.suffix.lower() in _ENDINGS)
    if not paths:
        raise ValueError(f"{folder / images} holds no picture ({', '.join(_ENDINGS)})")
    masks = {path.stem: path for path in (folder / labels).iterdir() if path.suffix.lower() in _MASK_ENDINGS}
    _require("mask", paths, masks, folder / labels)
    if groups is not None:
        _require("group", paths, groups, "groups")
    return from_arrays(
        [read_image(path) for path in paths],
        [_read_mask(masks[path.stem]) for path in paths],
        groups=None if groups is None else [groups[path.stem] for path in paths],
        names=[path.stem for path in paths],
        validation=validation,
        test=test,
        seed=seed,
        card=card,
    )


def load(name: str = "cells-phantom", *, seed: int = 0, folder: str | Path | None = None, **options) -> MaskDataset:
    """Load a data set with masks by its name.

    Args:
        name: "cells-phantom", synthetic and made on the spot; or "nuclei", 424 real fluorescence pictures of 256 or 360
            pixels from the 2018 Data Science Bowl (BBBC038, CC0), read from `nuclei/images` and `nuclei/labels`.
        seed: Seed of the pictures (phantom) and of the division. Nuclei come without patients: they are divided by
            picture, 15 % for validation and 15 % for test.
        folder: Where `nuclei` lies, besides the folder that the environment variable `IMGREC_DATA` names.
        **options: Passed to `cells_phantom`, or to `from_folder`.

    Returns:
        The data set.

    Raises:
        ValueError: If the name is unknown.
        FileNotFoundError: If nuclei are not on this machine; the text says what to do.
    """
    if name == "cells-phantom":
        from imgrec_tf.medical.segmentation.phantom import cells_phantom

        return cells_phantom(seed=seed, **options)
    if name != "nuclei":
        raise ValueError(f"there is no data set {name!r} with masks; known are {', '.join(NAMES)}")
    from imgrec_tf.datasets.files import own_folders

    for _, place in own_folders(folder):
        if (place / "nuclei" / "images").is_dir():
            return from_folder(place / "nuclei", seed=seed, card=_nuclei_card(), **options)
    raise FileNotFoundError(
        "nuclei are not on this machine. Take image set BBBC038 from bbbc.broadinstitute.org, put pictures as "
        "nuclei/images/<name>.png and masks with one number an object as nuclei/labels/<name>.png into a folder, and "
        "name that folder with folder=… or the environment variable IMGREC_DATA"
    )


def _read_mask(path: Path) -> np.ndarray:
    from imgrec_tf.datasets import read_image

    mask = read_image(path)
    if mask.shape[2] != 1:
        raise ValueError(f"{path} is in colour; a mask has one channel, a pixel is the number of its object")
    return mask[..., 0]


def _require(what: str, paths, known, where) -> None:
    missing = [path.name for path in paths if path.stem not in known]
    if missing:
        raise ValueError(
            f"{len(missing)} of {len(paths)} pictures have no {what} in {where}, the first is {missing[0]}; "
            f"add the {what}, or take the picture out"
        )


def _nuclei_card() -> DatasetCard:
    from imgrec_tf.datasets import DatasetCard

    return DatasetCard(
        "nuclei",
        "Nuclei under the fluorescence microscope",
        "multi-class",
        ("background", "nucleus"),
        source="BBBC038, 2018 Data Science Bowl, Broad Bioimage Benchmark Collection; the pictures of 256² and 360²",
        licence="CC0",
        citation='Caicedo et al., "Nucleus segmentation across imaging experiments: the 2018 Data Science Bowl", '
        "Nature Methods 16, 2019",
        intended_use="Teaching and comparing methods. No patients or slides are named, so the division is by picture. "
        "Never for clinical use.",
    )
