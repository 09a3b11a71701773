"""Data sets: get images with their labels from a catalogue, a folder, a table or arrays, and split them honestly."""

from __future__ import annotations

from imgrec_tf._lazy import resolver

_NAMES = {
    "DatasetCard": "cards",
    "DownloadError": "download",
    "ImageDataset": "dataset",
    "ImageFiles": "image_files",
    "ImageProblem": "image_files",
    "LeakReport": "leaks",
    "Split": "one_split",
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

__getattr__, __dir__, __all__ = resolver(__name__, _NAMES)
