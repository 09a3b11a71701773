"""Cutting and turning a picture and its mask together: what moves in one moves in the other.

A picture is interpolated, a mask never is: between object 3 and object 5 there is no object 4.
"""

from __future__ import annotations

import numpy as np


def augment(
    picture: np.ndarray,
    mask: np.ndarray,
    rng: np.random.Generator,
    *,
    size: int = 128,
    scale: tuple[float, float] = (0.75, 1.35),
    tone: float = 0.35,
    on_object: float = 0.75,
) -> tuple[np.ndarray, np.ndarray]:
    """Cut a random square out of a picture and its mask, enlarged or reduced, turned and mirrored alike.

    Args:
        picture: float (height, width) in [0, 1].
        mask: Whole numbers (height, width), objects or classes; the values stay what they are.
        rng: Where randomness comes from.
        size: Height and width of the result in pixels.
        scale: Smallest and largest enlargement. A picture smaller than the square that is needed is mirrored at its
            edges.
        tone: Largest change of contrast: grey values are raised to a power between 1 / (1 + tone) and 1 + tone. 0
            leaves them.
        on_object: Share of the squares that are laid over a random pixel of an object, in [0, 1]; the others fall
            anywhere. Where objects are few, most squares would show nothing but background.

    Returns:
        The square of the picture, float32 (size, size), and that of the mask, of the mask's type.

    Raises:
        ValueError: If shapes differ, or size or scale are out of range.
    """
    if picture.shape != mask.shape or picture.ndim != 2:
        raise ValueError(f"picture and mask must have one shape (height, width), got {picture.shape} and {mask.shape}")
    if size < 1 or not 0 < scale[0] <= scale[1] or tone < 0 or not 0 <= on_object <= 1:
        raise ValueError(
            f"size must be 1 or more, scale positive, tone not negative, on_object in [0, 1]; got {size}, {scale}, "
            f"{tone}, {on_object}"
        )
    side = max(1, round(size / rng.uniform(*scale)))
    lacking = [(0, max(0, side - length)) for length in mask.shape]
    if any(after for _, after in lacking):
        picture, mask = np.pad(picture, lacking, "symmetric"), np.pad(mask, lacking, "symmetric")
    top, left = _corner(mask, side, rng, on_object)
    picture, mask = (one[top : top + side, left : left + side] for one in (picture, mask))
    if side != size:
        places = (np.arange(size) + 0.5) * side / size - 0.5
        nearest = np.clip(np.round(places).astype(int), 0, side - 1)
        mask = mask[nearest][:, nearest]
        picture = _stretched(_stretched(picture, places).T, places).T
    if rng.random() < 0.5:
        picture, mask = picture[:, ::-1], mask[:, ::-1]
    turns = int(rng.integers(4))
    picture, mask = np.rot90(picture, turns), np.rot90(mask, turns)
    if tone:
        picture = np.clip(picture, 0, 1) ** (1 + tone) ** rng.uniform(-1, 1)
    return np.ascontiguousarray(picture, np.float32), np.ascontiguousarray(mask)


def _corner(mask: np.ndarray, side: int, rng: np.random.Generator, on_object: float) -> list[int]:
    """Return where a square of `side` pixels begins, inside of the mask."""
    room = [length - side for length in mask.shape]
    objects = np.flatnonzero(mask) if rng.random() < on_object else ()
    if not len(objects):
        return [int(rng.integers(0, most + 1)) for most in room]
    pixel = np.unravel_index(objects[rng.integers(len(objects))], mask.shape)
    return [int(np.clip(place - rng.integers(side), 0, most)) for place, most in zip(pixel, room)]


def _stretched(picture: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Return rows between the rows, linearly interpolated."""
    places = np.clip(places, 0, len(picture) - 1)
    below = np.minimum(places.astype(int), max(len(picture) - 2, 0))
    share = (places - below)[:, None].astype(np.float32)
    above = np.minimum(below + 1, len(picture) - 1)
    return picture[below] * (1 - share) + picture[above] * share
