"""How well documents are located and turned, on layouts, people and cameras that were never learnt from:

    python -m imgrec_tf.finance.locating.training.measuring --severity phone --photos 200

A photo in which no corners are given counts as an overlap of 0, so that abstaining does not flatter the mean.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from imgrec_tf.finance.locating import geometry, locate_document
from imgrec_tf.finance.locating.location import Location
from imgrec_tf.finance.locating.training import photos
from imgrec_tf.finance.locating.uprightness import turn_probabilities


@dataclass(frozen=True)
class Outcome:
    """What came of one photo.

    Attributes:
        photo: With the truth.
        location: The answer.
        iou: Overlap with the truth; 0 without an answer.
        turned: Whether the page, cut out by its true corners, is turned upright; and with what probability.
    """

    photo: photos.TrainingPhoto
    location: Location
    iou: float
    turned: tuple[bool, float]


def outcomes(
    severity: str, count: int, *, part: str = "test", seed: int = 0, longer: int = 1280, method: str = "auto"
) -> Iterator[Outcome]:
    """Locate and turn the document in photos, one after the other.

    Args:
        severity: Of the captures.
        count: How many.
        part: As in `photos.photos`.
        seed: 0 or more.
        longer: Longer side of the photos in pixels.
        method: As in `locate_document`.

    Yields:
        What came of each.
    """
    for photo in photos.photos(part, count, seed=seed, longer=longer, severity=severity):
        location = locate_document(photo.image, method=method)
        iou = 0.0 if location.corners is None else geometry.quadrilateral_iou(location.corners, photo.corners)
        turns = int(np.random.default_rng([seed, abs(int(photo.corners.sum()))]).integers(4))
        page = geometry.rectify(photo.image, np.roll(photo.corners, turns, axis=0), (320, 320))
        probabilities = turn_probabilities(page)
        right = int(probabilities.argmax()) == -turns % 4
        yield Outcome(photo, location, iou, (right, float(probabilities.max())))


def overlay(outcome: Outcome) -> Image.Image:
    """The photo with the true corners in green and the found ones in red."""
    picture = Image.fromarray(outcome.photo.image)
    pen = ImageDraw.Draw(picture)
    for corners, colour in ((outcome.photo.corners, (0, 200, 0)), (outcome.location.corners, (230, 0, 0))):
        if corners is not None:
            pen.line([tuple(one) for one in [*corners, corners[0]]], fill=colour, width=max(2, picture.width // 320))
    pen.text((6, 6), f"{outcome.iou:.3f} {outcome.location.problem or outcome.location.method}", fill=(230, 0, 0))
    return picture


def summary(found: list[Outcome]) -> dict[str, float | str]:
    """Figures of some outcomes; photos of which a part is outside of the frame are counted apart."""
    whole = [one for one in found if one.photo.visible >= 0.999]
    cut = [one for one in found if one.photo.visible < 0.99]
    ious = np.array([one.iou for one in whole])
    given = np.array([one.iou for one in whole if one.location.corners is not None])
    answers = Counter(one.location.problem or one.location.method for one in whole)
    return {
        "photos": len(whole),
        "mean IoU": float(ious.mean()),
        "median IoU": float(np.median(ious)),
        "IoU below .9": float((ious < 0.9).mean()),
        "answered and below .9": float((given < 0.9).sum() / len(whole)),
        "mean IoU of answers": float(given.mean()) if len(given) else 0.0,
        "answers": ", ".join(f"{name} {number}" for name, number in answers.most_common()),
        "turned right": float(np.mean([one.turned[0] for one in whole])),
        "turned wrong and sure": float(np.mean([not one.turned[0] and one.turned[1] >= 0.6 for one in whole])),
        "cut off": len(cut),
        "cut off and refused": float(np.mean([one.location.corners is None for one in cut])) if cut else 1.0,
    }


def main() -> None:
    """Measure, print, and keep pictures of the answers where a folder is named."""
    parser = argparse.ArgumentParser(prog="python -m imgrec_tf.finance.locating.training.measuring")
    parser.add_argument("--severity", default="phone")
    parser.add_argument("--photos", type=int, default=200)
    parser.add_argument("--part", default="test", help="validation or test")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--longer", type=int, default=1280)
    parser.add_argument("--method", default="auto")
    parser.add_argument("--overlays", type=Path, help="folder for the photos with the corners drawn in")
    given = parser.parse_args()
    found = list(
        outcomes(
            given.severity, given.photos, part=given.part, seed=given.seed, longer=given.longer, method=given.method
        )
    )
    for name, value in summary(found).items():
        print(f"{name:24} {value:.4f}" if isinstance(value, float) else f"{name:24} {value}")
    if given.overlays:
        given.overlays.mkdir(parents=True, exist_ok=True)
        for number, one in enumerate(found):
            name = f"{number:03d}_{one.photo.document_class}_{one.location.problem or 'found'}_{one.iou:.3f}.png"
            overlay(one).save(given.overlays / name)


if __name__ == "__main__":
    main()
