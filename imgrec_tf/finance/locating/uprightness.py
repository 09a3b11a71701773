"""Which side of a flat page is up: one network looks at all four turns, and the most upright one wins."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image

from imgrec_tf.finance.locating import weights
from imgrec_tf.finance.locating.pictures import reduced_picture
from imgrec_tf.finance.locating.sizes import UPRIGHT_INPUT

LEAST_CONFIDENCE = 0.6  # below, which side is up is not said


@dataclass(frozen=True)
class Upright:
    """A page the right way up.

    Attributes:
        image: uint8 (height, width, 3): the page turned upright; as it was given where there is a problem.
        quarter_turns: By how many quarter turns clockwise it was turned, 0 to 3.
        probabilities: float64 (4,): how likely each number of clockwise quarter turns is the right one.
        problem: None, or "unknown_side" where no turn is likely enough.
        reason: What is wrong, "" for nothing.
    """

    image: np.ndarray
    quarter_turns: int
    probabilities: np.ndarray
    problem: str | None = None
    reason: str = ""

    @property
    def confidence(self) -> float:
        """Probability of the most likely turn."""
        return float(self.probabilities.max())


def turn_probabilities(page: np.ndarray) -> np.ndarray:
    """How likely each number of quarter turns clockwise (0 to 3) makes a page upright: float64 (4,), adding up to 1.

    The page is squeezed into a square, so that its format gives nothing away. One network answers for all four turns
    with one number each; no turn is preferred by construction.

    Args:
        page: uint8 (height, width, 3), seen from straight above, filling the image.
    """
    square = Image.fromarray(page).convert("L").resize((UPRIGHT_INPUT, UPRIGHT_INPUT), Image.Resampling.BOX)
    pixels = np.asarray(square, np.float32)
    pixels = (pixels - pixels.mean()) / (pixels.std() + 2)
    turns = np.stack([np.rot90(pixels, -turns) for turns in range(4)])[..., None]
    scores = np.asarray(weights.network("upright_network").predict_on_batch(turns), np.float64)[:, 0]
    exponentials = np.exp(scores - scores.max())
    return exponentials / exponentials.sum()


def upright(image: Any) -> Upright:
    """Turn a page upright by a multiple of 90 degrees.

    Args:
        image: The page alone, seen from straight above, as `rectify` returns it; any form that `locate_document`
            takes. More than 3,000 pixels a side are reduced.

    Returns:
        The upright page, or the page as it was and a problem.

    Raises:
        TypeError: If the image is no picture.
        ValueError: If the image has a wrong shape or values.
    """
    page, _ = reduced_picture(image, 3000)
    probabilities = turn_probabilities(page)
    if probabilities.max() < LEAST_CONFIDENCE or page.std() < 1.5:
        reason = "Which side of the document is up cannot be told; turn the photo so that its text is upright"
        return Upright(page, 0, probabilities, "unknown_side", reason)
    turns = int(probabilities.argmax())
    return Upright(np.ascontiguousarray(np.rot90(page, -turns)), turns, probabilities)
