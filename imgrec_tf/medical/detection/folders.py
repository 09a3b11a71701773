"""The two data sets with boxes that have a name."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from imgrec_tf.medical.detection.data_set import BoxDataset

if TYPE_CHECKING:
    from imgrec_tf.datasets import DatasetCard

NAMES = ("blood-phantom", "bccd")
CELLS = ("RBC", "WBC", "Platelets")


def load(name: str = "blood-phantom", *, seed: int = 0, folder: str | Path | None = None, **options) -> BoxDataset:
    """Load a data set with boxes by its name.

    Args:
        name: "blood-phantom", synthetic and made on the spot; or "bccd", 364 real blood smears of 640 × 480 pixels with
            boxes around red cells, white cells and platelets, in their published splits of 205, 87 and 72 pictures.
        seed: Seed of the pictures and of the division (phantom).
        folder: Where `bccd` lies, besides the folder that the environment variable `IMGREC_DATA` names.
        **options: Passed to `blood_phantom`, or to `from_voc`.

    Returns:
        The data set.

    Raises:
        ValueError: If the name is unknown.
        FileNotFoundError: If bccd is not on this machine; the text says what to do.
    """
    if name == "blood-phantom":
        from imgrec_tf.medical.detection.phantom import blood_phantom

        return blood_phantom(seed=seed, **options)
    if name != "bccd":
        raise ValueError(f"there is no data set {name!r} with boxes; known are {', '.join(NAMES)}")
    from imgrec_tf.datasets.files import own_folders
    from imgrec_tf.medical.detection.voc import from_voc

    for _, place in own_folders(folder):
        if (place / "bccd" / "Annotations").is_dir():
            return from_voc(place / "bccd", **{"class_names": CELLS, "seed": seed, "card": _bccd_card()} | options)
    raise FileNotFoundError(
        "bccd is not on this machine. Take the folder BCCD of github.com/Shenggan/BCCD_Dataset (Annotations, ImageSets "
        "and JPEGImages), put it as bccd into a folder, and name that folder with folder=… or the environment variable "
        "IMGREC_DATA"
    )


def _bccd_card() -> DatasetCard:
    from imgrec_tf.datasets import DatasetCard

    return DatasetCard(
        "bccd",
        "Blood smears with a box around each cell",
        "multi-label",
        CELLS,
        source="github.com/Shenggan/BCCD_Dataset; pictures by cosmicad and akshaylamba",
        licence="MIT",
        citation="Shenggan, BCCD Dataset, github.com/Shenggan/BCCD_Dataset",
        intended_use="Teaching and comparing methods. Not all cells have a box, some boxes are off, no patients are "
        "named: pictures of one patient may stand in several splits. Never for clinical use.",
    )
