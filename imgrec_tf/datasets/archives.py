"""Readers of published files: npz, idx, the CIFAR archive, and a zip of class folders.

Each reader returns {"train": (images, labels), …} with uint8 images (n, height, width, channels) and the labels as the
file has them. None runs code that a file brings along.
"""

from __future__ import annotations

import gzip
import io
import pickle
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

Parts = dict[str, tuple[np.ndarray, np.ndarray]]

_MEDMNIST_SPLITS = {"train": "train", "val": "validation", "test": "test"}
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    ValueError,
    KeyError,
    tarfile.TarError,
    pickle.UnpicklingError,
)


def read_archive(reader: str, paths: Sequence[str | Path], class_names: Sequence[str]) -> Parts:
    """Read published files with one of the readers of this module.

    Args:
        reader: "npz_medmnist", "npz_train_test", "idx", "cifar_tar" or "class_folders_zip".
        paths: The file, or for "idx" the four files.
        class_names: Names of the classes in the order of the labels.

    Returns:
        (images, labels) by split name.

    Raises:
        ValueError: If a file is damaged or not built as expected; the text names the file.
    """
    readers = {
        "npz_medmnist": lambda: read_npz_medmnist(paths[0]),
        "npz_train_test": lambda: read_npz_train_test(paths[0]),
        "idx": lambda: read_idx_files(paths),
        "cifar_tar": lambda: read_cifar_tar(paths[0]),
        "class_folders_zip": lambda: read_class_folders_zip(paths[0], class_names),
    }
    if reader not in readers:
        raise ValueError(f"reader must be one of {', '.join(readers)}, got {reader!r}")
    try:
        parts = readers[reader]()
    except FileNotFoundError:
        raise
    except _DAMAGE as error:
        names = ", ".join(Path(path).name for path in paths)
        reason = f"there is no {error}" if isinstance(error, KeyError) else error
        raise ValueError(
            f"{names} cannot be read: {reason}; the file is damaged or is another one than its name says"
        ) from error
    return {name: (_with_channels(images), labels) for name, (images, labels) in parts.items()}


def _with_channels(images: np.ndarray) -> np.ndarray:
    return images[..., np.newaxis] if images.ndim == 3 else images


def read_npz_medmnist(path: str | Path) -> Parts:
    """Read `{train,val,test}_{images,labels}`, the layout of MedMNIST; labels of shape (n, 1) or (n, classes)."""
    with np.load(path, allow_pickle=False) as arrays:
        return {ours: (arrays[f"{name}_images"], arrays[f"{name}_labels"]) for name, ours in _MEDMNIST_SPLITS.items()}


def read_npz_train_test(path: str | Path) -> Parts:
    """Read `x_train`, `y_train`, `x_test`, `y_test`, the layout of Keras's mnist.npz."""
    with np.load(path, allow_pickle=False) as arrays:
        return {name: (arrays[f"x_{name}"], arrays[f"y_{name}"]) for name in ("train", "test")}


def read_idx(path: str | Path) -> np.ndarray:
    """Read an array of unsigned bytes from an idx file, compressed (.gz) or not.

    The format: two zero bytes, a type (8: unsigned byte), the number of dimensions, each size as a big-endian 32-bit
    integer, then the values (LeCun, Cortes and Burges, "The MNIST database").

    Raises:
        ValueError: If the header or the length is wrong.
    """
    path = Path(path)
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    if len(data) < 4 or data[:3] != b"\0\0\x08":
        raise ValueError(f"{path.name} does not begin like an idx file of unsigned bytes")
    dimensions = data[3]
    start = 4 + 4 * dimensions
    if len(data) < start:
        raise ValueError(f"{path.name} ends within its header")
    shape = struct.unpack(f">{dimensions}I", data[4:start])
    expected = int(np.prod(shape, dtype=np.int64))
    if len(data) - start != expected:
        raise ValueError(f"{path.name} holds {len(data) - start} values, but its header promises {expected}")
    return np.frombuffer(data, np.uint8, offset=start).reshape(shape)


def read_idx_files(paths: Sequence[str | Path]) -> Parts:
    """Read the four idx files of MNIST or Fashion-MNIST, in any order, told apart by their names."""
    by_name = {Path(path).name.split("-idx")[0]: path for path in paths}
    return {
        name: (read_idx(by_name[f"{prefix}-images"]), read_idx(by_name[f"{prefix}-labels"]))
        for name, prefix in (("train", "train"), ("test", "t10k"))
    }


class _ArraysOnly(pickle.Unpickler):
    """Loads NumPy arrays and plain values; refuses everything that could run code."""

    _ALLOWED = {("_codecs", "encode"), ("numpy", "dtype"), ("numpy", "ndarray")} | {
        (module, "_reconstruct") for module in ("numpy.core.multiarray", "numpy._core.multiarray")
    }

    def find_class(self, module: str, name: str):
        if (module, name) not in self._ALLOWED:
            raise pickle.UnpicklingError(f"it asks for {module}.{name}, which a file of images has no use for")
        if name == "_reconstruct":
            return np.zeros(0).__reduce__()[0]
        return super().find_class(module, name)


def read_cifar_tar(path: str | Path) -> Parts:
    """Read CIFAR-10 from the publisher's `cifar-10-python.tar.gz`, without unpacking it to disk."""
    found: dict[str, list] = {"train": [], "test": []}
    with tarfile.open(path, "r:gz") as archive:
        for member in archive:
            name = member.name.rpartition("/")[2]
            if not member.isfile() or not (name.startswith("data_batch_") or name == "test_batch"):
                continue
            batch = _ArraysOnly(archive.extractfile(member), encoding="bytes").load()
            images = np.asarray(batch[b"data"], np.uint8).reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)
            part = "test" if name == "test_batch" else "train"
            found[part].append((name, np.ascontiguousarray(images), np.asarray(batch[b"labels"], np.int64)))
    parts = {}
    for part, batches in found.items():
        if not batches:
            raise ValueError(f"it holds no {part} batch")
        batches.sort(key=lambda batch: batch[0])
        parts[part] = np.concatenate([batch[1] for batch in batches]), np.concatenate([batch[2] for batch in batches])
    return parts


def read_class_folders_zip(path: str | Path, class_names: Sequence[str]) -> Parts:
    """Read a zip of `train/<class>/<file>` and `test/<class>/<file>` into one array a split, decoding in threads.

    Args:
        path: The zip file.
        class_names: Names of the class folders, in the order of the labels.

    Raises:
        ValueError: If a folder is not a class, an image is damaged, or sizes differ.
    """
    numbers = {name: number for number, name in enumerate(class_names)}
    parts = {}
    data = io.BytesIO(Path(path).read_bytes())  # 60,000 small reads from memory take two thirds of the time
    with zipfile.ZipFile(data) as archive, ThreadPoolExecutor() as threads:
        names = sorted(name for name in archive.namelist() if name.lower().endswith((".jpg", ".jpeg", ".png")))
        for part in ("train", "test"):
            chosen = [name for name in names if name.split("/")[-3:][0] == part]
            if not chosen:
                raise ValueError(f"it holds no images in {part}/<class>/")
            unknown = {name.split("/")[-2] for name in chosen} - set(numbers)
            if unknown:
                raise ValueError(f"it has folders {sorted(unknown)} that are none of the classes {list(class_names)}")
            first = _decode(archive.read(chosen[0]), chosen[0])
            images = np.empty((len(chosen), *first.shape), np.uint8)

            def fill(places, images=images, chosen=chosen):
                for place in places:
                    image = _decode(archive.read(chosen[place]), chosen[place])
                    if image.shape != images.shape[1:]:
                        raise ValueError(f"{chosen[place]} has shape {image.shape}, the others have {images.shape[1:]}")
                    images[place] = image

            list(threads.map(fill, np.array_split(np.arange(len(chosen)), 64)))
            parts[part] = images, np.array([numbers[name.split("/")[-2]] for name in chosen], np.int64)
    return parts


def _decode(data: bytes, name: str) -> np.ndarray:
    from PIL import Image

    try:
        with Image.open(io.BytesIO(data)) as image:
            return np.asarray(image if image.mode == "L" else image.convert("RGB"))
    except (OSError, SyntaxError, Image.DecompressionBombError) as error:
        raise ValueError(f"{name} is damaged ({error})") from error
