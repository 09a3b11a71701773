"""Where the files of a data set are: a folder of yours, the cache, or the web.

And whether they are what they should be: nothing is used on the word of its name alone.
"""

from __future__ import annotations

import contextlib
import json
import os
import warnings
from dataclasses import dataclass
from pathlib import Path

from imgrec_tf.datasets.download import download, file_checksum, has_checksum

_verified: dict[
    tuple, bool
] = {}  # what this process has already compared, by path, length, time of change and checksum


@dataclass(frozen=True)
class Found:
    """Files of one data set at one size.

    Attributes:
        paths: The files, in the order in which the catalogue lists them.
        reader: Name of the reader in `archives`.
        note: What has to be said of the files in the card; empty for the official ones.
        checksum: Checksum of the file, or None where there are several.
        official: False for a known alternative and for a file nobody vouches for.
        known: True when the checksum is one of the catalogue's.
    """

    paths: tuple[Path, ...]
    reader: str
    note: str
    checksum: str | None
    official: bool
    known: bool


def cache_folder() -> Path:
    """Return the folder for downloads: `IMGREC_CACHE` where that is set, else the user's cache on this system."""
    named = os.environ.get("IMGREC_CACHE")
    if named:
        return Path(named).expanduser()
    import platformdirs

    return Path(platformdirs.user_cache_dir("imgrec_tf", appauthor=False))


def own_folders(folder: str | Path | None) -> list[tuple[str, Path]]:
    """Return the folders of the user, with what each is called: the argument first, then `IMGREC_DATA`.

    Raises:
        FileNotFoundError: If the argument is not a folder.
    """
    folders = []
    if folder is not None:
        if not Path(folder).expanduser().is_dir():
            raise FileNotFoundError(f"there is no folder {folder}; name an existing one, or leave folder out")
        folders.append(("folder", Path(folder).expanduser()))
    named = os.environ.get("IMGREC_DATA")
    if named:
        if Path(named).expanduser().is_dir():
            folders.append(("IMGREC_DATA", Path(named).expanduser()))
        else:
            warnings.warn(f"IMGREC_DATA names {named}, which is not a folder; it is left out", stacklevel=3)
    return folders


def place_of(name: str, entry: dict, size: int, folder: str | Path | None = None) -> str | None:
    """Say where the files of a data set stand, "folder", "IMGREC_DATA" or "cache", or None; nothing is read."""
    for place, path in own_folders(folder):
        if any(_all_there(path, name, choice) for choice in _choices(entry, size)):
            return place
    return "cache" if _in_cache(name, entry["files"][str(size)]) else None


def find(name: str, entry: dict, size: int, folder: str | Path | None = None) -> Found:
    """Find the files of a data set, or download them into the cache.

    A damaged file in the cache is deleted and fetched again. A file in a folder of the user is never touched: when its
    checksum is neither the official one nor that of a known alternative, a warning names both, and the caller has to
    check the contents.

    Raises:
        DownloadError: If the files are nowhere and cannot be fetched.
        FileNotFoundError: If `folder` does not exist.
    """
    for _, path in own_folders(folder):
        for choice in _choices(entry, size):
            paths = _all_there(path, name, choice)
            if paths:
                return _judged(paths, entry, size)
    official = entry["files"][str(size)]
    paths = tuple(_from_cache_or_web(name, one) for one in official)
    return Found(paths, official[0]["reader"], "", _only(official), official=True, known=True)


def _choices(entry: dict, size: int) -> list[list[dict]]:
    """Return what may stand for the data set: the official files together, or one alternative file."""
    alternatives = entry.get("alternatives", {}).get(str(size), [])
    return [entry["files"][str(size)], *([one] for one in alternatives)]


def _all_there(folder: Path, name: str, files: list[dict]) -> tuple[Path, ...] | None:
    for place in (folder / name, folder):
        paths = tuple(place / one["name"] for one in files)
        if all(path.is_file() for path in paths):
            return paths
    return None


def _judged(paths: tuple[Path, ...], entry: dict, size: int) -> Found:
    official = entry["files"][str(size)]
    if [path.name for path in paths] == [one["name"] for one in official] and all(
        _matches(path, one["checksum"]) for path, one in zip(paths, official)
    ):
        return Found(paths, official[0]["reader"], "", _only(official), official=True, known=True)
    alternatives = entry.get("alternatives", {}).get(str(size), [])
    for one in alternatives:
        if len(paths) == 1 and _matches(paths[0], one["checksum"]):
            return Found(paths, one["reader"], one["note"], one["checksum"], official=False, known=True)
    expected = {one["name"]: one["checksum"] for one in [*alternatives, *official]}
    readers = {one["name"]: one["reader"] for one in [*alternatives, *official]}
    wrong = [path for path in paths if not _matches(path, expected[path.name])]
    found = {path.name: file_checksum(path, expected[path.name].partition(":")[0]) for path in wrong}
    told = "; ".join(f"{path} has {found[path.name]} instead of {expected[path.name]}" for path in wrong)
    warnings.warn(
        f"{told}. Its contents are checked against the catalogue and used if they fit; for the official images, "
        "delete or rename the file and let it be downloaded",
        stacklevel=4,
    )
    note = "a file whose checksum nobody vouches for, accepted because its shapes, counts and labels fit"
    checksum = next(iter(found.values())) if len(paths) == 1 else None
    return Found(paths, readers[paths[0].name], note, checksum, official=False, known=False)


def _only(files: list[dict]) -> str | None:
    return files[0]["checksum"] if len(files) == 1 else None


def _in_cache(name: str, files: list[dict]) -> bool:
    return all((cache_folder() / name / one["name"]).is_file() for one in files)


def _from_cache_or_web(name: str, one: dict) -> Path:
    path = cache_folder() / name / one["name"]
    if path.is_file():
        if _matches(path, one["checksum"], stamp=True):
            return path
        warnings.warn(
            f"{path} is damaged (checksum differs from {one['checksum']}); it is deleted and fetched again",
            stacklevel=4,
        )
        path.unlink()
    download(one["urls"], path, checksum=one["checksum"])
    _write_stamp(path, one["checksum"])
    return path


def _matches(path: Path, checksum: str, *, stamp: bool = False) -> bool:
    status = path.stat()
    key = (str(path), status.st_size, status.st_mtime_ns, checksum)
    if key not in _verified:
        _verified[key] = (stamp and _read_stamp(path) == list(key[1:])) or has_checksum(path, checksum)
        if stamp and _verified[key]:
            _write_stamp(path, checksum)
    return _verified[key]


def _stamp_path(path: Path) -> Path:
    return path.with_name(path.name + ".verified")


def _read_stamp(path: Path) -> list | None:
    """Return what was noted when a cached file was last compared as a whole: gigabytes are not read at each load."""
    try:
        return json.loads(_stamp_path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def _write_stamp(path: Path, checksum: str) -> None:
    status = path.stat()
    with contextlib.suppress(OSError):
        _stamp_path(path).write_text(json.dumps([status.st_size, status.st_mtime_ns, checksum]), encoding="utf-8")
