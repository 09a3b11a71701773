"""Whole folders of synthetic DICOM files: a clinic with several scanners, and a series of slices."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from imgrec_tf._checks import check_whole
from imgrec_tf.medical.dicom.ct_phantom import HEIGHT_MM, WIDTH_MM, ct_slice
from imgrec_tf.medical.dicom.examples import PITFALLS, new_dataset, set_pixels, write_example

if TYPE_CHECKING:
    import pandas

    from imgrec_tf.datasets import Split

SCANNERS = ("plain", "sixteen bits", "signed", "window", "inverted")


def write_clinic(
    folder: str | os.PathLike, split: Split, *, scanners: Sequence[str] = SCANNERS, seed: int = 0
) -> pandas.DataFrame:
    """Write the images of a split as DICOM files, each from one of several scanners with its own pitfall.

    The scanner is drawn by lot for each image and tells nothing of its class. A patient's images are series of one
    study.

    Args:
        folder: Where the files go, as 00000.dcm and so on.
        split: Grey 8-bit images, with groups as patients; without groups each image is a patient.
        scanners: Names in `PITFALLS`.
        seed: Seed of the scanners.

    Returns:
        One row a file: file (its name), patient, label (name of the class), scanner.

    Raises:
        ValueError: If a scanner is unknown, or the images are not grey.
    """
    import pandas as pd

    unknown = [one for one in scanners if one not in PITFALLS]
    if unknown or not scanners:
        raise ValueError(f"scanners must be names of PITFALLS ({', '.join(PITFALLS)}); got {tuple(scanners)}")
    if split.image_shape[-1] != 1:
        raise ValueError(f"the split must hold grey images, one channel; it has {split.image_shape[-1]}")
    check_whole("seed", seed, 0, 2**32)
    drawn = np.random.default_rng(seed).integers(len(scanners), size=len(split))
    groups = split.groups if split.groups is not None else [f"patient {index}" for index in range(len(split))]
    rows, series = [], {}
    for index in range(len(split)):
        patient = str(groups[index])
        series[patient] = series.get(patient, 0) + 1
        name, scanner = f"{index:05d}.dcm", scanners[drawn[index]]
        pixels = np.rint(split.pixels([index])[0, ..., 0]).astype(np.uint8)
        write_example(Path(folder, name), scanner, image=pixels, patient=patient, series=series[patient], seed=seed)
        rows.append((name, patient, split.label_text(index), scanner))
    return pd.DataFrame(rows, columns=["file", "patient", "label", "scanner"])


def write_series(
    folder: str | os.PathLike,
    *,
    slices: int = 24,
    size: int = 96,
    patient: str = "P0001",
    series: int = 1,
    seed: int = 0,
) -> list[str]:
    """Write one series of synthetic slices through a chest, under names that tell nothing of their order.

    Signed 12 bits, rescaled by 2; columns lie 4/3 as far apart as rows, and slices 10 mm.

    Args:
        folder: Where the files go.
        slices: How many, 2 to 500.
        size: Rows and columns, 32 to 512.
        patient: PatientID.
        series: Number of the series.
        seed: Seed of the noise, and of the order of names.

    Returns:
        The names of the files from the lowest slice to the highest.
    """
    check_whole("slices", slices, 2, 500)
    check_whole("size", size, 32, 512)
    check_whole("seed", seed, 0, 2**32)
    order = np.random.default_rng(seed).permutation(slices)
    Path(folder).mkdir(parents=True, exist_ok=True)
    names = []
    for place in range(slices):
        values = ct_slice(size, place / (slices - 1), seed=seed)
        dataset = new_dataset(patient=patient, series=series, instance=place + 1, seed=seed, modality="CT")
        set_pixels(dataset, np.rint(values / 2).astype(np.int16), bits=12)
        dataset.RescaleSlope, dataset.RescaleIntercept, dataset.RescaleType = 2, 0, "HU"
        dataset.WindowCenter, dataset.WindowWidth = [40, -600], [400, 1500]
        dataset.WindowCenterWidthExplanation = ["SOFT TISSUE", "LUNG"]
        dataset.PixelSpacing = [HEIGHT_MM / size, WIDTH_MM / size]
        dataset.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
        dataset.ImagePositionPatient = [-WIDTH_MM / 2, -HEIGHT_MM / 2, 10.0 * place]
        names.append(f"IM{order[place]:04d}.dcm")
        dataset.save_as(Path(folder, names[-1]), enforce_file_format=True)
    return names
