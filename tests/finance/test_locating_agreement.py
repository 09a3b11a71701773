"""Most tries agree on one quadrilateral, or a classical outline confirms it; table lines are no sides of a page."""

from __future__ import annotations

import numpy as np
import pytest

from imgrec_tf.finance import locating
from imgrec_tf.finance.locating import agreement, confirming, table_lines, weights

SIZE = (480, 640)
PAGE = np.array([[160, 120], [480, 120], [480, 330], [160, 330]], float)
WEAK = np.array([0.98, 0.97, 0.45, 0.95])


def sheet(corners=PAGE) -> np.ndarray:
    """A map that is sure of a page: float (48, 48)."""
    y, x = np.mgrid[:48, :48] + 0.5
    (left, top), (right, bottom) = corners[0] * (48 / 640, 0.1), corners[2] * (48 / 640, 0.1)
    return ((x > left) & (x < right) & (y > top) & (y < bottom)).astype(float)


def tries(same: int, other: int, support=WEAK, corners=PAGE) -> list:
    near = np.random.default_rng(1).normal(0, 0.5, (same, 4, 2))
    far = [corners + np.array([[0, 0], [0, 0], [40 + 9 * n, 0], [0, 30 + 9 * n]]) for n in range(other)]
    return [(corners + one, support) for one in near] + [(one, np.full(4, 0.6)) for one in far]


def test_what_most_tries_lead_to_is_chosen_in_spite_of_one_weak_side():
    chosen, support = agreement.agreed(tries(7, 3), sheet(), SIZE)
    np.testing.assert_allclose(chosen, PAGE, atol=3)
    assert support.min() == 0.45


@pytest.mark.parametrize(
    ("tried", "why"),
    [
        (tries(4, 0), "too few in all"),
        (tries(5, 9), "most lead elsewhere"),
        (tries(7, 3, np.array([0.98, 0.5, 0.45, 0.95])), "two weak sides"),
        (tries(7, 3, corners=PAGE + np.array([0, 140])), "the weak side lies at the photo's rim, the page may go on"),
    ],
)
def test_otherwise_there_is_no_choice(tried, why):
    corners = tried[0][0].round()
    assert agreement.agreed(tried, sheet(corners), SIZE) is None, why


def test_what_lies_beside_the_likeliest_sheet_is_not_chosen():
    tried = tries(7, 3, np.full(4, 0.95))
    assert agreement.agreed(tried, sheet(), SIZE) is not None
    assert agreement.agreed(tried, sheet(PAGE + np.array([80, 0])), SIZE) is None


def scene(header: tuple[int, int, int] | None = None) -> np.ndarray:
    """A page on a table with a joint 30 pixels left of it; text on the page, maybe a header at its left side."""
    rng = np.random.default_rng(3)
    image = np.full((*SIZE, 3), (96, 118, 168), np.uint8)
    image[:, 126:131] = (20, 24, 30)
    image[120:330, 160:480] = (236, 238, 242)
    for y in range(140, 310, 18):
        image[y : y + 6, 210 : 210 + int(rng.integers(80, 240))] = (40, 40, 40)
    if header is not None:
        image[120:330, 131:160] = header
    return (image + rng.normal(0, 3, image.shape)).clip(0, 255).astype(np.uint8)


@pytest.mark.skipif(not weights.available(), reason="needs the trained networks of locating")
def test_a_joint_of_the_table_is_no_side_of_the_page():
    joint = PAGE + np.array([[-31, 0], [0, 0], [0, 0], [-31, 0]])
    found, _ = table_lines.look_inside(scene(), joint, np.full(4, 0.95), sheet())
    assert locating.quadrilateral_iou(found, PAGE) > 0.985
    kept, _ = table_lines.look_inside(scene(header=(150, 30, 30)), joint, np.full(4, 0.95), sheet())
    np.testing.assert_array_equal(kept, joint)  # a header that the map does not know has another colour than the table
    same, _ = table_lines.look_inside(scene(), PAGE, np.full(4, 0.95), sheet())
    np.testing.assert_array_equal(same, PAGE)


def fading() -> np.ndarray:
    """A page that takes the colour of the table towards its right side."""
    image, table = scene().astype(float), np.array([96, 118, 168])
    share = np.clip((np.arange(640) - 300) / 180, 0, 0.93)[None, :, None]
    image[120:330, 160:480] = ((1 - share) * image + share * table)[120:330, 160:480]
    return image.clip(0, 255).astype(np.uint8)


@pytest.mark.skipif(not weights.available(), reason="needs the trained networks of locating")
def test_a_classical_outline_confirms_a_side_that_is_hardly_seen():
    rough = PAGE + np.array([[3, -2], [-3, 2], [2, 3], [-2, -3]])
    chosen, support = confirming.confirmed(fading(), sheet(), [(0.95, rough)])
    assert locating.quadrilateral_iou(chosen, PAGE) > 0.98
    assert np.sort(support)[1] >= agreement.OTHERS
    assert confirming.confirmed(fading(), sheet(), [(0.8, rough)]) is None  # the outline has gaps
    assert confirming.confirmed(fading(), sheet(PAGE + np.array([90, 0])), [(0.95, rough)]) is None  # the map denies it
    strip = PAGE + np.array([[0, 0], [0, 0], [0, -120], [0, -120]])
    assert confirming.confirmed(fading(), sheet(strip), [(0.95, strip)]) is None  # no side there
