"""Traces of portraits and patches: a mark that crosses the rim, and the sharpness of edges."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from imgrec_tf.finance import documents
from imgrec_tf.finance.forgery import crossing_traces, edge_traces, forging, patches
from imgrec_tf.finance.forgery.crossing_traces import CROSSING
from imgrec_tf.finance.forgery.edge_traces import EDGES

UNIT = 1.5
BOX = (60, 40, 160, 170)


def _marked(shape=(220, 240)) -> np.ndarray:
    """Paper, a portrait of another colour in `BOX`, and a mark of slanting strokes over both: float32."""
    page = np.full((*shape, 3), (225, 235, 230), np.float32)
    page[BOX[1] : BOX[3], BOX[0] : BOX[2]] = (200, 205, 225)
    y, x = np.mgrid[: shape[0], : shape[1]]
    stroke = ((x + 0.5 * y) % 37 < 14)[..., None]
    return np.where(stroke, 0.6 * page + 0.4 * np.float32((220, 60, 60)), page).astype(np.float32)


def test_a_mark_goes_on_over_a_genuine_portrait_and_ends_at_a_pasted_one():
    page = _marked()
    share, agreement, strength = crossing_traces.crossing_traces(page, BOX, UNIT, portrait=True)
    assert share > 0.8 and agreement > 0.9 and strength > np.log(10.0**2)
    left, top, right, bottom = BOX
    pasted = page.copy()
    pasted[top:bottom, left:right] = (200, 205, 225)
    share, agreement, again = crossing_traces.crossing_traces(pasted, BOX, UNIT, portrait=True)
    assert abs(share) < 0.05 and abs(agreement) < 0.1
    assert again == pytest.approx(strength)  # outside nothing was changed


def test_where_nothing_crosses_the_rim_nothing_is_compared():
    page = np.full((220, 240, 3), 220, np.float32)
    assert np.isnan(crossing_traces.crossing_traces(page, BOX, UNIT)).all()
    assert np.isnan(crossing_traces.crossing_traces(_marked(), (60, 40, 68, 48), UNIT)).all()  # sides too short


@pytest.mark.parametrize("layout", ["grove", "lake", "dunes", "harbour"])  # oval, full, rounded, framed
def test_the_shape_of_the_portrait_is_followed(layout):
    page = documents.render("portrait_side", layout, seed=3, pixels_per_mm=9.6, oversampling=2)
    box = patches.whole_box(page.fields["portrait"].box, page.image)
    colours = page.image.astype(np.float32)
    genuine = crossing_traces.crossing_traces(colours, box, UNIT, portrait=True)
    swapped = forging.forge(page, "portrait_swap", 2).document.image.astype(np.float32)
    forged = crossing_traces.crossing_traces(swapped, box, UNIT, portrait=True)
    assert genuine[0] > forged[0] + 0.2


@settings(max_examples=20, deadline=None)
@given(st.floats(0.7, 1.0), st.floats(-60, 60))
def test_the_sharpness_of_strong_edges_does_not_depend_on_light(contrast, shift):
    rng = np.random.default_rng(4)
    page = ndimage.gaussian_filter(np.where(rng.random((30, 34)) < 0.5, 60.0, 200.0).repeat(8, 0).repeat(8, 1), 0.8)
    before = edge_traces.edge_traces(edge_traces.edges_of(page.astype(np.float32), UNIT), BOX, UNIT)
    darker = (page * contrast + shift).astype(np.float32)
    after = edge_traces.edge_traces(edge_traces.edges_of(darker, UNIT), BOX, UNIT)
    np.testing.assert_allclose(after[:4], before[:4], rtol=0.12)


def test_what_was_blurred_before_is_less_sharp_than_its_page():
    rng = np.random.default_rng(4)
    page = np.where(rng.random((30, 34)) < 0.5, 60.0, 200.0).repeat(8, 0).repeat(8, 1).astype(np.float32)
    copied, (left, top, right, bottom) = page.copy(), BOX
    copied[top:bottom, left:right] = ndimage.gaussian_filter(page[top:bottom, left:right], 0.7)
    genuine, forged = (
        edge_traces.edge_traces(edge_traces.edges_of(ndimage.gaussian_filter(one, 0.9), UNIT), BOX, UNIT, portrait=True)
        for one in (page, copied)
    )
    middle, against = EDGES.index("50 % quantile of the sharpness of edges"), len(EDGES) // 2
    assert abs(genuine[middle + against]) < 0.05
    assert forged[middle] < genuine[middle] - 0.05 and forged[middle + against] < -0.05


def test_where_there_are_no_edges_nothing_is_measured():
    found = edge_traces.edge_traces(edge_traces.edges_of(np.full((220, 240), 200, np.float32), UNIT), BOX, UNIT)
    assert len(found) == len(EDGES) and np.isnan(found).all() and len(CROSSING) == 3
