"""Figures of photos with quadrilaterals drawn on them: where a page is, and where it was found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from imgrec_tf import plots

_LOOKS = (("green", "-"), ("vermillion", "--"), ("blue", ":"))


@plots.styled
def show_outlines(
    images: Sequence[np.ndarray],
    outlines: Mapping[str, Sequence[np.ndarray | None]],
    titles: Sequence[str] | None = None,
    *,
    heading: str = "Pages in photos",
    columns: int = 4,
    size: float = 2.0,
) -> plots.Figure:
    """Show photos with up to three quadrilaterals on each.

    Args:
        images: uint8 (height, width, 3), synthetic ones.
        outlines: By the name that the legend shows: for each photo corners (4, 2) in its pixels, or None for no answer.
        titles: One line of text for each photo, or None.
        heading: Title of the figure.
        columns: Photos in a row.
        size: Width of one photo in inches.

    Returns:
        The figure.

    Raises:
        ValueError: If there are no photos, more than three outlines, or not one entry for each photo.
    """
    if not len(images) or len(outlines) > len(_LOOKS):
        raise ValueError(f"pass one photo or more and up to three outlines, got {len(images)} and {len(outlines)}")
    for name, entries in {**outlines, "titles": titles if titles is not None else images}.items():
        if len(entries) != len(images):
            raise ValueError(f"{name} has {len(entries)} entries for {len(images)} photos; pass one for each")
    columns = min(columns, len(images))
    rows = -(-len(images) // columns)
    tallest = max(one.shape[0] / one.shape[1] for one in images)
    lines = max((plots.wrapped(one, size, 8.5).count("\n") + 1 for one in titles or ()), default=0)
    height = rows * (size * tallest + 0.1 + 0.16 * lines) + 0.75
    figure, axes = plots.figure(columns * (size + 0.1), height, rows, columns, squeeze=False)
    for axis in axes.flat:
        axis.axis("off")
    for number, (axis, image) in enumerate(zip(axes.flat, images)):
        axis.imshow(image)
        for (colour, line), entries in zip(_LOOKS, outlines.values()):
            if entries[number] is not None:
                closed = np.vstack([entries[number], entries[number][:1]]) - 0.5  # the first pixel's middle is at 0
                axis.plot(*closed.T, line, color=plots.COLORS[colour], linewidth=1.8)
        axis.set(xlim=(-0.5, image.shape[1] - 0.5), ylim=(image.shape[0] - 0.5, -0.5))
        if titles is not None:
            axis.set_title(plots.wrapped(titles[number], size, 8.5), fontsize=8.5, loc="center", pad=3)
    drawn = [axes.flat[0].plot([], [], line, color=plots.COLORS[colour])[0] for colour, line in _LOOKS[: len(outlines)]]
    if drawn:
        figure.legend(drawn, list(outlines), loc="outside lower center", ncols=3)
    plots.title(figure, heading, True)
    return figure
