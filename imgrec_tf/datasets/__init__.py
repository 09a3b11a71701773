"""Data sets: get images with their labels from a catalogue, a folder, a table or arrays, and split them honestly."""

from __future__ import annotations

import importlib

_NAMES = {
    "DatasetCard": "cards",
    "DownloadError": "download",
    "ImageDataset": "dataset",
    "ImageFiles": "image_files",
    "ImageProblem": "image_files",
    "LeakReport": "leaks",
    "Split": "dataset",
    "available": "catalogue",
    "card": "catalogue",
    "from_arrays": "arrays",
    "from_csv": "folders",
    "from_folder": "folders",
    "from_npz": "arrays",
    "leak_report": "leaks",
    "load": "catalogue",
    "read_image": "image_files",
    "split": "splits",
}

__all__ = sorted(_NAMES)


def __getattr__(name: str):
    if name in _NAMES:
        return getattr(importlib.import_module(f"{__name__}.{_NAMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}; public names: {', '.join(__all__)}")


def __dir__() -> list[str]:
    return __all__
