"""Figures: pictures with boxes, and found counts against true ones."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from imgrec_tf import plots
from imgrec_tf.medical.detection.boxes import box_ious
from imgrec_tf.medical.detection.data_set import BoxSplit
from imgrec_tf.medical.detection.detector import Found
from imgrec_tf.medical.detection.measuring import BoxScores

_COLORS = ("blue", "vermillion", "green", "purple", "orange", "black", "sky blue", "yellow")
_OVERLAP = 0.5


def boxed(
    picture: np.ndarray, boxes: np.ndarray, labels: np.ndarray, dashed: np.ndarray | None = None, *, least: int = 320
) -> np.ndarray:
    """Return a picture with its boxes drawn in one colour a class, enlarged by a whole factor where it is small.

    Args:
        picture: uint8 (height, width, 3).
        boxes: float (n, 4): left, top, right, bottom in pixels.
        labels: int (n,).
        dashed: Which boxes to draw with broken lines, bool (n,), or None.
        least: The longer side is enlarged to this many pixels or more.

    Returns:
        uint8 (height × factor, width × factor, 3).
    """
    from matplotlib.colors import to_rgb

    factor = max(1, -(-least // max(picture.shape[:2])))
    made = np.repeat(np.repeat(picture, factor, 0), factor, 1)
    height, width = made.shape[:2]
    thick = max(1, round(max(height, width) / 200))
    for place, (box, label) in enumerate(zip(boxes, labels)):
        color = np.round(255 * np.array(to_rgb(plots.COLORS[_COLORS[int(label) % len(_COLORS)]]))).astype(np.uint8)
        left, top, right, bottom = np.round(np.asarray(box) * factor).astype(int)
        right, bottom = min(right, width) - thick, min(bottom, height) - thick
        broken = dashed is not None and dashed[place]
        for row in (max(top, 0), max(bottom, 0)):
            columns = _line(left, right + thick, broken, thick)
            made[row : row + thick, columns[columns < width]] = color
        for column in (max(left, 0), max(right, 0)):
            rows = _line(top, bottom + thick, broken, thick)
            made[rows[rows < height], column : column + thick] = color
    return made


def show_boxes(
    split: BoxSplit, found: Sequence[Found] | None = None, *, size: float = 2.9, heading: str | None = None
) -> plots.Figure:
    """Show pictures with their true boxes, and beside each the same with the boxes that were found.

    A found box is drawn with broken lines when no true box of its class overlaps it by half or more.

    Args:
        split: A few pictures with boxes; take `split.subset([0, 1, 2])`.
        found: What was found in each picture, or None.
        size: Width of one picture in inches.
        heading: Title of the figure.

    Returns:
        The figure.

    Raises:
        ValueError: If there are more or fewer answers than pictures, or no pictures.
    """
    if not len(split):
        raise ValueError("the split has no pictures to show; take some with split.subset")
    if found is not None and len(found) != len(split):
        raise ValueError(f"there are {len(split)} pictures and {len(found)} answers; give one for each")
    pictures, titles = [], []
    for place, (picture, boxes, labels) in enumerate(zip(split.images, split.boxes, split.labels)):
        pictures.append(boxed(picture, boxes, labels))
        titles.append(f"{split.names[place]}\ntrue: {_told(labels, split.class_names)}")
        if found is None:
            continue
        one = found[place]
        overlaps = box_ious(one.boxes, boxes) * (one.labels[:, None] == labels)
        wrong = (overlaps < _OVERLAP).all(axis=1)
        pictures.append(boxed(picture, one.boxes, one.labels, wrong))
        titles.append(f"{int(wrong.sum())} without a true box\nfound: {_told(one.labels, split.class_names)}")
    colors = ", ".join(f"{name} {_COLORS[label % len(_COLORS)]}" for label, name in enumerate(split.class_names))
    columns = min(2 * max(1, round(3.2 / size)), len(pictures)) if found is not None else min(2, len(pictures))
    return plots.image_grid(
        pictures, titles, columns, split.synthetic, size=size, heading=f"{heading or 'Boxes'}: {colors}"
    )


@plots.styled
def plot_counts(scores: BoxScores) -> plots.Figure:
    """Draw found counts against true ones, one panel a class; a larger dot stands for more pictures.

    Args:
        scores: As `measure_boxes` gives them.

    Returns:
        The figure.
    """
    frame = scores.per_picture
    names = list(dict.fromkeys(frame["class"]))
    made, axes = plots.figure(2.9 * len(names) + 0.4, 3.3, 1, len(names), squeeze=False)
    for place, (name, axis) in enumerate(zip(names, axes[0])):
        some = frame[frame["class"] == name].groupby(["true", "found"]).size().reset_index(name="pictures")
        highest = max(int(some[["true", "found"]].to_numpy().max()), 1)
        axis.plot([0, highest], [0, highest], color=plots.GREY, linewidth=1, linestyle="--", label="exact")
        axis.scatter(
            some["true"], some["found"], s=18 * np.sqrt(some["pictures"]), alpha=0.75,
            color=plots.COLORS[_COLORS[place % len(_COLORS)]],
        )  # fmt: skip
        axis.set_xlabel("True count in a picture")
        axis.set_ylabel("Found count" if not place else "")
        axis.locator_params(integer=True)
        exact = scores.metrics[f"count_exact {name}"].value
        axis.set_title(f"{name}: {100 * exact:.0f} % exact", fontsize=10)
        axis.legend(loc="upper left")
    plots.title(made, "Counts found against true counts", scores.synthetic)
    return made


def _line(first: int, last: int, broken: bool, thick: int) -> np.ndarray:
    """Return the pixels of a line, with gaps where it is broken."""
    places = np.arange(max(first, 0), max(last, 0))
    return places[(places - first) // (3 * thick) % 2 == 0] if broken else places


def _told(labels: np.ndarray, class_names: Sequence[str]) -> str:
    counted = np.bincount(labels, minlength=len(class_names))
    return ", ".join(f"{count} {name}" for name, count in zip(class_names, counted) if count) or "nothing"
