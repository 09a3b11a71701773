"""Where the document lands in the photo: a pinhole camera, written as one homography that carries points exactly.

Source: Hartley and Zisserman, "Multiple View Geometry in Computer Vision", 2nd edition, 2004, sections 2.3 and 8.1: the
image of a plane under a pinhole camera is the homography K [r1 r2 t].
"""

from __future__ import annotations

import numpy as np
from PIL import Image


def transform_points(homography: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Carry points (..., 2) through a homography (3, 3): float64 of the same shape."""
    points = np.asarray(points, np.float64)
    homogeneous = np.concatenate([points, np.ones((*points.shape[:-1], 1))], axis=-1) @ homography.T
    return homogeneous[..., :2] / homogeneous[..., 2:]


def homography_between(source: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Return the homography (3, 3) that carries four points (4, 2) to four others.

    Raises:
        ValueError: If three of the points lie on a line.
    """
    rows, right = [], []
    for (x, y), (u, v) in zip(np.asarray(source, float), np.asarray(target, float)):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        right += [u, v]
    try:
        solved = np.linalg.solve(np.array(rows), np.array(right))
    except np.linalg.LinAlgError:
        raise ValueError("four corners, no three of them on a line, are needed for a homography") from None
    return np.append(solved, 1).reshape(3, 3)


def placed(
    document_size: tuple[int, int],
    photo_size: tuple[int, int],
    rng: np.random.Generator,
    *,
    tilt: float,
    roll: float,
    fill: float,
    cropped: bool,
) -> np.ndarray:
    """Draw a pose of the camera and return the homography from document pixels to photo pixels.

    Args:
        document_size: Height and width in pixels.
        photo_size: Height and width in pixels.
        rng: What the pose depends on.
        tilt: Greatest angle between the line of sight and the page's normal, in degrees.
        roll: Turn within the picture in degrees.
        fill: Share of the frame that the document spans in its tighter direction.
        cropped: Leave a part of the document, 8 to 30 % of its extent, outside of the frame.

    Returns:
        float64 (3, 3).
    """
    height, width = photo_size
    rows, columns = document_size
    amount, direction = np.deg2rad(tilt) * np.sqrt(rng.random()), rng.uniform(0, 2 * np.pi)
    focal = rng.uniform(0.85, 1.4) * max(height, width)
    rotation = _rotation_z(np.deg2rad(roll)) @ _rotation_axis(direction, amount)
    centred = np.array([[1, 0, -columns / 2], [0, 1, -rows / 2], [0, 0, 1.0]])
    corners = np.array([[0, 0], [columns, 0], [columns, rows], [0, rows]], float)
    distance = focal * max(rows / height, columns / width) / fill
    for _ in range(8):  # the extent falls almost with 1 / distance: a few steps suffice
        homography = _pinhole(focal, rotation, distance) @ centred
        extent = np.ptp(transform_points(homography, corners), axis=0) / (width, height)
        distance *= extent.max() / fill
    homography = _pinhole(focal, rotation, distance) @ centred
    points = transform_points(homography, corners)
    low, high = points.min(axis=0), points.max(axis=0)
    frame = np.array([width, height], float)
    room = frame - (high - low)
    shift = rng.uniform(0.04, 0.96, 2) * np.maximum(room, 0) - low
    if cropped:
        side, share = int(rng.integers(4)), rng.uniform(0.08, 0.3)
        axis = side % 2
        shift[axis] = -low[axis] - share * (high - low)[axis]
        if side >= 2:
            shift[axis] = frame[axis] - high[axis] + share * (high - low)[axis]
    return np.array([[1, 0, shift[0]], [0, 1, shift[1]], [0, 0, 1.0]]) @ homography


def _pinhole(focal: float, rotation: np.ndarray, distance: float) -> np.ndarray:
    return np.diag([focal, focal, 1.0]) @ np.stack([rotation[:, 0], rotation[:, 1], [0, 0, distance]], axis=1)


def _rotation_z(angle: float) -> np.ndarray:
    return np.array([[np.cos(angle), -np.sin(angle), 0], [np.sin(angle), np.cos(angle), 0], [0, 0, 1.0]])


def _rotation_axis(direction: float, angle: float) -> np.ndarray:
    """Turn by an angle around an axis within the page (Rodrigues)."""
    x, y = np.cos(direction), np.sin(direction)
    cross = np.array([[0, 0, y], [0, 0, -x], [-y, x, 0]])
    return np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * cross @ cross


def warp(picture: Image.Image, homography: np.ndarray, height: int, width: int) -> Image.Image:
    """Draw a picture as the homography (picture to target, in pixels) carries it, bicubic; empty outside of it."""
    inverse = np.linalg.inv(homography)
    inverse /= inverse[2, 2]
    return picture.transform(
        (width, height), Image.Transform.PERSPECTIVE, inverse.ravel()[:8], Image.Resampling.BICUBIC
    )


def projected(
    image: np.ndarray, mask: np.ndarray, homography: np.ndarray, height: int, width: int
) -> tuple[np.ndarray, np.ndarray]:
    """Project a document into a photo, without aliasing when it shrinks.

    The document is first reduced to about the photo's own resolution, then drawn with a transparent edge.

    Returns:
        Colours uint8 (height, width, 3), and the cover float32 (height, width), 0 to 1.
    """
    rows, columns = image.shape[:2]
    middle = np.array([[columns / 2, rows / 2]])
    step = [transform_points(homography, middle + offset)[0] for offset in ((-0.5, 0), (0.5, 0), (0, -0.5), (0, 0.5))]
    scale = float(np.sqrt(abs(np.linalg.det(np.stack([step[1] - step[0], step[3] - step[2]])))))
    picture = Image.fromarray(np.dstack([image, mask]), "RGBA")
    if scale < 0.8:
        smaller = max(2, round(columns * scale * 1.15)), max(2, round(rows * scale * 1.15))
        picture = picture.resize(smaller, Image.Resampling.BOX if scale < 0.3 else Image.Resampling.HAMMING)
    framed = Image.new("RGBA", (picture.width + 4, picture.height + 4))
    framed.paste(picture, (2, 2))
    shrink = np.array([[columns / picture.width, 0, -2 * columns / picture.width],
                       [0, rows / picture.height, -2 * rows / picture.height], [0, 0, 1.0]])  # fmt: skip
    # With colours multiplied by the cover, the edge fades in cover only and keeps the page's own colour.
    pixels = np.asarray(warp(framed.convert("RGBa"), homography @ shrink, height, width), np.float32)
    cover = pixels[..., 3:] / 255
    return np.clip(pixels[..., :3] / np.maximum(cover, 1 / 255), 0, 255).astype(np.uint8), cover[..., 0]
