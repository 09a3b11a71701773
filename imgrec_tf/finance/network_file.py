"""A small network in one file: its weights and, as JSON, what it takes to build it again."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np


def save_network(
    path: str | Path, weights: Sequence[np.ndarray], about: dict, *, owner: str, eight_bits: bool = False
) -> Path:
    """Write weights and facts, whole or not at all; return the path.

    Args:
        path: A name that ends with .npz.
        weights: In the order of `model.get_weights()`.
        about: Anything that JSON can hold.
        owner: What is saved, for the message, such as "reader".
        eight_bits: Write each kernel as whole numbers from -127 to 127, with a factor for each place of its last axis;
            that is half the size of half precision.

    Raises:
        ValueError: If the name does not end with .npz.
    """
    path = Path(path)
    if path.suffix != ".npz":
        raise ValueError(f"a {owner} is saved as .npz, got {path.name}")
    arrays = {}
    for place, one in enumerate(weights):
        if eight_bits and one.ndim > 1:
            factor = np.abs(one).max(axis=tuple(range(one.ndim - 1))).astype(np.float32) / 127 + 1e-12
            arrays[f"{place:03d}_factor"] = factor.astype(np.float32)
            one = np.rint(one / factor).astype(np.int8)
        arrays[f"{place:03d}"] = one
    partial = path.with_name(f".{path.stem}.part.npz")
    try:
        np.savez_compressed(partial, about=np.array(json.dumps(about)), **arrays)
        return partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def load_network(path: str | Path) -> tuple[list[np.ndarray], dict]:
    """Read what `save_network` wrote: weights and facts. A damaged file raises what NumPy or JSON raise."""
    with np.load(path, allow_pickle=False) as file:
        places = sorted(name for name in file.files if name.isdigit())
        weights = [file[one] * file[f"{one}_factor"] if f"{one}_factor" in file.files else file[one] for one in places]
        return weights, json.loads(str(file["about"]))
