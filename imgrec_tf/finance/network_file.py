"""A small network in one file: its weights and, as JSON, what it takes to build it again."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

_SHAPES = "shapes"


def save_network(
    path: str | Path, weights: Sequence[np.ndarray], about: dict, *, owner: str, bits: int | None = None
) -> Path:
    """Write weights and facts, whole or not at all; return the path.

    Args:
        path: A name that ends with .npz.
        weights: In the order of `model.get_weights()`.
        about: Anything that JSON can hold.
        owner: What is saved, for the message, such as "reader".
        bits: None keeps the weights as they are; 2 to 8 rounds those of kernels to this many bits, in steps of their
            own for each channel, and the others to float16 (Krishnamoorthi, "Quantizing deep convolutional networks for
            efficient inference", 2018, section 3). A file of 6 bits has about a fifth of the size.

    Raises:
        ValueError: If the name does not end with .npz, or `bits` is out of its range.
    """
    path = Path(path)
    if path.suffix != ".npz":
        raise ValueError(f"a {owner} is saved as .npz, got {path.name}")
    if bits is not None and not 2 <= bits <= 8:
        raise ValueError(f"bits must be None or 2 to 8, got {bits}")
    if bits is None:
        arrays = {f"{place:03d}": one for place, one in enumerate(weights)}
    else:
        arrays, about = _rounded(weights, bits), about | {_SHAPES: [one.shape for one in weights]}
    partial = path.with_name(f".{path.stem}.part.npz")
    try:
        np.savez_compressed(partial, about=np.array(json.dumps(about)), **arrays)
        return partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def load_network(path: str | Path) -> tuple[list[np.ndarray], dict]:
    """Read what `save_network` wrote: weights and facts. A damaged file raises what NumPy or JSON raise."""
    with np.load(path, allow_pickle=False) as file:
        about = json.loads(str(file["about"]))
        if _SHAPES in about:
            return _restored(file["kernels"], file["others"], about.pop(_SHAPES)), about
        return [file[name] for name in sorted(set(file.files) - {"about"})], about


def _rounded(weights: Sequence[np.ndarray], bits: int) -> dict[str, np.ndarray]:
    """Kernels as whole numbers of steps, one after the other; steps and all other weights in a second row."""
    kernels, others = [np.zeros(0, np.int8)], [np.zeros(0, np.float16)]
    for one in weights:
        if one.ndim < 2:
            others.append(one.astype(np.float16))
            continue
        most = np.abs(one).max(axis=tuple(range(one.ndim - 1)))
        others.append(np.maximum(most / (2 ** (bits - 1) - 1), 1e-7).astype(np.float16))
        kernels.append(np.rint(one / others[-1].astype(np.float32)).astype(np.int8).ravel())
    return {"kernels": np.concatenate(kernels), "others": np.concatenate(others)}


def _restored(kernels: np.ndarray, others: np.ndarray, shapes: list[list[int]]) -> list[np.ndarray]:
    weights = []
    for shape in shapes:
        row, others = np.split(others.astype(np.float32), [shape[-1]])
        if len(shape) > 1:
            steps, kernels = np.split(kernels, [int(np.prod(shape))])
            row = steps.reshape(shape) * row
        weights.append(row)
    return weights
