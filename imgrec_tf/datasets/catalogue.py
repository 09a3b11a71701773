"""The catalogue: data sets by name, each with its card, found on this machine, downloaded, or made on the spot."""

from __future__ import annotations

import difflib
import importlib
import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from imgrec_tf.datasets.cards import DatasetCard
from imgrec_tf.datasets.files import Found, find, place_of

if TYPE_CHECKING:
    import pandas

    from imgrec_tf.datasets.dataset import ImageDataset

_PART_OF_FREE_MEMORY = 0.9


@cache
def entries() -> dict[str, dict]:
    """Return the catalogue as it stands in `catalogue.json`: one dictionary a data set, by name."""
    return json.loads(Path(__file__).with_name("catalogue.json").read_text(encoding="utf-8"))["datasets"]


def available(folder: str | Path | None = None) -> pandas.DataFrame:
    """List the data sets that `load` knows.

    Args:
        folder: A folder to look into for files, besides the one that `IMGREC_DATA` names and the cache.

    Returns:
        One row a data set: name, title, task, classes (how many), images (how many, of all splits; 0 where you choose),
        synthetic, licence, sizes (height and width in pixels, as text), where ("made here", "folder", "IMGREC_DATA",
        "cache" or "to download"; with the sizes in brackets where only some are there).

    Raises:
        FileNotFoundError: If `folder` does not exist.
    """
    import pandas as pd

    rows = [
        {
            "name": name,
            "title": entry["title"],
            "task": entry["task"],
            "classes": len(entry["class_names"]),
            "images": sum(entry["splits"].values()),
            "synthetic": entry["synthetic"],
            "licence": entry["licence"],
            "sizes": "any" if "generator" in entry else ", ".join(str(size) for size in entry["sizes"]),
            "where": _where(name, entry, folder),
        }
        for name, entry in entries().items()
    ]
    return pd.DataFrame(rows)


def _where(name: str, entry: dict, folder: str | Path | None) -> str:
    if "generator" in entry:
        return "made here"
    places: dict[str, list[int]] = {}
    for size in entry["sizes"]:
        place = place_of(name, entry, size, folder)
        if place:
            places.setdefault(place, []).append(size)
    if not places:
        return "to download"
    several = len(entry["sizes"]) > 1
    return ", ".join(place + (f" ({', '.join(map(str, sizes))})" if several else "") for place, sizes in places.items())


def card(name: str, *, size: int | None = None) -> DatasetCard:
    """Return the card of a data set in the catalogue, without loading any image.

    Args:
        name: As in `available`.
        size: Which file the addresses and the checksum are of; the smallest when left out.

    Raises:
        ValueError: If there is no such data set, or not at this size.
    """
    entry = _entry(name)
    files = [] if "generator" in entry else entry["files"][str(_size(name, entry, size))]
    urls = files[0]["urls"] if len(files) == 1 else [one["urls"][0] for one in files]
    return DatasetCard(
        name=name,
        title=entry["title"],
        task=entry["task"],
        class_names=tuple(entry["class_names"]),
        synthetic=entry["synthetic"],
        source=entry["source"],
        licence=entry["licence"],
        citation=entry["citation"],
        intended_use=entry["intended_use"],
        urls=tuple(urls),
        checksum=files[0]["checksum"] if len(files) == 1 else None,
        splits=dict(entry["splits"]),
    )


def load(
    name: str, *, size: int | None = None, seed: int = 0, folder: str | Path | None = None, **generator_options
) -> ImageDataset:
    """Load a data set of the catalogue.

    Its files are looked for in `folder`, in the folder that the environment variable `IMGREC_DATA` names, and in the
    cache; what is in none of them is downloaded into the cache and checked. The card's `source` says so when another
    file than the official one was used. MNIST, Fashion-MNIST and CIFAR-10 come without a validation split: 6,000, 6,000
    and 5,000 images are taken out of train, stratified, in an order that `seed` decides.

    Args:
        name: As in `available`, for example "pneumoniamnist" or "chest-phantom".
        size: Height and width in pixels; the smallest published one, or the generator's own default, when left out.
        seed: Seed of a validation split that has to be taken out of train, and of a generator.
        folder: A folder of yours with the files.
        **generator_options: For data sets that are made on the spot, for example `count=500`.

    Returns:
        The data set, images as uint8 arrays (n, height, width, channels).

    Raises:
        ValueError: If there is no such data set or size, or a file does not hold what the catalogue says.
        TypeError: If generator options are given for a data set that is read from files.
        DownloadError: If the files are nowhere and cannot be fetched; the text says what to do by hand.
        FileNotFoundError: If `folder` does not exist.
        MemoryError: If the images would not fit into the free memory.
    """
    entry = _entry(name)
    if "generator" in entry:
        module, _, function = entry["generator"].partition(":")
        chosen = {} if size is None else {"size": size}
        return getattr(importlib.import_module(module), function)(seed=seed, **chosen, **generator_options)
    if generator_options:
        raise TypeError(
            f"{name} is read from files and takes no {', '.join(generator_options)}; such options are for data sets "
            "that are made on the spot; for fewer training images use load(...).subset_train(count)"
        )
    size = _size(name, entry, size)
    _require_memory(name, entry, size)
    return _from_files(name, entry, size, find(name, entry, size, folder), seed)


def _entry(name: str) -> dict:
    known = entries()
    if name in known:
        return known[name]
    near = difflib.get_close_matches(str(name).lower().replace("_", "-"), known, n=3, cutoff=0.5)
    hint = f"did you mean {' or '.join(map(repr, near))}?" if near else f"known are {', '.join(known)}"
    raise ValueError(
        f"there is no data set {name!r}; {hint} (datasets.available() lists all; from_folder reads your own images)"
    )


def _size(name: str, entry: dict, size: int | None) -> int:
    sizes = entry["sizes"]
    if size is None:
        return sizes[0]
    if size not in sizes:
        raise ValueError(
            f"{name} is published at {', '.join(map(str, sizes))} pixels, not at {size!r}; choose one of these sizes"
        )
    return size


def _require_memory(name: str, entry: dict, size: int) -> None:
    import psutil

    needed = sum(entry["splits"].values()) * size * size * entry["channels"]
    free = psutil.virtual_memory().available
    if needed > _PART_OF_FREE_MEMORY * free:
        raise MemoryError(
            f"{name} at {size} pixels takes {needed / 1e9:.1f} GB of memory and {free / 1e9:.1f} GB are free; choose "
            f"a smaller size ({', '.join(map(str, entry['sizes']))}), or close other programs"
        )


def _from_files(name: str, entry: dict, size: int, found: Found, seed: int) -> ImageDataset:
    from dataclasses import replace

    import numpy as np

    from imgrec_tf.datasets.archives import read_archive
    from imgrec_tf.datasets.dataset import SPLIT_NAMES, ImageDataset
    from imgrec_tf.datasets.one_split import Split
    from imgrec_tf.datasets.splits import split

    parts = read_archive(found.reader, found.paths, entry["class_names"])
    _require_contents(entry, size, parts, ", ".join(str(path) for path in found.paths))
    sources = {
        part: np.array([f"{part}[{i}]" for i in range(len(images))], dtype=object)
        for part, (images, _) in parts.items()
    }
    if "validation_from_train" in entry:
        images, labels = parts["train"]
        taken = split(labels, validation=entry["validation_from_train"] / len(labels), test=0, seed=seed)
        for part in ("validation", "train"):
            parts[part] = images[taken[part]], labels[taken[part]]
        sources = sources | {part: sources["train"][taken[part]] for part in ("train", "validation")}
    names = ", ".join(path.name for path in found.paths)
    used = f"; file used: {names}" + (f", {found.note}" if found.note else "")
    about = card(name, size=size)
    about = replace(about, source=about.source + used, checksum=found.checksum)
    splits = {
        part: Split(
            parts[part][0],
            parts[part][1],
            class_names=entry["class_names"],
            task=entry["task"],
            sources=sources[part],
            name=part,
        )
        for part in SPLIT_NAMES
    }
    return ImageDataset(**splits, card=about)


def _require_contents(entry: dict, size: int, parts: dict, place: str) -> None:
    """Compare shapes, counts, number types and labels with the catalogue, whatever the checksum said."""
    import numpy as np

    shape = (size, size, entry["channels"])
    counts = dict(entry["splits"])
    if "validation_from_train" in entry:
        counts["train"] += counts.pop("validation")
    classes = len(entry["class_names"])
    problems = []
    for part, count in counts.items():
        images, labels = parts[part]
        if images.dtype != np.uint8 or images.shape != (count, *shape):
            problems.append(f"{part} images are {images.dtype} {images.shape} instead of uint8 {(count, *shape)}")
        multi_label = entry["task"] == "multi-label"
        shapes = [(count, classes)] if multi_label else [(count,), (count, 1)]
        if labels.shape not in shapes or not np.issubdtype(labels.dtype, np.integer):
            problems.append(f"{part} labels are {labels.dtype} {labels.shape} instead of integers {shapes[-1]}")
        elif labels.min() < 0 or labels.max() > (1 if multi_label else classes - 1):
            problems.append(f"{part} labels reach from {labels.min()} to {labels.max()}, with {classes} classes")
    if problems:
        raise ValueError(
            f"{place} does not hold what the catalogue says: {'; '.join(problems)}; delete or rename the file to have "
            "the official one downloaded, or read your own arrays with from_npz"
        )
