"""Leaks: what is found, what is left alone, and how fast."""

from __future__ import annotations

import io
import time

import numpy as np
import pytest
from PIL import Image

from imgrec_tf.datasets import DatasetCard, ImageDataset, Split, from_npz, leak_report, load
from imgrec_tf.datasets.image_files import ImageFiles
from imgrec_tf.datasets.leaks import quick_leaks

NAMES = ("a", "b")


def textures(count, seed, size=32):
    """Different images that are alike: blobs of the same kind at other places, over one common background."""
    generator = np.random.default_rng(seed)
    rough = generator.normal(size=(count, 7, 7))
    smooth = np.stack(
        [np.asarray(Image.fromarray(r.astype(np.float32)).resize((size, size), Image.BICUBIC)) for r in rough]
    )
    background = 60 * np.outer(np.hanning(size), np.ones(size))
    return np.clip(110 + background + 25 * smooth, 0, 255).astype(np.uint8)[..., None]


def dataset_of(parts, labels=None, groups=None, task="binary"):
    labels = labels or {name: np.arange(len(images)) % 2 for name, images in parts.items()}
    splits = {
        name: Split(
            images,
            labels[name],
            class_names=NAMES,
            task=task,
            name=name,
            groups=None if groups is None else groups[name],
        )
        for name, images in parts.items()
    }
    return ImageDataset(**splits, card=DatasetCard("t", "t", task, NAMES))


@pytest.fixture
def parts():
    images = textures(300, seed=0)
    return {"train": images[:200].copy(), "validation": images[200:250].copy(), "test": images[250:].copy()}


def test_different_images_are_clean(parts):
    report = leak_report(dataset_of(parts))
    assert report.clean
    assert "No image and no group" in report.summary()
    assert list(report.near.columns)[-1] == "similarity"
    with pytest.raises(ValueError, match="no pair"):
        report.plot()
    assert quick_leaks(dataset_of(parts)) is None


def test_equal_images_and_contradicting_labels(parts):
    parts["validation"][3] = parts["train"][10]
    parts["test"][5] = parts["train"][11]
    parts["test"][6] = parts["test"][5]
    dataset = dataset_of(parts)
    report = leak_report(dataset)
    found = report.exact[["split_a", "index_a", "split_b", "index_b", "label_a", "label_b"]].to_numpy().tolist()
    assert found == [
        ["train", 10, "validation", 3, "a", "b"],
        ["train", 11, "test", 5, "b", "b"],
        ["train", 11, "test", 6, "b", "a"],
    ]
    assert report.exact["source_b"].tolist() == ["validation[3]", "test[5]", "test[6]"]
    assert not report.clean
    assert len(report.near) == 0
    assert len(report.contradictions) == 2
    assert report.repeated == {"train": 0, "validation": 0, "test": 1}
    assert "1 of the validation images show the same pixels as one in train." in str(report)
    assert "Equal pixels" in report._repr_html_()
    assert len(report.plot().axes) >= 6
    assert "1 of the validation images stand in train too; 2 of the test images" in quick_leaks(dataset)


def alter(image, how):
    picture = Image.fromarray(image[..., 0])
    if how == "jpeg":
        buffer = io.BytesIO()
        picture.save(buffer, "JPEG", quality=60)
        picture = Image.open(buffer)
    elif how == "brighter":
        return np.clip(image * 1.1 + 5, 0, 255).astype(np.uint8)
    elif how == "resized":
        picture = picture.resize((25, 25), Image.BILINEAR).resize((32, 32), Image.BILINEAR)
    elif how == "cut":
        picture = picture.crop((1, 1, 32, 32)).resize((32, 32), Image.BILINEAR)
    return np.asarray(picture)[..., None]


@pytest.mark.parametrize("how", ["jpeg", "brighter", "resized", "cut"])
def test_altered_copies_are_near(parts, how):
    for place in range(10):
        parts["validation"][place] = alter(parts["train"][20 + place], how)
    report = leak_report(dataset_of(parts))
    found = set(zip(report.near["index_a"], report.near["index_b"]))
    expected = {(20 + place, place) for place in range(10)}
    assert found <= expected
    assert len(found) >= 9
    assert report.near["similarity"].is_monotonic_decreasing
    assert len(leak_report(dataset_of(parts), near=False).near) == 0


def test_groups_in_two_splits(parts):
    groups = {name: [f"{name}{i // 2}" for i in range(len(images))] for name, images in parts.items()}
    groups["test"][0] = groups["test"][1] = groups["train"][5]
    dataset = dataset_of(parts, groups=groups)
    report = leak_report(dataset, near=False)
    assert report.groups.to_numpy().tolist() == [["train2", "train", 2, "test", 2]]
    assert "1 groups stand in both train and test" in quick_leaks(dataset)


def test_multi_label_and_colour_and_float(parts):
    parts = {name: np.repeat(images, 3, axis=-1) for name, images in parts.items()}
    parts["test"][0] = parts["train"][0]
    parts["train"] = parts["train"] / np.float32(255)
    labels = {name: np.ones((len(images), 2), int) for name, images in parts.items()}
    report = leak_report(dataset_of(parts, labels, task="multi-label"))
    assert report.exact["label_a"].tolist() == ["a + b"]


def test_tiny_and_blank_images():
    parts = {name: np.zeros((3, 1, 1, 1), np.uint8) for name in ("train", "validation", "test")}
    assert len(leak_report(dataset_of(parts)).exact) == 9
    parts = {"train": textures(2, 0), "validation": textures(1, 1), "test": None}
    dataset = dataset_of(
        {name: images for name, images in parts.items() if images is not None} | {"test": textures(1, 2)}
    )
    assert leak_report(dataset).clean


def test_a_sample_is_compared_when_there_is_too_much(parts):
    report = leak_report(dataset_of(parts), most_comparisons=2000)
    assert any("images were compared" in note for note in report.notes)


def test_image_files(parts, tmp_path):
    parts["validation"][3] = parts["train"][10]
    files = {}
    for name, images in parts.items():
        paths = []
        for place, image in enumerate(images[:40]):
            paths.append(tmp_path / f"{name}{place}.png")
            Image.fromarray(image[..., 0]).save(paths[-1])
        files[name] = ImageFiles(paths, (32, 32), 1)
    dataset = dataset_of(files)
    report = leak_report(dataset)
    assert report.exact[["index_a", "index_b"]].to_numpy().tolist() == [[10, 3]]
    assert len(report.near) == 0
    assert "1 of the validation images stand in train too" in quick_leaks(dataset)


def test_quick_says_what_it_left_out(parts, monkeypatch):
    monkeypatch.setattr("imgrec_tf.datasets.quick_leaks._MOST_BYTES", 1000)
    assert "leak_report(dataset) looks at all" in quick_leaks(dataset_of(parts))


def test_the_eight_of_pneumoniamnist(imgrec_data):
    path = imgrec_data / "pneumoniamnist_rebuilt.npz"
    if not path.is_file():
        pytest.skip(f"needs {path}")
    dataset = from_npz(path, class_names=["normal", "pneumonia"])
    start = time.perf_counter()
    report = leak_report(dataset)
    seconds = time.perf_counter() - start
    assert len(report.exact) == 8
    assert set(zip(report.exact["split_a"], report.exact["split_b"])) == {("train", "validation")}
    assert len(report.near) == 0
    assert len(report.contradictions) == 0
    assert seconds < 15
    assert "8 of the validation images stand in train too" in quick_leaks(dataset)


def test_mnist_is_quick_and_clean(imgrec_data):
    if not (imgrec_data / "mnist.npz").is_file():
        pytest.skip(f"needs {imgrec_data / 'mnist.npz'}")
    dataset = load("mnist", folder=imgrec_data)
    start = time.perf_counter()
    assert quick_leaks(dataset) is None
    assert time.perf_counter() - start < 3
    assert leak_report(dataset, near=False).clean


@pytest.mark.slow
def test_few_false_alarms_on_mnist(imgrec_data):
    if not (imgrec_data / "mnist.npz").is_file():
        pytest.skip(f"needs {imgrec_data / 'mnist.npz'}")
    report = leak_report(load("mnist", folder=imgrec_data))
    assert len(report.near) <= 15
