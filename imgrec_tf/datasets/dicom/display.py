"""From values to grey levels: the window that the file states, or the range of its values where it states none."""

from __future__ import annotations

import numpy as np

from imgrec_tf.datasets.dicom.header import Attributes
from imgrec_tf.datasets.dicom.tables import LookupTable, tables_of
from imgrec_tf.datasets.dicom.windows import View, Window, stored_views

# A window through which less than this share of the pixels is neither black nor white shows nothing.
SHOWS_SHARE = 0.001
# Smaller pictures are cut-outs, which may truly lie outside of their window.
WHOLE_PICTURE = 64 * 64
# With no window, the whole range of values is shown, unless outliers stretch it more than this.
STRETCHED_BY_OUTLIERS = 5.0
LONE_END = 2.0  # a single value that lies further off than this many ranges of all others
_MANY_VALUES = 16  # in fewer, each may be a label
_TAIL = 0.1  # percent at each end
_SAMPLE = 1_000_000


def modality_values(stored: np.ndarray, attributes: Attributes, *, little_endian: bool, notes: list[str]) -> np.ndarray:
    """Apply the modality lookup table, or rescale slope and intercept (C.11.1); float64, of the same shape."""
    tables, found = tables_of(attributes.get("ModalityLUTSequence"), little_endian=little_endian)
    notes += found
    if tables:
        return tables[0].look_up(stored)
    slope, intercept = rescale(attributes)
    if attributes.number("RescaleSlope") == 0:
        notes.append("the rescale slope is 0, which would leave a single value; 1 is used")
    return stored.astype(np.float64) * slope + intercept


def rescale(attributes: Attributes) -> tuple[float, float]:
    """Return slope and intercept; 1 and 0 where they are missing, and 1 for a slope of 0."""
    slope, intercept = attributes.number("RescaleSlope"), attributes.number("RescaleIntercept")
    return (slope or 1.0), (0.0 if intercept is None else intercept)


def padded(stored: np.ndarray, attributes: Attributes) -> np.ndarray | None:
    """Return a mask of the pixels that are no picture but filling (C.7.5.1.1.2), or None without any."""
    values = attributes.numbers("PixelPaddingValue")
    if not values:
        return None
    limits = attributes.numbers("PixelPaddingRangeLimit") or values
    mask = (stored >= min(values[0], limits[0])) & (stored <= max(values[0], limits[0]))
    return mask if mask.any() and not mask.all() else None


def grey_levels(
    stored: np.ndarray,
    values: np.ndarray,
    attributes: Attributes,
    view: View | str | None,
    *,
    bits: int,
    signed: bool,
    little_endian: bool,
    notes: list[str],
) -> np.ndarray:
    """Return grey levels in [0, 1], float64, before MONOCHROME1 is inverted.

    Args:
        stored: The numbers as stored (rows, columns).
        values: The same after rescaling.
        attributes: Of the frame.
        view: What to look through; None for what the file states, "full" for the range of its values.
        bits: Bits stored, or 0 for floats.
        signed: Whether the stored numbers are signed.
        little_endian: Order of bytes.
        notes: What had to be decided is appended.
    """
    real = np.isfinite(values)
    padding = padded(stored, attributes)
    if padding is not None:
        real &= ~padding
    if not real.any():
        notes.append("no pixel holds a finite value: the picture is black")
        return np.zeros(values.shape)
    if isinstance(view, Window | LookupTable):
        return _applied(view, values, real)
    views = []
    if view is None:
        views, found = stored_views(attributes, little_endian=little_endian)
        notes += found
    for place, one in enumerate(views):
        levels = _applied(one, values, real)
        if _shows(levels, values, real):
            return levels
        notes.append(f"window {place} ({_told(one)}) leaves the picture black or white all over; it is not used")
    if views and not np.array_equal(stored, values):
        for place, one in enumerate(views):  # a window in stored numbers, by mistake
            levels = _applied(one, np.where(real, stored, values), real)
            if isinstance(one, Window) and _shows(levels, values, real):
                notes.append(f"window {place} ({_told(one)}) fits the numbers before rescaling, and is used on those")
                return levels
    low, high = _range(values[real], attributes, bits, signed)
    return np.clip((np.nan_to_num(values, nan=low, posinf=high, neginf=low) - low) / (high - low), 0.0, 1.0)


def _applied(view: View, values: np.ndarray, real: np.ndarray) -> np.ndarray:
    lowest = values[real].min() if not real.all() else 0.0
    return view.apply(np.nan_to_num(values, nan=lowest))


def _shows(levels: np.ndarray, values: np.ndarray, real: np.ndarray) -> bool:
    if levels.size < WHOLE_PICTURE:
        return True
    seen = levels[real]
    between = np.count_nonzero((seen > 0.002) & (seen < 0.998))
    if between >= SHOWS_SHARE * seen.size:
        return True
    kinds = values[real]
    first = kinds.flat[0]
    other = kinds[kinds != first]
    return other.size == 0 or bool((other == other.flat[0]).all() and seen.min() < seen.max())  # a mask has two values


def _told(view: View) -> str:
    if isinstance(view, LookupTable):
        return "a lookup table"
    return f"centre {view.center:g}, width {view.width:g}"


def _without_lone_ends(values: np.ndarray, low: float, high: float) -> tuple[float, float]:
    if len(np.unique(values[:: max(1, values.size // 10_000)])) < _MANY_VALUES:
        return low, high
    second, last_but_one = float(values[values > low].min()), float(values[values < high].max())
    if second - low > LONE_END * (high - second):
        low = second
    if high - last_but_one > LONE_END * (last_but_one - low):
        high = last_but_one
    return low, high


def _range(values: np.ndarray, attributes: Attributes, bits: int, signed: bool) -> tuple[float, float]:
    """Return the values shown as black and as white where no window says so.

    Up to 8 bits a file means a grey level by its numbers, so all that can be stored is shown, unless the numbers lie so
    close together that nothing would be seen. Deeper files use a part of their range that differs from scanner to
    scanner: there it is the lowest and the highest value, which clips nothing. Where a single value far away from all
    others (filling that no tag announces) or a few outliers would press the rest together, the others alone are shown.
    """
    low, high = float(values.min()), float(values.max())
    if 0 < bits <= 8 and not attributes.get("ModalityLUTSequence"):
        slope, intercept = rescale(attributes)
        ends = np.array([-(2 ** (bits - 1)), 2 ** (bits - 1) - 1] if signed else [0, 2**bits - 1]) * slope + intercept
        if high == low or high - low >= (ends.max() - ends.min()) / 8:
            return float(ends.min()), float(ends.max())
    if high == low:
        return min(0.0, low), max(high, low + 1.0)
    low, high = _without_lone_ends(values, low, high)
    step = max(1, values.size // _SAMPLE)
    inner_low, inner_high = np.percentile(values[::step], [_TAIL, 100 - _TAIL])
    if inner_high > inner_low and high - low > STRETCHED_BY_OUTLIERS * (inner_high - inner_low):
        return float(inner_low), float(inner_high)
    return low, high
