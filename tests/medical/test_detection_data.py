"""Pictures with boxes: reading, dividing, cutting, and the synthetic ones."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from imgrec_tf.datasets import ImageProblem
from imgrec_tf.medical import detection

_OBJECT = (
    """<object><name>{}</name><bndbox><xmin>{}</xmin><ymin>{}</ymin><xmax>{}</xmax><ymax>{}</ymax></bndbox></object>"""
)


def _write(folder, name: str, objects, *, size=(40, 30), parts=("JPEGImages", "Annotations")) -> None:
    """Write a picture of 40 × 30 pixels and its XML file."""
    for part in parts:
        (folder / part).mkdir(parents=True, exist_ok=True)
    pixels = np.random.default_rng(len(name)).integers(0, 256, (30, 40, 3), np.uint8)
    Image.fromarray(pixels).save(folder / "JPEGImages" / f"{name}.jpg")
    stated = f"<size><width>{size[0]}</width><height>{size[1]}</height></size>"
    text = f"<annotation>{stated}{''.join(_OBJECT.format(*one) for one in objects)}</annotation>"
    (folder / "Annotations" / f"{name}.xml").write_text(text, encoding="utf-8")


@pytest.fixture
def folder(tmp_path):
    for place in range(6):
        objects = [("cell", 1, 2, 11, 12), ("dirt", 20 + place, 5, 30 + place, 9)]
        _write(tmp_path, f"p{place}", objects[: 1 + place % 2])
    return tmp_path


def _published(folder, **parts: str) -> None:
    (folder / "ImageSets" / "Main").mkdir(parents=True)
    for name, text in parts.items():
        (folder / "ImageSets" / "Main" / f"{name}.txt").write_text("\n".join(text.split()) + "\n", encoding="utf-8")


# ---- arrays --------------------------------------------------------------------------------------------------------


def _arrays(count: int = 6, **options):
    images = np.random.default_rng(0).integers(0, 256, (count, 20, 30, 3), np.uint8)
    boxes = [[[2, 3, 12, 13]]] * count
    return detection.from_arrays(images, boxes, [[0]] * count, ["cell"], **options)


def test_arrays_become_three_splits_with_counts_and_a_card():
    dataset = _arrays(10, validation=0.2, test=0.2)
    assert [len(part) for part in (dataset.train, dataset.validation, dataset.test)] == [6, 2, 2]
    assert dataset.class_names == ("cell",) and not dataset.synthetic and not len(dataset.problems)
    assert dataset.train.counts().tolist() == [[1]] * 6
    assert "cell 6" in repr(dataset.train) and "train 6" in repr(dataset)


def test_pictures_of_a_group_stay_in_one_split():
    groups = [f"patient {place // 3}" for place in range(24)]
    dataset = _arrays(24, groups=groups, validation=0.25, test=0.25, seed=3)
    kept = [set(part.groups) for part in (dataset.train, dataset.validation, dataset.test)]
    assert not (kept[0] & kept[1] or kept[0] & kept[2] or kept[1] & kept[2])
    assert len(kept[0] | kept[1] | kept[2]) == 8


def test_given_parts_are_kept_and_a_group_in_two_of_them_is_refused():
    parts = ["train", "test", "validation", "train", "test", "train"]
    assert _arrays(parts=parts).test.names == ("picture 1", "picture 4")
    with pytest.raises(ValueError, match="'a' stands in test and train"):
        _arrays(parts=parts, groups=["a", "a", "b", "c", "d", "e"])
    with pytest.raises(ValueError, match="'exam' is none"):
        _arrays(parts=["exam", *parts[1:]])
    with pytest.raises(ValueError, match="validation has no picture"):
        _arrays(parts=["train", "test"] * 3)


def test_boxes_beyond_the_picture_are_cut_empty_ones_left_out_and_both_reported():
    images = [np.zeros((20, 30), np.uint8)] * 4
    boxes = [
        [[-5, 2, 10, 25], [3, 3, 8, 8]],
        [[5, 5, 5, 9], [9, 9, 4, 12]],  # no width; right before left
        [[40, 2, 50, 9], [1, 1, 1.5, 9], [0, 0, 9, 9]],  # outside; half a pixel wide
        np.zeros((0, 4)),
    ]
    labels = [[0, 1], [0, 0], [0, 0, 1], []]
    dataset = detection.from_arrays(images, boxes, labels, ["a", "b"], parts=["train", "train", "validation", "test"])
    assert dataset.train.boxes[0].tolist() == [[0, 2, 10, 20], [3, 3, 8, 8]]
    assert dataset.train.boxes[1].shape == (0, 4) and dataset.validation.labels[0].tolist() == [1]
    told = dataset.problems
    assert told["picture"].tolist() == ["picture 0"] + ["picture 1"] * 3 + ["picture 2"] * 2 + ["picture 3"]
    assert told["problem"].str.contains("cut at its edge").sum() == 1
    assert told["problem"].str.contains("left out").sum() == 4
    assert told["problem"].str.contains("no box").sum() == 2
    assert dataset.test.images[0].shape == (20, 30, 3)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"images": []}, ValueError, "no pictures"),
        ({"boxes": [[[1, 1, 5, 5]]] * 2}, ValueError, "3 pictures and 2 boxes"),
        ({"labels": [[0]] * 2}, ValueError, "2 labels"),
        ({"labels": [[0, 0]] * 3}, ValueError, "one label for each"),
        ({"labels": [[0.0]] * 3}, TypeError, "whole numbers"),
        ({"labels": [[1]] * 3}, ValueError, "label 1; there are 1 classes"),
        ({"boxes": [[[1, 1, 5]]] * 3}, ValueError, r"\(n, 4\)"),
        ({"boxes": [[[1, 1, np.nan, 5]]] * 3}, ValueError, "not finite"),
        ({"boxes": [[]] * 3, "labels": [[]] * 3}, ValueError, "nothing to find"),
        ({"class_names": []}, ValueError, "class_names"),
        ({"class_names": ["a", "a"]}, ValueError, "each once"),
        ({"images": [np.zeros((9, 9), np.int64)] * 3}, TypeError, "uint8"),
        ({"images": [np.full((9, 9), 3.0)] * 3}, ValueError, r"\[0, 1\]"),
        ({"images": [np.zeros((9, 9, 2), np.uint8)] * 3}, ValueError, "channels"),
    ],
)
def test_arrays_that_do_not_fit_are_refused(change, error, message):
    given_ = {
        "images": [np.zeros((9, 9), np.uint8)] * 3,
        "boxes": [[[1, 1, 5, 5]]] * 3,
        "labels": [[0]] * 3,
        "class_names": ["cell"],
    }
    with pytest.raises(error, match=message):
        detection.from_arrays(**given_ | change)


def test_colour_takes_grey_deep_and_see_through_pictures():
    plain = np.random.default_rng(0).integers(0, 256, (5, 6), dtype=np.uint8)
    wanted = np.repeat(plain[..., None], 3, 2)
    see_through = np.dstack([wanted, np.full((5, 6), 255, np.uint8)])
    for picture in (plain, plain[..., None], wanted, plain.astype(np.uint16) * 257, plain / 255.0, see_through):
        assert np.array_equal(_colour(picture), wanted)


def _colour(picture):
    return detection.from_arrays(
        [picture] * 3, [[[0, 0, 4, 4]]] * 3, [[0]] * 3, ["cell"], parts=["train", "validation", "test"]
    ).train.images[0]


# ---- Pascal VOC ----------------------------------------------------------------------------------------------------


def test_voc_folder_is_read(folder):
    dataset = detection.from_voc(folder, validation=0.2, test=0.2)
    assert dataset.class_names == ("cell", "dirt")
    parts = (dataset.train, dataset.validation, dataset.test)
    one = next(part.subset([part.names.index("p1")]) for part in parts if "p1" in part.names)
    assert one.boxes[0].tolist() == [[1, 2, 11, 12], [21, 5, 31, 9]] and one.labels[0].tolist() == [0, 1]


def test_published_splits_are_used_and_can_be_put_aside(folder):
    _published(folder, train="p0 p1", val="p2", test="p5 p4")
    dataset = detection.from_voc(folder)
    assert dataset.train.names == ("p0", "p1") and dataset.test.names == ("p4", "p5")
    other = detection.from_voc(folder, official=False, validation=0.2, test=0.2)
    assert len(other.train) + len(other.validation) + len(other.test) == 6


def test_a_published_split_that_lacks_a_list_is_told(folder):
    _published(folder, train="p0 p1", val="p2")
    with pytest.warns(UserWarning, match="no list for test"):
        dataset = detection.from_voc(folder, validation=0.2, test=0.2)
    assert len(dataset.train) + len(dataset.validation) + len(dataset.test) == 6


def test_published_splits_that_contradict_are_refused(folder):
    _published(folder, train="p0 p1", val="p1", test="p2")
    with pytest.raises(ValueError, match="p1 stands in train and in validation"):
        detection.from_voc(folder)
    (folder / "ImageSets" / "Main" / "val.txt").write_text("p9\n", encoding="utf-8")
    with pytest.raises(ValueError, match="no such picture"):
        detection.from_voc(folder)


def test_patients_that_stand_in_two_published_splits_are_refused(folder):
    _published(folder, train="p0 p1", val="p2", test="p3")
    patients = {f"p{place}": f"patient {place}" for place in range(6)} | {"p3": "patient 0"}
    with pytest.raises(ValueError, match="'patient 0' stands in test and train"):
        detection.from_voc(folder, groups=patients)
    dataset = detection.from_voc(folder, groups=patients, official=False, validation=0.2, test=0.2)
    assert sorted(dataset.train.groups) == sorted(patients[name] for name in dataset.train.names)


def test_large_pictures_are_made_smaller_with_their_boxes(folder):
    dataset = detection.from_voc(folder, longest=32, validation=0.2, test=0.2)
    assert dataset.train.images[0].shape == (24, 32, 3)
    assert np.allclose(dataset.train.boxes[0][0], np.array([1, 2, 11, 12]) * 0.8)


def test_files_that_lack_their_other_half_are_named(folder):
    (folder / "Annotations" / "p3.xml").unlink()
    with pytest.raises(ValueError, match=r"no XML file in .*'p3'"):
        detection.from_voc(folder)
    _write(folder, "p3", [])
    (folder / "JPEGImages" / "p2.jpg").unlink()
    with pytest.raises(ValueError, match=r"no picture in .*'p2'"):
        detection.from_voc(folder)
    with pytest.raises(FileNotFoundError, match="annotations="):
        detection.from_voc(folder, annotations="labels")


def test_damaged_files_are_named(folder):
    text = (folder / "Annotations" / "p1.xml").read_text(encoding="utf-8")
    (folder / "Annotations" / "p1.xml").write_text(text[: len(text) // 2], encoding="utf-8")
    with pytest.raises(ValueError, match=r"p1\.xml is cut off"):
        detection.from_voc(folder)
    (folder / "Annotations" / "p1.xml").write_text(text, encoding="utf-8")
    data = (folder / "JPEGImages" / "p4.jpg").read_bytes()
    (folder / "JPEGImages" / "p4.jpg").write_bytes(data[: len(data) // 2])
    with pytest.raises(ImageProblem, match=r"p4\.jpg"):
        detection.from_voc(folder)


def test_objects_that_lack_something_and_unknown_classes_are_named(folder):
    with pytest.raises(ValueError, match=r"p1\.xml has an object of the class 'dirt'; known are cell"):
        detection.from_voc(folder, class_names=["cell"])
    _write(folder, "p2", [("cell", "left", 2, 11, 12)])
    with pytest.raises(ValueError, match=r"p2\.xml: object 1 has edges that are no numbers"):
        detection.from_voc(folder)
    _write(folder, "p2", [("", 1, 2, 11, 12)])
    with pytest.raises(ValueError, match=r"p2\.xml: object 1 lacks its name"):
        detection.from_voc(folder)
    text = _OBJECT.format("cell", 1, 2, 3, 4).replace("<ymax>4</ymax>", "")
    (folder / "Annotations" / "p2.xml").write_text(f"<annotation>{text}</annotation>", encoding="utf-8")
    with pytest.raises(ValueError, match="lacks its ymax"):
        detection.from_voc(folder)


def test_a_picture_of_another_size_than_its_file_states_is_refused(folder):
    _write(folder, "p2", [("cell", 1, 2, 11, 12)], size=(80, 60))
    with pytest.raises(ValueError, match=r"40 × 30 pixels.* says 80 × 60"):
        detection.from_voc(folder)


def test_a_missing_group_is_named(folder):
    with pytest.raises(ValueError, match="no group"):
        detection.from_voc(folder, groups={"p0": "a"})


def test_real_blood_smears_are_read_in_their_published_splits(imgrec_data):
    if not (imgrec_data / "bccd").is_dir():
        pytest.skip("bccd is not in the folder of real images")
    dataset = detection.load("bccd", folder=imgrec_data, longest=64)
    assert [len(part) for part in (dataset.train, dataset.validation, dataset.test)] == [205, 87, 72]
    counts = sum(part.counts().sum(axis=0) for part in (dataset.train, dataset.validation, dataset.test))
    assert counts.tolist() == [4153, 372, 361]  # two of the 4,155 boxes around red cells are empty
    assert dataset.problems["problem"].str.startswith("empty").sum() == 2


def test_unknown_and_absent_data_sets_say_what_to_do(monkeypatch, tmp_path):
    with pytest.raises(ValueError, match="blood-phantom, bccd"):
        detection.load("blood")
    monkeypatch.setenv("IMGREC_DATA", str(tmp_path))
    with pytest.raises(FileNotFoundError, match="IMGREC_DATA"):
        detection.load("bccd")


# ---- the phantom ---------------------------------------------------------------------------------------------------


def test_phantom_depends_on_its_seed_only_and_keeps_slides_together():
    first, again, more = (detection.blood_phantom(count, height=64, width=80, seed=5) for count in (12, 12, 14))
    assert first.synthetic and first.card.splits == {"train": 6, "validation": 2, "test": 4}
    for part, same in ((first.train, again.train), (first.test, again.test)):
        assert all(np.array_equal(a, b) for a, b in zip(part.images, same.images))
    pictures = {
        name: image for part in (more.train, more.validation, more.test) for name, image in zip(part.names, part.images)
    }
    assert all(np.array_equal(image, pictures[name]) for name, image in zip(first.train.names, first.train.images))
    other = detection.blood_phantom(12, height=64, width=80, seed=6)
    assert not np.array_equal(first.train.images[0], other.train.images[0])
    assert not set(first.train.groups) & set(first.test.groups)


def test_phantom_boxes_lie_on_cells():
    dataset = detection.blood_phantom(12, seed=1, crowding=0.0)
    for image, boxes, labels in zip(dataset.train.images, dataset.train.boxes, dataset.train.labels):
        assert (boxes[:, :2] >= 0).all() and (boxes[:, 2] <= 160).all() and (boxes[:, 3] <= 128).all()
        light = np.median(image.reshape(-1, 3)[np.argsort(image.sum(axis=2).ravel())[-500:]], axis=0)
        whites = [box.astype(int) for box, label in zip(boxes, labels) if label == 1]
        for left, top, right, bottom in whites:
            assert image[top:bottom, left:right].mean() < 0.9 * light.mean()


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"count": 3}, ValueError),
        ({"count": 12.0}, TypeError),
        ({"height": 8}, ValueError),
        ({"crowding": 2}, ValueError),
    ],
)
def test_phantom_refuses_what_it_cannot_draw(options, error):
    with pytest.raises(error):
        detection.blood_phantom(**options)


# ---- augmentation --------------------------------------------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10_000), left=st.integers(4, 50), top=st.integers(4, 30))
def test_a_box_moves_with_what_it_surrounds(seed, left, top):
    picture = np.zeros((48, 64, 3), np.uint8)
    right, bottom = left + 9, top + 13
    picture[top:bottom, left:right] = 255
    square, boxes, labels = detection.augment(
        picture, [[left, top, right, bottom]], [2], np.random.default_rng(seed), size=48, fill=(0, 0, 0), colour=0
    )
    rows, columns = (np.flatnonzero((square[..., 0] > 127).any(axis=axis)) for axis in (1, 0))
    if not len(boxes):  # most of it lies beyond the edge
        assert len(rows) * len(columns) < 0.5 * 9 * 13 * 1.7
        return
    assert labels.tolist() == [2]
    seen = [columns[0], rows[0], columns[-1] + 1, rows[-1] + 1]
    assert np.abs(boxes[0] - seen).max() <= 1.5


def test_augmentation_refuses_what_it_cannot_do_and_leaves_things_where_told():
    picture = np.random.default_rng(0).integers(0, 256, (32, 32, 3), np.uint8)
    still = {"scale": (1, 1), "quarter_turns": False, "mirror": False, "colour": 0}
    same, boxes, _ = detection.augment(picture, [[1, 2, 9, 8]], [0], np.random.default_rng(0), size=32, **still)
    assert np.array_equal(same, picture) and boxes.tolist() == [[1, 2, 9, 8]]
    empty = detection.augment(picture, np.zeros((0, 4)), [], np.random.default_rng(0), size=16)
    assert empty[0].shape == (16, 16, 3) and empty[1].shape == (0, 4)
    for wrong in ({"size": 0}, {"scale": (0, 1)}, {"colour": 1.5}):
        with pytest.raises(ValueError, match="positive"):
            detection.augment(picture, [[1, 2, 9, 8]], [0], np.random.default_rng(0), **wrong)


def test_fitted_keeps_the_shape_and_fills_the_rest():
    made, factor = detection.fitted(np.full((20, 40, 3), 200, np.uint8), (32, 32), (1, 2, 3))
    assert factor == pytest.approx(0.8) and made.shape == (32, 32, 3)
    assert (made[:16] == 200).all() and (made[16:] == (1, 2, 3)).all()
