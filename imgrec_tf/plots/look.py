"""One look for every figure: colours that colour-blind readers can tell apart, titles that tell synthetic data.

Every function that draws returns a `Figure` and leaves pyplot alone, so a notebook shows the figure once, where it is
the last value of a cell, and no figure stays in memory behind your back. In a script: `figure.savefig("name.png")`.
"""

from __future__ import annotations

import functools
import io
import textwrap

import matplotlib
import matplotlib.axes
import matplotlib.figure
import numpy as np
from cycler import cycler

# The eight colours of Okabe and Ito (2008), "Color Universal Design": chosen to stay apart for every common form of
# colour blindness. Pairs with the strongest contrast come first here; yellow comes last, since it is faint on white.
COLORS = {
    "blue": "#0072B2",
    "vermillion": "#D55E00",
    "green": "#009E73",
    "orange": "#E69F00",
    "purple": "#CC79A7",
    "sky blue": "#56B4E9",
    "black": "#000000",
    "yellow": "#F0E442",
}
PALETTE = tuple(COLORS.values())
GREY = "#6E6E6E"
SYNTHETIC = " (synthetic)"

LINE_STYLES = ("-", "--", ":")
_RC = {
    "axes.axisbelow": True,
    "axes.edgecolor": "#444444",
    "axes.grid": True,
    "axes.labelcolor": "#222222",
    "axes.labelsize": 10,
    "axes.prop_cycle": cycler(linestyle=LINE_STYLES) * cycler(color=PALETTE[:7]),
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlelocation": "left",
    "axes.titlesize": 11,
    "axes.titlepad": 8,
    "figure.dpi": 110,
    "figure.facecolor": "white",
    "figure.titlesize": 12,
    "font.family": "sans-serif",
    "font.size": 10,
    "grid.color": "#DDDDDD",
    "grid.linewidth": 0.8,
    "image.cmap": "gray",
    "legend.fontsize": 9,
    "legend.frameon": False,
    "lines.linewidth": 1.8,
    "savefig.facecolor": "white",
    "xtick.labelsize": 9,
    "ytick.labelsize": 9,
}


class Figure(matplotlib.figure.Figure):
    """A matplotlib figure that a notebook can show even when pyplot was never imported."""

    def _repr_png_(self) -> bytes:
        buffer = io.BytesIO()
        self.savefig(buffer, format="png", bbox_inches="tight")
        return buffer.getvalue()


def style():
    """Return a context in which matplotlib draws in this package's look.

    Use it around figures of your own: `with plots.style(): ...`. Settings are put back when the context ends.
    """
    return matplotlib.rc_context(_RC)


def styled(function):
    """Decorate a function that draws, so that all it draws has this package's look."""

    @functools.wraps(function)
    def inside(*arguments, **options):
        with style():
            return function(*arguments, **options)

    return inside


@styled
def figure(
    width: float = 6.0, height: float = 4.0, rows: int = 1, columns: int = 1, **options
) -> tuple[Figure, matplotlib.axes.Axes | np.ndarray]:
    """Make an empty figure with axes, without pyplot.

    Args:
        width: Width in inches.
        height: Height in inches.
        rows: Rows of axes.
        columns: Columns of axes.
        **options: Passed to `Figure.subplots`, for example `sharex=True` or `squeeze=False`.

    Returns:
        The figure and its axes: one `Axes` for one row and one column, else an array of them.
    """
    made = Figure(figsize=(width, height), layout="constrained")
    return made, made.subplots(rows, columns, **options)


def title(target, text: str, synthetic: bool = False):
    """Write the title of axes or of a whole figure, and say when the data is synthetic.

    Args:
        target: matplotlib Axes or Figure.
        text: The title; lines too long for the figure are broken between words.
        synthetic: True when the images were made by a program; the title then ends with " (synthetic)".

    Returns:
        The matplotlib Text that was written.

    Raises:
        TypeError: If `target` is neither Axes nor Figure.
    """
    text = str(text)
    if synthetic and not text.endswith(SYNTHETIC):
        text += SYNTHETIC
    if isinstance(target, matplotlib.axes.Axes):
        columns = target.get_subplotspec().get_gridspec().ncols if target.get_subplotspec() else 1
        inches, write, size = target.figure.get_figwidth() / columns * 0.85, target.set_title, _RC["axes.titlesize"]
    elif isinstance(target, matplotlib.figure.FigureBase):
        inches, write, size = target.get_figure(root=True).get_figwidth(), target.suptitle, _RC["figure.titlesize"]
    else:
        raise TypeError(f"a title goes on matplotlib Axes or a Figure, got {type(target).__name__}")
    return write(wrapped(text, inches, size), fontsize=size)


def wrapped(text: str, inches: float, size: float = 9.0) -> str:
    """Break a text into lines that fit a width, as wide as letters of the default font are on average.

    Args:
        text: The text; line breaks in it are kept.
        inches: Width to fit, in inches.
        size: Font size in points.

    Returns:
        The text with line breaks.
    """
    letters = max(6, int(inches * 72 / (0.56 * size)))
    return "\n".join(textwrap.fill(line, letters, break_on_hyphens=False) for line in str(text).split("\n"))
