"""What a DICOM file says about its pixels: opening it, and looking an attribute up for one frame.

Section numbers such as C.11.2 refer to part 3 of the DICOM standard (PS3.3).
"""

from __future__ import annotations

import contextlib
import io
import os
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from imgrec_tf.datasets.dicom.problems import DicomProblem, NoPixels

if TYPE_CHECKING:
    import pydicom

# Every second file of a hospital bends the standard somewhere. What matters is checked here and told in plain words;
# what does not should not fill the screen.
warnings.filterwarnings("ignore", module=r"pydicom\.")

PIXEL_KEYWORDS = ("PixelData", "FloatPixelData", "DoubleFloatPixelData")
MOST_FRAMES = 100_000

_EXPLICIT = frozenset(
    b"AE AS AT CS DA DS DT FL FD IS LO LT OB OD OF OL OV OW PN SH SL SQ SS ST SV TM UC UI UL UN UR US UT UV".split()
)

# In enhanced multi-frame files, attributes of a frame lie in sequences, of the frame or shared by all (C.7.6.16).
_MACROS = {
    "RescaleSlope": "PixelValueTransformationSequence",
    "RescaleIntercept": "PixelValueTransformationSequence",
    "WindowCenter": "FrameVOILUTSequence",
    "WindowWidth": "FrameVOILUTSequence",
    "WindowCenterWidthExplanation": "FrameVOILUTSequence",
    "VOILUTFunction": "FrameVOILUTSequence",
    "VOILUTSequence": "FrameVOILUTSequence",
    "PixelSpacing": "PixelMeasuresSequence",
    "SliceThickness": "PixelMeasuresSequence",
    "ImageOrientationPatient": "PlaneOrientationSequence",
    "ImagePositionPatient": "PlanePositionSequence",
}


@contextlib.contextmanager
def told_as_damage(name: str) -> Iterator[None]:
    """Turn whatever pydicom raises over an element that it cannot convert into a `DicomProblem`."""
    try:
        yield
    except DicomProblem:
        raise
    except Exception as error:
        raise DicomProblem(f"is a damaged DICOM file: {error or type(error).__name__}", name) from error


def is_dicom(head: bytes) -> bool:
    """Tell from the first bytes whether a file is DICOM, also where the preamble of 128 bytes is missing."""
    if head[128:132] == b"DICM":
        return True
    if len(head) < 8:
        return False
    explicit = head[4:6] in _EXPLICIT
    for order in ("little", "big"):
        group, element = int.from_bytes(head[0:2], order), int.from_bytes(head[2:4], order)
        if group in (0x0002, 0x0008) and element < 0x0100:
            implicit = order == "little" and int.from_bytes(head[4:8], order) < 1024
            return explicit or implicit
    return False


def open_dataset(source: str | os.PathLike | bytes | BinaryIO | pydicom.Dataset, name: str) -> pydicom.Dataset:
    """Read a file's elements, pixels still undecoded.

    Raises:
        DicomProblem: If the file is missing, no DICOM, or so damaged that its elements cannot be told apart.
    """
    import pydicom

    if isinstance(source, pydicom.Dataset):
        return source
    try:
        data = bytes(source) if isinstance(source, bytes | bytearray | memoryview) else None
        if data is None:
            data = source.read() if hasattr(source, "read") else Path(source).expanduser().read_bytes()
    except OSError as error:
        raise DicomProblem(f"cannot be read: {error.strerror or error}", name) from error
    if not data:
        raise DicomProblem("the file is empty (0 bytes)", name)
    if not is_dicom(data[:132]):
        raise DicomProblem("is not a DICOM file: neither a DICOM preamble nor DICOM elements at its start", name)
    with told_as_damage(name):
        dataset = pydicom.dcmread(io.BytesIO(data), force=True)
    if not len(dataset):
        raise DicomProblem("breaks off in its DICOM header: the file is incomplete; copy or export it again", name)
    return dataset


def require_pixels(dataset: pydicom.Dataset, name: str) -> None:
    """Raise `NoPixels` with what the file is instead, if it holds no image."""
    if any(keyword in dataset for keyword in PIXEL_KEYWORDS):
        return
    kind = dataset.get("SOPClassUID") or getattr(dataset, "file_meta", {}).get("MediaStorageSOPClassUID")
    if "DirectoryRecordSequence" in dataset:
        raise NoPixels("is a DICOMDIR, a list of other DICOM files; give the folder with those files", name)
    told = repr(kind.name) if hasattr(kind, "name") else "not stated"
    if "Rows" in dataset:
        raise NoPixels(
            f"is a DICOM file (kind: {told}) that states a size, but holds no pixels: cut off, or exported without "
            "them; export it again",
            name,
        )
    raise NoPixels(f"is a DICOM file without an image (kind: {told}); leave it out", name)


def quiet_get(dataset: Any, keyword: str) -> Any:
    """Return a value, or None where it is missing or is not what the standard wants there."""
    try:
        return dataset.get(keyword)
    except Exception:
        return None


@dataclass(frozen=True)
class Attributes:
    """Looks attributes up for one frame: in the frame's own sequences, in the shared ones, in the file itself."""

    dataset: Any
    frame: int = 0

    def get(self, keyword: str) -> Any:
        """Return the value, or None where it is missing, empty or cannot be understood."""
        for place in (*self._sequences(keyword), self.dataset):
            value = quiet_get(place, keyword)
            if value is not None and not (isinstance(value, str | bytes) and not value):
                return value
        return None

    def _sequences(self, keyword: str):
        macro = _MACROS.get(keyword)
        if macro is None:
            return
        for groups, index in (("PerFrameFunctionalGroupsSequence", self.frame), ("SharedFunctionalGroupsSequence", 0)):
            items = quiet_get(self.dataset, groups) or []
            inner = quiet_get(items[index], macro) if index < len(items) else None
            if inner:
                yield inner[0]

    def numbers(self, keyword: str) -> list[float]:
        """Return the values as finite floats; what is no number is left out."""
        value = self.get(keyword)
        several = value if isinstance(value, list | tuple) or hasattr(value, "append") else [value]
        found = []
        for one in several:
            try:
                number = float(one)
            except (TypeError, ValueError):
                continue
            if abs(number) < float("inf"):
                found.append(number)
        return found

    def number(self, keyword: str) -> float | None:
        """Return the first value as a float, or None."""
        found = self.numbers(keyword)
        return found[0] if found else None

    def texts(self, keyword: str) -> list[str]:
        """Return the values as texts without blanks around them."""
        value = self.get(keyword)
        if value is None:
            return []
        several = value if isinstance(value, list | tuple) or hasattr(value, "append") else [value]
        return [str(one).strip() for one in several]

    def text(self, keyword: str) -> str:
        """Return the first value as text, or ""."""
        found = self.texts(keyword)
        return found[0] if found else ""


def frame_count(dataset: pydicom.Dataset, name: str) -> int:
    """Return the number of frames, 1 where none is stated.

    Raises:
        DicomProblem: If the file states one that cannot be.
    """
    try:
        stated = dataset.get("NumberOfFrames")
        count = 1 if stated in (None, "") else int(stated)
    except Exception as error:
        raise DicomProblem(f"states no usable number of frames ({error}); correct NumberOfFrames", name) from error
    if not 0 <= count <= MOST_FRAMES:
        raise DicomProblem(f"states {count:,} frames; 1 to {MOST_FRAMES:,} are read", name)
    return max(count, 1)
