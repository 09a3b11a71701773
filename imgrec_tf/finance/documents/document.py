"""A rendered document: its pixels, and the truth about everything that is printed on it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, PngImagePlugin

SPECIMEN = "SPECIMEN 样本"
NOTICE = "SPECIMEN 样本: a fictional document made by imgrec_tf for teaching; no such person, number or issuer exists"
IMITATIONS = (
    "portrait_side",
    "emblem_side",
    "passport",
    "id_card_td1",
    "household_page",
    "bank_card",
    "receipt",
    "plain_page",
)
CLASSES = (*IMITATIONS, "photo")


@dataclass(frozen=True)
class Field:
    """One thing on a document or in a photo of it, and where it is.

    Coordinates are pixels from the upper left corner of the image: x to the right, y down, the first pixel reaching
    from 0 to 1. So the middle of the pixel `image[row, column]` is (column + 0.5, row + 0.5).

    Attributes:
        name: For example "name", "identity_number", "mrz_1", "portrait".
        text: Exactly what is printed, or "" for a portrait or a mark.
        corners: float64 (4, 2): x and y of the corners around the ink, in the order upper left, upper right, lower
            right, lower left as the text is read, however the document lies.
    """

    name: str
    text: str
    corners: np.ndarray

    @property
    def box(self) -> tuple[float, float, float, float]:
        """The upright rectangle around the corners: left, top, right, bottom in pixels."""
        low, high = self.corners.min(axis=0), self.corners.max(axis=0)
        return float(low[0]), float(low[1]), float(high[0]), float(high[1])


@dataclass(frozen=True)
class Document:
    """A flat document, seen from straight above and filling its image.

    Attributes:
        image: uint8 (height, width, 3).
        mask: uint8 (height, width): 255 on the document, 0 outside of its rounded corners.
        document_class: One of `CLASSES`.
        template: The layout, for example "lake"; unique within its class.
        person_id: `Person.identifier` of the holder, "" where there is none.
        fields: What is printed, by name, in the order of drawing. "specimen" is the mark that says what this is.
        values: What the fields were made from, as plain text: dates in ISO form, MRZ lines, the whole address.
        pixels_per_mm: Resolution.
    """

    image: np.ndarray
    mask: np.ndarray
    document_class: str
    template: str
    person_id: str
    fields: dict[str, Field]
    values: dict[str, str]
    pixels_per_mm: float

    @property
    def corners(self) -> np.ndarray:
        """float64 (4, 2): the page's corners, upper left first, clockwise, as `Field.corners`."""
        return rectangle(0, 0, self.image.shape[1], self.image.shape[0])

    @property
    def portrait(self) -> Field | None:
        """The portrait's place, or None where there is no portrait."""
        return self.fields.get("portrait")

    def crop(self, name: str, margin: float = 0.0) -> np.ndarray:
        """Cut a field out, with a margin in shares of its height: uint8 (height, width, 3).

        Raises:
            KeyError: If the document has no such field.
        """
        if name not in self.fields:
            raise KeyError(
                f"{self.document_class}/{self.template} has no field {name!r}, only {', '.join(self.fields)}"
            )
        left, top, right, bottom = self.fields[name].box
        pad = margin * (bottom - top)
        height, width = self.image.shape[:2]
        rows = slice(max(0, int(np.floor(top - pad))), min(height, int(np.ceil(bottom + pad))))
        columns = slice(max(0, int(np.floor(left - pad))), min(width, int(np.ceil(right + pad))))
        return self.image[rows, columns]

    def metadata(self) -> dict[str, str]:
        """What a saved file says about itself."""
        return {
            "Title": SPECIMEN,
            "Description": NOTICE,
            "Software": "imgrec_tf",
            "Class": self.document_class,
            "Template": self.template,
        }

    def save(self, path: str | Path) -> Path:
        """Write a PNG file with the notice that this is a specimen, and return its path.

        Raises:
            ValueError: If the name does not end with .png: other formats would not keep the notice.
        """
        return save_image(self.image, path, self.metadata())


def save_image(image: np.ndarray, path: str | Path, metadata: dict[str, str] | None = None) -> Path:
    """Write pixels as PNG, with the specimen notice and more metadata in tEXt and iTXt chunks.

    Raises:
        ValueError: If the name does not end with .png: other formats would not keep the notice.
    """
    path = Path(path)
    if path.suffix.lower() != ".png":
        raise ValueError(
            f"documents are saved as .png, which keeps the notice that they are specimens, got {path.name}"
        )
    chunks = PngImagePlugin.PngInfo()
    chunks.add_text("Comment", "SPECIMEN: fictional document, made by imgrec_tf for teaching")
    for key, value in ({"Title": SPECIMEN, "Description": NOTICE} | (metadata or {})).items():
        if value.isascii():
            chunks.add_text(key, value)
        else:
            chunks.add_itxt(key, value)  # tEXt holds Latin-1 only
    Image.fromarray(image).save(path, pnginfo=chunks)
    return path


def rectangle(left: float, top: float, right: float, bottom: float) -> np.ndarray:
    """Return the corners of an upright rectangle, upper left first, clockwise: float64 (4, 2)."""
    return np.array([[left, top], [right, top], [right, bottom], [left, bottom]], np.float64)
