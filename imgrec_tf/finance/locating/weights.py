"""The shipped weights: one NumPy archive of float16 arrays. Reading it runs no code (no pickles are allowed)."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import keras

FILE = Path(__file__).with_name("weights.npz")
NETWORKS = ("sheet_network", "edge_network", "upright_network")


def available() -> bool:
    """Whether the weights of all networks are there."""
    if not FILE.is_file():
        return False
    with np.load(FILE, allow_pickle=False) as archive:
        return {key.split("/")[0] for key in archive.files} == set(NETWORKS)


@cache
def network(name: str) -> keras.Model:
    """Return a trained network by its name, loaded at the first call.

    Raises:
        ValueError: If there is no such network, or its weights are missing or of another shape; the message says how
            to make them again.
    """
    if name not in NETWORKS:
        raise ValueError(f"network must be one of {', '.join(NETWORKS)}, got {name!r}")
    from imgrec_tf.finance.locating import networks

    model = getattr(networks, name)()
    if not FILE.is_file():
        raise ValueError(f"{FILE} is missing; make it again with: python -m imgrec_tf.finance.locating.training")
    with np.load(FILE, allow_pickle=False) as archive:
        arrays = [archive[key].astype(np.float32) for key in sorted(archive.files) if key.startswith(f"{name}/")]
    if [one.shape for one in arrays] != [tuple(one.shape) for one in model.weights]:
        raise ValueError(
            f"{FILE} does not fit {name}; make it again with: python -m imgrec_tf.finance.locating.training"
        )
    model.set_weights(arrays)
    return model


def save(models: dict[str, keras.Model], path: Path = FILE) -> Path:
    """Write the weights of some networks as float16; those of the others stay as they are in the file."""
    kept = {}
    if path.is_file():
        with np.load(path, allow_pickle=False) as archive:
            kept = {key: archive[key] for key in archive.files if key.split("/")[0] not in models}
    for name, model in models.items():
        kept |= {f"{name}/{number:03d}": one.astype(np.float16) for number, one in enumerate(model.get_weights())}
    part = path.with_suffix(".part.npz")
    np.savez_compressed(part, **kept)
    part.replace(path)
    return path
