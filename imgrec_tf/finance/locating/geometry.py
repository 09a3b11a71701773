"""Four corners of a flat page in a photo: order, checks, overlap, aspect, and the page seen from straight above.

Corners are float64 (4, 2), x to the right and y down in pixels, clockwise as seen; the first pixel reaches from 0 to 1,
so that the middle of `image[row, column]` is (column + 0.5, row + 0.5).
"""

from __future__ import annotations

import numpy as np
from PIL import Image

# Width by height of the pages that are known: ID-1 cards (ISO/IEC 7810), passport pages (ICAO 9303 part 4), household
# register pages, A4 and its kin (ISO 216).
KNOWN_ASPECTS = {"card": 85.60 / 53.98, "passport page": 125 / 88, "household page": 143 / 105, "A4": 2**0.5}
UNIT_SQUARE = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float64)  # a page, as shares of its width and height
_LARGEST_SIDE = 20_000


def order_corners(corners) -> np.ndarray:
    """Sort four points clockwise, as a picture is seen, beginning with the one nearest to the upper left.

    Nearest to the upper left means the smallest x + y; of two equals the higher one.

    Args:
        corners: Four points (4, 2) in any order.

    Returns:
        float64 (4, 2).

    Raises:
        ValueError: If the points are not four finite ones, or are no corners of a convex quadrilateral.
    """
    points = _points(corners)
    offsets = points - points.mean(axis=0)
    points = points[np.argsort(np.arctan2(offsets[:, 1], offsets[:, 0]), kind="stable")]
    first = np.lexsort((points[:, 1], np.round(points.sum(axis=1), 6)))[0]
    return check_corners(np.roll(points, -first, axis=0))


def check_corners(corners) -> np.ndarray:
    """Return corners as float64 (4, 2) if they go clockwise around a convex quadrilateral.

    Raises:
        ValueError: If they do not; the message says what is wrong.
    """
    points = _points(corners)
    sides = np.roll(points, -1, axis=0) - points
    turns = _cross(sides, np.roll(sides, -1, axis=0))
    smallest = 1e-9 * max(float((sides**2).sum()), 1e-12)
    if (np.abs(turns) <= smallest).any():
        raise ValueError(
            f"three of the corners lie on a line or two coincide: {points.tolist()}; give four real corners"
        )
    if (turns < 0).all():
        raise ValueError("the corners go counter-clockwise; give them clockwise, or sort them with order_corners")
    if not (turns > 0).all():
        raise ValueError(f"the corners are not those of a convex quadrilateral: {points.tolist()}; check their order")
    return points


def homography(source, target) -> np.ndarray:
    """Return the projective map that carries four corners to four others.

    Solves the eight linear equations of the direct linear transformation (Hartley and Zisserman, "Multiple View
    Geometry in Computer Vision", 2nd edition, 2004, section 4.1), with points scaled first (section 4.4.4).

    Args:
        source: Four points (4, 2), no three of them on a line.
        target: Where they go, (4, 2).

    Returns:
        float64 (3, 3), the last entry of the normalised map being 1.

    Raises:
        ValueError: If three of the points lie on a line.
    """
    from_, to = _points(source), _points(target)
    scale_from, scale_to = _normalising(from_), _normalising(to)
    from_, to = transform(scale_from, from_), transform(scale_to, to)
    rows, right = [], []
    for (x, y), (u, v) in zip(from_, to):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        right += [u, v]
    matrix = np.array(rows)
    if np.linalg.cond(matrix) > 1e12:
        raise ValueError("three of the four points lie on a line; a homography needs four corners of a quadrilateral")
    solved = np.append(np.linalg.solve(matrix, np.array(right)), 1).reshape(3, 3)
    solved = np.linalg.inv(scale_to) @ solved @ scale_from
    return solved / solved[2, 2] if abs(solved[2, 2]) > 1e-12 else solved


def transform(matrix: np.ndarray, points) -> np.ndarray:
    """Carry points (..., 2) through a homography (3, 3): float64 of the same shape."""
    points = np.asarray(points, np.float64)
    homogeneous = np.concatenate([points, np.ones((*points.shape[:-1], 1))], axis=-1) @ np.asarray(matrix).T
    return homogeneous[..., :2] / homogeneous[..., 2:]


def places_on_page(corners, places) -> np.ndarray | None:
    """Where a quadrilateral on a page, or around it, lies in the photo.

    Args:
        corners: Of the page in the photo, (4, 2), clockwise.
        places: Corners (4, 2) as shares of the page's width and height, clockwise; `UNIT_SQUARE` is the page itself.

    Returns:
        float64 (4, 2) in the photo's pixels. None where it cannot be seen: what lies before the near side of a page
        that is seen at a very flat angle may be behind the camera.
    """
    try:
        return check_corners(transform(homography(UNIT_SQUARE, corners), places))
    except ValueError:
        return None


def rectify(
    image: np.ndarray, corners, size: tuple[int, int] | None = None, *, aspect: float | None = None
) -> np.ndarray:
    """Show a page as seen from straight above, filling the picture.

    Where the page shrinks, the photo is averaged first, so that fine strokes are not lost between samples.

    Args:
        image: uint8 (height, width) or (height, width, channels).
        corners: (4, 2), clockwise, beginning with the one that becomes upper left. What lies outside of the photo
            becomes black.
        size: Height and width of the result in pixels. None keeps about the resolution of the photo.
        aspect: Width by height where `size` is None; None estimates it from the corners with `page_aspect`.

    Returns:
        uint8, with the channels of `image`.

    Raises:
        TypeError: If the image is not a uint8 array.
        ValueError: If the image has a wrong shape, or corners, size or aspect are not usable.
    """
    if not isinstance(image, np.ndarray) or image.dtype != np.uint8:
        raise TypeError(
            f"image must be a uint8 array, got {getattr(image, 'dtype', type(image).__name__)}; see as_picture"
        )
    if image.ndim not in (2, 3) or 0 in image.shape or (image.ndim == 3 and image.shape[2] not in (1, 3, 4)):
        raise ValueError(f"image must have the shape (height, width) or (height, width, 1, 3 or 4), got {image.shape}")
    points = check_corners(corners)
    height, width = _target_size(points, size, aspect, image.shape[:2])
    target = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float64)
    single = image.ndim == 3 and image.shape[2] == 1
    picture = Image.fromarray(image[..., 0] if single else image)
    shrink = float(np.sqrt(area(points) / (height * width)))
    if shrink > 1.5:
        reduced = max(1, round(picture.width / shrink)), max(1, round(picture.height / shrink))
        points = points * (reduced[0] / picture.width, reduced[1] / picture.height)
        picture = picture.resize(reduced, Image.Resampling.BOX)
    back = homography(target, points)
    warped = picture.transform((width, height), Image.Transform.PERSPECTIVE, back.ravel()[:8], Image.Resampling.BICUBIC)
    return np.asarray(warped)[..., None] if single else np.asarray(warped)


def area(polygon) -> float:
    """Area of a polygon (n, 2) in square pixels, positive whichever way round (the shoelace formula)."""
    points = np.asarray(polygon, np.float64)
    return 0.0 if len(points) < 3 else 0.5 * abs(float(_cross(points, np.roll(points, -1, axis=0)).sum()))


def intersection(first, second) -> np.ndarray:
    """Cut one convex polygon with another (Sutherland and Hodgman, 1974): float64 (n, 2), empty where they miss.

    Args:
        first: Convex polygon (n, 2), clockwise.
        second: Convex polygon (m, 2), clockwise.
    """
    kept = np.asarray(first, np.float64)
    edge = np.asarray(second, np.float64)
    for start, end in zip(edge, np.roll(edge, -1, axis=0)):
        if not len(kept):
            break
        side = _cross(end - start, kept - start)
        cut: list[np.ndarray] = []
        for here, there, inside, follows in zip(kept, np.roll(kept, -1, axis=0), side, np.roll(side, -1)):
            if inside >= 0:
                cut.append(here)
            if (inside > 0 > follows) or (inside < 0 < follows):
                cut.append(here + (there - here) * (inside / (inside - follows)))
        kept = np.array(cut).reshape(-1, 2)
    return kept


def quadrilateral_iou(first, second) -> float:
    """Intersection over union of two quadrilaterals, exactly, in [0, 1].

    Args:
        first: Corners (4, 2), clockwise and convex, beginning anywhere.
        second: The same.

    Raises:
        ValueError: If one of them is not convex or goes counter-clockwise.
    """
    first, second = check_corners(first), check_corners(second)
    middle = first.mean(axis=0)
    common = area(intersection(first - middle, second - middle))
    return float(np.clip(common / (area(first) + area(second) - common), 0, 1))


def page_aspect(corners, image_size: tuple[int, int]) -> float:
    """Estimate width by height of the flat page from its corners in an uncropped photo.

    The lens's axis is taken to pass through the photo's middle; then the corners give the focal length and the aspect
    (Zhang and He, "Whiteboard scanning and image enhancement", Digital Signal Processing 17, 2007, section 4). Where
    the page is seen nearly from above, the focal length cannot be told, and the sides' mean lengths give the aspect;
    between the two the answers are blended by how well the focal length is known.

    Args:
        corners: (4, 2), clockwise, beginning with the page's upper left one.
        image_size: Height and width of the photo in pixels.

    Returns:
        Width by height.

    Raises:
        ValueError: If the corners are not usable.
    """
    points = check_corners(corners)
    height, width = image_size
    plain = _side_aspect(points)
    scale = max(height, width)
    middle = np.array([width, height]) / 2
    m1, m2, m3, m4 = (np.append((points[i] - middle) / scale, 1.0) for i in (0, 1, 3, 2))
    k2 = np.dot(np.cross(m1, m4), m3) / np.dot(np.cross(m2, m4), m3)
    k3 = np.dot(np.cross(m1, m4), m2) / np.dot(np.cross(m3, m4), m2)
    n2, n3 = k2 * m2 - m1, k3 * m3 - m1
    known = min(abs(n2[2]), abs(n3[2]))  # how strongly both directions converge; 0 for a parallelogram
    trust = float(np.clip((known - 0.02) / 0.06, 0, 1))
    if not trust:
        return plain
    squared = -(n2[0] * n3[0] + n2[1] * n3[1]) / (n2[2] * n3[2])
    focal2 = float(np.clip(squared, 0.5**2, 3.0**2))  # in longer sides of the photo: from wide angle to telephoto
    weights = np.array([1 / focal2, 1 / focal2, 1.0])
    aspect = float(np.sqrt((weights * n2**2).sum() / (weights * n3**2).sum()))
    return float(np.exp(trust * np.log(aspect) + (1 - trust) * np.log(plain)))


def nearest_format(aspect: float, tolerance: float = 0.08) -> tuple[str | None, float]:
    """Name the known format that an aspect fits, in either direction, and return it with its exact aspect.

    Args:
        aspect: Width by height, positive.
        tolerance: Greatest relative difference.

    Returns:
        The key of `KNOWN_ASPECTS` and its aspect (below 1 for a page that stands), or None and `aspect` unchanged.

    Raises:
        ValueError: If the aspect is not positive.
    """
    if not (np.isfinite(aspect) and aspect > 0):
        raise ValueError(f"aspect must be a positive number, got {aspect}")
    lying = max(aspect, 1 / aspect)
    name = min(KNOWN_ASPECTS, key=lambda one: abs(np.log(lying / KNOWN_ASPECTS[one])))
    if abs(np.log(lying / KNOWN_ASPECTS[name])) > np.log1p(tolerance):
        return None, float(aspect)
    return name, KNOWN_ASPECTS[name] if aspect >= 1 else 1 / KNOWN_ASPECTS[name]


def _target_size(points, size, aspect, image_size) -> tuple[int, int]:
    if size is None:
        aspect = page_aspect(points, image_size) if aspect is None else float(aspect)
        if not (np.isfinite(aspect) and 0.02 <= aspect <= 50):
            raise ValueError(f"aspect must be width by height, from 0.02 to 50, got {aspect}")
        surface = area(points)
        size = round(np.sqrt(surface / aspect)), round(np.sqrt(surface * aspect))
    try:
        height, width = (int(value) for value in size)
    except (TypeError, ValueError):
        raise ValueError(f"size must be height and width in pixels, such as (432, 685), got {size!r}") from None
    if not (1 <= height <= _LARGEST_SIDE and 1 <= width <= _LARGEST_SIDE):
        raise ValueError(
            f"size must be from 1 to {_LARGEST_SIDE} pixels a side, got {height} × {width}; give another size"
        )
    return height, width


def _side_aspect(points: np.ndarray) -> float:
    lengths = np.hypot(*(np.roll(points, -1, axis=0) - points).T)
    return float((lengths[0] + lengths[2]) / (lengths[1] + lengths[3]))


def _normalising(points: np.ndarray) -> np.ndarray:
    middle = points.mean(axis=0)
    scale = 1 / max(float(np.abs(points - middle).max()), 1e-12)
    return np.array([[scale, 0, -scale * middle[0]], [0, scale, -scale * middle[1]], [0, 0, 1.0]])


def _cross(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    return first[..., 0] * second[..., 1] - first[..., 1] * second[..., 0]


def _points(corners) -> np.ndarray:
    try:
        points = np.asarray(corners, np.float64)
    except (TypeError, ValueError):
        raise ValueError(f"corners must be four pairs of numbers, x and y in pixels, got {corners!r}") from None
    if points.shape != (4, 2):
        raise ValueError(f"corners must be four pairs of numbers, x and y in pixels, got the shape {points.shape}")
    if not np.isfinite(points).all():
        raise ValueError(f"corners must be finite numbers, got {points.tolist()}")
    return points.copy()
