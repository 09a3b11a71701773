"""Average precision as the COCO challenge scores it, through its own program, pycocotools.

Found boxes of a class are put in the order of their scores, over all pictures. A box is right when it overlaps a true
one of its class that no better-scored box has taken. Precision (right ones among the found) is drawn over recall (right
ones among the true), and its mean over 101 values of recall is the average precision (AP). Lin et al., "Microsoft COCO:
common objects in context", ECCV 2014; the formulas are those of `pycocotools.cocoeval`.
"""

from __future__ import annotations

import contextlib
import io
from collections.abc import Sequence

import numpy as np

THRESHOLDS = tuple(round(0.5 + 0.05 * step, 2) for step in range(10))


class Matches:
    """Which found boxes are right, picture by picture; from it, average precision for any weighting of the pictures.

    Args:
        boxes: True boxes of each picture, float (n, 4): left, top, right, bottom in pixels.
        labels: Their labels, int (n,).
        found: Boxes, labels and scores that were found in each picture.
        num_classes: Number of classes.
        most: Most found boxes of a picture and class that count, the best ones.
    """

    def __init__(self, boxes: Sequence, labels: Sequence, found: Sequence[tuple], num_classes: int, most: int = 200):
        from pycocotools.coco import COCO
        from pycocotools.cocoeval import COCOeval

        with contextlib.redirect_stdout(io.StringIO()):  # it tells each of its steps
            truth = COCO()
            truth.dataset = {
                "info": {},
                "images": [{"id": place} for place in range(len(boxes))],
                "categories": [{"id": label} for label in range(num_classes)],
                "annotations": _rows(boxes, labels),
            }
            truth.createIndex()
            answers = COCO()
            answers.dataset = truth.dataset | {
                "annotations": _rows([one[0] for one in found], [one[1] for one in found], [one[2] for one in found])
            }
            answers.createIndex()
            judge = COCOeval(truth, answers, "bbox")
            judge.params.areaRng, judge.params.areaRngLbl = [[0, 1e10]], ["all"]
            judge.params.maxDets = [most]
            judge.params.iouThrs = np.array(THRESHOLDS)
            judge.evaluate()
        self._judge, self._all = judge, list(judge.evalImgs)
        self.pictures, self.classes = len(boxes), num_classes

    def average_precision(self, chosen: np.ndarray | None = None) -> np.ndarray:
        """Return average precision, float (thresholds, classes); NaN for a class without a true box.

        Args:
            chosen: Places of the pictures to take, in place of all; a picture may be taken several times.
        """
        places = np.arange(self.pictures) if chosen is None else np.asarray(chosen)
        self._judge.evalImgs = [self._all[label * self.pictures + p] for label in range(self.classes) for p in places]
        self._judge.params.imgIds = self._judge._paramsEval.imgIds = list(range(len(places)))
        with contextlib.redirect_stdout(io.StringIO()):
            self._judge.accumulate()
        precision = self._judge.eval["precision"][:, :, :, 0, 0]  # thresholds, recalls, classes
        return np.where((precision < 0).all(axis=1), np.nan, precision.mean(axis=1))


def average_precision(
    boxes: Sequence, labels: Sequence, found: Sequence[tuple], num_classes: int, *, most: int = 200
) -> np.ndarray:
    """Return average precision by overlap and class.

    Args:
        boxes: True boxes of each picture, float (n, 4): left, top, right, bottom in pixels.
        labels: Their labels, int (n,).
        found: Boxes, labels and scores that were found in each picture.
        num_classes: Number of classes.
        most: Most found boxes of a picture and class that count, the best ones.

    Returns:
        float (10, classes): a row for each overlap of `THRESHOLDS` (.50 to .95), a column for each class; NaN for a
        class that has no true box.

    Raises:
        ValueError: If there are no pictures, or more or fewer answers than pictures.
    """
    if not len(boxes) or not len(boxes) == len(labels) == len(found):
        raise ValueError(
            f"there are {len(boxes)} pictures with boxes, {len(labels)} with labels and {len(found)} answers; give one "
            "of each for every picture, and at least one picture"
        )
    return Matches(boxes, labels, found, num_classes, most).average_precision()


def _rows(boxes: Sequence, labels: Sequence, scores: Sequence | None = None) -> list[dict]:
    """Return boxes as the program wants them: left, top, width, height, numbered from 1."""
    rows = []
    for picture, (edges, classes) in enumerate(zip(boxes, labels, strict=True)):
        edges = np.asarray(edges, float).reshape(-1, 4)
        for place, (box, label) in enumerate(zip(edges, classes, strict=True)):
            left, top, right, bottom = box.tolist()
            row = {
                "id": len(rows) + 1, "image_id": picture, "category_id": int(label), "iscrowd": 0,
                "bbox": [left, top, right - left, bottom - top], "area": (right - left) * (bottom - top),
            }  # fmt: skip
            rows.append(row if scores is None else row | {"score": float(scores[picture][place])})
    return rows
