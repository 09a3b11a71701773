"""A small network in one file: its weights and, as JSON, what it takes to build it again."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np


def save_network(path: str | Path, weights: Sequence[np.ndarray], about: dict, *, owner: str) -> Path:
    """Write weights and facts, whole or not at all; return the path.

    Args:
        path: A name that ends with .npz.
        weights: In the order of `model.get_weights()`.
        about: Anything that JSON can hold.
        owner: What is saved, for the message, such as "reader".

    Raises:
        ValueError: If the name does not end with .npz.
    """
    path = Path(path)
    if path.suffix != ".npz":
        raise ValueError(f"a {owner} is saved as .npz, got {path.name}")
    arrays = {f"{place:03d}": one for place, one in enumerate(weights)}
    partial = path.with_name(f".{path.stem}.part.npz")
    try:
        np.savez_compressed(partial, about=np.array(json.dumps(about)), **arrays)
        return partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def load_network(path: str | Path) -> tuple[list[np.ndarray], dict]:
    """Read what `save_network` wrote: weights and facts. A damaged file raises what NumPy or JSON raise."""
    with np.load(path, allow_pickle=False) as file:
        return [file[name] for name in sorted(set(file.files) - {"about"})], json.loads(str(file["about"]))
