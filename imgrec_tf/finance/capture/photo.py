"""A photo of a document, with everything that is known about it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from imgrec_tf.finance.capture.geometry import homography_between, transform_points, warp
from imgrec_tf.finance.documents import Document, Field, save_image


@dataclass(frozen=True)
class Photo:
    """What a camera made of a document. Coordinates as in `Field`: x to the right, y down, the first pixel from 0 to 1.

    Attributes:
        image: uint8 (height, width, 3).
        document: What was photographed.
        corners: float64 (4, 2): the page's corners in the photo, beginning with the one that is upper left when the
            page is read, clockwise on the page; outside of the photo where the page is cut off.
        fields: The document's fields with their corners in the photo.
        homography: float64 (3, 3): document pixels to photo pixels.
        severity: Name of the severity.
        camera: Number of the camera.
        recapture: "screen", "print" or None: whether it is a photo of a copy.
        settings: What else was drawn: plain numbers and words, by name.
    """

    image: np.ndarray
    document: Document
    corners: np.ndarray
    fields: dict[str, Field]
    homography: np.ndarray
    severity: str
    camera: int
    recapture: str | None
    settings: dict[str, float | str]

    def to_document(self, points: np.ndarray) -> np.ndarray:
        """Carry points (..., 2) of the photo back to the document's pixels."""
        return transform_points(np.linalg.inv(self.homography), points)

    def cut(self, name: str, height: int = 32, margin: float = 0.15) -> np.ndarray:
        """Cut a field out and straighten it by the truth, as training data for readers.

        Args:
            name: Of the field; "page" for the whole document.
            height: Of the strip in pixels.
            margin: Added on all sides, in shares of the field's height.

        Returns:
            uint8 (height, width, 3); what lies outside of the photo is black.

        Raises:
            KeyError: If there is no such field.
            ValueError: If the height is not positive.
        """
        if height < 1:
            raise ValueError(f"height must be 1 or more, got {height}")
        if name != "page" and name not in self.fields:
            raise KeyError(f"the photo shows no field {name!r}, only page, {', '.join(self.fields)}")
        flat = self.document.corners if name == "page" else self.document.fields[name].corners
        along, down = flat[1] - flat[0], flat[3] - flat[0]
        pad = 0.0 if name == "page" else margin * np.hypot(*down)
        right, below = along / np.hypot(*along) * pad, down / np.hypot(*down) * pad
        flat = flat + np.array([-right - below, right - below, right + below, below - right])
        wide = np.hypot(*(flat[1] - flat[0])) / np.hypot(*(flat[3] - flat[0]))
        width = max(1, round(height * wide))
        target = np.array([[0, 0], [width, 0], [width, height], [0, height]], float)
        quad = transform_points(self.homography, flat)
        picture = Image.fromarray(self.image)
        shrink = np.hypot(*(quad[3] - quad[0])) / height
        if shrink > 1.5:  # averaged first, or fine strokes would be lost between the samples
            size = max(1, round(picture.width / shrink)), max(1, round(picture.height / shrink))
            quad = quad * (size[0] / picture.width, size[1] / picture.height)
            picture = picture.resize(size, Image.Resampling.BOX)
        return np.asarray(warp(picture, homography_between(quad, target), height, width))

    def save(self, path: str | Path) -> Path:
        """Write a PNG file with the notice that the document is a specimen, and return its path.

        Raises:
            ValueError: If the name does not end with .png.
        """
        about = {"Severity": self.severity, "Camera": str(self.camera)}
        return save_image(self.image, path, self.document.metadata() | about)
