"""The catalogue: its contents, where files are looked for, and what happens with wrong ones."""

from __future__ import annotations

import gzip
import hashlib
import importlib
import io
import pickle
import re
import subprocess
import sys
import tarfile
import time
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from imgrec_tf.datasets import DownloadError, available, card, load
from imgrec_tf.datasets import catalogue as catalogue_module
from imgrec_tf.datasets import files as files_module
from imgrec_tf.datasets.archives import read_archive, read_idx
from imgrec_tf.datasets.cards import TASKS
from imgrec_tf.datasets.catalogue import entries
from imgrec_tf.datasets.catalogue_page import main, page

PROJECT = Path(__file__).resolve().parents[2]
MEDMNIST = [name for name, entry in entries().items() if entry["citation"].startswith("Yang")]


@pytest.fixture(autouse=True)
def no_folder_of_the_machine(monkeypatch):
    monkeypatch.delenv("IMGREC_DATA", raising=False)
    monkeypatch.setattr(files_module, "_verified", {})


@pytest.fixture
def tiny(monkeypatch, tmp_path):
    """A data set "tiny" in MedMNIST's layout, whose official file stands in a folder "served"."""
    served = tmp_path / "served" / "tiny.npz"
    served.parent.mkdir()
    generator = np.random.default_rng(0)
    counts = {"train": 12, "val": 6, "test": 6}
    arrays = {f"{name}_images": generator.integers(0, 256, (n, 28, 28), dtype=np.uint8) for name, n in counts.items()}
    arrays |= {f"{name}_labels": (np.arange(n) % 2)[:, None].astype(np.uint8) for name, n in counts.items()}
    np.savez(served, **arrays)
    md5 = "md5:" + hashlib.md5(served.read_bytes(), usedforsecurity=False).hexdigest()
    entry = entries()["pneumoniamnist"] | {
        "splits": {"train": 12, "validation": 6, "test": 6},
        "files": {
            "28": [{"name": "tiny.npz", "reader": "npz_medmnist", "urls": ["https://a.example/t"], "checksum": md5}]
        },
        "sizes": [28],
        "alternatives": {},
    }
    monkeypatch.setattr(catalogue_module, "entries", lambda: {"tiny": entry})
    fetched = []

    def fetch(urls, destination, *, checksum):
        fetched.append(urls)
        destination.parent.mkdir(parents=True, exist_ok=True)
        destination.write_bytes(served.read_bytes())

    monkeypatch.setattr(files_module, "download", fetch)
    return {"file": served, "arrays": arrays, "md5": md5, "fetched": fetched, "entry": entry}


def test_eighteen_data_sets_with_whole_cards():
    assert len(entries()) == 18
    assert len(MEDMNIST) == 12
    for name, entry in entries().items():
        about = card(name)
        assert about.task in TASKS
        assert len(about.class_names) >= 2
        assert "not stated" not in (about.source, about.licence, about.citation, about.intended_use)
        assert about.synthetic == ("generator" in entry)
        assert (len(about.class_names) == 2) == (about.task == "binary")
        for files in entry.get("files", {}).values():
            for one in files:
                assert re.fullmatch(r"md5:[0-9a-f]{32}|sha256:[0-9a-f]{64}", one["checksum"])
                assert all(url.startswith("http") for url in one["urls"])


def test_medmnist_rows():
    checksums = [one["checksum"] for name in MEDMNIST for files in entries()[name]["files"].values() for one in files]
    assert len(set(checksums)) == 48
    for name in MEDMNIST:
        assert entries()[name]["sizes"] == [28, 64, 128, 224]
        assert "clinical" in card(name).intended_use
    assert card("retinamnist").task == "ordinal"
    assert card("chestmnist").task == "multi-label"
    assert card("dermamnist").licence == "CC BY-NC 4.0"
    assert card("breastmnist").class_names == ("malignant", "normal, benign")
    assert card("pneumoniamnist").checksum == "md5:28209eda62fecd6e6a2d98b1501bb15f"
    assert card("organsmnist", size=224).checksum == "md5:b354719e553fbbb2513d5533f52a4cb1"
    assert card("pneumoniamnist", size=64).urls == (
        "https://zenodo.org/records/10519652/files/pneumoniamnist_64.npz?download=1",
    )


def test_the_page_matches_the_catalogue(tmp_path):
    written = (PROJECT / "data" / "README.md").read_text(encoding="utf-8")
    assert written == page(), "run: python -m imgrec_tf.datasets.catalogue_page data/README.md"
    main([str(tmp_path / "page.md")])
    assert (tmp_path / "page.md").read_text(encoding="utf-8") == written


def test_available_says_where(tmp_path, cache_folder, monkeypatch):
    (tmp_path / "mnist.npz").touch()
    (cache_folder / "bloodmnist").mkdir()
    (cache_folder / "bloodmnist" / "bloodmnist_64.npz").touch()
    monkeypatch.setenv("IMGREC_DATA", str(tmp_path))
    table = available().set_index("name")
    assert list(table.columns) == ["title", "task", "classes", "images", "synthetic", "licence", "sizes", "where"]
    assert table["where"]["chest-phantom"] == "made here"
    assert table["where"]["mnist"] == "IMGREC_DATA"
    assert table["where"]["bloodmnist"] == "cache (64)"
    assert table["where"]["cifar10"] == "to download"
    assert table["images"]["pneumoniamnist"] == 5856
    assert available(tmp_path).set_index("name")["where"]["mnist"] == "folder"


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: load("pneumonia-mnist"), ValueError, "did you mean 'pneumoniamnist'"),
        (lambda: load("MNIST!"), ValueError, "did you mean 'mnist'"),
        (lambda: load("zzzz"), ValueError, "known are chest-phantom, id-documents, forged-documents, mnist"),
        (lambda: load("bloodmnist", size=100), ValueError, "published at 28, 64, 128, 224 pixels, not at 100"),
        (lambda: card("mnist", size=64), ValueError, "published at 28 pixels"),
        (lambda: load("mnist", count=5), TypeError, "takes no count"),
        (lambda: load("mnist", folder="/no/such/folder"), FileNotFoundError, "there is no folder"),
        (
            lambda: load("bloodmnist"),
            DownloadError,
            r"(?s)bloodmnist\.npz could not be downloaded.*By hand.*zenodo.*md5:7053",
        ),
    ],
)
def test_errors(call, error, message, monkeypatch):
    monkeypatch.setattr("time.sleep", lambda _: None)
    with pytest.raises(error, match=message):
        call()


def test_too_large_for_the_memory(monkeypatch):
    import psutil

    memory = psutil.virtual_memory()
    monkeypatch.setattr(psutil, "virtual_memory", lambda: memory._replace(available=10_000_000))
    with pytest.raises(MemoryError, match=r"takes 16\.1 GB of memory and 0\.0 GB are free; choose a smaller size"):
        load("pathmnist", size=224)


def test_a_generator_is_found_by_its_name(monkeypatch):
    module = importlib.import_module("types").ModuleType("made_up")
    module.make = lambda **options: options
    monkeypatch.setitem(sys.modules, "made_up", module)
    monkeypatch.setattr(catalogue_module, "entries", lambda: {"g": {"generator": "made_up:make"}})
    assert load("g", seed=3, count=10) == {"seed": 3, "count": 10}
    assert load("g", size=32) == {"seed": 0, "size": 32}


def test_the_phantom_is_loaded():
    dataset = load("chest-phantom", count=60, size=28, seed=1)
    assert dataset.synthetic
    assert dataset.class_names == card("chest-phantom").class_names
    assert dataset.card.name == "chest-phantom"


def test_a_download_is_kept_and_checked_once(tiny, cache_folder):
    dataset = load("tiny")
    assert dataset.image_shape == (28, 28, 1)
    assert (dataset.train.images[..., 0] == tiny["arrays"]["train_images"]).all()
    assert dataset.task == "binary"
    assert dataset.card.checksum == tiny["md5"]
    assert dataset.card.source.endswith("file used: tiny.npz")
    load("tiny")
    assert len(tiny["fetched"]) == 1
    assert (cache_folder / "tiny" / "tiny.npz").is_file()


def test_a_damaged_file_in_the_cache_is_fetched_again(tiny, cache_folder):
    (cache_folder / "tiny").mkdir()
    (cache_folder / "tiny" / "tiny.npz").write_bytes(b"damaged")
    with pytest.warns(UserWarning, match="is damaged"):
        load("tiny")
    assert len(tiny["fetched"]) == 1


def test_order_of_the_folders(tiny, tmp_path, monkeypatch, cache_folder):
    load("tiny", folder=tiny["file"].parent)
    monkeypatch.setenv("IMGREC_DATA", str(tiny["file"].parent))
    load("tiny")
    assert tiny["fetched"] == []
    monkeypatch.setenv("IMGREC_DATA", str(tmp_path / "nothing"))
    with pytest.warns(UserWarning, match="which is not a folder"):
        load("tiny")
    assert len(tiny["fetched"]) == 1


def test_a_subfolder_with_the_name_of_the_data_set(tiny, tmp_path):
    (tmp_path / "mine" / "tiny").mkdir(parents=True)
    (tmp_path / "mine" / "tiny" / "tiny.npz").write_bytes(tiny["file"].read_bytes())
    load("tiny", folder=tmp_path / "mine")
    assert tiny["fetched"] == []


def test_a_file_of_yours_nobody_vouches_for(tiny, tmp_path):
    np.savez_compressed(tmp_path / "tiny.npz", **tiny["arrays"])
    with pytest.warns(UserWarning, match=f"has md5:.* instead of {tiny['md5']}"):
        dataset = load("tiny", folder=tmp_path)
    assert "nobody vouches for" in dataset.card.source
    assert dataset.card.checksum != tiny["md5"]
    assert (tmp_path / "tiny.npz").is_file()


@pytest.mark.filterwarnings("ignore:.*instead of")
@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"train_labels": np.full((12, 1), 2, np.uint8)}, "train labels reach from 2 to 2, with 2 classes"),
        ({"test_images": np.zeros((6, 28, 27), np.uint8)}, r"test images are uint8 \(6, 28, 27, 1\) instead of"),
        ({"val_images": np.zeros((5, 28, 28), np.uint8)}, "validation images are"),
        ({"val_images": np.zeros((6, 28, 28))}, "validation images are float64"),
        ({"test_labels": np.zeros((6, 2), np.uint8)}, "test labels are"),
        ({"val_labels": None}, "cannot be read: there is no"),
    ],
)
def test_a_file_of_yours_that_does_not_fit(tiny, tmp_path, change, message):
    arrays = {key: value for key, value in (tiny["arrays"] | change).items() if value is not None}
    np.savez(tmp_path / "tiny.npz", **arrays)
    with pytest.raises(ValueError, match=message):
        load("tiny", folder=tmp_path)


def test_a_known_alternative_is_named_in_the_card(tiny, tmp_path, recwarn):
    np.savez_compressed(tmp_path / "other.npz", **tiny["arrays"])
    checksum = "sha256:" + hashlib.sha256((tmp_path / "other.npz").read_bytes()).hexdigest()
    other = {"name": "other.npz", "reader": "npz_medmnist", "checksum": checksum, "note": "put together again"}
    tiny["entry"]["alternatives"] = {"28": [other]}
    dataset = load("tiny", folder=tmp_path)
    assert dataset.card.source.endswith("file used: other.npz, put together again")
    assert dataset.card.checksum == checksum
    assert not [warning for warning in recwarn if "instead of" in str(warning.message)]


def idx(array):
    header = bytes([0, 0, 8, array.ndim]) + b"".join(size.to_bytes(4, "big") for size in array.shape)
    return header + array.tobytes()


def test_idx_files(tmp_path):
    images = {"train": np.arange(5 * 28 * 28).reshape(5, 28, 28) % 256, "t10k": np.zeros((2, 28, 28))}
    paths = []
    for part, array in images.items():
        for kind, values in (("images-idx3", array), ("labels-idx1", np.arange(len(array)))):
            paths.append(tmp_path / f"{part}-{kind}-ubyte.gz")
            paths[-1].write_bytes(gzip.compress(idx(values.astype(np.uint8))))
    parts = read_archive("idx", paths[::-1], ())
    assert parts["train"][0].shape == (5, 28, 28, 1)
    assert parts["train"][1].tolist() == [0, 1, 2, 3, 4]
    assert (parts["train"][0][..., 0] == images["train"]).all()


@pytest.mark.parametrize("data", [b"", b"abc", b"\0\0\x0d\x01", b"\0\0\x08\x03\0\0", b"\0\0\x08\x01\0\0\0\x09ab"])
def test_wrong_idx_files(tmp_path, data):
    (tmp_path / "labels").write_bytes(data)
    with pytest.raises(ValueError, match="labels"):
        read_idx(tmp_path / "labels")


def cifar_tar(path, batches):
    with tarfile.open(path, "w:gz") as archive:
        for name, content in batches.items():
            data = pickle.dumps(content, protocol=2)
            member = tarfile.TarInfo(f"cifar-10-batches-py/{name}")
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return path


def test_cifar_archive(tmp_path):
    images = np.random.default_rng(0).integers(0, 256, (6, 32, 32, 3), dtype=np.uint8)
    flat = images.transpose(0, 3, 1, 2).reshape(6, -1)
    batches = {
        "data_batch_2": {b"data": flat[2:4], b"labels": [2, 3]},
        "data_batch_1": {b"data": flat[:2], b"labels": [0, 1]},
        "test_batch": {b"data": flat[4:], b"labels": [4, 5]},
        "batches.meta": {b"label_names": []},
    }
    parts = read_archive("cifar_tar", [cifar_tar(tmp_path / "c.tar.gz", batches)], ())
    assert (parts["train"][0] == images[:4]).all()
    assert (parts["test"][0] == images[4:]).all()
    assert parts["train"][1].tolist() == [0, 1, 2, 3]


class Harmful:
    def __reduce__(self):
        return (subprocess.call, (["false"],))


def test_a_cifar_archive_cannot_run_code(tmp_path):
    path = cifar_tar(tmp_path / "c.tar.gz", {"test_batch": Harmful()})
    with pytest.raises(ValueError, match=r"asks for \w+\.call, which"):
        read_archive("cifar_tar", [path], ())


def image_zip(path, names, size=(4, 4)):
    with zipfile.ZipFile(path, "w") as archive:
        for place, name in enumerate(names):
            data = io.BytesIO()
            Image.new("RGB", size, (place, 0, 0)).save(data, "PNG")
            archive.writestr(name, data.getvalue())
    return path


def test_zip_of_class_folders(tmp_path):
    path = image_zip(tmp_path / "c.zip", ["train/dog/1.png", "train/cat/2.png", "test/dog/1.png"])
    parts = read_archive("class_folders_zip", [path], ["cat", "dog"])
    assert parts["train"][1].tolist() == [0, 1]
    assert parts["train"][0][:, 0, 0, 0].tolist() == [1, 0]
    assert parts["test"][0].shape == (1, 4, 4, 3)
    with pytest.raises(ValueError, match=r"folders \['dog'\]"):
        read_archive("class_folders_zip", [path], ["cat"])


@pytest.mark.parametrize("reader", ["npz_medmnist", "npz_train_test", "cifar_tar", "class_folders_zip"])
@pytest.mark.parametrize("data", [b"", b"text", b"PK\x03\x04" + b"\0" * 40, b"\x1f\x8b\x08" + b"\0" * 30])
def test_damaged_files(tmp_path, reader, data):
    (tmp_path / "broken").write_bytes(data)
    with pytest.raises(ValueError, match="broken cannot be read"):
        read_archive(reader, [tmp_path / "broken"], ["a"])


def test_card_stays_a_function_after_its_module_is_imported():
    code = "import imgrec_tf.datasets as d; from imgrec_tf.datasets.cards import DatasetCard; d.card('mnist')"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=PROJECT)


def test_listing_loads_no_tensorflow():
    code = "import sys, imgrec_tf.datasets as d; d.available(); assert 'tensorflow' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=PROJECT)


def real(folder, name):
    if not (folder / name).is_file():
        pytest.skip(f"needs {folder / name}")
    return folder


def test_real_mnist(imgrec_data, recwarn):
    dataset = load("mnist", folder=real(imgrec_data, "mnist.npz"))
    assert [len(split) for split in dataset.splits.values()] == [54_000, 6_000, 10_000]
    assert "another npz container" in dataset.card.source
    assert not [warning for warning in recwarn if "instead of" in str(warning.message)]
    train, validation = (set(dataset.splits[name].sources) for name in ("train", "validation"))
    assert len(train | validation) == 60_000
    other = load("mnist", folder=imgrec_data, seed=1)
    assert set(other.validation.sources) != validation
    shares = dataset.validation.class_counts() / dataset.train.class_counts()
    assert shares.to_numpy() == pytest.approx(np.full(10, 1 / 9), abs=1e-3)


def test_real_pneumoniamnist(imgrec_data, monkeypatch):
    monkeypatch.setenv("IMGREC_DATA", str(real(imgrec_data, "pneumoniamnist_rebuilt.npz")))
    dataset = load("pneumoniamnist")
    assert dataset.summary().loc["normal"].tolist() == [1214, 135, 234]
    assert "pneumoniamnist_rebuilt.npz" in dataset.card.source
    assert "8 images" in dataset.card.source
    assert available().set_index("name")["where"]["pneumoniamnist"] == "IMGREC_DATA (28)"


@pytest.mark.slow
def test_real_cifar10(imgrec_data):
    start = time.perf_counter()
    dataset = load("cifar10", folder=real(imgrec_data, "cifar10_jpeg.zip"))
    assert time.perf_counter() - start < 90
    assert [len(split) for split in dataset.splits.values()] == [45_000, 5_000, 10_000]
    assert dataset.image_shape == (32, 32, 3)
    assert "re-encoded as JPEG" in dataset.card.source
