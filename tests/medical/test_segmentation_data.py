"""Pictures with masks: reading, dividing, cutting, and the synthetic ones."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from imgrec_tf.medical import segmentation


def _write(folder, name: str, picture: np.ndarray, mask: np.ndarray | None) -> None:
    for part, array in (("images", picture), ("labels", mask)):
        (folder / part).mkdir(parents=True, exist_ok=True)
        if array is not None:
            Image.fromarray(array).save(folder / part / f"{name}.png")


def _mask(*shape: int) -> np.ndarray:
    mask = np.zeros(shape, np.uint16)
    mask[2:6, 2:6], mask[2:6, 6:9] = 300, 7
    return mask


# ---- pictures and masks --------------------------------------------------------------------------------------------


def test_grey_takes_every_kind_of_picture():
    plain = np.random.default_rng(0).integers(0, 256, (5, 6), dtype=np.uint8)
    assert np.array_equal(segmentation.grey(plain), plain)
    assert np.array_equal(segmentation.grey(plain[..., None]), plain)
    assert np.array_equal(segmentation.grey(np.repeat(plain[..., None], 3, 2)), plain)
    opaque = np.dstack([plain, plain, plain, np.full_like(plain, 255)])
    assert np.array_equal(segmentation.grey(opaque), plain)
    clear = np.dstack([plain, plain, plain, np.zeros_like(plain)])
    assert (segmentation.grey(clear) == 255).all()
    deep = plain.astype(np.uint16) * 257
    assert np.array_equal(segmentation.grey(deep), deep)
    assert segmentation.grey(plain / 255.0).dtype == np.uint16


@pytest.mark.parametrize(
    ("picture", "error", "message"),
    [
        (np.zeros((4, 4), np.int64), TypeError, "uint8"),
        (np.zeros((4, 4, 2), np.uint8), ValueError, "channels"),
        (np.zeros((0, 4), np.uint8), ValueError, "shape"),
        (np.full((4, 4), 2.0), ValueError, r"\[0, 1\]"),
        (np.full((4, 4), np.nan), ValueError, r"\[0, 1\]"),
    ],
)
def test_grey_refuses_other_pictures(picture, error, message):
    with pytest.raises(error, match=message):
        segmentation.grey(picture)


def test_unit_range_makes_faint_and_bright_alike_and_flat_zero():
    picture = np.random.default_rng(0).integers(10, 60, (32, 32)).astype(np.uint8)
    faint, deep = segmentation.unit_range(picture), segmentation.unit_range(picture.astype(np.uint16) * 100)
    assert np.allclose(faint, deep, atol=1e-5)
    assert faint.min() == 0 and faint.max() == 1
    assert not segmentation.unit_range(np.full((8, 8), 77, np.uint8)).any()
    lonely = np.zeros((64, 64), np.uint8)
    lonely[3, 3] = 9
    assert segmentation.unit_range(lonely)[3, 3] == 1


def test_pixel_classes_divide_touching_objects_and_give_each_a_border_that_fits_its_size():
    mask = _mask(12, 12)
    classes = segmentation.pixel_classes(mask)
    assert np.array_equal(classes > 0, mask > 0)
    assert np.argwhere(classes == 1).tolist() == [[3, 3], [3, 4], [3, 7], [4, 3], [4, 4], [4, 7]]
    large = np.zeros((60, 60), int)
    large[5:55, 5:55] = 1
    inside = segmentation.pixel_classes(large, widest=4) == 1
    assert inside[9:51, 9:51].all() and inside.sum() == 42**2
    assert not segmentation.pixel_classes(np.zeros((5, 5), int)).any()
    for options in ({"share": 0}, {"share": 1}, {"widest": 0.5}):
        with pytest.raises(ValueError, match="share must lie"):
            segmentation.pixel_classes(mask, **options)


@pytest.mark.parametrize(
    ("mask", "error", "message"),
    [
        (np.zeros((4, 4)), TypeError, "whole numbers"),
        (np.zeros((4, 4, 1), int), ValueError, "shape"),
        (np.full((4, 4), -1), ValueError, "negative"),
    ],
)
def test_masks_are_checked(mask, error, message):
    with pytest.raises(error, match=message):
        segmentation.instance_mask(mask)
    with pytest.raises(ValueError, match="4 × 4 pixels, its picture 4 × 5"):
        segmentation.instance_mask(np.zeros((4, 4), int), (4, 5))


# ---- data sets -----------------------------------------------------------------------------------------------------


def test_from_folder_reads_grey_colour_opacity_and_16_bits_of_several_sizes(tmp_path):
    rng = np.random.default_rng(0)
    for name, shape, kind in (
        ("a", (12, 12), np.uint8),
        ("b", (12, 16, 3), np.uint8),
        ("c", (20, 12, 4), np.uint8),
        ("d", (16, 16), np.uint16),
    ):
        _write(tmp_path, name, rng.integers(0, np.iinfo(kind).max, shape, dtype=kind), _mask(*shape[:2]))
    _write(tmp_path, "e", np.zeros((12, 12), np.uint8), np.zeros((12, 12), np.uint8))  # a mask without an object
    dataset = segmentation.from_folder(tmp_path, validation=0.2, test=0.2)
    found = {
        name: (image, mask)
        for part in (dataset.train, dataset.validation, dataset.test)
        for name, image, mask in zip(part.names, part.images, part.masks)
    }
    assert sorted(found) == list("abcde")
    assert found["d"][0].dtype == np.uint16 and found["b"][0].shape == (12, 16)
    assert [found[name][1].max() for name in "abcde"] == [2, 2, 2, 2, 0]


def test_from_folder_names_the_file_that_does_not_fit(tmp_path):
    with pytest.raises(FileNotFoundError, match="images"):
        segmentation.from_folder(tmp_path)
    (tmp_path / "images").mkdir()
    (tmp_path / "labels").mkdir()
    with pytest.raises(ValueError, match="holds no picture"):
        segmentation.from_folder(tmp_path)
    _write(tmp_path, "lonely", np.zeros((8, 8), np.uint8), None)
    with pytest.raises(ValueError, match=r"no mask .*lonely\.png"):
        segmentation.from_folder(tmp_path)
    _write(tmp_path, "lonely", np.zeros((8, 8), np.uint8), np.zeros((9, 8), np.uint8))
    with pytest.raises(ValueError, match="mask of lonely has 9 × 8 pixels, its picture 8 × 8"):
        segmentation.from_folder(tmp_path)
    _write(tmp_path, "lonely", np.zeros((8, 8), np.uint8), np.zeros((8, 8, 3), np.uint8))
    with pytest.raises(ValueError, match="in colour"):
        segmentation.from_folder(tmp_path)
    _write(tmp_path, "lonely", np.zeros((8, 8), np.uint8), np.zeros((8, 8), np.uint8))
    with pytest.raises(ValueError, match="none of the 1 masks has an object"):
        segmentation.from_folder(tmp_path)
    with pytest.raises(ValueError, match="no group"):
        segmentation.from_folder(tmp_path, groups={})


def test_from_arrays_keeps_groups_together_and_divides_the_same_way_again():
    images, masks = np.zeros((30, 12, 12), np.uint8), np.stack([_mask(12, 12)] * 30)
    groups = [f"patient {place // 3}" for place in range(30)]
    first, second = (segmentation.from_arrays(images, masks, groups=groups, seed=4) for _ in range(2))
    parts = [set(part.groups) for part in (first.train, first.validation, first.test)]
    assert not parts[0] & parts[1] and not parts[0] & parts[2] and not parts[1] & parts[2]
    assert first.train.names == second.train.names
    assert first.train.names != segmentation.from_arrays(images, masks, seed=4).train.names
    with pytest.raises(ValueError, match="30 pictures and 29 masks"):
        segmentation.from_arrays(images, masks[:-1])
    with pytest.raises(ValueError, match="no pictures"):
        segmentation.from_arrays([], [])


def test_load_knows_its_names(monkeypatch, tmp_path):
    with pytest.raises(ValueError, match="cells-phantom, nuclei"):
        segmentation.load("cells")
    monkeypatch.delenv("IMGREC_DATA", raising=False)
    with pytest.raises(FileNotFoundError, match="BBBC038"):
        segmentation.load("nuclei", folder=tmp_path)


@pytest.mark.slow
def test_nuclei_are_all_read(imgrec_data):
    if not (imgrec_data / "nuclei").is_dir():
        pytest.skip("needs nuclei/images and nuclei/labels in the folder of real images")
    dataset = segmentation.load("nuclei", folder=imgrec_data)
    parts = (dataset.train, dataset.validation, dataset.test)
    assert sum(map(len, parts)) == 424 and sum(part.objects for part in parts) == 11_674
    assert not dataset.synthetic


# ---- the synthetic ones --------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def phantom():
    return segmentation.cells_phantom(24, size=96, seed=5)


def test_phantom_repeats_itself_and_grows_at_its_end(phantom):
    def by_name(dataset):
        return {n: (i, m) for p in (dataset.train, dataset.validation, dataset.test)
                for n, i, m in zip(p.names, p.images, p.masks)}  # fmt: skip

    small, large = by_name(phantom), by_name(segmentation.cells_phantom(30, size=96, seed=5))
    assert len(large) == 30
    for name, (image, mask) in small.items():
        assert np.array_equal(image, large[name][0]) and np.array_equal(mask, large[name][1])
    other = by_name(segmentation.cells_phantom(24, size=96, seed=6))
    assert any(not np.array_equal(small[name][0], other[name][0]) for name in small)


def test_phantom_has_objects_in_one_piece_touching_ones_and_both_kinds(phantom):
    from scipy import ndimage

    pieces, regions, objects = [], 0, 0
    for mask in phantom.train.masks:
        pieces += [ndimage.label(mask == number, np.ones((3, 3)))[1] for number in range(1, mask.max() + 1)]
        regions, objects = regions + segmentation.connected_objects(mask).max(), objects + mask.max()
    assert np.mean(np.array(pieces) == 1) > 0.95  # the picture's edge may cut one in two
    assert regions < 0.85 * objects
    brightness = [
        image[mask > 0].mean() > image[mask == 0].mean()
        for image, mask in zip(phantom.train.images, phantom.train.masks)
    ]
    assert 0 < np.mean(brightness) < 1 and phantom.synthetic
    assert not set(phantom.train.groups) & set(phantom.test.groups)


@pytest.mark.parametrize("options", [{"count": 5}, {"size": 32}, {"crowding": 1.5}, {"bright_field": -1}, {"seed": -1}])
def test_phantom_refuses_impossible_settings(options):
    with pytest.raises(ValueError, match=next(iter(options))):
        segmentation.cells_phantom(**options)


# ---- augmentation --------------------------------------------------------------------------------------------------


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.integers(8, 40), st.sampled_from([(1.0, 1.0), (0.6, 0.7), (1.5, 2.0)]))
def test_augmentation_moves_picture_and_mask_together(seed, size, scale):
    mask = np.zeros((24, 30), np.int32)
    mask[3:12, 4:15], mask[12:20, 15:28] = 1, 2
    picture, moved = segmentation.augment(mask / 2, mask, np.random.default_rng(seed), size=size, scale=scale, tone=0)
    assert picture.shape == moved.shape == (size, size) and picture.dtype == np.float32
    assert set(np.unique(moved)) <= {0, 1, 2}
    # Interpolation mixes the two sides of an edge; one pixel away from each edge both must tell the same.
    from scipy import ndimage

    flat = ndimage.maximum_filter(moved, 5) == ndimage.minimum_filter(moved, 5)
    assert np.allclose(picture[flat], moved[flat] / 2, atol=1e-5)


def test_squares_fall_on_objects_as_often_as_asked():
    mask = np.zeros((200, 200), np.int32)
    mask[150:154, 20:24] = 1
    hits = {}
    for share in (0.0, 1.0):
        rng = np.random.default_rng(0)
        made = [segmentation.augment(mask / 1, mask, rng, size=24, scale=(1, 1), on_object=share)[1] for _ in range(60)]
        hits[share] = np.mean([one.any() for one in made])
    assert hits[1.0] == 1 and hits[0.0] < 0.2


def test_augmentation_refuses_what_does_not_fit():
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match="one shape"):
        segmentation.augment(np.zeros((4, 4)), np.zeros((4, 5), int), rng)
    with pytest.raises(ValueError, match="scale"):
        segmentation.augment(np.zeros((4, 4)), np.zeros((4, 4), int), rng, scale=(2, 1))
