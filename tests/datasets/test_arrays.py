"""Data sets from arrays and npz files: what is understood, and what a wrong array is told."""

from __future__ import annotations

import numpy as np
import pytest

from imgrec_tf.datasets import from_arrays, from_npz

COUNT = 60


@pytest.fixture
def images():
    return np.random.default_rng(0).integers(0, 256, (COUNT, 8, 9), dtype=np.uint8)


@pytest.fixture
def labels():
    return np.arange(COUNT) % 3


def test_shares_and_shapes(images, labels):
    dataset = from_arrays(images, labels)
    assert {name: len(split) for name, split in dataset.splits.items()} == {"train": 42, "validation": 9, "test": 9}
    assert dataset.image_shape == (8, 9, 1)
    assert dataset.task == "multi-class"
    assert dataset.class_names == ("0", "1", "2")
    assert dataset.card.splits == {"train": 42, "validation": 9, "test": 9}
    index = int(dataset.test.sources[0].removeprefix("image[").removesuffix("]"))
    assert (dataset.test.image(0)[..., 0] == images[index]).all()


def test_own_validation_and_test_images(images, labels):
    dataset = from_arrays(images, labels, validation=(images[:6], labels[:6]), test=(images[:9], labels[:9]))
    assert [len(split) for split in dataset.splits.values()] == [COUNT, 6, 9]
    assert dataset.test.sources[0] == "test[0]"
    dataset = from_arrays(images, labels, test=None)
    assert dataset.test is None
    assert len(dataset.train) + len(dataset.validation) == COUNT


def test_groups_stay_together(images, labels):
    dataset = from_arrays(images, labels, groups=np.arange(COUNT) // 2)
    assert not set(dataset.train.groups) & set(dataset.validation.groups)
    own = from_arrays(images, labels, groups=np.arange(COUNT), test=(images[:3], labels[:3], ["a", "b", "c"]))
    assert own.test.groups.tolist() == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("given", "task", "names"),
    [
        (lambda n: n[:, None], "multi-class", ("0", "1", "2")),
        (lambda n: n.astype(float), "multi-class", ("0", "1", "2")),
        (lambda n: np.eye(3)[n], "multi-class", ("0", "1", "2")),
        (lambda n: np.array(["b", "c", "a"])[n], "multi-class", ("a", "b", "c")),
        (lambda n: np.array(["b", "c", "a"], dtype=object)[n], "multi-class", ("a", "b", "c")),
        (lambda n: np.array([b"x", b"y", b"y"])[n], "binary", ("x", "y")),
        (lambda n: n == 1, "binary", ("0", "1")),
        (lambda n: np.stack([n == 1, n > 0], axis=1), "multi-label", ("0", "1")),
    ],
)
def test_forms_of_labels(images, labels, given, task, names):
    dataset = from_arrays(images, given(labels))
    assert (dataset.task, dataset.class_names) == (task, names)
    assert dataset.train.labels.dtype == np.int64


def test_text_labels_follow_the_given_order(images, labels):
    texts = np.array(["low", "middle", "high"])[labels]
    dataset = from_arrays(images, texts, class_names=["low", "middle", "high"], task="ordinal")
    assert dataset.task == "ordinal"
    place = int(dataset.train.sources[0].removeprefix("image[").removesuffix("]"))
    assert dataset.train.labels[0] == labels[place]


def test_number_types(images, labels):
    assert from_arrays(images.astype(np.int64), labels).train.images.dtype == np.uint8
    assert from_arrays(images.astype(np.uint16) * 257, labels).train.pixels().max() == 255
    assert from_arrays(images / 255.0, labels).train.pixels().max() == pytest.approx(255)
    assert from_arrays(images > 127, labels).train.pixels().max() == 255
    assert from_arrays(images / 127.5 - 1, labels, value_range=(-1, 1)).train.pixels().min() == pytest.approx(
        0, abs=1e-4
    )
    assert from_arrays(list(images), labels).image_shape == (8, 9, 1)
    with pytest.warns(UserWarning, match=r"value_range=\(0, 1\)"):
        from_arrays(images // np.uint8(128), labels)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda i: i / 1.0, r"reach from 0 to 255, outside \[0, 1\]"),
        (lambda i: np.where(np.arange(i.size).reshape(i.shape) == 3, np.nan, i / 255.0), "NaN or infinite"),
        (lambda i: np.full(i.shape, np.inf), "NaN or infinite"),
        (lambda i: i[:0], "no train images"),
        (lambda i: [], "no train images"),
        (lambda i: i.reshape(COUNT, -1)[:, :64], r"images.reshape\(-1, 8, 8\)"),
        (lambda i: i[0], "single image becomes"),
        (lambda i: np.stack([i] * 3, axis=1), r"images.transpose\(0, 2, 3, 1\)"),
        (lambda i: np.stack([i] * 4, axis=-1), r"images\[..., :3\]"),
        (lambda i: np.stack([i] * 2, axis=-1), "expected are"),
        (lambda i: i[None, ..., None, None], "expected are"),
        (lambda i: [*i[:-1], i[0][:5]], "differ in shape"),
        (lambda i: i[1:], "59 images and 60 labels"),
        (lambda i: i.astype(int) * 1000, "value_range"),
    ],
)
def test_wrong_images(images, labels, change, message):
    with pytest.raises(ValueError, match=message):
        from_arrays(change(images), labels)


def test_images_that_are_no_numbers(labels):
    with pytest.raises(TypeError, match="must hold numbers"):
        from_arrays(np.full((COUNT, 2, 2), "x"), labels)


@pytest.mark.parametrize(
    ("labels", "options", "message"),
    [
        (np.zeros(COUNT, int), {}, "all train images have one class, '0'"),
        (np.arange(COUNT) % 3 - 1, {}, "go down to -1"),
        (np.arange(COUNT) % 3, {"class_names": ["a", "b"]}, "reach 2, but there are 2 classes"),
        (np.arange(COUNT) % 3, {"class_names": ["a", "b", "c", "d"]}, r"no train image has the label 3 \('d'\)"),
        (np.arange(COUNT) % 2 + 1, {}, "no train image has the label 0"),
        (np.arange(COUNT) % 2 + 0.5, {}, "fractions such as 0.5"),
        (np.full(COUNT, np.nan), {}, "NaN"),
        (np.arange(COUNT) % 3, {"task": "binary"}, "a binary task has 2 classes"),
        (np.arange(COUNT) % 3, {"task": "regression"}, "task must be one of"),
        (np.arange(COUNT) % 3, {"task": "multi-label"}, r"shape \(n, classes\)"),
        (np.arange(COUNT) % 3, {"class_names": ["a", "a", "b"]}, "must differ"),
        (np.full((COUNT, 3), 2), {}, "must be 0 or 1"),
        (np.arange(COUNT) % 3, {"groups": [1, 2]}, "give one group an image"),
        (np.arange(COUNT) % 3, {"validation": 0}, "validation must be a share above 0"),
        (["a", "b"] * (COUNT // 2 - 1) + ["c", "c"], {}, "class 'c' has 2 images"),
        (np.eye(3, dtype=int)[np.arange(COUNT) % 2], {"task": "multi-label"}, "no train image has the label '2'"),
    ],
)
def test_wrong_labels(images, labels, options, message):
    with pytest.raises(ValueError, match=message):
        from_arrays(images, labels, **options)


def test_labels_of_another_type(images):
    with pytest.raises(TypeError, match="whole numbers or texts"):
        from_arrays(images, [{"class": 1}] * COUNT)
    with pytest.raises(TypeError, match="must be a share of the images, or"):
        from_arrays(images, np.arange(COUNT) % 3, test="half")


@pytest.mark.parametrize(("extra", "message"), [(3, "test labels reach 3"), ("d", "test has the label 'd'")])
def test_more_classes_in_test_than_in_train(images, labels, extra, message):
    train = labels if extra == 3 else np.array(["a", "b", "c"])[labels]
    with pytest.raises(ValueError, match=message):
        from_arrays(images, train, test=(images[:2], [train[0], extra]))


def test_parts_of_another_size(images, labels):
    with pytest.raises(ValueError, match="bring them to one size"):
        from_arrays(images, labels, test=(images[:, :5], labels))


KERAS = {"x_train": "train", "y_train": "train", "x_test": "test", "y_test": "test"}


@pytest.mark.parametrize(
    ("keys", "sizes"),
    [
        (("train_images", "train_labels", "val_images", "val_labels", "test_images", "test_labels"), [30, 15, 15]),
        (("x_train", "y_train", "x_valid", "y_valid", "x_test", "y_test"), [30, 15, 15]),
        (("X_train", "y_train", "X_test", "y_test"), [26, 4, 15]),
        (("images", "labels"), [22, 4, 4]),
        (("X", "y"), [22, 4, 4]),
        (("data", "target"), [22, 4, 4]),
    ],
)
def test_npz_layouts(tmp_path, images, labels, keys, sizes):
    parts = [slice(0, 30), slice(30, 45), slice(45, 60)]
    chosen = parts if len(keys) == 6 else [parts[0], parts[2]]
    arrays = {
        key: (images if place % 2 == 0 else labels[:, None])[chosen[place // 2]] for place, key in enumerate(keys)
    }
    np.savez(tmp_path / "mine.npz", **arrays)
    dataset = from_npz(tmp_path / "mine.npz", class_names=["a", "b", "c"])
    found = [len(split) for split in dataset.splits.values()]
    assert found == pytest.approx(sizes, abs=1)
    assert sum(found) == sum(sizes)
    assert dataset.card.name == "mine"
    assert dataset.card.source == "the file mine.npz"


def test_npz_groups(tmp_path, images, labels):
    np.savez(tmp_path / "mine.npz", images=images, labels=labels, groups=np.arange(COUNT) // 2)
    assert from_npz(tmp_path / "mine.npz").train.groups is not None


def test_wrong_npz(tmp_path, images):
    with pytest.raises(FileNotFoundError, match="there is no file"):
        from_npz(tmp_path / "none.npz")
    (tmp_path / "text.npz").write_text("not an archive")
    (tmp_path / "cut.npz").write_bytes(b"PK\x03\x04" + b"\0" * 50)
    (tmp_path / "empty.npz").write_bytes(b"")
    np.savez(tmp_path / "object.npz", images=np.array([{}, []], dtype=object), labels=[0, 1])
    np.savez(tmp_path / "named.npz", bilder=images)
    np.save(tmp_path / "single.npy", images)
    for name, message in {
        "text.npz": "cannot be read",
        "cut.npz": "cannot be read",
        "empty.npz": "cannot be read",
        "object.npz": "Python objects",
        "named.npz": r"holds bilder \(60, 8, 9\); expected are",
        "single.npy": "single array",
    }.items():
        with pytest.raises(ValueError, match=message):
            from_npz(tmp_path / name)
