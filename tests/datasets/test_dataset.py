import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imgrec_tf.datasets.cards import DatasetCard
from imgrec_tf.datasets.dataset import ImageDataset
from imgrec_tf.datasets.one_split import Split


def numbered(count=10, classes=2, dtype=np.uint8, **options):
    """Images whose pixels all hold the image's own number."""
    images = np.zeros((count, 4, 4, 1), dtype) + np.arange(count, dtype=dtype)[:, None, None, None]
    return Split(images, np.arange(count) % classes, class_names=[f"c{k}" for k in range(classes)], **options)


def card(**options):
    return DatasetCard("numbers", "Numbers", "binary", ("c0", "c1"), **options)


def order(data):
    return [int(number) for images, _ in data for number in images.numpy()[:, 0, 0, 0]]


def test_a_batch_is_float32_in_0_255_whatever_is_stored():
    stored = {np.uint8: 200, np.uint16: 200 * 257, np.float32: 200 / 255}
    for dtype, value in stored.items():
        split = Split(np.full((3, 4, 4, 3), value, dtype), [0, 1, 0], class_names=("a", "b"))
        images, _ = next(iter(split.tf_data(2)))
        assert images.dtype == np.float32 and images.shape == (2, 4, 4, 3)
        np.testing.assert_allclose(images, 200, rtol=1e-5)
        np.testing.assert_allclose(split.pixels(), 200, rtol=1e-5)


def test_sixteen_bits_keep_their_depth():
    split = Split(np.array([[[[1000]]], [[[1001]]]], np.uint16), [0, 1], class_names=("a", "b"))
    first, second = split.pixels().ravel()
    assert second - first == pytest.approx(1 / 257, rel=1e-3)


@settings(deadline=None, max_examples=15)
@given(count=st.integers(1, 40), batch_size=st.integers(1, 50), seed=st.integers(0, 1000))
def test_every_pass_shows_every_image_once(count, batch_size, seed):
    split = numbered(count, classes=1) if count == 1 else numbered(count)
    seen = order(split.tf_data(batch_size, shuffle=True, seed=seed, epochs=2))
    assert sorted(seen[:count]) == sorted(seen[count:]) == list(range(count))


def test_order_depends_on_seed_and_epoch_alone():
    split = numbered(30)
    two = order(split.tf_data(7, shuffle=True, seed=3, epochs=2))
    assert two[:30] != two[30:]
    assert order(split.tf_data(5, shuffle=True, seed=3, first_epoch=1)) == two[30:]
    assert order(split.tf_data(7, shuffle=True, seed=4)) != two[:30]
    assert order(split.tf_data(7)) == list(range(30))


def test_drop_remainder_leaves_out_the_last_batch():
    split = numbered(10)
    assert len(order(split.tf_data(4, drop_remainder=True, epochs=3))) == 24
    assert len(order(split.tf_data(4, epochs=3))) == 30


def test_augmentation_gets_one_hot_labels_and_a_seed_of_its_own_for_each_batch():
    import tensorflow as tf

    def show_seed(images, labels, seed):
        return images * 0 + tf.cast(seed[0] * 100 + seed[1], tf.float32), labels

    split = numbered(10)
    batches = list(split.tf_data(4, seed=2, first_epoch=1, one_hot=True, augmentation=show_seed))
    assert [float(images[0, 0, 0, 0]) for images, _ in batches] == [203, 204, 205]
    assert all(labels.shape[1] == 2 for _, labels in batches)
    with pytest.raises(ValueError, match="one_hot"):
        split.tf_data(4, augmentation=show_seed)


@settings(deadline=None, max_examples=30)
@given(count=st.integers(20, 200), wanted=st.integers(10, 20), seed=st.integers(0, 99))
def test_a_stratified_sample_keeps_the_shares(count, wanted, seed):
    labels = (np.arange(count) % 4 == 0).astype(int)
    split = Split(np.zeros((count, 4, 4, 1), np.uint8), labels, class_names=("a", "b"))
    sample = split.sample(wanted, seed=seed)
    assert len(sample) == wanted and len(set(sample.sources)) == wanted
    assert abs(sample.labels.mean() - labels.mean()) <= 1 / wanted + 1e-9
    again = split.sample(wanted, seed=seed)
    assert list(sample.sources) == list(again.sources)


def test_subset_keeps_everything_together():
    split = numbered(10, groups=np.array([f"p{i // 2}" for i in range(10)]), synthetic=True)
    part = split.subset([7, 2], "validation")
    assert list(part.pixels()[:, 0, 0, 0]) == [7, 2]
    assert list(part.groups) == ["p3", "p1"]
    assert list(part.sources) == ["train[7]", "train[2]"]
    assert part.synthetic and part.name == "validation"
    assert len(split.subset(split.labels == 1)) == 5


def test_a_data_set_sums_itself_up():
    groups = np.array([f"p{i}" for i in range(10)])
    splits = [numbered(10, groups=groups) for _ in range(3)]
    data = ImageDataset(*splits, card(synthetic=True))
    table = data.summary()
    assert table.loc["images", "train"] == 10 and table.loc["groups", "test"] == 10
    assert "synthetic" in repr(data) and data.synthetic
    assert len(data.subset_train(4).train) == 4 and len(data.subset_train(4).test) == 10
    assert data.problems.empty
    figure = data.preview(rows=1, columns=4)
    assert "(synthetic)" in " ".join(text.get_text() for text in [figure._suptitle] if text)
    without = ImageDataset(splits[0], splits[1], None, card())
    assert list(without.splits) == ["train", "validation"]


def test_a_card_survives_json():
    import json

    first = card(splits={"train": 3}, urls=("somewhere",), checksum="md5:0")
    again = DatasetCard.from_dict(json.loads(json.dumps(first.to_dict() | {"future": 1})))
    assert again == first
    assert "real images" in first._repr_markdown_()
    with pytest.raises(ValueError, match="binary, multi-class"):
        DatasetCard("x", "x", "regression", ("a",))


@pytest.mark.parametrize(
    ("images", "labels", "options", "message"),
    [
        (np.zeros((0, 4, 4, 1), np.uint8), [], {}, "no images"),
        (np.zeros((2, 4, 4, 2), np.uint8), [0, 1], {}, "1 or 3"),
        (np.zeros((2, 4, 4, 1), np.uint8), [0], {}, "1 labels for 2 images"),
        (np.zeros((2, 4, 4, 1), np.uint8), [0, 2], {}, "name every class"),
        (np.zeros((2, 4, 4, 1), np.uint8), [0.5, 1.0], {}, "integers"),
        (np.zeros((2, 4, 4, 1), np.uint8), [0, 1], {"groups": ["a"]}, "groups has 1"),
        (np.zeros((2, 4, 4, 1), np.uint8), [0, 1], {"task": "regression"}, "task"),
        (np.zeros((2, 4, 4, 1), np.uint8), [[0, 3], [1, 0]], {"task": "multi-label"}, "0 or 1"),
        (np.full((2, 4, 4, 1), np.nan), [0, 1], {}, "NaN"),
        (np.full((2, 4, 4, 1), 7.0), [0, 1], {}, "value_range"),
    ],
)
def test_what_does_not_fit_is_told(images, labels, options, message):
    with pytest.raises(ValueError, match=message):
        Split(images, np.array(labels), class_names=("a", "b"), **options)


def test_splits_that_disagree_are_told():
    with pytest.raises(ValueError, match="must agree"):
        ImageDataset(numbered(4), numbered(4, classes=3), None, card())
    with pytest.raises(ValueError, match="between 1 and 10"):
        numbered(10).sample(11)


def test_other_images_keep_labels_groups_and_sources():
    images = np.zeros((4, 8, 8, 1), np.uint8)
    split = Split(images, [0, 1, 0, 1], class_names=["a", "b"], groups=["p", "p", "q", "q"], synthetic=True)
    other = split.with_images(images + 9, "brighter")
    assert other.name == "brighter" and other.synthetic and other.image(3).max() == 9
    assert other.groups.tolist() == split.groups.tolist() and other.sources.tolist() == split.sources.tolist()
    with pytest.raises(ValueError, match="got 3 images for a split of 4"):
        split.with_images(images[:3])
