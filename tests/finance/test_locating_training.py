"""Training photos and batches: from seeds, with held-back layouts, and in the shapes that the networks take."""

from __future__ import annotations

import numpy as np
import pytest

from imgrec_tf.finance import documents
from imgrec_tf.finance.locating import geometry, weights
from imgrec_tf.finance.locating.training import inventing, photos, retraining, samples


@pytest.fixture(scope="module")
def taken():
    return list(photos.photos("train", 9, seed=5, longer=200))


def test_the_same_seed_takes_the_same_photos(taken):
    again = next(photos.photos("train", 1, seed=5, longer=200))
    np.testing.assert_array_equal(again.image, taken[0].image)
    np.testing.assert_array_equal(again.corners, taken[0].corners)
    assert max(again.image.shape) == 200


def test_no_held_back_layout_is_learnt_and_only_those_are_measured(taken):
    assert {one.document_class for one in taken} <= set(documents.CLASSES)
    held = photos.HELD_BACK, photos.CHOSEN_WITH
    assert all(one.template != layouts[one.document_class] for one in taken for layouts in held)
    assert any(one.template == "invented" for one in taken)
    for part, layouts in zip(("test", "validation"), held):
        for photo in photos.photos(part, 3, seed=5, longer=120):
            assert photo.template == layouts[photo.document_class]
    assert not set(photos.CAMERAS["train"]) & set(photos.CAMERAS["test"])
    with pytest.raises(ValueError, match="part"):
        next(photos.photos("everything", 1))


def test_other_colours_leave_the_texts_in_their_places_and_invented_pages_have_none():
    page = documents.render("passport", seed=3, pixels_per_mm=2, oversampling=1)
    changed = 0.0
    for seed in range(8):
        other = inventing.recoloured(page, np.random.default_rng(seed))
        assert other.image.shape == page.image.shape and other.image.dtype == np.uint8
        assert other.fields is page.fields and other.mask is page.mask
        changed = max(changed, float(np.abs(other.image.astype(float) - page.image).mean()))
        invented = inventing.invented_page(np.random.default_rng(seed), 120)
        assert max(invented.image.shape) == 120 and invented.image.std() > 2 and not invented.fields
        assert invented.mask.shape == invented.image.shape[:2]
    assert changed > 20
    again = inventing.invented_page(np.random.default_rng(7), 120)
    np.testing.assert_array_equal(again.image, invented.image)


def test_batches_fit_the_networks(taken):
    scenes, covered = next(samples.sheet_batches(taken, 1, 4, pool=6))
    assert scenes.shape == (4, 96, 96, 3) and covered.shape == (4, 48, 48, 1)
    assert scenes.min() >= 0 and scenes.max() <= 255 and covered.min() >= 0 and covered.max() <= 1
    strips, rows = next(samples.strip_batches(taken, 1, 8, pool=4))
    assert strips.shape == (8, 32, 64, 3) and rows.shape == (8, 32, 64)
    sums = rows.sum(axis=1)
    assert (np.isclose(sums, 1, atol=1e-4) | (sums == 0)).all() and sums.any()
    pages, _ = next(samples.upright_batches([samples.upright_page(one) for one in taken], 1, 2))
    assert pages.shape == (8, 160, 160, 1)
    np.testing.assert_array_equal(np.rot90(pages[0]), pages[1])


def test_strips_of_the_true_corners_have_the_edge_in_the_middle(taken):
    from imgrec_tf.finance.locating import edges

    strips = edges.cut_strips(taken[0].image, taken[0].corners, 0.05)
    np.testing.assert_allclose(edges.true_rows(strips, taken[0].corners), 16, atol=1e-6)
    assert geometry.area(taken[0].corners) > 0


@pytest.mark.slow
@pytest.mark.parametrize("name", weights.NETWORKS)
def test_a_network_is_trained_and_saved_and_the_others_stay(name, taken, tmp_path):
    model = retraining.train_network(name, taken, steps=2, seed=3)
    path = weights.save({name: model}, tmp_path / "weights.npz")
    before = path.read_bytes()
    weights.save({}, path)
    with np.load(path, allow_pickle=False) as archive:
        assert len(archive.files) == len(model.weights)
    assert len(before) < 400_000
