"""Windows: which part of the values a viewer spreads from black to white (C.11.2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from imgrec_tf.datasets.dicom.header import Attributes
from imgrec_tf.datasets.dicom.tables import LookupTable, tables_of

FUNCTIONS = ("LINEAR", "LINEAR_EXACT", "SIGMOID")


@dataclass(frozen=True)
class Window:
    """One window.

    Attributes:
        center: The value in the middle, in the units of the rescaled values (Hounsfield units in CT).
        width: How many values lie between black and white, above 0.
        function: "LINEAR", "LINEAR_EXACT" or "SIGMOID" (C.11.2.1.2 and C.11.2.1.3).
        name: What the file calls it, or "".
    """

    center: float
    width: float
    function: str = "LINEAR"
    name: str = ""

    def __post_init__(self):
        if self.function not in FUNCTIONS:
            raise ValueError(f"function must be one of {', '.join(FUNCTIONS)}, got {self.function!r}")
        if not (np.isfinite(self.center) and np.isfinite(self.width)) or self.width <= 0:
            raise ValueError(f"a window needs a centre and a width above 0, got {self.center} and {self.width}")

    def apply(self, values: np.ndarray) -> np.ndarray:
        """Return grey levels in [0, 1], float64, 1 being white."""
        values = np.asarray(values, np.float64)
        center, width = self.center, self.width
        if self.function == "SIGMOID":
            return 1 / (1 + np.exp(np.clip(-4 * (values - center) / width, -700, 700)))
        if self.function == "LINEAR" and width >= 1:  # below 1 the formula of LINEAR has no meaning, that of EXACT has
            center, width = center - 0.5, width - 1
        if width == 0:
            return (values > center).astype(np.float64)
        return np.clip((values - center) / width + 0.5, 0.0, 1.0)


# Customary windows of computed tomography, in Hounsfield units. Clinics differ by some tens.
CT_WINDOWS = {
    "brain": Window(40, 80, name="brain"),
    "soft tissue": Window(40, 400, name="soft tissue"),
    "mediastinum": Window(50, 350, name="mediastinum"),
    "bone": Window(400, 1800, name="bone"),
    "lung": Window(-600, 1500, name="lung"),
}

View = Window | LookupTable


def stored_views(attributes: Attributes, *, little_endian: bool) -> tuple[list[View], list[str]]:
    """Return what the file offers to look through, lookup tables first as in viewers, and notes on the rest."""
    views, notes = tables_of(attributes.get("VOILUTSequence"), little_endian=little_endian)
    centers, widths = attributes.numbers("WindowCenter"), attributes.numbers("WindowWidth")
    names = attributes.texts("WindowCenterWidthExplanation")
    function = (attributes.text("VOILUTFunction") or "LINEAR").upper()
    if function not in FUNCTIONS:
        notes.append(f"the window function {function!r} is unknown; LINEAR is used")
        function = "LINEAR"
    if len(centers) != len(widths):
        pairs = min(len(centers), len(widths))
        notes.append(
            f"the windows contradict each other: {len(centers)} centres and {len(widths)} widths; "
            f"{'the first pair is' if pairs == 1 else f'the first {pairs} pairs are'} used"
            if pairs
            else f"a window is incomplete: {len(centers)} centres and {len(widths)} widths; it is not used"
        )
    for place, (center, width) in enumerate(zip(centers, widths)):
        if width <= 0:
            notes.append(f"window {place} has the width {width:g}; it must be above 0, and is not used")
            continue
        views.append(Window(center, width, function, names[place] if place < len(names) else ""))
    return views, notes


def chosen_view(wanted, views: Sequence[View], modality: str) -> View:
    """Return the view that a caller asked for by index, name, (centre, width) or as a `Window`.

    Raises:
        TypeError: If `wanted` is none of these.
        ValueError: If the file has no such view.
    """
    if isinstance(wanted, Window | LookupTable):
        return wanted
    if isinstance(wanted, int | np.integer) and not isinstance(wanted, bool):
        if -len(views) <= wanted < len(views):
            return views[wanted]
        raise ValueError(f"there is no window {wanted}; {_offer(views)}")
    if isinstance(wanted, str):
        found = [view for view in views if view.name.lower() == wanted.strip().lower()]
        if found:
            return found[0]
        if modality == "CT" and wanted.strip().lower() in CT_WINDOWS:
            return CT_WINDOWS[wanted.strip().lower()]
        more = f"; for CT also {', '.join(CT_WINDOWS)}" if modality == "CT" else ""
        raise ValueError(f"there is no window called {wanted!r}; {_offer(views)}{more}")
    try:
        center, width = wanted
    except (TypeError, ValueError):
        raise TypeError(f"window must be None, an index, a name, (centre, width) or a Window, got {wanted!r}") from None
    return Window(float(center), float(width))


def _offer(views: Sequence[View]) -> str:
    if not views:
        return "the file has none: give (centre, width), or None for the range of its values"
    return "the file has " + ", ".join(f"{place} {view.name or '(no name)'}" for place, view in enumerate(views))
