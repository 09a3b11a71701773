"""What a file is, told from its bytes: plain reasons where an image was expected, and marks that choose a decoder."""

from __future__ import annotations

_MAGIC = {
    b"\xff\xd8": "JPEG",
    b"\x89PNG": "PNG",
    b"GIF8": "GIF",
    b"II*\x00": "TIFF",
    b"MM\x00*": "TIFF",
    b"BM": "BMP",
}
_OTHER_KINDS = {
    b"%PDF": "a PDF document; save its pages as PNG first",
    b"PK\x03\x04": "a ZIP archive or an office document; unpack it first",
    b"\x1f\x8b": "a gzip archive; unpack it first",
    b"\x93NUMPY": "a NumPy array; load it with numpy.load and use datasets.from_arrays",
    b"\x89HDF": "an HDF5 file; read it with h5py and use datasets.from_arrays",
}
_END_OF_PNG = b"IEND\xaeB`\x82"
_END_OF_JPEG = b"\xff\xd9"


class ImageProblem(ValueError):
    """An image file that cannot be used.

    Attributes:
        reason: Why, in words for people.
        source: The file, as it was named.
    """

    def __init__(self, reason: str, source: str = "image"):
        super().__init__(f"{source}: {reason}")
        self.reason = reason
        self.source = source

    def __reduce__(self):
        return type(self), (self.reason, self.source)


def describe_content(data: bytes) -> str:
    """Say in words what a file that no image decoder accepts appears to be."""
    for magic, what in _OTHER_KINDS.items():
        if data.startswith(magic):
            return f"is {what}"
    for magic, what in _MAGIC.items():
        if data.startswith(magic):
            return f"starts like a {what} file but is damaged, breaks off, or is of a rare kind that is not read"
    if data.startswith(b"version https://git-lfs"):
        return "is a Git LFS pointer, not the image; run `git lfs pull`"
    head = data[:512].lstrip().lower()
    if head.startswith((b"<!doctype html", b"<html")):
        return "holds a web page, not an image; the download went wrong"
    if b"<svg" in head:
        return "is an SVG drawing; save it as PNG first"
    return "holds text, not an image" if _is_text(data[:512]) else "is not an image in a format that can be read"


def _is_text(head: bytes) -> bool:
    if b"\x00" in head:
        return False
    try:
        text = head.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start < len(head) - 4:  # a character cut by the end of `head` is no sign of another kind of file
            return False
        text = head[: error.start].decode("utf-8")
    return all(character.isprintable() or character.isspace() for character in text)


def is_complete(data: bytes) -> bool:
    """Tell whether a PNG or JPEG file carries its closing mark, which TensorFlow's decoders insist on."""
    end = _END_OF_PNG if data.startswith(b"\x89PNG") else _END_OF_JPEG
    return end in data[-4096:]


def is_deep_colour_png(data: bytes) -> bool:
    """Tell whether a PNG file has 16 bits in each of several channels (PNG specification, IHDR bytes 8 and 9)."""
    return data.startswith(b"\x89PNG") and len(data) > 25 and data[24] == 16 and data[25] in (2, 4, 6)
