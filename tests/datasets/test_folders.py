"""Data sets from folders and tables: what is found, how it is split, and what is said of what does not fit."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from imgrec_tf.datasets import folders, scanning
from imgrec_tf.datasets.folders import from_csv, from_folder


def write_image(path, seed=0, size=(12, 12), mode="L", form="PNG"):
    """Write an image of noise (width, height) and return its path."""
    shape = (size[1], size[0]) if mode == "L" else (size[1], size[0], 3)
    pixels = np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path, form)
    return path


def write_tree(root, counts: dict[str, int], **options):
    """Write `counts[class]` images below each class folder; classes may be paths such as "train/cat"."""
    for number, (name, count) in enumerate(counts.items()):
        (root / name).mkdir(parents=True, exist_ok=True)
        for index in range(count):
            write_image(root / name / f"{index:03d}.png", seed=1000 * number + index, **options)
    return root


@pytest.fixture
def tree(tmp_path):
    return write_tree(tmp_path / "animals", {"cat": 20, "dog": 20})


# Layouts


def test_one_folder_for_each_class(tree):
    dataset = from_folder(tree)
    assert dataset.class_names == ("cat", "dog") and dataset.task == "binary"
    assert dataset.image_shape == (12, 12, 1)
    assert [len(split) for split in dataset.splits.values()] == [28, 6, 6]
    sources = np.concatenate([split.sources for split in dataset.splits.values()])
    assert len(set(sources)) == 40 and "cat/000.png" in sources
    assert dataset.problems.empty and list(dataset.problems.columns) == ["source", "problem"]
    assert dataset.card.name == "animals" and not dataset.synthetic
    for split in dataset.splits.values():
        assert set(split.labels) == {0, 1}
        for index in range(len(split)):
            source = split.sources[index]
            assert split.class_names[split.labels[index]] == source.split("/")[0]
            np.testing.assert_array_equal(split.image(index)[..., 0], np.asarray(Image.open(tree / source)))


def test_same_seed_same_split(tree):
    first, second, other = (from_folder(tree, seed=seed) for seed in (3, 3, 4))
    assert list(first.test.sources) == list(second.test.sources)
    assert list(first.test.sources) != list(other.test.sources)


@pytest.mark.parametrize(
    "names", [("train", "validation", "test"), ("training", "val", "testing"), ("Train", "Valid", "TEST")]
)
def test_split_folders(tmp_path, names):
    for name, count in zip(names, (5, 3, 2)):
        write_tree(tmp_path, {f"{name}/a": count, f"{name}/b": count, f"{name}/c": count})
    dataset = from_folder(tmp_path)
    assert [len(split) for split in dataset.splits.values()] == [15, 9, 6]
    assert dataset.task == "multi-class"
    assert all(source.startswith(names[2]) for source in dataset.test.sources)


def test_missing_validation_is_drawn_from_train(tmp_path):
    write_tree(tmp_path, {"train/a": 20, "train/b": 20, "test/a": 4, "test/b": 4})
    dataset = from_folder(tmp_path, validation=0.25)
    assert [len(split) for split in dataset.splits.values()] == [30, 10, 8]
    assert all(source.startswith("train/") for source in dataset.validation.sources)
    assert all(source.startswith("test/") for source in dataset.test.sources)


def test_without_a_test_split(tree, tmp_path):
    dataset = from_folder(tree, test=0)
    assert dataset.test is None and len(dataset.train) + len(dataset.validation) == 40
    write_tree(tmp_path / "own", {"train/a": 6, "train/b": 6, "val/a": 2, "val/b": 2})
    assert from_folder(tmp_path / "own", test=0).test is None
    assert len(from_folder(tmp_path / "own", test=0.2).test) > 0


def test_class_folders_may_be_called_valid_and_test(tmp_path):
    write_tree(tmp_path, {"valid": 6, "invalid": 6, "test": 6})
    assert from_folder(tmp_path).class_names == ("invalid", "test", "valid")


def test_nested_files_hidden_files_and_repeated_names(tmp_path):
    write_tree(tmp_path, {"a": 5, "b": 5, "a/deep/deeper": 5})
    (tmp_path / "a" / ".hidden.png").write_text("not looked at")
    (tmp_path / "a" / "Thumbs.db").write_text("not looked at")
    (tmp_path / ".git").mkdir()
    dataset = from_folder(tmp_path)
    assert sum(len(split) for split in dataset.splits.values()) == 15
    assert dataset.problems.empty
    assert "a/deep/deeper/000.png" in np.concatenate([split.sources for split in dataset.splits.values()])


def test_classes_are_sorted_by_number_or_as_told(tmp_path):
    write_tree(tmp_path, {"10": 4, "9": 4, "1": 4})
    assert from_folder(tmp_path).class_names == ("1", "9", "10")
    dataset = from_folder(tmp_path, class_names=("9", "10", "1"), task="ordinal")
    assert dataset.class_names == ("9", "10", "1") and dataset.task == "ordinal"
    first = int(dataset.train.labels[0])
    assert dataset.train.sources[0].startswith(dataset.class_names[first] + "/")
    with pytest.raises(ValueError, match="class_names must name each class folder once"):
        from_folder(tmp_path, class_names=("9", "10"))


def test_links_in_a_circle_come_to_an_end(tmp_path):
    write_tree(tmp_path / "tree", {"a": 5, "b": 5})
    (tmp_path / "tree" / "a" / "again").symlink_to(tmp_path / "tree" / "a", target_is_directory=True)
    (tmp_path / "tree" / "b" / "up").symlink_to(tmp_path / "tree", target_is_directory=True)
    (tmp_path / "more").mkdir()
    write_image(tmp_path / "more" / "linked.png")
    (tmp_path / "tree" / "b" / "more").symlink_to(tmp_path / "more", target_is_directory=True)
    dataset = from_folder(tmp_path / "tree")
    assert sum(len(split) for split in dataset.splits.values()) == 11
    assert list(dataset.problems["source"]) == ["a/again", "b/up"]


def test_names_of_any_script_and_length(tmp_path):
    for name in ("Grüße", "你好"):
        for index in range(4):
            write_image(tmp_path / name / f"{index}{'ü' * 100} %s {{0}}.png", seed=index)
    dataset = from_folder(tmp_path)
    assert set(dataset.class_names) == {"Grüße", "你好"}
    images, _ = next(iter(dataset.train.tf_data(batch_size=4)))
    assert images.shape == (4, 12, 12, 1)


# Size and channels


def test_a_shared_size_is_kept(tmp_path):
    write_tree(tmp_path, {"a": 4, "b": 4}, size=(40, 30))
    assert from_folder(tmp_path).image_shape == (30, 40, 1)


@pytest.mark.parametrize(
    ("sizes", "side"),
    [([(300, 300)], 128), ([(640, 480), (400, 700)], 128), ([(70, 60), (60, 50)], 48), ([(20, 14), (20, 20)], 20)],
)
def test_other_sizes_become_a_square_that_enlarges_few(tmp_path, sizes, side):
    for name in ("a", "b"):
        for index in range(4):
            write_image(tmp_path / name / f"{index}.png", size=sizes[index % len(sizes)])
    assert from_folder(tmp_path).image_shape == (side, side, 1)


def test_grey_stored_as_colour_is_grey(tmp_path):
    for name in ("a", "b"):
        for index in range(4):
            grey = np.random.default_rng(index).integers(0, 256, (12, 12, 1), dtype=np.uint8)
            (tmp_path / name).mkdir(exist_ok=True)
            Image.fromarray(np.repeat(grey, 3, axis=-1)).save(tmp_path / name / f"{index}.jpg")
    assert from_folder(tmp_path).image_shape == (12, 12, 1)
    assert from_folder(tmp_path, channels=3).image_shape == (12, 12, 3)
    write_image(tmp_path / "a" / "colour.png", mode="RGB")
    dataset = from_folder(tmp_path, image_size=(8, 6))
    assert dataset.image_shape == (8, 6, 3)


def test_sixteen_bits_reach_the_batch(tmp_path):
    values = np.arange(144, dtype=np.uint16).reshape(12, 12) * 301
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        for index in range(4):
            Image.fromarray(values).save(tmp_path / name / f"{index}.png")
    dataset = from_folder(tmp_path)
    images, _ = next(iter(dataset.train.tf_data(batch_size=2)))
    np.testing.assert_allclose(images.numpy()[0, ..., 0] * 257, values, atol=0.02)
    assert dataset.train.image(0).dtype == np.uint16


def test_batches_equal_the_single_images(tree):
    train = from_folder(tree, image_size=(9, 7), channels=3, fit="crop").train
    images, labels = next(iter(train.tf_data(batch_size=len(train))))
    np.testing.assert_allclose(images.numpy(), train.pixels(), atol=0.55)
    np.testing.assert_array_equal(labels.numpy(), train.labels)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"fit": "squash"}, "fit must be one of"),
        ({"channels": 4}, "channels must be"),
        ({"image_size": 64}, "image_size must be"),
        ({"validation": 0}, "validation must be above 0"),
        ({"validation": 0.6, "test": 0.6}, "validation"),
        ({"test": -0.1}, "test"),
        ({"task": "regression"}, "task must be one of"),
    ],
)
def test_arguments_out_of_range(tree, options, message):
    with pytest.raises(ValueError, match=message):
        from_folder(tree, **options)


# Groups


def test_groups_by_regular_expression_and_by_function(tmp_path):
    for name in ("a", "b"):
        for patient in range(8):
            for view in range(3):
                write_image(tmp_path / name / f"patient{patient}{name}_{view}.png", seed=patient)
    for groups in (r"(patient\d+\w)_", lambda path: path.stem.split("_")[0]):
        dataset = from_folder(tmp_path, groups=groups, validation=0.25, test=0.25)
        seen = [set(split.groups) for split in dataset.splits.values()]
        assert set.union(*seen) == {f"patient{patient}{name}" for patient in range(8) for name in "ab"}
        assert sum(map(len, seen)) == 16
        assert dataset.train.sources[0].split("/")[1].startswith(dataset.train.groups[0])


def test_groups_that_do_not_fit(tree):
    with pytest.raises(ValueError, match="has 0 groups"):
        from_folder(tree, groups="patient_id")
    with pytest.raises(ValueError, match=r"40 of 40 files have no group, among them 000\.png"):
        from_folder(tree, groups=r"(patient\d+)")
    with pytest.raises(TypeError, match="function from path to group"):
        from_folder(tree, groups=3)


# What does not fit


def test_bad_files_become_rows_and_one_warning(tree):
    (tree / "cat" / "text.png").write_text("not an image")
    (tree / "cat" / "empty.png").write_bytes(b"")
    (tree / "dog" / "notes.txt").write_text("who took these")
    whole = (tree / "dog" / "000.png").read_bytes()
    (tree / "dog" / "cut.png").write_bytes(whole[: len(whole) // 2])
    (tree / "dog" / "gone.png").symlink_to(tree / "nowhere.png")
    (tree / "README.md").write_text("about")
    write_image(tree / "stray.png")
    with pytest.warns(UserWarning, match="6 files could not be used") as caught:
        dataset = from_folder(tree)
    assert len([one for one in caught if one.category is UserWarning]) == 1
    assert caught[0].filename == __file__
    problems = dict(dataset.problems.to_numpy())
    assert set(problems) == {
        "cat/text.png",
        "cat/empty.png",
        "dog/notes.txt",
        "dog/cut.png",
        "dog/gone.png",
        "stray.png",
        "README.md",
    }
    assert "text" in problems["cat/text.png"] and "empty" in problems["cat/empty.png"]
    assert "does not exist" in problems["dog/gone.png"] and "class folder" in problems["stray.png"]
    assert sum(len(split) for split in dataset.splits.values()) == 40


def test_a_readme_beside_the_classes_is_no_reason_to_warn(tree):
    (tree / "README.md").write_text("about")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        dataset = from_folder(tree)
    assert list(dataset.problems["source"]) == ["README.md"]


def test_what_lies_beside_split_folders_is_reported(tmp_path):
    write_tree(tmp_path, {"train/a": 6, "train/b": 6, "more": 2})
    dataset = from_folder(tmp_path)
    assert list(dataset.problems["source"]) == ["more"]


@pytest.mark.parametrize(
    ("counts", "message"),
    [
        ({}, "holds no folders"),
        ({"a": 5}, "holds one class only, 'a'"),
        ({"a": 5, "b": 0}, "class folder .*b is empty"),
        ({"a": 5, "b": 2}, "class 'b' has 2 images"),
        ({"train/a": 5, "train/b": 5, "test/a": 2, "test/c": 2}, "test split has classes that train does not have: c"),
        ({"train/a": 5, "train/b": 5, "val/a": 1, "validation/a": 1}, "both name the validation split"),
        ({"train/a": 5, "train/b": 5, "test/a": 2, "test/b": 0}, "class folder .*b is empty"),
    ],
)
def test_folders_that_cannot_be_used(tmp_path, counts, message):
    write_tree(tmp_path, counts)
    with pytest.raises(ValueError, match=message):
        from_folder(tmp_path)


def test_missing_folder_and_file_instead_of_folder(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"there is no folder .*absent"):
        from_folder(tmp_path / "absent")
    (tmp_path / "file").write_text("")
    with pytest.raises(NotADirectoryError, match="is a file"):
        from_folder(tmp_path / "file")


def test_no_usable_image_at_all_or_in_a_class(tmp_path):
    write_tree(tmp_path, {"a": 5, "b": 0})
    (tmp_path / "b" / "notes.png").write_text("text")
    with pytest.warns(UserWarning), pytest.raises(ValueError, match=r"classes b; .*b/notes\.png: holds text"):
        from_folder(tmp_path)
    for path in (tmp_path / "a").iterdir():
        path.write_text("text")
    with pytest.raises(ValueError, match="none of 6 files is a usable image"):
        from_folder(tmp_path)


def test_many_files_show_progress(tree, monkeypatch, capsys):
    from_folder(tree)
    assert "checking" not in capsys.readouterr().err
    monkeypatch.setattr(scanning, "_FILES_BEFORE_PROGRESS", 10)
    from_folder(tree)
    assert "checking images" in capsys.readouterr().err


# Tables


@pytest.fixture
def table(tree):
    rows = [(f"{name}/{index:03d}.png", name, f"{name}{index // 2}") for name in ("cat", "dog") for index in range(20)]
    return pd.DataFrame(rows, columns=["path", "label", "owner"])


def test_from_csv(tree, table):
    table.to_csv(tree / "labels.csv", index=False)
    dataset = from_csv(tree / "labels.csv", group_column="owner")
    assert dataset.class_names == ("cat", "dog") and dataset.card.name == "labels"
    assert sum(len(split) for split in dataset.splits.values()) == 40
    assert not set(dataset.train.groups) & set(dataset.test.groups)
    for source, label in zip(dataset.test.sources, dataset.test.labels):
        assert source.startswith(dataset.class_names[label])
    frame = from_csv(table, folder=tree, group_column="owner")
    assert list(frame.test.sources) == list(dataset.test.sources)


def test_csv_with_splits_other_columns_and_absolute_paths(tree, table, tmp_path):
    table["file"] = [str(tree / path) for path in table.pop("path")]
    table["kind"] = table.pop("label").map({"cat": "10", "dog": "9"})
    table["part"] = (["Train"] * 14 + ["val"] * 3 + ["testing"] * 3) * 2
    table.to_csv(tmp_path / "labels.csv", index=False, encoding="utf-8-sig")
    dataset = from_csv(tmp_path / "labels.csv", path_column="file", label_column="kind", split_column="part")
    assert dataset.class_names == ("9", "10")
    assert [len(split) for split in dataset.splits.values()] == [28, 6, 6]
    ordered = from_csv(
        tmp_path / "labels.csv", path_column="file", label_column="kind", split_column="part", class_names=["10", "9"]
    )
    np.testing.assert_array_equal(ordered.test.labels, 1 - dataset.test.labels)


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_csv_as_a_spreadsheet_under_windows_writes_it(tree, table, tmp_path, separator):
    rows = table.assign(path=table["path"].str.replace("/", "\\"), note="a, b; c")
    rows.to_csv(tree / "list.csv", sep=separator, index=False, lineterminator="\r\n", encoding="utf-8-sig")
    dataset = from_csv(tree / "list.csv")
    assert dataset.problems.empty and sum(len(split) for split in dataset.splits.values()) == len(table)


def test_csv_with_several_labels(tree, table):
    table["furry"], table["loud"] = ["1", "0"] * 20, [1] * 10 + [0] * 30
    dataset = from_csv(table, folder=tree, label_column=["furry", "loud"])
    assert dataset.task == "multi-label" and dataset.class_names == ("furry", "loud")
    assert dataset.train.labels.shape == (len(dataset.train), 2)
    table.loc[3, "furry"] = "maybe"
    with pytest.raises(ValueError, match="must hold 0 or 1, found also maybe"):
        from_csv(table, folder=tree, label_column=["furry", "loud"])


def test_csv_rows_without_a_file_are_reported(tree, table):
    table.loc[len(table)] = ["cat/absent.png", "cat", "x"]
    table.loc[len(table)] = ["cat/000.png", "cat", "cat0"]
    with pytest.warns(UserWarning, match="2 files could not be used"):
        dataset = from_csv(table, folder=tree)
    problems = dict(dataset.problems.to_numpy())
    assert problems["cat/absent.png"] == "the file does not exist"
    assert problems["cat/000.png"] == "listed again in line 43; the first row is used"
    assert sum(len(split) for split in dataset.splits.values()) == 40


@pytest.mark.parametrize(
    ("change", "options", "message"),
    [
        (lambda t: t.drop(columns="label"), {}, "no column label; its columns are path, owner"),
        (lambda t: t, {"group_column": "patient"}, "no column patient"),
        (lambda t: t.assign(label=["cat"] * 38 + ["", None]), {}, r"2 of 40 rows .* column 'label' \(lines 40, 41\)"),
        (lambda t: t.assign(label="cat"), {}, "one class only, 'cat'"),
        (lambda t: t.assign(part="training"), {"split_column": "part", "validation": 0}, "validation must be above 0"),
        (lambda t: t.assign(part="fold 1"), {"split_column": "part"}, "train, validation or test, found also 'fold 1'"),
        (lambda t: t.assign(part="test"), {"split_column": "part"}, "no training images"),
        (lambda t: t.assign(part=["train"] * 20 + ["test"] * 20), {"split_column": "part"}, "train does not have: dog"),
        (lambda t: t.assign(path=["cat/000.png"] * 40), {}, "with different labels"),
        (lambda t: t.iloc[:0], {}, "no rows"),
        (lambda t: t, {"class_names": ["cat"]}, "name each label"),
        (lambda t: t.assign(path="no/" + t["path"]), {}, "none of 40 files is a usable image"),
    ],
)
def test_tables_that_cannot_be_used(tree, table, change, options, message):
    with pytest.raises(ValueError, match=message):
        from_csv(change(table), folder=tree, **options)


def test_files_that_are_no_table(tmp_path):
    with pytest.raises(FileNotFoundError, match="there is no file"):
        from_csv(tmp_path / "absent.csv")
    (tmp_path / "empty.csv").write_bytes(b"")
    with pytest.raises(ValueError, match="is empty"):
        from_csv(tmp_path / "empty.csv")
    (tmp_path / "odd.csv").write_bytes(b"path,label\n\xff\xfe\x00,x\n")
    with pytest.raises(ValueError, match="CSV"):
        from_csv(tmp_path / "odd.csv")
    (tmp_path / "good.csv").write_text("path,label\na.png,x\n")
    with pytest.raises(FileNotFoundError, match="there is no folder"):
        from_csv(tmp_path / "good.csv", folder=tmp_path / "absent")


# Real images


def test_mednist(imgrec_data):
    dataset = folders.from_folder(imgrec_data / "mednist")
    assert dataset.class_names == ("AbdomenCT", "BreastMRI", "CXR", "ChestCT", "Hand", "HeadCT")
    assert dataset.image_shape == (64, 64, 1) and dataset.problems.empty
    assert [len(split) for split in dataset.splits.values()] == [2100, 450, 450]
    assert (dataset.train.class_counts() == 350).all()
    images, labels = next(iter(dataset.train.tf_data(batch_size=32, shuffle=True, seed=1)))
    assert images.shape == (32, 64, 64, 1) and len(set(labels.numpy())) > 2
    assert images.numpy().min() >= 0 and images.numpy().max() <= 255
