"""What a reader sees of one image: the picture, and beside it what the model was given, with its heat map."""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np

from imgrec_tf.recognizer.reading import as_trained

SIDE = 224  # pixels of the longer side of a picture in a report
LOOKED_AT = 700  # pixels of the shorter side, at most, of the picture that text is looked for in
GAP = 6
_OPACITY = 0.65  # of the hottest place; the picture stays visible below it
_QUALITY = 90
_COLOURFUL = 12  # grey levels between channels, on average, from which a picture counts as coloured


@dataclass(frozen=True)
class View:
    """One image as a reader sees it.

    Attributes:
        pixels: uint8 (height, width, 3), fitted as for the model.
        text: "stated" where the file says that text is part of its pixels, "found" where they look like it, else "".
        coloured: Whether it has colours.
    """

    pixels: np.ndarray
    text: str
    coloured: bool


def view_of(image: np.ndarray, image_shape: tuple[int, int, int], fit: str, origin: str | bytes | None = None) -> View:
    """Return an image as a reader sees it.

    Text is looked for in this small picture and in a larger one, where letters are found that get lost in the small.

    Args:
        image: As it was read, (height, width[, channels]).
        image_shape: Of the model; the picture has its proportions.
        fit: As in `Recognizer`.
        origin: Path or bytes of the file, whose header may state that text is part of the pixels; or None.
    """
    from imgrec_tf.medical.dicom.burned_in import stated_in_header

    height, width = shown_size(image_shape)
    channels = 3 if image.ndim == 3 and image.shape[-1] >= 3 else 1
    shown = as_trained(image, (height, width, channels), fit)
    pixels = np.broadcast_to(np.rint(shown).astype(np.uint8), (height, width, 3))
    coloured = channels == 3 and float(np.ptp(shown, axis=-1).mean()) > _COLOURFUL
    text = "stated" if stated_in_header(origin) else "found" if _holds_text(pixels, image) else ""
    return View(np.ascontiguousarray(pixels), text, coloured)


def _holds_text(small: np.ndarray, image: np.ndarray) -> bool:
    from imgrec_tf.medical.dicom.burned_in import lines_of_text
    from imgrec_tf.vision.pixels import to_pixels

    if lines_of_text(small.max(axis=-1) / np.float32(255)):
        return True
    step = -(-min(image.shape[:2]) // LOOKED_AT)
    if min(image.shape[:2]) <= SIDE:
        return False
    thinned = to_pixels(image[::step, ::step])
    return bool(lines_of_text((thinned.max(axis=-1) if thinned.ndim == 3 else thinned) / np.float32(255)))


def shown_size(image_shape: tuple[int, int, int]) -> tuple[int, int]:
    """Return height and width of a picture in a report."""
    scale = SIDE / max(image_shape[:2])
    return tuple(max(8, round(scale * size)) for size in image_shape[:2])


def side_by_side(view: View, given: np.ndarray, heat: np.ndarray | None) -> bytes:
    """Return the two pictures as one JPEG file, without any metadata.

    Args:
        view: The left one.
        given: float32 (height, width, channels) in [0, 255], what the model was given: the right one, in grey.
        heat: float (height, width) in [0, 1] to lay over it, or None.
    """
    from PIL import Image

    height, width = view.pixels.shape[:2]
    grey = Image.fromarray(np.rint(given.mean(axis=-1)).astype(np.uint8))
    right = np.asarray(grey.resize((width, height), Image.Resampling.NEAREST), np.float32)[..., np.newaxis]
    if heat is not None:
        smooth = Image.fromarray(np.asarray(heat, np.float32)).resize((width, height), Image.Resampling.BILINEAR)
        share = np.clip(np.asarray(smooth), 0, 1)
        opacity = _OPACITY * share[..., np.newaxis]
        right = right * (1 - opacity) + opacity * 255 * _colours()[np.rint(255 * share).astype(int)]
    right = np.broadcast_to(np.rint(right).astype(np.uint8), (height, width, 3))
    both = np.concatenate([view.pixels, np.full((height, GAP, 3), 255, np.uint8), right], axis=1)
    file = io.BytesIO()
    Image.fromarray(both).save(file, "JPEG", quality=_QUALITY, subsampling=0)
    return file.getvalue()


def _colours() -> np.ndarray:
    import matplotlib

    return matplotlib.colormaps["magma"](np.linspace(0, 1, 256))[:, :3].astype(np.float32)
