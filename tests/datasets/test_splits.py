"""Splits: disjoint, complete, stratified, and no group in two of them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imgrec_tf.datasets.splits import split

NAMES = ("train", "validation", "test")


def assert_partition(places, count):
    assert list(places) == list(NAMES)
    together = np.concatenate([places[name] for name in NAMES])
    assert sorted(together.tolist()) == list(range(count))
    assert all((np.diff(places[name]) > 0).all() for name in NAMES)


@settings(max_examples=60, deadline=None)
@given(
    sizes=st.lists(st.integers(3, 60), min_size=1, max_size=6),
    validation=st.sampled_from([0, 0.1, 0.15, 0.3]),
    test=st.sampled_from([0, 0.1, 0.25]),
    seed=st.integers(0, 99),
)
def test_classes_keep_their_shares(sizes, validation, test, seed):
    labels = np.random.default_rng(seed).permutation(np.repeat(np.arange(len(sizes)), sizes))
    places = split(labels, validation=validation, test=test, seed=seed)
    assert_partition(places, len(labels))
    for number, size in enumerate(sizes):
        for name, share in (("validation", validation), ("test", test)):
            found = (labels[places[name]] == number).sum()
            assert abs(found - share * size) <= 1
            assert found >= 1 or share == 0
        assert (labels[places["train"]] == number).any()
    again = split(labels, validation=validation, test=test, seed=seed)
    assert all((places[name] == again[name]).all() for name in NAMES)


@settings(max_examples=60, deadline=None)
@given(
    groups_of_class=st.lists(st.integers(6, 40), min_size=2, max_size=4),
    largest=st.integers(1, 5),
    seed=st.integers(0, 99),
)
def test_no_group_crosses(groups_of_class, largest, seed):
    generator = np.random.default_rng(seed)
    labels, groups = [], []
    for number, count in enumerate(groups_of_class):
        for group in range(count):
            size = generator.integers(1, largest + 1)
            labels += [number] * size
            groups += [f"{number}-{group}"] * size
    labels, groups = np.array(labels), np.array(groups)
    places = split(labels, groups, seed=seed)
    assert_partition(places, len(labels))
    members = [set(groups[places[name]]) for name in NAMES]
    assert not (members[0] & members[1] or members[0] & members[2] or members[1] & members[2])
    assert set(labels[places["train"]]) == set(labels)
    assert all(len(places[name]) for name in NAMES)
    assert all((places[name] == split(labels, groups, seed=seed)[name]).all() for name in NAMES)


def test_group_shares_are_near_the_wanted_ones():
    generator = np.random.default_rng(0)
    patients = generator.integers(0, 900, 2000)
    labels = (generator.random(900) < 0.3).astype(int)[patients]
    places = split(labels, patients)
    assert [len(places[name]) / 2000 for name in NAMES] == pytest.approx([0.7, 0.15, 0.15], abs=0.005)
    for name in NAMES:
        assert labels[places[name]].mean() == pytest.approx(labels.mean(), abs=0.01)


def test_groups_with_mixed_classes():
    generator = np.random.default_rng(1)
    groups = np.repeat(np.arange(60), 5)
    labels = generator.integers(0, 3, 300)
    places = split(labels, groups, validation=0.2, test=0.2)
    assert [len(places[name]) for name in NAMES] == pytest.approx([180, 60, 60], abs=10)


def test_multi_label_keeps_the_share_of_each_label():
    generator = np.random.default_rng(2)
    labels = (generator.random((1500, 5)) < [0.4, 0.2, 0.1, 0.05, 0.01]).astype(int)
    places = split(labels)
    assert_partition(places, 1500)
    assert len(places["validation"]) == pytest.approx(225, abs=5)
    for name, share in (("validation", 0.15), ("test", 0.15)):
        found = labels[places[name]].sum(axis=0)
        assert np.abs(found - share * labels.sum(axis=0)).max() <= 2
    assert labels[places["train"]].any(axis=0).all()


def test_multi_label_with_groups():
    generator = np.random.default_rng(3)
    labels, groups = (generator.random((400, 3)) < 0.3).astype(int), np.repeat(np.arange(100), 4)
    places = split(labels, groups)
    assert_partition(places, 400)
    assert not set(groups[places["train"]]) & set(groups[places["test"]])


def test_other_seed_other_split():
    labels = np.repeat([0, 1], 50)
    assert (split(labels, seed=0)["test"] != split(labels, seed=1)["test"]).any()


def test_texts_and_columns_are_labels_too():
    places = split(np.array(["cat"] * 10 + ["dog"] * 10))
    assert [len(places[name]) for name in NAMES] == [14, 3, 3] or sum(map(len, places.values())) == 20
    assert_partition(split(np.zeros((10, 1), int)), 10)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"labels": [0, 0, 0, 1, 1]}, "class '1' has 2 images, but 3 splits need at least 3"),
        ({"labels": [0, 0, 0, 1, 1], "class_names": ["cat", "dog"]}, "class 'dog' has 2 images"),
        ({"labels": [0] * 6, "groups": [1, 1, 1, 2, 2, 2]}, "in 2 groups, but 3 splits need at least 3 groups"),
        ({"labels": [0, 1] * 5, "validation": 1.0}, "validation must be a share"),
        ({"labels": [0, 1] * 5, "test": -0.1}, "test must be a share"),
        ({"labels": [0, 1] * 5, "validation": 0.6, "test": 0.5}, "leave nothing to train on"),
        ({"labels": []}, "no labels"),
        ({"labels": [0, 1] * 5, "groups": [1, 2]}, "groups must have shape"),
        ({"labels": np.full((4, 2), 3)}, "of 0 and 1"),
    ],
)
def test_bad_input_says_what_to_do(arguments, message):
    with pytest.raises(ValueError, match=message):
        split(**arguments)


def test_a_class_of_two_can_be_split_in_two():
    places = split([0, 0, 0, 1, 1], test=0, validation=0.3)
    assert len(places["test"]) == 0
    assert_partition(places, 5)


def test_sixty_thousand_images_take_under_a_second():
    labels = np.random.default_rng(0).integers(0, 10, 60_000)
    places = split(labels, validation=0.1, test=0)
    assert len(places["validation"]) == 6000
