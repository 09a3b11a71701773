"""What `Recognizer.predict` is given, taken apart into single images that are read one by one.

Taking apart is quick and reads no image, so a folder of thousands needs memory for its names only.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

ACCEPTED = (
    "a path, a folder, an array (height, width[, channels]) or (n, height, width[, channels]), a PIL image, the bytes "
    "of an image file, an open file, a Split, or a list of these"
)


NO_FILES = "the folder holds no files; check the path"


@dataclass(frozen=True)
class Source:
    """One image to come.

    Attributes:
        name: What the answer is listed under; None to number it by its row.
        kind: What stands before the number when there is no name.
        read: Returns the image (height, width[, channels]); raises when it can't.
        parallel: Whether `read` may run beside others. Open files and PIL images keep a position and may not.
        origin: Returns the path or the bytes that the image comes from, or None where it was in memory.
    """

    name: str | None
    kind: str
    read: Callable[[], np.ndarray]
    parallel: bool = True
    origin: Callable[[], str | bytes | None] = lambda: None


def expand(sources: Any) -> Iterator[Source]:
    """Take `sources` apart, in order.

    Every entry gives at least one `Source`: a folder without files, and an entry of a list that is no image, give one
    whose `read` says so.

    Raises:
        TypeError: If `sources` as a whole is nothing that could hold images.
    """
    if isinstance(sources, str | os.PathLike):
        return _of_path(sources)
    if isinstance(sources, bytes | bytearray | memoryview):
        return iter([_of_bytes(bytes(sources))])
    if _is_split(sources):
        return _of_split(sources)
    if _is_image_files(sources):
        return _of_image_files(sources)
    if _is_pil(sources):
        return iter([_of_pil(sources)])
    if hasattr(sources, "read"):
        return iter([_of_file(sources)])
    if isinstance(sources, np.ndarray) and sources.dtype.kind in "USO" and sources.ndim == 1:
        return _of_entries(sources)
    if hasattr(sources, "__array__") and not hasattr(sources, "index"):  # arrays and tensors, but no table of pandas
        return _of_array(np.asarray(sources))
    if isinstance(sources, Iterable) and not isinstance(sources, dict) and not hasattr(sources, "columns"):
        return _of_entries(sources)
    raise TypeError(f"sources must be {ACCEPTED}; got {_described(sources)}")


def _described(value: Any) -> str:
    hints = {
        "ImageDataset": "an ImageDataset: give one of its splits, for example dataset.test",
        "DataFrame": "a DataFrame: give the column of paths, for example table['path']",
        "dict": "a dict: give its values as a list",
    }
    return hints.get(type(value).__name__, f"{value!r:.60} ({type(value).__name__})")


def _of_entries(entries: Iterable) -> Iterator[Source]:
    for entry in entries:
        try:
            inner = expand(entry)
        except TypeError:
            inner = iter([_failing(None, f"is no image: {_described(entry)}")])
        except ValueError as error:
            inner = iter([_failing(None, str(error))])
        yield from inner


def _failing(name: str | None, problem: str) -> Source:
    def read():
        raise ValueError(problem)

    return Source(name, "entry", read)


# ---- files and folders -----------------------------------------------------------------------------------------------


def _of_path(path: str | os.PathLike) -> Iterator[Source]:
    text = os.fsdecode(path)
    name = _printable(text)
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]+://", text):
        return iter([_failing(name, "web addresses are not fetched; download the file first and give its path")])
    try:
        folder = Path(text).expanduser()
        if folder.is_dir():
            return _of_folder(str(folder))
    except (OSError, ValueError, RuntimeError) as error:  # a name too long, a null byte, no home folder
        return iter([_failing(name, getattr(error, "strerror", None) or str(error))])
    return iter([_of_one_path(name, str(folder))])


def _hidden(name: str) -> bool:
    # Besides names that begin with a dot: what Windows and macOS leave in folders and don't show.
    return name.startswith(".") or name.lower() in ("thumbs.db", "desktop.ini", "__macosx")


def _of_folder(folder: str) -> Iterator[Source]:
    """Return every file in and below a folder that isn't hidden, sorted by path, links followed once."""
    found: list[tuple[tuple[str, ...], Source]] = []

    def unreadable(error: OSError) -> None:
        name = os.fspath(error.filename or folder)
        found.append((Path(name).parts, _failing(_printable(name), f"the folder can't be read: {error.strerror}")))

    seen = {os.path.realpath(folder)}
    for parent, folders, files in os.walk(folder, onerror=unreadable, followlinks=True):
        kept = []
        for one in sorted(folders):
            place = os.path.realpath(os.path.join(parent, one))  # noqa: PTH118 (thousands of names)
            if not _hidden(one) and place not in seen:
                seen.add(place)
                kept.append(one)
        folders[:] = kept
        for one in files:
            if not _hidden(one):
                path = os.path.join(parent, one)  # noqa: PTH118
                found.append((Path(path).parts, _of_one_path(_printable(path), path)))
    if not found:
        return iter([_failing(_printable(folder), NO_FILES)])
    return (source for _, source in sorted(found, key=lambda pair: pair[0]))


def _of_one_path(name: str, path: str, read: Callable[[str], np.ndarray] | None = None) -> Source:
    return Source(name, "file", lambda: (read or _read_path)(path), origin=lambda: path)


def _read_path(path: str) -> np.ndarray:
    from imgrec_tf.datasets.image_files import read_image

    return read_image(path)


def _printable(name: str) -> str:
    """Return a file name that any table can hold, also where its bytes are no valid UTF-8."""
    return name.encode("utf-8", "backslashreplace").decode("utf-8")


# ---- what is in memory -----------------------------------------------------------------------------------------------


def _of_bytes(content: bytes) -> Source:
    from imgrec_tf.datasets.image_files import read_image

    return Source(None, "bytes", lambda: read_image(content), origin=lambda: content)


def _of_file(file: Any) -> Source:
    def read() -> np.ndarray:
        from imgrec_tf.datasets.image_files import read_image

        content = file.read()
        if not isinstance(content, bytes):
            raise ValueError('the file was opened as text; open it with mode "rb"')
        return read_image(content)

    def origin() -> bytes | None:
        try:
            file.seek(0)
        except (AttributeError, OSError, ValueError):
            return None  # a stream that is read once
        return file.read()

    name = getattr(file, "name", None)
    return Source(_printable(name) if isinstance(name, str) else None, "file", read, parallel=False, origin=origin)


def _is_pil(value: Any) -> bool:
    from PIL import Image

    return isinstance(value, Image.Image)


def _of_pil(image: Any) -> Source:
    name = getattr(image, "filename", None)
    return Source(_printable(os.fsdecode(name)) if name else None, "image", lambda: _read_pil(image), parallel=False)


def _read_pil(image: Any) -> np.ndarray:
    from imgrec_tf.datasets import read_image

    return read_image(image)


def _of_array(array: np.ndarray) -> Iterator[Source]:
    if array.ndim == 2 or (array.ndim == 3 and array.shape[-1] <= 4):
        return iter([Source(None, "array", lambda: array)])
    if array.ndim in (3, 4):
        return (Source(None, "array", lambda index=index: array[index]) for index in range(len(array)))
    raise ValueError(
        f"an array must have shape (height, width[, channels]) or (n, height, width[, channels]), got {array.shape}"
    )


def _is_split(value: Any) -> bool:
    from imgrec_tf.datasets.one_split import Split

    return isinstance(value, Split)


def _of_split(split: Any) -> Iterator[Source]:
    if _is_image_files(split.images):
        return _of_image_files(split.images, split.sources)
    names = [_printable(str(name)) for name in split.sources]
    return (Source(name, "image", lambda index=index: split.images[index]) for index, name in enumerate(names))


def _is_image_files(value: Any) -> bool:
    from imgrec_tf.datasets.image_files import ImageFiles

    return isinstance(value, ImageFiles)


def _of_image_files(images: Any, names: Iterable | None = None) -> Iterator[Source]:
    """Return the files themselves: they are prepared for the model, not for the size that `images` gives them."""
    named = zip(images.paths, images.paths if names is None else names)
    return (_of_one_path(_printable(str(name)), path, images.read) for path, name in named)
