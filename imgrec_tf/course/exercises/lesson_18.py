"""Checks of lesson 18, DICOM."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from imgrec_tf.course.checks import expect, register


@register("18.1")
def look_through(candidate: Callable[[np.ndarray, float, float], np.ndarray]) -> Iterator[str]:
    """A window of LINEAR_EXACT: candidate(values, center, width)."""
    values = np.array([[-300.0, 0.0, 40.0], [90.0, 140.0, 900.0]])
    found = np.asarray(candidate(values.copy(), 40.0, 200.0), float)
    expect(found.shape == values.shape, f"Return an array of the same shape, {values.shape}; yours has {found.shape}.")
    expect(
        np.isclose(found[0, 2], 0.5),
        f"The centre, 40, is shown in the middle between black and white: 0.5. Yours gives {found[0, 2]:.3g}.",
    )
    yield "the centre is in the middle"
    expect(
        found.min() >= 0 and found.max() <= 1,
        f"Values outside of the window are black or white, 0 or 1; yours reach from {found.min():.3g} to "
        f"{found.max():.3g}.",
    )
    yield "nothing is blacker than black"
    expect(
        np.isclose(found[1, 0], 0.75),
        "A quarter of the width above the centre, 90 with centre 40 and width 200, is 0.75; yours gives "
        f"{found[1, 0]:.3g}. The width goes from black to white, half of it to each side.",
    )
    yield "the width goes from black to white"
    expect(
        np.allclose(found, [[0, 0.3, 0.5], [0.75, 1, 1]]),
        "One of the values is off: 0 gives 0.3, and 140 is the first that is white.",
    )
    whole = np.asarray(candidate(np.array([0, 1, 2]), 1, 4), float)
    expect(np.allclose(whole, [0.25, 0.5, 0.75]), "Whole numbers give fractions too: turn them into floats first.")
    yield "whole numbers work as well"


@register("18.2")
def grey_picture(candidate: Callable[..., np.ndarray]) -> Iterator[str]:
    """Rescaling, window, inversion: candidate(stored, slope, intercept, center, width, photometric)."""
    stored = np.array([0, 512, 1024, 1074, 2000], np.uint16)
    found = np.asarray(candidate(stored, 1.0, 0.0, 1000.0, 1000.0, "MONOCHROME2"), float)
    expect(found.shape == stored.shape, f"Return one grey level for each number; you returned shape {found.shape}.")
    expect(np.allclose(found, [0, 0.012, 0.524, 0.574, 1]), "Without rescaling and inversion it is the window alone.")
    yield "the window"
    found = np.asarray(candidate(stored, 1.0, -1024.0, 0.0, 200.0, "MONOCHROME2"), float)
    expect(
        not np.allclose(found, 1) and np.isclose(found[3], 0.75),
        "Rescale before the window: 1074 with intercept -1024 is 50, and 50 is a quarter of the width of 200 above the "
        f"centre of 0, so 0.75. Yours gives {found[3]:.3g}.",
    )
    yield "rescaled before the window"
    found = np.asarray(candidate(stored, 2.0, -1024.0, 1000.0, 4000.0, "MONOCHROME2"), float)
    expect(
        np.isclose(found[2], 0.506),
        f"Multiply by the slope first, then add: 1024 · 2 - 1024; got {found[2]:.3g}.",
    )
    yield "slope and intercept"
    found = np.asarray(candidate(stored, 1.0, -1024.0, 0.0, 200.0, "MONOCHROME1"), float)
    expect(
        np.isclose(found[3], 0.25),
        f"MONOCHROME1 is inverted after the window: 0.75 becomes 0.25, and yours is {found[3]:.3g}. Inverted before, "
        "the window would look at other values.",
    )
    yield "inverted last"


@register("18.3")
def order_of_slices(candidate: Callable[..., Sequence[int]]) -> Iterator[str]:
    """Slices along their normal: candidate(places, row_direction, column_direction)."""
    level = np.array([[0, 0, 30.0], [0, 0, -10.0], [0, 0, 5.0], [0, 0, 100.0]])
    found = [int(one) for one in candidate(level, [1, 0, 0], [0, 1, 0])]
    expect(sorted(found) == [0, 1, 2, 3], f"Return each index once, four of them; you returned {found}.")
    expect(found != [3, 0, 2, 1], "Lowest first: yours begins with the highest slice.")
    expect(found == [1, 2, 0, 3], f"Slice 1 lies lowest, at z = -10, and slice 3 highest; you returned {found}.")
    yield "level slices are sorted by z"
    upright = np.array([[40.0, 0, 0], [-20.0, 9, 0], [0.0, -9, 0]])
    found = [int(one) for one in candidate(upright, [0, 1, 0], [0, 0, -1])]
    expect(
        found == [0, 2, 1],
        f"Rows along y and columns along -z: the normal is -x, and the order 0, 2, 1. You returned {found}. Take the "
        "normal from `np.cross(row_direction, column_direction)`, not always z.",
    )
    yield "slices from side to side are sorted along their own normal"
    tilt = np.array([0, np.cos(0.5), np.sin(0.5)])
    normal = np.cross([1, 0, 0], tilt)
    tilted = np.array([normal * step + tilt * shift for step, shift in ((3, -40), (1, 25), (2, 60))])
    found = [int(one) for one in candidate(tilted, [1, 0, 0], tilt)]
    expect(
        found == [1, 2, 0],
        f"In tilted slices no single coordinate tells the order: use `np.dot` with the normal; {found}.",
    )
    yield "and tilted ones"
