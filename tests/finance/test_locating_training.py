"""Training photos and batches: from seeds, with held-back layouts, and in the shapes that the networks take."""

from __future__ import annotations

import numpy as np
import pytest

from imgrec_tf.finance import documents
from imgrec_tf.finance.locating import geometry, weights
from imgrec_tf.finance.locating.training import (
    composing,
    inventing,
    layers,
    outline_samples,
    photos,
    retraining,
    samples,
)


@pytest.fixture(scope="module")
def taken():
    return list(photos.photos("train", 9, seed=5, longer=200))


@pytest.fixture(scope="module")
def scenery():
    return layers.draw_layers(pages=12, rendered=9, tables=6, seed=2)


def test_the_same_seed_takes_the_same_photos(taken):
    again = next(photos.photos("train", 1, seed=5, longer=200))
    np.testing.assert_array_equal(again.image, taken[0].image)
    np.testing.assert_array_equal(again.corners, taken[0].corners)
    assert max(again.image.shape) == 200


def test_no_held_back_layout_is_learnt_and_only_those_are_measured(taken):
    assert {one.document_class for one in taken} == set(documents.CLASSES)
    assert all(one.template != photos.HELD_BACK[one.document_class] for one in taken)
    for photo in photos.photos("test", 3, seed=5, longer=120):
        assert photo.template == photos.HELD_BACK[photo.document_class]
    assert not set(photos.CAMERAS["train"]) & set(photos.CAMERAS["test"])
    with pytest.raises(ValueError, match="part"):
        next(photos.photos("everything", 1))


def test_layers_and_scenes_depend_on_the_seed_only(scenery):
    again = layers.draw_layers(pages=12, rendered=9, tables=6, seed=2)
    np.testing.assert_array_equal(again.pages, scenery.pages)
    np.testing.assert_array_equal(again.tables, scenery.tables)
    first, second, other = (next(composing.composed_batches(scenery, seed, 4)) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first[0], second[0])
    assert not np.array_equal(first[0], other[0])


def test_scenes_are_composed_of_a_page_where_the_cover_says_so_and_of_the_table_elsewhere():
    pages = np.zeros((1, 96, 96, 5), np.uint8)
    pages[0, 32:64, 16:80] = 255
    made = layers.Layers(pages, np.full((1, 96, 96, 3), 60, np.uint8), np.ones((1, 96, 96), np.float32))
    brighter = []
    for _, (scenes, covered) in zip(range(8), composing.composed_batches(made, 3, 8)):
        assert scenes.shape == (8, 96, 96, 3) and covered.shape == (8, 48, 48, 1)
        assert scenes.min() >= 0 and scenes.max() <= 255 and covered.min() >= 0 and covered.max() <= 1
        within = covered[..., 0].repeat(2, axis=1).repeat(2, axis=2) > 0.9
        brighter += [scene[one].mean() > scene[~one].mean() for scene, one in zip(scenes, within)]
    assert np.mean(brighter) > 0.8  # a few are negatives, or made like their table


@pytest.mark.parametrize("seed", range(5))
def test_an_invented_page_fills_its_image_and_repeats(seed):
    page, again = (inventing.invented_page(np.random.default_rng(seed), 150) for _ in range(2))
    assert max(page.image.shape) == 150 and page.mask.shape == page.image.shape[:2] and page.image.std() > 2
    assert page.mask.mean() > 230 and not page.fields and not page.values
    np.testing.assert_array_equal(page.image, again.image)
    recoloured = inventing.recoloured(page, np.random.default_rng(seed))
    assert recoloured.image.shape == page.image.shape and recoloured.image.dtype == np.uint8


def test_batches_fit_the_networks(taken):
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
def test_a_network_is_trained_and_saved_and_the_others_stay(name, taken, scenery, tmp_path, monkeypatch):
    views = outline_samples.draw_views(2, seed=3) if name == "page_network" else None
    model = retraining.train_network(name, taken, steps=2, seed=3, scenery=scenery, views=views)
    path = weights.save({name: model}, tmp_path / "weights.npz")
    before = path.read_bytes()
    weights.save({}, path)
    with np.load(path, allow_pickle=False) as archive:
        assert {key.split("/")[0] for key in archive.files} == {name}
    assert len(before) < 600_000
    monkeypatch.setattr(weights, "FILE", path)
    weights.network.cache_clear()
    again = weights.network(name)
    weights.network.cache_clear()
    for read, written in zip(again.get_weights(), model.get_weights(), strict=True):
        rounded = np.abs(written).max(axis=tuple(range(written.ndim - 1))) / 127  # of a channel's kernel, or finer
        np.testing.assert_array_less(np.abs(read - written), 0.51 * rounded + 1e-3 * np.abs(written) + 1e-7)
