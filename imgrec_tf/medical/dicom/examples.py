"""Synthetic DICOM files with one pitfall or one fault each, to learn on and to test with."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from imgrec_tf._checks import check_whole
from imgrec_tf.medical.dicom.ct_phantom import ct_slice
from imgrec_tf.medical.dicom.series import SYNTHETIC_MAKER
from imgrec_tf.medical.phantoms import LARGEST, SMALLEST, chest_phantom_example

if TYPE_CHECKING:
    import pydicom

PITFALLS = {
    "plain": "8 bits, nothing to go wrong",
    "sixteen bits": "12 bits in words of 16: a cast to 8 bits wraps around",
    "signed": "signed numbers that mean something only after rescaling",
    "window": "a marker of lead, far brighter than the chest: only the window leaves the chest its contrast",
    "several windows": "a slice of computed tomography with one window for lungs and one for soft tissue",
    "inverted": "MONOCHROME1: low numbers are bright",
    "palette": "the numbers are places in a table of colours",
    "ybr": "colours stored as brightness and two differences",
    "many frames": "a clip whose first frame is black",
    "lying": "turned on its side, with pixels twice as high as wide",
    "burned-in text": "a name in the pixels, and no word of it in the tags",
    "no pixels": "fault: a header without a picture",
    "truncated": "fault: the transfer broke off",
    "absent codec": "fault: compressed in a way that needs another package",
    "contradicting windows": "fault: three centres, two widths, one of them 0",
    "no spacing": "fault: nobody knows how long a pixel is",
}
_MARKER = 0.06  # side of the lead marker, as a share of the picture's


def write_example(
    path: str | os.PathLike,
    pitfall: str = "plain",
    *,
    image: np.ndarray | None = None,
    patient: str = "P0001",
    study: int = 1,
    series: int = 1,
    instance: int = 1,
    size: int = 128,
    seed: int = 0,
) -> np.ndarray:
    """Write one synthetic DICOM file.

    Args:
        path: The file; its folder is made. A file that is there is replaced.
        pitfall: One of `PITFALLS`.
        image: uint8 (rows, columns) or (rows, columns, 1), what is to be seen; a picture of the chest phantom when left
            out, for "several windows" a slice.
        patient: PatientID.
        study: Number of the patient's study.
        series: Number of the series in the study.
        instance: Number of the file in the series.
        size: Height and width of the picture that is made when `image` is left out.
        seed: Seed of that picture, and of the unique ids.

    Returns:
        What a person should see, uint8 (rows, columns, 1 or 3); for "several windows" through the first window.

    Raises:
        TypeError: If a number is not whole or `image` is no array of uint8.
        ValueError: If there is no such pitfall, or a number or the shape of `image` is out of range.
    """
    if pitfall not in PITFALLS:
        raise ValueError(f"pitfall must be one of {', '.join(PITFALLS)}; got {pitfall!r}")
    check_whole("size", size, SMALLEST, LARGEST)
    check_whole("seed", seed, 0, 2**32)
    for name, value in (("study", study), ("series", series), ("instance", instance)):
        check_whole(name, value, 1, 2**31 - 1)
    grey = _picture(image, size, seed)
    dataset = new_dataset(patient=patient, study=study, series=series, instance=instance, seed=seed)
    seen = _MAKERS.get(pitfall, _plain)(dataset, grey)
    if pitfall != "no spacing" and "PixelSpacing" not in dataset:
        dataset.PixelSpacing = [0.8, 0.8]
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    if pitfall == "no pixels":
        del dataset.PixelData
    if pitfall == "absent codec":
        _pretend_jpeg_ls(dataset)
    dataset.save_as(path, enforce_file_format=True)
    if pitfall == "truncated":
        data = path.read_bytes()
        path.write_bytes(data[: len(data) - grey.size // 3])
    return seen if seen.ndim == 3 else seen[..., np.newaxis]


def new_dataset(
    *, patient: str, study: int = 1, series: int = 1, instance: int = 1, seed: int = 0, modality: str = "DX"
) -> pydicom.Dataset:
    """Return the elements of an invented examination, without pixels."""
    from pydicom.dataset import Dataset, FileMetaDataset
    from pydicom.uid import ComputedRadiographyImageStorage, CTImageStorage, ExplicitVRLittleEndian

    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.SOPClassUID = CTImageStorage if modality == "CT" else ComputedRadiographyImageStorage
    dataset.SOPInstanceUID = _uid(seed, patient, study, series, instance)
    dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID = _uid(seed, patient, study), _uid(seed, patient, study, series)
    year = 1930 + int(_uid(patient)[-2:]) % 60
    dataset.PatientID, dataset.PatientName, dataset.PatientBirthDate = patient, f"Invented^{patient}", f"{year}0415"
    dataset.StudyDate, dataset.StudyTime = f"2024{1 + study % 12:02d}11", "101500"
    dataset.InstitutionName, dataset.ReferringPhysicianName = "Invented Clinic", "Invented^Doctor"
    dataset.ImageComments, dataset.Manufacturer = "synthetic: made by a program", SYNTHETIC_MAKER
    dataset.Modality, dataset.StudyID, dataset.AccessionNumber = modality, str(study), f"A{study:05d}"
    dataset.SeriesNumber, dataset.InstanceNumber = series, instance
    return dataset


def set_pixels(dataset: pydicom.Dataset, stored: np.ndarray, *, bits: int, photometric: str = "MONOCHROME2") -> None:
    """Put numbers into a dataset: (rows, columns), (frames, rows, columns) or (rows, columns, 3)."""
    colour = photometric in ("RGB", "YBR_FULL")
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = (3 if colour else 1), photometric
    if colour:
        dataset.PlanarConfiguration = 0
    if stored.ndim == 3 and not colour:
        dataset.NumberOfFrames = len(stored)
    dataset.Rows, dataset.Columns = stored.shape[:2] if colour else stored.shape[-2:]
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 8 * stored.dtype.itemsize, bits, bits - 1
    dataset.PixelRepresentation = int(stored.dtype.kind == "i")
    data = stored.astype(stored.dtype.newbyteorder("<")).tobytes()
    dataset.PixelData = data + b"\0" * (len(data) % 2)


def _uid(*parts) -> str:
    text = "/".join(map(str, parts)).encode()
    return f"2.25.{int.from_bytes(hashlib.blake2b(text, digest_size=15).digest(), 'big')}"


def _picture(image: np.ndarray | None, size: int, seed: int) -> np.ndarray:
    if image is None:
        return chest_phantom_example(seed=seed, size=size)["image"][..., 0]
    image = np.asarray(image)
    if image.dtype != np.uint8:
        raise TypeError(f"image must be an array of uint8, got {image.dtype}")
    image = image[..., 0] if image.ndim == 3 and image.shape[-1] == 1 else image
    if image.ndim != 2 or min(image.shape) < 16:
        raise ValueError(f"image must have shape (rows, columns) with 16 or more of each, got {image.shape}")
    return image


# ---- one function a pitfall: fills the dataset, returns what is to be seen -------------------------------------------


def _plain(dataset: pydicom.Dataset, grey: np.ndarray) -> np.ndarray:
    set_pixels(dataset, grey, bits=8)
    dataset.PatientOrientation = ["L", "F"]
    return grey


def _sixteen_bits(dataset: pydicom.Dataset, grey: np.ndarray) -> np.ndarray:
    set_pixels(dataset, grey.astype(np.uint16) * 16, bits=12)
    dataset.WindowCenter, dataset.WindowWidth = 2041, 4081  # from 0 to 4080 = 16 · 255
    return grey


def _signed(dataset: pydicom.Dataset, grey: np.ndarray) -> np.ndarray:
    """Eight units a grey level, from -1000 to 1040; stored with 24 less."""
    set_pixels(dataset, grey.astype(np.int16) * 8 - 1024, bits=12)
    dataset.RescaleSlope, dataset.RescaleIntercept = 1, 24
    dataset.WindowCenter, dataset.WindowWidth = 20.5, 2041
    return grey


def _window(dataset: pydicom.Dataset, grey: np.ndarray) -> np.ndarray:
    stored = 300 + 2 * grey.astype(np.uint16)
    side = max(3, round(_MARKER * min(grey.shape)))
    marker = slice(side, 2 * side), slice(-2 * side, -side)
    stored[marker] = 4000
    set_pixels(dataset, stored, bits=12)
    dataset.WindowCenter, dataset.WindowWidth = 555.5, 511
    seen = grey.copy()
    seen[marker] = 255
    return seen


def _several_windows(dataset: pydicom.Dataset, grey: np.ndarray) -> np.ndarray:
    values = ct_slice(max(grey.shape), seed=int(grey[::8, ::8].sum()) % 1000)
    set_pixels(dataset, np.rint(values + 1024).astype(np.uint16), bits=12)
    dataset.Modality, dataset.RescaleSlope, dataset.RescaleIntercept, dataset.RescaleType = "CT", 1, -1024, "HU"
    dataset.WindowCenter, dataset.WindowWidth = [-600, 40], [1500, 400]
    dataset.WindowCenterWidthExplanation = ["LUNG", "SOFT TISSUE"]
    dataset.PixelSpacing = [400 / len(values)] * 2
    return np.rint(255 * np.clip((values + 600.5) / 1499 + 0.5, 0, 1)).astype(np.uint8)


def _inverted(dataset: pydicom.Dataset, grey: np.ndarray) -> np.ndarray:
    set_pixels(dataset, (255 - grey.astype(np.uint16)) * 16, bits=12, photometric="MONOCHROME1")
    dataset.WindowCenter, dataset.WindowWidth = 2041, 4081
    return grey


def _palette(dataset: pydicom.Dataset, grey: np.ndarray) -> np.ndarray:
    """A table in an order of its own: eight blocks of 32 levels, of which neighbours lie far apart."""
    place = (np.arange(256) // 32 * 3 + 2) % 8 * 32 + np.arange(256) % 32  # 3 shares no factor with 8
    set_pixels(dataset, place[grey].astype(np.uint8), bits=8, photometric="PALETTE COLOR")
    level = np.empty(256, np.int64)
    level[place] = np.arange(256)
    colours = np.stack([np.minimum(255, level * 2), level, np.maximum(0, 2 * level - 255)], axis=-1).astype(np.uint16)
    for number, name in enumerate(("Red", "Green", "Blue")):
        setattr(dataset, f"{name}PaletteColorLookupTableDescriptor", [256, 0, 16])
        setattr(dataset, f"{name}PaletteColorLookupTableData", (colours[:, number] * 257).astype("<u2").tobytes())
    return colours[place[grey]].astype(np.uint8)


def _ybr(dataset: pydicom.Dataset, grey: np.ndarray) -> np.ndarray:
    from pydicom.pixels import convert_color_space

    seen = np.stack([grey, grey // 2 + 40, 255 - grey // 2], axis=-1)
    set_pixels(dataset, convert_color_space(seen, "RGB", "YBR_FULL"), bits=8, photometric="YBR_FULL")
    return seen


def _many_frames(dataset: pydicom.Dataset, grey: np.ndarray) -> np.ndarray:
    brightness = np.clip(np.arange(9) / 4, 0, 1)
    set_pixels(dataset, np.stack([np.rint(grey * one).astype(np.uint8) for one in brightness]), bits=8)
    dataset.FrameTime = 40
    return grey


def _lying(dataset: pydicom.Dataset, grey: np.ndarray) -> np.ndarray:
    set_pixels(dataset, np.ascontiguousarray(grey[::2].T), bits=8)
    dataset.PixelSpacing, dataset.PatientOrientation = [0.8, 1.6], ["F", "L"]
    return grey


def _burned_in(dataset: pydicom.Dataset, grey: np.ndarray) -> np.ndarray:
    from PIL import Image, ImageDraw, ImageFont

    picture = Image.fromarray(grey)
    height = max(9, grey.shape[0] // 14)
    text = f"{dataset.PatientName} {dataset.StudyDate}".replace("^", " ")
    font = ImageFont.load_default(height)
    ImageDraw.Draw(picture).text((4, 3), text, fill=255, font=font, stroke_fill=0, stroke_width=1)
    seen = np.asarray(picture)
    set_pixels(dataset, seen, bits=8)
    return seen


def _contradicting(dataset: pydicom.Dataset, grey: np.ndarray) -> np.ndarray:
    set_pixels(dataset, grey.astype(np.uint16) * 16, bits=12)
    dataset.WindowCenter, dataset.WindowWidth = [40, 2041, 900], [0, 4081]
    return grey


def _no_spacing(dataset: pydicom.Dataset, grey: np.ndarray) -> np.ndarray:
    set_pixels(dataset, grey, bits=8)
    return grey


def _pretend_jpeg_ls(dataset: pydicom.Dataset) -> None:
    from pydicom.encaps import encapsulate
    from pydicom.uid import JPEGLSLossless

    dataset.PixelData = encapsulate([b"\xff\xd8\xff\xf7" + bytes(60)])
    dataset["PixelData"].VR = "OB"
    dataset.file_meta.TransferSyntaxUID = JPEGLSLossless


_MAKERS: dict[str, Callable[[pydicom.Dataset, np.ndarray], np.ndarray]] = {
    "sixteen bits": _sixteen_bits,
    "signed": _signed,
    "window": _window,
    "several windows": _several_windows,
    "inverted": _inverted,
    "palette": _palette,
    "ybr": _ybr,
    "many frames": _many_frames,
    "lying": _lying,
    "burned-in text": _burned_in,
    "contradicting windows": _contradicting,
    "no spacing": _no_spacing,
}
