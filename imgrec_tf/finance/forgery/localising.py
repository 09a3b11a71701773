"""Where is the forgery? The overlap of a heat map with the truth, and a figure of both."""

from __future__ import annotations

import numpy as np
from PIL import Image

from imgrec_tf import plots
from imgrec_tf.finance.forgery.detecting import DocumentCheck


def localisation_iou(mask: np.ndarray, heat_map: np.ndarray, threshold: float = 0.5) -> float:
    """Intersection over union of what was forged and what a heat map marks, in [0, 1].

    Args:
        mask: bool (height, width): the truth.
        heat_map: float (rows, columns) in [0, 1]; brought to the mask's size where it has another one.
        threshold: From where on the heat map marks a pixel.

    Returns:
        The overlap; 1 where both are empty, as on a genuine page on which nothing is marked.

    Raises:
        TypeError: If the mask is not boolean.
        ValueError: If one of them has a wrong shape or values, or the threshold is not in [0, 1].
    """
    mask = _checked_mask(mask)
    heat_map = np.asarray(heat_map, np.float32)
    if heat_map.ndim != 2 or not heat_map.size or not np.isfinite(heat_map).all():
        raise ValueError(f"heat_map must be finite numbers (height, width), got shape {heat_map.shape}")
    if not 0 <= threshold <= 1 or heat_map.min() < 0 or heat_map.max() > 1.0001:
        raise ValueError(f"heat_map and threshold lie in [0, 1], got up to {heat_map.max():g} and {threshold:g}")
    if heat_map.shape != mask.shape:
        heat_map = np.asarray(Image.fromarray(heat_map).resize(mask.shape[::-1], Image.Resampling.BILINEAR))
    marked = heat_map >= threshold
    union = (marked | mask).sum()
    return float((marked & mask).sum() / union) if union else 1.0


@plots.styled
def show_check(check: DocumentCheck, mask: np.ndarray | None = None, *, width: float = 9.0) -> plots.Figure:
    """Show a page, and over it how suspicious each part of it is, with the outline of the truth where it is known.

    Args:
        check: From `check_document`, without a problem.
        mask: bool (height, width): what was forged; None where nobody knows.
        width: Of the figure in inches.

    Raises:
        ValueError: If there is no heat map, because of a problem, or because none was asked for.
    """
    if check.problem is not None:
        raise ValueError(f"there is nothing to show, because of a problem: {check.reason}")
    if check.heat_map is None:
        raise ValueError("there is no heat map to show; call check_document with heat_map=True")
    rows, columns = check.page.shape[:2]
    figure, axes = plots.figure(width, width / 2 * rows / columns + 0.8, 1, 2)
    axes[0].imshow(check.page)
    plots.title(axes[0], "the page from straight above")
    axes[1].imshow(check.page.mean(axis=-1), vmin=0, vmax=255)
    heat = axes[1].imshow(check.heat_map, cmap="magma", vmin=0, vmax=1, alpha=0.6)
    plots.title(axes[1], "how suspicious each place is")
    figure.colorbar(heat, ax=axes[1], shrink=0.8, label="score for forged")
    if mask is not None:
        mask = _checked_mask(mask)
        shown = np.asarray(Image.fromarray(mask).resize((columns, rows), Image.Resampling.NEAREST))
        for axis in axes:
            if shown.any() and not shown.all():
                axis.contour(shown, levels=[0.5], colors=[plots.COLORS["sky blue"]], linewidths=1.6)
    for axis in axes:
        axis.axis("off")
    known = "" if mask is None else "; outlined: what was changed"
    plots.title(figure, f"Highest score of a field: {check.score:.2f}{known}", True)
    return figure


def _checked_mask(mask) -> np.ndarray:
    mask = np.asarray(mask)
    if mask.dtype != bool:
        raise TypeError(f"mask must hold True and False, got {mask.dtype}; compare it with a number first")
    if mask.ndim != 2 or not mask.size:
        raise ValueError(f"mask must have the shape (height, width), got {mask.shape}")
    return mask
