"""A photo of a copy: the document on a screen, or printed, before it is photographed.

The moiré of a screen is not painted: the stripes of its red, green and blue subpixels are laid on the document's plane
and sampled by the photo's pixels, as in Patorski, "Handbook of the Moiré Fringe Technique", 1993. A print is made of
dots whose area follows the ink, one lattice a colour at its own angle: amplitude-modulated halftoning.
"""

from __future__ import annotations

import numpy as np

from imgrec_tf.finance.capture.geometry import transform_points

KINDS = ("screen", "print")
_HALFTONE_ANGLES = (15.0, 75.0, 45.0)  # cyan, magenta, black-ish yellow: far apart, so that the dots do not beat


def plane_coordinates(homography: np.ndarray, height: int, width: int) -> np.ndarray:
    """Where each pixel of the photo looks on the document: float32 (height, width, 2) in document pixels."""
    y, x = np.mgrid[:height, :width]
    pixels = np.stack([x + 0.5, y + 0.5], axis=-1)
    return transform_points(np.linalg.inv(homography), pixels).astype(np.float32)


def on_screen(light: np.ndarray, plane: np.ndarray, columns: int, rng: np.random.Generator) -> np.ndarray:
    """Show the whole scene on a screen: stripes of subpixels, gaps between rows, a lifted black, a bluish white.

    Args:
        light: float32 (height, width, 3), linear.
        plane: From `plane_coordinates`.
        columns: Width of the document in its own pixels.
        rng: Pitch and colours of the screen.

    Returns:
        float32 (height, width, 3).
    """
    pitch = columns / rng.uniform(420, 1100)  # a document shown 420 to 1,100 screen pixels wide
    u, v = plane[..., 0] / pitch, plane[..., 1] / pitch
    stripes = np.stack([1 + 0.62 * np.cos(2 * np.pi * (u - third / 3)) for third in range(3)], axis=-1)
    rows = 1 + 0.35 * np.cos(2 * np.pi * v)
    white = np.array([0.94, 0.99, 1.08], np.float32) * rng.uniform(0.9, 1.1)
    return (0.03 + 0.92 * light) * stripes.astype(np.float32) * rows[..., None] * white


def in_print(light: np.ndarray, plane: np.ndarray, columns: int, rng: np.random.Generator) -> np.ndarray:
    """Print the document: dots for each ink, paler colours, a paper that is not quite white.

    Args:
        light: float32 (height, width, 3), linear.
        plane: From `plane_coordinates`.
        columns: Width of the document in its own pixels.
        rng: Fineness and paper of the print.

    Returns:
        float32 (height, width, 3).
    """
    pitch = columns / rng.uniform(330, 620)  # dots across the document: a card at about 100 to 180 lines an inch
    grey = light.mean(axis=-1, keepdims=True)
    ink = 1 - np.clip(0.82 * light + 0.12 * grey + 0.03, 0, 1)
    printed = np.empty_like(light)
    for channel, angle in enumerate(np.deg2rad(_HALFTONE_ANGLES)):
        u = (plane[..., 0] * np.cos(angle) + plane[..., 1] * np.sin(angle)) / pitch
        v = (plane[..., 1] * np.cos(angle) - plane[..., 0] * np.sin(angle)) / pitch
        threshold = 0.5 + 0.25 * (np.cos(2 * np.pi * u) + np.cos(2 * np.pi * v))
        printed[..., channel] = 1 - 1 / (1 + np.exp(-9 * (ink[..., channel] - threshold)))
    paper = np.array([0.97, 0.96, 0.93], np.float32) * rng.uniform(0.94, 1.0)
    return (0.45 * (1 - ink) + 0.55 * printed) * paper + 0.015
