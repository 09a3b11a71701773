"""Is the photo good enough to read? Each finding has its measured value, its limit and what the person can do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from imgrec_tf.finance.locating import geometry
from imgrec_tf.finance.locating.pictures import reduced_picture

_WORKING = 1280  # longer side of the copy that is measured
_PAGE = 640  # longer side of the page within it: sharpness is judged relative to the page, not to the camera
_SATURATED = 250

# `training.quality_limits` prints what each of these is on photos of validation layouts, cameras and people, with and
# without a fault. A page line of 44 characters needs about 8 pixels a character, hence 400 pixels.
LIMITS = {
    "too_small": 400.0,
    "cropped": 0.99,
    "too_dark": 80.0,
    "too_bright": 0.35,
    "low_contrast": 45.0,
    "blurred": 0.42,
    "glare": 0.06,
}
_UNITS = {
    "too_small": "pixels along the longer side",
    "cropped": "share of the document inside the photo",
    "too_dark": "brightest parts, 0 to 255",
    "too_bright": "share of the document that is pure white",
    "low_contrast": "between dark and bright parts, 0 to 255",
    "blurred": "blur, 0 sharp to 1",
    "glare": "share of the document under a reflection",
}
_TOO_LOW = ("too_small", "cropped", "too_dark", "low_contrast")
_REASONS = {
    "too_small": ("The document is too small in the photo to be read", "Move the camera closer, or use more pixels"),
    "cropped": (
        "A part of the document lies outside of the photo",
        "Step back until all four corners are in the photo",
    ),
    "too_dark": ("The photo is too dark", "Switch a lamp on, or move to a window"),
    "too_bright": (
        "The photo is overexposed: large parts are pure white",
        "Take the photo in softer light, without flash",
    ),
    "low_contrast": (
        "There is hardly any difference between dark and bright parts",
        "Clean the lens and light the document evenly",
    ),
    "blurred": ("The photo is blurred", "Hold the camera still and wait until it has focused"),
    "glare": (
        "A lamp is mirrored on the document and hides a part of it",
        "Move the lamp, or tilt the document a little",
    ),
}


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong with a photo.

    Attributes:
        name: A key of `LIMITS`.
        measured: What was measured.
        limit: The value that it had to keep.
        unit: Of both.
        reason: What is wrong, a sentence for the person with the camera, without a full stop.
        action: What to do about it, likewise.
    """

    name: str
    measured: float
    limit: float
    unit: str
    reason: str
    action: str

    def __str__(self) -> str:
        side = "at least" if self.name in _TOO_LOW else "at most"
        return f"{self.reason}. {self.action}. ({self.unit}: {self.measured:.3g}, {side} {self.limit:.3g} is needed)"


@dataclass(frozen=True)
class Quality:
    """What `check_quality` measured.

    Attributes:
        findings: What is wrong, the most serious first; empty for a photo that is good enough.
        measurements: All measured values by the names of `LIMITS`.
    """

    findings: tuple[Finding, ...]
    measurements: dict[str, float]

    @property
    def acceptable(self) -> bool:
        """Whether nothing was found."""
        return not self.findings

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the findings."""
        return tuple(one.name for one in self.findings)


def check_quality(image: Any, corners=None) -> Quality:
    """Check a photo before anything is read from it.

    Blur is the "blur effect" of Crété, Dolmiere, Ladet and Nicolas (SPIE 6492, 2007) as scikit-image computes it, on
    the page reduced to 640 pixels: how little a further blur would change. Glare and overexposure are pixels of 250 or
    more in all channels, over whole blocks of 8 × 8 pixels. Darkness and contrast come from the 2nd and 98th
    percentile of the luma of the page. Memory stays small: a reduced copy is measured.

    Args:
        image: Photo in any form that `locate_document` takes.
        corners: Where the document is, (4, 2) in the photo's pixels, clockwise; None judges the whole photo and cannot
            tell whether the document is cut off.

    Returns:
        Findings and measurements.

    Raises:
        TypeError: If the image is no photo.
        ValueError: If the image has a wrong shape or values, or the corners are no convex quadrilateral.
    """
    small, scale = reduced_picture(image, _WORKING)
    height, width = small.shape[:2]
    frame = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float64)
    measured: dict[str, float] = {}
    if corners is None:
        points = frame
    else:
        points = geometry.check_corners(corners) * scale
        measured["cropped"] = geometry.area(geometry.intersection(points, frame)) / geometry.area(points)
    lengths = np.hypot(*(np.roll(points, -1, axis=0) - points).T)
    long, short = (
        max(lengths[0] + lengths[2], lengths[1] + lengths[3]) / 2,
        min(lengths[0] + lengths[2], lengths[1] + lengths[3]) / 2,
    )
    measured["too_small"] = float(long / scale)
    page, seen = _page(small, points, long, short, lengths[0] + lengths[2] >= lengths[1] + lengths[3])
    measured |= _light(page, seen) | {"blurred": _blur(page)}
    if measured["too_bright"] > LIMITS["too_bright"]:
        measured["glare"] = 0.0  # all of it is white: no lamp can be told from the rest
    if measured["low_contrast"] < LIMITS["low_contrast"]:
        measured["blurred"] = min(
            measured["blurred"], LIMITS["blurred"]
        )  # without contrast there is nothing to be sharp
    found = [name for name in LIMITS if name in measured and _bad(name, measured[name])]
    findings = tuple(Finding(name, measured[name], LIMITS[name], _UNITS[name], *_REASONS[name]) for name in found)
    return Quality(findings, measured)


def _bad(name: str, value: float) -> bool:
    return value < LIMITS[name] if name in _TOO_LOW else value > LIMITS[name]


def _page(
    small: np.ndarray, points: np.ndarray, long: float, short: float, lying: bool
) -> tuple[np.ndarray, np.ndarray]:
    """The page from straight above, at most 640 pixels long, and which of its pixels lie within the photo."""
    factor = min(1.0, _PAGE / long)
    sides = max(16, round(short * factor)), max(16, round(long * factor))
    size = sides if lying else sides[::-1]
    inner = points.mean(axis=0) + 0.97 * (points - points.mean(axis=0))  # not the table around it
    if ((inner >= 1) & (inner <= np.array(small.shape[1::-1]) - 1)).all():
        seen = np.ones(size, bool)  # what follows would say the same
    else:
        seen = geometry.rectify(np.full(small.shape[:2], 255, np.uint8), inner, size) > 250
    return geometry.rectify(small, inner, size), seen


def _light(page: np.ndarray, seen: np.ndarray) -> dict[str, float]:
    if not seen.any():
        return {"too_dark": 0.0, "too_bright": 0.0, "low_contrast": 0.0, "glare": 0.0}
    luma = page.astype(np.float32) @ np.array([0.299, 0.587, 0.114], np.float32)  # ITU-R BT.601
    rows, columns = (side // 8 * 8 for side in luma.shape)
    lowest = np.where(seen, np.minimum.reduce(list(np.moveaxis(page, 2, 0))), 0)[:rows, :columns]
    white = lowest.reshape(rows // 8, 8, columns // 8, 8).min(axis=(1, 3)) >= _SATURATED
    share = float(white.mean())
    coarse = luma[: rows // 2 * 2, : columns // 2 * 2]
    dark, bright = np.percentile(coarse[seen[: coarse.shape[0], : coarse.shape[1]]], [2, 98])
    return {"too_dark": float(bright), "too_bright": share, "low_contrast": float(bright - dark), "glare": share}


def _blur(page: np.ndarray) -> float:
    from skimage.measure import blur_effect

    luma = page.astype(np.float32) @ np.full(3, 1 / 3, np.float32)
    with np.errstate(invalid="ignore", divide="ignore"):
        value = blur_effect(luma, h_size=9)
    return float(value) if np.isfinite(value) else 0.0
