"""The chest phantom: seeds, splits, the direction of the physics, and that only the opacity tells the label."""

from __future__ import annotations

import numpy as np
import pytest

from imgrec_tf.medical import (
    chest_anatomy,
    chest_findings,
    chest_projection,
    chest_tubes,
    chest_views,
    phantoms,
    radiography,
    tube_projection,
)


@pytest.fixture(scope="module")
def small():
    return phantoms.chest_phantom(60, size=32, seed=3)


def everything(dataset, what):
    return np.concatenate([getattr(split, what) for split in dataset.splits.values()])


def in_order(dataset):
    """Images and sources in the order in which they were made."""
    sources = everything(dataset, "sources")
    order = np.argsort(sources)
    return everything(dataset, "images")[order], sources[order], everything(dataset, "labels")[order]


def test_shapes_types_and_card(small):
    assert {name: split.images.dtype for name, split in small.splits.items()} == dict.fromkeys(small.splits, np.uint8)
    assert everything(small, "images").shape == (60, 32, 32, 1)
    assert small.task == "binary" and small.class_names == ("normal", "opacity")
    assert small.card.synthetic and all(split.synthetic for split in small.splits.values())
    assert sum(small.card.splits.values()) == 60
    assert "view" in small.train.sources[0]


def test_same_seed_same_pictures_and_a_larger_count_keeps_the_first():
    few, again = phantoms.chest_phantom(40, size=28, seed=5), phantoms.chest_phantom(40, size=28, seed=5)
    more, other = phantoms.chest_phantom(50, size=28, seed=5), phantoms.chest_phantom(40, size=28, seed=6)
    np.testing.assert_array_equal(in_order(few)[0], in_order(again)[0])
    np.testing.assert_array_equal(in_order(few)[0], in_order(more)[0][:40])
    assert in_order(few)[1].tolist() == in_order(more)[1][:40].tolist()
    assert not np.array_equal(in_order(few)[0], in_order(other)[0])


def test_groups_never_cross_splits_and_keep_one_label(small):
    groups = {name: set(split.groups) for name, split in small.splits.items()}
    assert not groups["train"] & groups["validation"] and not groups["train"] & groups["test"]
    assert not groups["validation"] & groups["test"]
    for split in small.splits.values():
        for patient in set(split.groups):
            assert len(set(split.labels[split.groups == patient])) == 1


@pytest.mark.parametrize("share", [0.2, 0.5, 0.8])
def test_positive_share_is_kept(share):
    positives = [phantoms._is_positive(11, patient, share) for patient in range(200)]
    assert abs(np.mean(positives) - share) < 0.02


def test_images_per_patient_is_kept():
    dataset = phantoms.chest_phantom(40, size=28, images_per_patient=(2, 2))
    assert set(np.unique(everything(dataset, "groups"), return_counts=True)[1]) == {2}


def test_pictures_show_the_same_patient_at_every_size():
    large = phantoms.chest_phantom_example(1, size=256)["image"].astype(float)[..., 0]
    small = phantoms.chest_phantom_example(1, size=64)["image"].astype(float)[..., 0]
    assert np.corrcoef(large.reshape(64, 4, 64, 4).mean(axis=(1, 3)).ravel(), small.ravel())[0, 1] > 0.98


def test_lungs_are_dark_and_the_middle_is_bright():
    image = np.mean(
        [phantoms.chest_phantom_example(2, opacity=False, patient=k, size=64)["image"][..., 0] for k in range(8)],
        axis=0,
    )
    lungs = np.concatenate([image[16:34, 15:22].ravel(), image[16:26, 42:49].ravel()])
    assert lungs.mean() + 60 < image[16:50, 31:34].mean()
    assert image[58:, 12:52].mean() > lungs.mean() + 60  # below the diaphragm
    # The heart reaches further to the right of the picture, which is the patient's left; the right dome stands higher.
    assert image[36:44, 40:45].mean() > image[36:44, 19:24].mean()
    assert image[46:49, 18:24].mean() > image[46:49, 46:50].mean()


def test_only_the_opacity_differs_between_with_and_without():
    with_it, without = (phantoms.chest_phantom_example(4, size=96, opacity=flag, patient=2) for flag in (True, False))
    mask = with_it["mask"]
    assert mask.shape == (96, 96) and mask.any() and not without["mask"].any() and without["box"] is None
    assert (with_it["attenuation"][mask] > 0).all() and not without["attenuation"].any()
    top, left, bottom, right = with_it["box"]
    assert mask[top:bottom, left:right].sum() == mask.sum()
    change = with_it["image"].astype(int) - without["image"]
    assert change[..., 0][mask].mean() > 5 * abs(change[..., 0][~mask].mean())
    assert with_it["parameters"]["opacity_pattern"] in chest_findings.PATTERNS
    assert "opacity_pattern" not in without["parameters"]


def test_an_opacity_stays_inside_the_lung():
    thorax = chest_anatomy.draw_thorax(np.random.default_rng(0))
    grid = chest_views.Grid.of(96, chest_views.View(turn=3, tilt=2, breath=0.5))
    lung = chest_projection.project(thorax, grid, np.zeros((96, 96), np.float32)).lung
    for seed in range(6):
        opacity = chest_findings.draw_opacity(np.random.default_rng(seed), thorax)
        added = chest_findings.opacity_attenuation(opacity, thorax, grid, lung)
        assert (added >= 0).all() and added.max() > 0 and not added[lung <= 0].any()


def test_more_in_the_way_lets_less_through():
    thin, thick = (np.full((56, 56), value, np.float32) for value in (1.0, 2.0))
    exposure = radiography.Exposure()
    thin, thick = (radiography.intensity(one, exposure, 28) for one in (thin, thick))
    assert (thick < thin).all()
    step = np.concatenate([np.full((28, 56), 1.0), np.full((28, 56), 2.5)]).astype(np.float32)
    shown = radiography.display(radiography.intensity(step, exposure, 28), exposure)
    assert shown.dtype == np.uint8 and shown[-3].mean() > shown[3].mean()
    with pytest.raises(ValueError, match="whole multiple"):
        radiography.intensity(step, exposure, 30)


def test_noise_has_the_spread_of_counted_quanta():
    exposure = radiography.Exposure(photons=10_000)
    signal = np.full((200, 200), 0.2, np.float32)
    noisy = radiography.add_noise(signal, exposure, np.random.default_rng(0)) * exposure.photons
    assert noisy.mean() == pytest.approx(2_000, rel=0.005)
    assert noisy.std() == pytest.approx(np.sqrt(2_016), rel=0.03)


@pytest.mark.parametrize("factor", [1, 2])
def test_a_straight_tube_and_a_ball_have_their_geometric_thickness(factor):
    grid = chest_views.Grid.of(256, chest_views.View(), factor)
    # A tube along x that comes towards the viewer by 45 degrees: twice its radius, times the square root of two.
    arc = np.array([[[-8.0, -8.0, 1.0], [0.0, 0.0, 1.0], [8.0, 8.0, 1.0]]])
    thickness = tube_projection.tube_lengths(chest_tubes.Tubes(arc, np.array(["great"])), grid)["vessel"]
    row = round((18 - 1.0) / 36 * 256 - 0.5)
    assert thickness[row, 118:138].mean() == pytest.approx(2 * 1.25 * np.sqrt(2), rel=0.02)
    assert thickness.sum() * (36 / 256) ** 2 == pytest.approx(np.pi * 1.25**2 * 16 * np.sqrt(2), rel=0.01)
    column, row = grid.places(np.array([[0.0, 0.0, 0.0]]))
    spectrum = tube_projection.spread(column, row, np.ones(1), np.zeros(1, int), 1, 256 // factor)[0]
    ball = tube_projection.from_spectrum(spectrum * tube_projection.ball_kernel(1.4, 256 // factor), grid)
    assert ball[127:129, 127:129].mean() == pytest.approx(2.8, rel=0.03)
    across = (np.arange(256) - 127.5) * ball.sum(axis=0)
    assert abs(across.sum() / ball.sum()) < 0.05  # centred, also on the coarser lattice


def test_attenuation_coefficients_are_in_order():
    lung = chest_projection.LUNG_TISSUE_PER_DENSITY * 0.26
    order = [chest_projection.AIR, lung, chest_projection.FAT, chest_projection.SOFT_TISSUE]
    order += [chest_projection.SPONGY_BONE, chest_projection.CORTICAL_BONE]
    assert order == sorted(order)
    assert pytest.approx(0.217, abs=0.001) == chest_projection.SOFT_TISSUE  # 1/cm at 60 keV
    assert pytest.approx(0.604, abs=0.001) == chest_projection.CORTICAL_BONE


@pytest.mark.slow
def test_what_does_not_mark_the_label_is_as_frequent_in_both_classes():
    seed, rows = 17, []
    for patient in range(600):
        thorax, _ = phantoms._draw_patient(seed, patient, False)
        shot = phantoms._draw_shot(seed, patient, 0)
        view, exposure = shot.view, shot.exposure
        shadows = thorax.breast > 0, thorax.nipples, thorax.skin_fold is not None, thorax.bubble is not None
        bones = thorax.calcified, thorax.callus is not None
        build = thorax.width > 1, thorax.fat > 1.3, thorax.heart > 1, thorax.lung_density > 0.26
        posture = view.turn > 0, view.tilt > 0, view.breath > 0, view.magnification > 1.01
        beam = exposure.photons > 22_000, exposure.scatter > 0.25, exposure.gamma > 1
        rows.append([*shadows, *bones, *build, *posture, *beam])
    rows = np.array(rows, float)
    positive = np.array([phantoms._is_positive(seed, patient, 0.5) for patient in range(600)])
    difference = np.abs(rows[positive].mean(axis=0) - rows[~positive].mean(axis=0))
    assert (difference < 3.5 * rows.std(axis=0) * np.sqrt(4 / 600)).all()
    assert ((rows.mean(axis=0) > 0.02) & (rows.mean(axis=0) < 0.98)).all()


def test_anatomy_does_not_depend_on_the_opacity():
    plain, _ = phantoms._draw_patient(1, 5, False)
    ill, opacity = phantoms._draw_patient(1, 5, True)
    assert opacity is not None and plain.texture_seed == ill.texture_seed
    np.testing.assert_array_equal(plain.bones.arcs, ill.bones.arcs)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"count": 10}, "count"),
        ({"size": 27}, "size"),
        ({"size": 513}, "size"),
        ({"seed": -1}, "seed"),
        ({"positive_share": 0.0}, "positive_share"),
        ({"positive_share": 1.0}, "positive_share"),
        ({"positive_share": 0.01}, "raise count"),
        ({"validation": 0.6, "test": 0.5}, "validation"),
        ({"test": 1.5}, "test"),
        ({"images_per_patient": (3, 1)}, "images_per_patient"),
        ({"images_per_patient": (0, 2)}, "images_per_patient"),
        ({"images_per_patient": 2}, "images_per_patient"),
    ],
)
def test_bad_arguments_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        phantoms.chest_phantom(**({"count": 60, "size": 28} | arguments))


def test_wrong_types_are_named():
    with pytest.raises(TypeError, match="size"):
        phantoms.chest_phantom(60, size=64.0)
    with pytest.raises(TypeError, match="count"):
        phantoms.chest_phantom("many")
    with pytest.raises(ValueError, match="patient"):
        phantoms.chest_phantom_example(patient=-1)


@pytest.mark.slow
def test_pixels_alone_are_not_enough_and_a_small_network_is():
    """The bands that the docstring of `chest_phantom` states, and that the lessons rely on."""
    from imgrec_tf import evaluation, models, training

    dataset = phantoms.chest_phantom(2000, size=64, seed=0)
    baseline = evaluation.evaluate(models.baseline("logistic-regression", dataset.train), dataset.test)
    assert 0.65 < baseline["roc_auc"].value < 0.90
    network = models.sequential_cnn(dataset.image_shape, dataset.num_classes)
    assert network.count_params() < 100_000
    run = training.train(network, dataset, epochs=12, progress=False)
    assert 0.93 < evaluation.evaluate(run.model, dataset.test)["roc_auc"].value < 1.0
