"""Figures of photos: the same document at every severity, a photo with its corners and fields."""

from __future__ import annotations

import numpy as np

from imgrec_tf import plots
from imgrec_tf.finance.capture.photo import Photo
from imgrec_tf.finance.capture.photographing import capture
from imgrec_tf.finance.capture.severities import SEVERITIES
from imgrec_tf.finance.documents import Document


def show_severities(
    document: Document, *, camera: int = 0, seed: int = 0, size: tuple[int, int] = (420, 560), recapture: bool = False
) -> plots.Figure:
    """Show photos of one document at every severity, with the page's corners.

    Args:
        document: What is photographed.
        camera: Number of the camera.
        seed: Of the photos.
        size: Height and width of each, in pixels.
        recapture: Add a photo of a screen and of a print.
    """
    photos = {name: capture(document, name, camera=camera, seed=seed, size=size) for name in SEVERITIES}
    if recapture:
        for kind in ("screen", "print"):
            photos[f"phone, from a {kind}"] = capture(document, camera=camera, seed=seed, size=size, recapture=kind)
    return _photos(photos, "The same document, photographed with more and more trouble", fields=False)


def show_photo(photo: Photo) -> plots.Figure:
    """Show a photo with the corners of the page and of every field."""
    about = f"{photo.document.document_class}, {photo.severity}, camera {photo.camera}"
    return _photos({"": photo}, f"Corners of page and fields: {about}", fields=True, width=7.0)


@plots.styled
def _photos(photos: dict[str, Photo], heading: str, *, fields: bool, width: float = 3.6) -> plots.Figure:
    columns = min(2 if len(photos) <= 4 else 3, len(photos))
    rows = -(-len(photos) // columns)
    first = next(iter(photos.values())).image
    height = width * first.shape[0] / first.shape[1]
    figure, axes = plots.figure(columns * width, rows * (height + 0.25) + 0.4, rows, columns, squeeze=False)
    for axis in axes.flat:
        axis.axis("off")
    for axis, (name, photo) in zip(axes.flat, photos.items()):
        axis.imshow(photo.image)
        _outline(axis, photo.corners, plots.COLORS["vermillion"], 1.6)
        axis.plot(*(photo.corners[0] - 0.5), "o", color=plots.COLORS["vermillion"], markersize=5)  # the upper left one
        if fields:
            for field in photo.fields.values():
                _outline(axis, field.corners, plots.COLORS["sky blue"], 1.0)
        axis.set_xlim(-0.5, photo.image.shape[1] - 0.5)
        axis.set_ylim(photo.image.shape[0] - 0.5, -0.5)
        if name:
            plots.title(axis, name)
    plots.title(figure, heading, True)
    return figure


def _outline(axis, corners: np.ndarray, colour: str, width: float) -> None:
    closed = np.vstack([corners, corners[:1]]) - 0.5  # matplotlib puts the middle of the first pixel at 0
    axis.plot(closed[:, 0], closed[:, 1], color=colour, linewidth=width, linestyle="-")
