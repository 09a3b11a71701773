"""Figures: pictures with the outlines of true and found objects, and precision by the overlap that is asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from imgrec_tf import plots
from imgrec_tf.medical.segmentation.data_set import MaskSplit
from imgrec_tf.medical.segmentation.measuring import MaskScores
from imgrec_tf.medical.segmentation.pictures import instance_mask, unit_range
from imgrec_tf.medical.segmentation.scoring import THRESHOLDS, average_precision

_LEAST_SIDE = 320  # pixels; smaller pictures are enlarged, so that an outline is thinner than an object
_TRUTH = (240, 228, 66)  # the palette's yellow, on grey
_FOUND_COLOR = {True: (86, 180, 233), False: (213, 94, 0)}  # sky blue: matches at IoU .5; vermillion: does not


def outlined(picture: np.ndarray, mask: np.ndarray, color: Sequence[int] | np.ndarray = _TRUTH) -> np.ndarray:
    """Return a picture in colour with the outlines of the objects, enlarged by a whole factor where it is small.

    Args:
        picture: As `grey` takes it.
        mask: (height, width), a number for each object.
        color: Red, green, blue in [0, 255]; or one such row for each object, (objects, 3).

    Returns:
        uint8 (height × factor, width × factor, 3).
    """
    from skimage.segmentation import find_boundaries

    values = unit_range(picture)
    mask = instance_mask(mask, values.shape)
    factor = max(1, -(-_LEAST_SIDE // max(values.shape)))
    values, mask = (np.repeat(np.repeat(one, factor, 0), factor, 1) for one in (values, mask))
    made = np.repeat(np.round(255 * values).astype(np.uint8)[..., None], 3, axis=2)
    edge = find_boundaries(mask, mode="inner")
    colors = np.asarray(color, np.uint8)
    made[edge] = colors if colors.ndim == 1 else colors[mask[edge] - 1]
    return made


def show_segmentation(
    split: MaskSplit, predictions: Mapping[str, Sequence[np.ndarray]], *, size: float = 2.4, heading: str | None = None
) -> plots.Figure:
    """Show pictures in rows: the picture, the true objects, and what each method found.

    Found objects that overlap a true one by more than half (intersection over union) are blue, the others vermillion.

    Args:
        split: A few pictures with masks; take `split.subset([0, 1, 2])`.
        predictions: Masks by the name of the method; one mask for each picture.
        size: Width of one picture in inches.
        heading: Title of the figure.

    Returns:
        The figure.

    Raises:
        ValueError: If a method has more or fewer masks than there are pictures, or sizes differ.
    """
    pictures, titles = [], []
    for name, masks in predictions.items():
        if len(masks) != len(split):
            raise ValueError(f"{name!r} has {len(masks)} masks for {len(split)} pictures; give one for each")
    for place, (picture, truth) in enumerate(zip(split.images, split.masks)):
        factor = max(1, -(-_LEAST_SIDE // max(picture.shape)))
        plain = np.repeat(np.repeat(unit_range(picture), factor, 0), factor, 1)
        pictures += [np.round(255 * plain).astype(np.uint8), outlined(picture, truth)]
        titles += [_short(split.names[place]), f"truth\n{truth.max()} objects"]
        for name, masks in predictions.items():
            found = instance_mask(masks[place], truth.shape, f"the prediction of {name}")
            pictures.append(outlined(picture, found, _colors(truth, found)))
            precision = average_precision(truth, found, (0.5,))[0]
            titles.append(f"{name}\n{found.max()} found, AP at .5: {precision:.2f}")
    columns = 2 + len(predictions)
    return plots.image_grid(
        pictures, titles, columns, split.synthetic, size=size, heading=heading or "Pictures and their objects"
    )


@plots.styled
def plot_precision(scores: Mapping[str, MaskScores]) -> plots.Figure:
    """Draw the mean of TP / (TP + FP + FN) over pictures by the overlap that is asked for, with 95 % intervals.

    Args:
        scores: Scores by the name of the method.

    Returns:
        The figure.

    Raises:
        ValueError: If there is none.
    """
    if not scores:
        raise ValueError("there are no scores to draw; give at least one by its name")
    made, axis = plots.figure(6.4, 3.8)
    for place, (name, one) in enumerate(scores.items()):
        metrics = [one[f"average_precision_{round(100 * threshold)}"] for threshold in THRESHOLDS]
        lines = axis.plot(THRESHOLDS, [metric.value for metric in metrics], marker="os^Dv"[place % 5], label=name)
        low, high = [metric.low for metric in metrics], [metric.high for metric in metrics]
        axis.fill_between(THRESHOLDS, low, high, alpha=0.15, color=lines[0].get_color(), linewidth=0)
    axis.set_xlabel("Overlap above which an object counts as found (intersection over union)")
    axis.set_ylabel("TP / (TP + FP + FN)")
    axis.set_ylim(0, 1)
    axis.legend()
    plots.title(axis, "Objects found, by the overlap asked for", any(one.synthetic for one in scores.values()))
    return made


def _colors(truth: np.ndarray, found: np.ndarray) -> np.ndarray:
    from imgrec_tf.medical.segmentation.scoring import object_ious

    overlaps = object_ious(truth, found)
    matched = (overlaps > 0.5).any(axis=0) if len(overlaps) else np.zeros(found.max(), bool)
    return np.array([_FOUND_COLOR[bool(one)] for one in matched], np.uint8).reshape(-1, 3)


def _short(name: str) -> str:
    return name if len(name) <= 18 else name[:15] + "…"
