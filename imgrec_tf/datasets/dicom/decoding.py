"""From the bytes of one frame to its stored numbers, with a plain reason where that fails."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from imgrec_tf.datasets.dicom.header import PIXEL_KEYWORDS, quiet_get
from imgrec_tf.datasets.dicom.problems import DicomProblem, MissingCodec

if TYPE_CHECKING:
    import pydicom

LARGEST_FRAME = 89_000_000  # pixels, as for all other images

# First bytes of a compressed frame, and the transfer syntax (PS3.5, annex A.4) to try where the file states none.
_MARKS = {
    b"\xff\xd8\xff\xf7": "1.2.840.10008.1.2.4.80",  # JPEG-LS
    b"\xff\x4f\xff\x51": "1.2.840.10008.1.2.4.90",  # JPEG 2000
}
_JPEG_FRAMES = {0xC0: "1.2.840.10008.1.2.4.50", 0xC1: "1.2.840.10008.1.2.4.51", 0xC3: "1.2.840.10008.1.2.4.70"}
_PLAIN_JPEG, _TWELVE_BIT_JPEG = "1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.51"
_VIDEO = tuple(f"1.2.840.10008.1.2.4.10{number}" for number in range(10))


def is_little_endian(dataset: pydicom.Dataset) -> bool:
    """Tell the order of bytes that the file's words of more than one byte have."""
    encoding = getattr(dataset, "original_encoding", (None, None))[1]
    return True if encoding is None else bool(encoding)


def stored_values(dataset: pydicom.Dataset, frame: int, name: str, notes: list[str]) -> np.ndarray:
    """Decode one frame.

    Args:
        dataset: The file's elements.
        frame: Number of the frame, from 0.
        name: The file, for messages.
        notes: What had to be assumed is appended.

    Returns:
        Integers or floats as stored, (rows, columns); colour as RGB (rows, columns, 3).

    Raises:
        MissingCodec: If the compression needs a package that is not installed.
        DicomProblem: If the frame is cut off, damaged or of a kind that is not read.
    """
    from pydicom.pixels import pixel_array

    _check_size(dataset, name)
    syntax = ensure_syntax(dataset, name, notes)
    options = _missing_options(dataset, notes)
    shift = _unused_low_bits(dataset, syntax)
    if shift:
        options["correct_unused_bits"] = False
    try:
        found = pixel_array(dataset, index=frame, **options)
    except Exception as error:  # whatever pydicom and its codecs raise
        if "'YBR_FULL_422' is incorrect" not in str(error):
            raise _explained(error, dataset, syntax, frame, name) from error
        notes.append("the colours are stated as YBR_FULL_422, but stored in full: read as YBR_FULL")
        found = pixel_array(dataset, index=frame, **options, photometric_interpretation="YBR_FULL")
    return _shifted(found, dataset, shift) if shift else found


def _check_size(dataset: pydicom.Dataset, name: str) -> None:
    try:
        rows, columns = int(dataset.Rows), int(dataset.Columns)
    except Exception as error:
        raise DicomProblem("holds pixels but no usable number of rows and columns", name) from error
    if rows < 1 or columns < 1:
        raise DicomProblem(f"states {rows} rows and {columns} columns", name)
    if rows * columns > LARGEST_FRAME:
        raise DicomProblem(
            f"has {rows * columns // 10**6:,} megapixels; at most {LARGEST_FRAME // 10**6} are read: make it smaller",
            name,
        )


def ensure_syntax(dataset: pydicom.Dataset, name: str, notes: list[str]) -> str:
    """Return how the pixels are coded; where the file does not say, find out from its bytes."""
    from pydicom.dataset import FileMetaDataset
    from pydicom.uid import ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian

    meta = getattr(dataset, "file_meta", None)
    if meta is None:
        meta = dataset.file_meta = FileMetaDataset()
    syntax = meta.get("TransferSyntaxUID")
    if syntax:
        return str(syntax)
    implicit, little = getattr(dataset, "original_encoding", (True, True))
    found = ImplicitVRLittleEndian if implicit in (True, None) else ExplicitVRLittleEndian
    if little is False:
        found = ExplicitVRBigEndian
    data = dataset.get("PixelData")
    if dataset["PixelData"].is_undefined_length if "PixelData" in dataset else False:
        found = _sniffed(bytes(data[:4096]))
        if found is None:
            raise DicomProblem("does not state how its pixels are compressed (no transfer syntax)", name)
    meta.TransferSyntaxUID = found
    notes.append(f"the transfer syntax is not stated; {getattr(found, 'name', found)} is assumed")
    return str(found)


def _sniffed(data: bytes) -> Any:
    from pydicom.uid import UID

    for mark, syntax in _MARKS.items():
        if mark in data:
            return UID(syntax)
    start = data.find(b"\xff\xd8")
    found = [data.find(bytes([0xFF, frame]), start) for frame in _JPEG_FRAMES] if start >= 0 else []
    places = {place: syntax for place, syntax in zip(found, _JPEG_FRAMES.values()) if place >= 0}
    return UID(places[min(places)]) if places else None


def stated_photometric(dataset: pydicom.Dataset) -> str:
    """Return the photometric interpretation, corrected where it contradicts the numbers a pixel has."""
    stated = str(quiet_get(dataset, "PhotometricInterpretation") or "").strip().upper()
    colour = (quiet_get(dataset, "SamplesPerPixel") or 1) == 3
    if colour:
        return "RGB" if not stated or stated.startswith(("MONOCHROME", "PALETTE")) else stated
    return stated if stated.startswith(("MONOCHROME", "PALETTE")) else "MONOCHROME2"


def _missing_options(dataset: pydicom.Dataset, notes: list[str]) -> dict[str, Any]:
    """Return what the decoder insists on and careless files leave out, with the value that nearly all files have."""
    samples = int(dataset.get("SamplesPerPixel") or 1)
    photometric = stated_photometric(dataset)
    defaults = {
        "SamplesPerPixel": ("samples_per_pixel", samples),
        "PhotometricInterpretation": ("photometric_interpretation", photometric),
        "BitsStored": ("bits_stored", dataset.get("BitsAllocated")),
        "PixelRepresentation": ("pixel_representation", 0),
    }
    if samples > 1:
        defaults["PlanarConfiguration"] = ("planar_configuration", 0)
    options = {}
    if photometric != str(dataset.get("PhotometricInterpretation") or "").strip().upper():
        options["photometric_interpretation"] = photometric
    for keyword, (option, value) in defaults.items():
        if dataset.get(keyword) in (None, "") and value is not None:
            options[option] = value
            if "PixelData" in dataset:
                notes.append(f"{keyword} is missing; {value} is assumed")
    return options


def _unused_low_bits(dataset: pydicom.Dataset, syntax: str) -> int:
    """Return how many bits lie unused below the value: old files put it at the upper end of the word."""
    high, stored = dataset.get("HighBit"), dataset.get("BitsStored")
    if high is None or stored is None or "PixelData" not in dataset or not _is_native(syntax):
        return 0
    return max(0, min(int(high), int(dataset.get("BitsAllocated") or 0) - 1) - int(stored) + 1)


def _is_native(syntax: str) -> bool:
    from pydicom.uid import UID

    try:
        return not UID(syntax).is_compressed
    except ValueError:  # no transfer syntax at all
        return True


def _shifted(stored: np.ndarray, dataset: pydicom.Dataset, shift: int) -> np.ndarray:
    bits = int(dataset.BitsStored)
    values = (stored.astype(np.int64) >> shift) & (2**bits - 1)
    if int(dataset.get("PixelRepresentation") or 0) == 1:
        values -= (values >= 2 ** (bits - 1)).astype(np.int64) << bits
    return values


def _explained(error: Exception, dataset: pydicom.Dataset, syntax: str, frame: int, name: str) -> DicomProblem:
    text = " ".join(str(error).split())
    if "less than expected" in text:
        return DicomProblem(f"breaks off in the middle: {text.split(' - ')[0]}; copy or export it again", name)
    if syntax in _VIDEO:
        return DicomProblem("holds a video (MPEG); save its frames as images with a video program first", name)
    if _is_native(syntax):
        return DicomProblem(f"is damaged, or contradicts itself: {text}", name)
    missing = _missing_extra(dataset, syntax)
    if missing:
        kind = getattr(dataset.file_meta.TransferSyntaxUID, "name", syntax)
        doubt = "" if "missing dependencies" in text else ", if it is not damaged"
        return MissingCodec(
            f"is compressed as {kind!r}, which the installed packages do not read; in the project's folder{doubt}: "
            f'pip install ".[{missing}]"',
            name,
        )
    return DicomProblem(
        f"frame {frame} is damaged, cut off, or of a kind that no installed package reads: {text}", name
    )


def _missing_extra(dataset: pydicom.Dataset, syntax: str) -> str | None:
    """Return the extra of pyproject.toml that could read this compression and is not installed."""
    from pydicom.pixels import get_decoder
    from pydicom.uid import UID

    try:
        available = get_decoder(UID(syntax)).available_plugins
    except NotImplementedError:
        return None
    if syntax == _TWELVE_BIT_JPEG and int(dataset.get("BitsStored") or 8) > 8:
        return None if "pylibjpeg" in available else "dicom-gpl"
    if syntax == _PLAIN_JPEG or "RLE" in UID(syntax).name:
        return None
    return None if {"gdcm", "pylibjpeg", "pyjpegls"} & set(available) else "dicom"


def is_float(dataset: pydicom.Dataset) -> bool:
    """Tell whether the pixels are stored as floats."""
    return next(keyword for keyword in PIXEL_KEYWORDS if keyword in dataset) != "PixelData"
