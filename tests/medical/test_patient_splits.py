"""Every way in which this half comes by its splits: no patient, and no slide, stands in two of them."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

import imgrec_tf as ir
from imgrec_tf import decisions, explain
from imgrec_tf.evaluation import Evaluation
from imgrec_tf.medical import detection, dicom, phantoms, segmentation

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:pydicom")

PATIENTS, EACH = 18, 3
OWNER = np.repeat([f"p{number:02d}" for number in range(PATIENTS)], EACH)
LABELS = np.repeat(np.arange(PATIENTS) % 2, EACH)
NAMES = ("well", "ill")
SHARES = {"validation": 0.25, "test": 0.25}


def pictures() -> np.ndarray:
    down, across = np.mgrid[:32, :32]
    waves = [120 + 80 * np.sin(down / 5 + number) + 40 * np.cos(across / 4) for number in range(len(OWNER))]
    return np.stack(waves).clip(0, 255).astype(np.uint8)[..., None]


def split() -> ir.Split:
    return ir.Split(pictures(), LABELS, class_names=NAMES, groups=OWNER, name="all")


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """The same images as DICOM files and as PNG files, flat and in folders of classes, with their tables."""
    root = tmp_path_factory.mktemp("files")
    table = dicom.write_clinic(root / "dicom", split())
    for row in table.itertuples():
        place = root / "dicom classes" / row.label / row.file
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes((root / "dicom" / row.file).read_bytes())
    table.to_csv(root / "dicom.csv", index=False)
    rows = table.assign(file=[f"{owner}_{number}.png" for number, owner in enumerate(OWNER)])
    for image, row in zip(pictures(), rows.itertuples()):
        for place in (root / "png" / row.file, root / "png classes" / row.label / row.file):
            place.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(image[..., 0]).save(place)
    rows.to_csv(root / "png" / "list.csv", index=False)
    np.savez(root / "arrays.npz", images=pictures(), labels=LABELS, groups=OWNER)
    for part in ("images", "labels"):
        (root / "masks" / part).mkdir(parents=True)
    for number, image in enumerate(pictures()):
        Image.fromarray(image[..., 0]).save(root / "masks" / "images" / f"{number}.png")
        Image.fromarray((image[..., 0] > 150).astype(np.uint8)).save(root / "masks" / "labels" / f"{number}.png")
    return root


def by_table(root, seed):
    return ir.datasets.from_csv(
        root / "dicom.csv", path_column="file", label_column="label", folder=root / "dicom", seed=seed, **SHARES
    )


def by_table_of_png(root, seed):
    return ir.datasets.from_csv(
        root / "png" / "list.csv", path_column="file", label_column="label", group_column="patient", seed=seed, **SHARES
    )


def halves_of_an_evaluation(seed):
    found = Evaluation.from_scores(
        np.linspace(0, 1, len(OWNER)), LABELS, class_names=NAMES, task="binary", groups=OWNER, resamples=0
    )
    places = [np.rint(part.scores[:, 1] * (len(OWNER) - 1)).astype(int) for part in decisions.halves(found, seed=seed)]
    return tuple(split().subset(one) for one in places)  # an evaluation numbers its groups anew


def mask_files(root, seed):
    owners = {str(number): owner for number, owner in enumerate(OWNER)}
    return segmentation.from_folder(root / "masks", groups=owners, seed=seed, **SHARES)


def mask_arrays(seed):
    masks = (pictures()[..., 0] > 150).astype(np.uint8)
    return segmentation.from_arrays(pictures(), masks, groups=OWNER, seed=seed, **SHARES)


def box_arrays(seed):
    boxes, labels = [np.array([[4, 4, 12, 14]])] * len(OWNER), [np.array([0])] * len(OWNER)
    return detection.from_arrays(pictures(), boxes, labels, ("cell",), groups=OWNER, seed=seed, **SHARES)


# Each takes the files and a seed; what it returns has splits, or is a tuple of parts.
WAYS = {
    "DICOM, classes in a table": lambda root, seed: dicom.from_dicom(
        root / "dicom", {f"{number:05d}.dcm": NAMES[label] for number, label in enumerate(LABELS)}, seed=seed, **SHARES
    ),
    "DICOM, classes by patient": lambda root, seed: dicom.from_dicom(
        root / "dicom", {owner: NAMES[label] for owner, label in zip(OWNER, LABELS)}, seed=seed, **SHARES
    ),
    "DICOM, classes as folders": lambda root, seed: dicom.from_dicom(root / "dicom classes", seed=seed, **SHARES),
    "DICOM as any folder of images": lambda root, seed: ir.datasets.from_folder(
        root / "dicom classes", seed=seed, **SHARES
    ),
    "DICOM as any table of images": by_table,
    "PNG, patient in the name": lambda root, seed: ir.datasets.from_folder(
        root / "png classes", groups=r"(p\d+)_", seed=seed, **SHARES
    ),
    "PNG, patient in a table": by_table_of_png,
    "arrays": lambda root, seed: ir.datasets.from_arrays(
        pictures(), LABELS, groups=OWNER, class_names=NAMES, seed=seed, **SHARES
    ),
    "npz file": lambda root, seed: ir.datasets.from_npz(root / "arrays.npz", seed=seed, **SHARES),
    "masks as files": mask_files,
    "masks as arrays": lambda root, seed: mask_arrays(seed),
    "boxes as arrays": lambda root, seed: box_arrays(seed),
    "halves of a split": lambda root, seed: decisions.halves(split(), seed=seed),
    "halves of an evaluation": lambda root, seed: halves_of_an_evaluation(seed),
    "a planted marker": lambda root, seed: (
        explain.plant_shortcut(
            ir.datasets.from_arrays(pictures(), LABELS, groups=OWNER, class_names=NAMES, seed=seed, **SHARES)
        ).dataset
    ),
    "chest phantom": lambda root, seed: phantoms.chest_phantom(54, size=28, seed=seed, **SHARES),
    "chest phantom by name": lambda root, seed: ir.load("chest-phantom", count=54, size=28, seed=seed, **SHARES),
    "cells phantom": lambda root, seed: segmentation.cells_phantom(
        24, size=64, images_per_slide=3, seed=seed, **SHARES
    ),
    "blood phantom": lambda root, seed: detection.blood_phantom(
        24, height=64, width=64, images_per_slide=3, seed=seed, **SHARES
    ),
}
OWN_PATIENTS = (
    "chest phantom",
    "chest phantom by name",
    "cells phantom",
    "blood phantom",
)  # how many there are is drawn


@pytest.mark.parametrize("seed", [0, 1, 2])
@pytest.mark.parametrize("way", WAYS)
def test_no_patient_stands_in_two_splits(files, way, seed):
    made = WAYS[way](files, seed)
    parts = made if isinstance(made, tuple) else [made.train, made.validation, made.test]
    patients = [set(np.asarray(part.groups).tolist()) for part in parts]
    assert len(parts) >= 2 and all(patients)
    everybody = set().union(*patients)
    assert sum(map(len, patients)) == len(everybody), "a patient stands in two splits"
    images = sum(map(len, parts))
    assert len(everybody) < images, "the groups are images, not patients"
    if way not in OWN_PATIENTS:
        assert len(everybody) == PATIENTS and images == len(OWNER)
