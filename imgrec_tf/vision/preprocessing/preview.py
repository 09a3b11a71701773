"""See what preprocessing layers do to an image: before and after, side by side."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import numpy as np

from imgrec_tf import plots
from imgrec_tf.vision.preprocessing.base import PreprocessingLayer

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PICTURE_INCHES = 2.2
TITLE_INCHES = 0.6
PICTURES_IN_A_ROW = 6


def preview(image, layers: Iterable | Mapping, *, synthetic: bool = False) -> Figure:
    """Show an image as it is, and after each of the layers, every layer applied to the original.

    Args:
        image: uint8, uint16, or float in [0, 1]; shape (height, width, 1 or 3).
        layers: Layers to show, each under its class name and its changed parameters, or a mapping from title to layer.
            A list in place of a layer is a chain: its layers are applied one after another.
        synthetic: Whether the image was rendered, not taken; the title then says so.

    Returns:
        Figure with a row of pictures (a new row after six). A vector, such as a colour histogram, becomes a bar chart;
        values outside [0, 1], such as those of Normalize, are shown from their lowest to their highest.

    Raises:
        TypeError: If an entry of `layers` is not a preprocessing layer.
        ValueError: If `layers` is empty, or the image does not suit a layer.
    """
    named = _named_chains(layers)
    results = [("before", np.asarray(_Unchanged()(image)))]
    for title, chain in named:
        result = image
        for layer in chain:
            result = layer(result)
        results.append((title, np.asarray(result)))
    columns = min(len(results), PICTURES_IN_A_ROW)
    rows = -(-len(results) // columns)
    tallest = max(result.shape[0] / result.shape[1] if result.ndim == 3 else 1.0 for _, result in results)
    with plots.style():
        width, height = PICTURE_INCHES * columns, (PICTURE_INCHES * tallest + TITLE_INCHES) * rows + TITLE_INCHES
        figure, axes = plots.figure(width, height, rows, columns, squeeze=False)
        plots.title(figure, "Before and after preprocessing", synthetic)
        for axis, (title, result) in zip(axes.ravel(), results):
            _draw(axis, title, result)
        for axis in axes.ravel()[len(results) :]:
            axis.set_axis_off()
    return figure


class _Unchanged(PreprocessingLayer):
    """The image as all layers see it: checked, float32 in [0, 1]."""

    def transform(self, images):
        return images


def _named_chains(layers) -> list[tuple[str, list]]:
    if isinstance(layers, PreprocessingLayer):
        layers = [layers]
    entries = list(layers.items()) if isinstance(layers, Mapping) else [(None, entry) for entry in layers]
    if not entries:
        raise ValueError("layers is empty; pass at least one preprocessing layer")
    named = []
    for title, entry in entries:
        chain = list(entry) if isinstance(entry, (list, tuple)) else [entry]
        for layer in chain:
            if not callable(layer) or isinstance(layer, type):
                raise TypeError(f"layers must hold preprocessing layers such as Gamma(0.5), got {layer!r}")
        named.append((title or "\n".join(_describe(layer) for layer in chain), chain))
    return named


def _describe(layer) -> str:
    """Class name and the parameters that differ from the default."""
    name = type(layer).__name__
    if not isinstance(layer, PreprocessingLayer):
        return getattr(layer, "name", name)
    try:
        usual = type(layer)().get_config()
    except TypeError:
        usual = {}
    own = {key: value for key, value in layer.get_config().items() if key not in ("name", "trainable", "dtype")}
    changed = [_short(key, value) for key, value in own.items() if key not in usual or usual[key] != value]
    return f"{name}\n{', '.join(changed)}" if changed else name


def _short(key: str, value) -> str:
    if isinstance(value, (list, tuple)):
        return f"{key}=" + ("[" + ", ".join(f"{number:.3g}" for number in value) + "]")
    return f"{key}={value:.3g}" if isinstance(value, float) else f"{key}={value}"


def _draw(axis, title: str, result: np.ndarray) -> None:
    axis.set_title(title, fontsize=8)
    if result.ndim == 1:
        axis.bar(np.arange(len(result)), result, width=0.9, color=plots.PALETTE[0])
        axis.set_xlabel("feature", fontsize=8)
        axis.set_ylabel("value", fontsize=8)
        axis.tick_params(labelsize=7)
        axis.set_box_aspect(1)
        return
    low, high = float(result.min()), float(result.max())
    if low < -0.01 or high > 1.01:
        result = (result - low) / (high - low)
        axis.set_title(f"{title}\n(from {low:.1f} to {high:.1f})", fontsize=8)
    height, width = result.shape[:2]
    axis.imshow(
        np.clip(result, 0, 1).squeeze(-1) if result.shape[-1] == 1 else np.clip(result, 0, 1),
        cmap="gray",
        vmin=0,
        vmax=1,
    )
    axis.set_xlabel(f"{width} × {height} pixels", fontsize=8)
    axis.set_xticks([])
    axis.set_yticks([])
    axis.spines[:].set_visible(False)
