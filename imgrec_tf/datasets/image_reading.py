"""One image file in, one array out: or a plain reason why not.

The kind of a file is told from its content, never from its name. What a viewer would show is what you get: EXIF
rotation is applied, palettes are looked up, transparency lies on white, CMYK becomes RGB, an animation gives its first
frame. 16-bit PNG and TIFF files keep their depth. DICOM files are read by `datasets.dicom`.
"""

from __future__ import annotations

import io
import os
import re
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from imgrec_tf.datasets import dicom
from imgrec_tf.datasets.deep_colour import ROTATED, from_numbers, on_white, read_deep_png, read_deep_tiff, turned
from imgrec_tf.datasets.file_kinds import ImageProblem, describe_content, is_complete, is_deep_colour_png

# Pillow warns above 89.5 megapixels and refuses above twice that; this reader refuses just below the warning.
MAXIMUM_PIXELS = 89_000_000
# A file with a side below this is a tracking pixel, a spacer or a mistake, not an image to recognise something in.
MINIMUM_SIDE = 4
MAXIMUM_BYTES = 2**30
LOOKED_AT_FIRST = 2**26  # bytes

# Formats that tell themselves by their first bytes. Pillow's others start foreign programs or match almost anything.
FORMATS = ("JPEG", "PNG", "TIFF", "BMP", "GIF", "WEBP", "PPM", "JPEG2000", "AVIF")

# A damaged EXIF block is no reason for a line on the screen: the picture is whole without it.
warnings.filterwarnings("ignore", message="Corrupt EXIF data", module="PIL")

_LIMIT = f"at most {MAXIMUM_PIXELS // 10**6} megapixels are read: make it smaller"
_GREY_MODES = ("1", "L", "LA", "La")
_ORIENTATION = 0x0112
_BITS_PER_SAMPLE = 258


@dataclass(frozen=True, slots=True)
class ImageCheck:
    """What `check_image` found out about a file.

    Attributes:
        problem: Why the file cannot be used, or None; with a problem, the other fields are empty.
        height: Height in pixels, after EXIF rotation.
        width: Width in pixels, after EXIF rotation.
        channels: 1 or 3, as `read_image` returns them.
        bits: 8 or 16.
        kind: Format and mode of the file, for example "JPEG L" or "TIFF I;16".
        plain: "jpeg" or "png" when TensorFlow's own decoder gives the same pixels as `read_image`, else "".
        patient: In a DICOM file, the hashed id of what must stay in one split; else "".
    """

    problem: str | None = None
    height: int = 0
    width: int = 0
    channels: int = 0
    bits: int = 0
    kind: str = ""
    plain: str = ""
    patient: str = ""


def read_image(source: str | os.PathLike | bytes | BinaryIO | Image.Image) -> np.ndarray:
    """Read one image as a viewer would show it.

    Args:
        source: Path, the file's bytes, a file open for reading bytes, or an image of Pillow.

    Returns:
        Array (height, width, channels) with 1 or 3 channels, uint8 in [0, 255] or uint16 in [0, 65535]. 16-bit PNG and
        TIFF files give uint16, as do TIFF files of 32-bit integers (taken to be on the 16-bit scale, 0 to 65535) and of
        floats (taken to be in [0, 1] and multiplied by 65535). Deeper colour in other formats is read with 8 bits. A
        DICOM file gives what a viewer shows first: its first window, in a file of many frames the middle one.

    Raises:
        ImageProblem: If the file is missing, unreadable, empty, no image, cut off or damaged, has more than 89
            megapixels or a side below 4 pixels, or holds numbers on an unknown scale.
        TypeError: If the source is none of the above.
    """
    if isinstance(source, Image.Image):
        return array_of(ImageOps.exif_transpose(source), "image")
    data, name = _bytes_of(source)
    return _read(data, name)[0]


def check_image(path: str | os.PathLike) -> ImageCheck:
    """Look a file over without keeping its pixels, so that a whole folder can be checked before training.

    Every part of the file is read, so a file that breaks off is found. JPEG files are decoded at an eighth of their
    size, which is enough for that and takes a fraction of the time.

    Args:
        path: The file.

    Returns:
        Size, depth and kind; or the problem, in the words of `read_image`.
    """
    try:
        data, name = _bytes_of(path)
        return _check_jpeg(data, name) or _read(data, name)[1]
    except ImageProblem as problem:
        return ImageCheck(problem=problem.reason)


def _bytes_of(source) -> tuple[bytes, str]:
    if isinstance(source, (bytes, bytearray, memoryview)):
        return bytes(source), "image bytes"
    if hasattr(source, "read"):
        data = source.read()
        if not isinstance(data, bytes):
            raise TypeError("the file must be open for reading bytes: open(path, 'rb')")
        return data, str(getattr(source, "name", "open file"))
    if not isinstance(source, (str, os.PathLike)):
        raise TypeError(f"read_image takes a path, bytes or an open binary file, got {type(source).__name__}")
    path, name = Path(source), os.fspath(source)
    try:
        if not path.exists():
            raise ImageProblem("the file does not exist", name)
        if not path.is_file():
            raise ImageProblem("is a folder or a device, not a file", name)
        if path.stat().st_size > MAXIMUM_BYTES:
            raise ImageProblem(f"has {path.stat().st_size:,} bytes; at most {MAXIMUM_BYTES:,} are read", name)
        if path.stat().st_size > LOOKED_AT_FIRST:
            with path.open(
                "rb"
            ) as file:  # a film in a folder of images is told from its beginning, not read to the end
                if not dicom.is_dicom(file.read(132)):
                    file.seek(0)
                    _open(file, name)
        return path.read_bytes(), name
    except PermissionError as error:
        raise ImageProblem("no permission to read the file", name) from error
    except OSError as error:
        raise ImageProblem(f"cannot be read: {error.strerror or error}", name) from error


def _open(source: bytes | BinaryIO, name: str) -> Image.Image:
    if not source:
        raise ImageProblem("the file is empty (0 bytes)", name)
    file = io.BytesIO(source) if isinstance(source, bytes) else source
    try:
        image = Image.open(file, formats=FORMATS)
    except UnidentifiedImageError as error:
        file.seek(0)
        raise ImageProblem(describe_content(file.read(4096)), name) from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        found = re.search(r"\d+", str(error))  # Pillow tells the number of pixels in its message only
        size = f"{int(found.group()) // 10**6:,}" if found else f"over {MAXIMUM_PIXELS // 10**6}"
        raise ImageProblem(f"has {size} megapixels; {_LIMIT}", name) from error
    except Exception as error:  # Pillow's decoders raise almost anything on damaged headers
        raise ImageProblem(f"is damaged: {error}", name) from error
    width, height = image.size
    if width * height > MAXIMUM_PIXELS:
        raise ImageProblem(f"has {width:,} × {height:,} pixels; {_LIMIT}", name)
    if min(width, height) < MINIMUM_SIDE:
        raise ImageProblem(_too_small(width, height), name)
    return image


def _load(image: Image.Image, name: str) -> None:
    try:
        image.load()
    except Exception as error:  # as above: OSError, SyntaxError, EOFError, struct.error, zlib.error …
        what = str(error)
        if "truncated" in what or isinstance(error, EOFError):
            raise ImageProblem(
                "breaks off in the middle: the file is incomplete; copy or download it again", name
            ) from error
        raise ImageProblem(f"is damaged: {what}", name) from error


def _orientation(image: Image.Image) -> int:
    try:
        return image.getexif().get(_ORIENTATION, 1)
    except Exception:  # broken EXIF blocks are common, and the picture is whole without them
        return 1


def _check_jpeg(data: bytes, name: str) -> ImageCheck | None:
    """Check a JPEG file of an ordinary mode at an eighth of its size; None for every other file."""
    if not data.startswith(b"\xff\xd8"):
        return None
    image = _open(data, name)
    if image.mode not in ("L", "RGB"):
        return None
    mode, (width, height), orientation = image.mode, image.size, _orientation(image)
    image.draft(mode, (max(1, width // 8), max(1, height // 8)))
    _load(image, name)
    if orientation in ROTATED:
        width, height = height, width
    plain = "jpeg" if orientation in (0, 1) and is_complete(data) else ""
    return ImageCheck(None, height, width, 1 if mode == "L" else 3, 8, f"{image.format} {mode}", plain)


def _read_dicom(data: bytes, name: str) -> tuple[np.ndarray, ImageCheck]:
    try:
        image = dicom.read(data)
        array = image.display()
    except dicom.DicomProblem as problem:
        raise type(problem)(problem.reason, name) from problem
    if min(array.shape[:2]) < MINIMUM_SIDE:
        raise ImageProblem(_too_small(array.shape[1], array.shape[0]), name)
    bits = 16 if array.dtype == np.uint16 else 8
    kind = f"DICOM {image.photometric}"
    return array, ImageCheck(None, *array.shape, bits, kind, "", image.patient() or f"file {name}")


def _too_small(width: int, height: int) -> str:
    return f"has {width} × {height} pixels; at least {MINIMUM_SIDE} × {MINIMUM_SIDE} are needed to recognise anything"


def _read(data: bytes, name: str) -> tuple[np.ndarray, ImageCheck]:
    if dicom.is_dicom(data[:132]):
        return _read_dicom(data, name)
    image = _open(data, name)
    kind, mode = f"{image.format} {image.mode}", image.mode
    deep_samples = image.tag_v2.get(_BITS_PER_SAMPLE, ()) if image.format == "TIFF" else ()
    if is_deep_colour_png(data):
        array, kind = read_deep_png(data, name), "PNG, 16-bit"
        array = turned(array, _orientation(image))
    elif len(deep_samples) >= 2 and max(deep_samples) > 8:
        array, kind = read_deep_tiff(data, name), f"TIFF, {max(deep_samples)}-bit"
        array = turned(array, _orientation(image))
    else:
        _load(image, name)
        upright = ImageOps.exif_transpose(image) if _orientation(image) not in (0, 1) else image
        try:
            array = array_of(upright, name)
        except (ValueError, OSError) as error:
            if isinstance(error, ImageProblem):
                raise
            raise ImageProblem(f"has colours of mode {mode}, which cannot be turned into RGB: {error}", name) from error
        if upright is image and image.format == "PNG" and mode in ("L", "RGB", "RGBA") and is_complete(data):
            opaque = not image.has_transparency_data or image.convert("RGBA").getextrema()[3] == (255, 255)
            if opaque and getattr(image, "n_frames", 1) == 1:
                return array, ImageCheck(None, *array.shape, 8, kind, "png")
    bits = 16 if array.dtype == np.uint16 else 8
    return array, ImageCheck(None, *array.shape, bits, kind, "")


def array_of(image: Image.Image, name: str) -> np.ndarray:
    """Return an opened image as `read_image` would, without its EXIF rotation; `name` is for the error message."""
    mode = image.mode
    if mode.startswith("I;16"):
        return np.asarray(image).astype(np.uint16)[..., np.newaxis]
    if mode in ("I", "F"):
        return from_numbers(np.asarray(image), name)[..., np.newaxis]
    if image.has_transparency_data or mode in ("La", "RGBa"):
        straight = image.convert({"La": "LA", "RGBa": "RGBA"}.get(mode, mode))
        array = on_white(np.asarray(straight.convert("RGBA")))
        return array[..., :1] if mode in _GREY_MODES else array
    if mode in _GREY_MODES:
        return np.asarray(image.convert("L"))[..., np.newaxis]
    return np.asarray(image if mode == "RGB" else image.convert("RGB"))
