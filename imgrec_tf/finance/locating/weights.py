"""The shipped weights: one NumPy archive. Reading it runs no code (no pickles are allowed).

Arrays are float16. Kernels of all but the edge network are whole numbers of 8 bits with a factor for each channel
(as in Jacob et al., "Quantization and training of neural networks for efficient integer-arithmetic-only inference",
CVPR 2018, section 2, with a zero point of 0); they compute in float32 all the same.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from imgrec_tf import environment

if TYPE_CHECKING:
    import keras

FILE = Path(__file__).with_name("weights.npz")
NETWORKS = ("sheet_network", "edge_network", "page_network", "upright_network")
_IN_8_BITS, _FACTOR = ("sheet_network", "page_network", "upright_network"), ".factor"


def available() -> bool:
    """Whether the weights of all networks are there."""
    if not FILE.is_file():
        return False
    with np.load(FILE, allow_pickle=False) as archive:
        return {key.split("/")[0] for key in archive.files} == set(NETWORKS)


@cache
def network(name: str) -> keras.Model:
    """Return a trained network by its name, loaded at the first call.

    It computes in float32, whatever Keras's policy is: corners are exact to a fraction of a pixel.

    Raises:
        ValueError: If there is no such network, or its weights are missing or of another shape; the message says how
            to make them again.
    """
    if name not in NETWORKS:
        raise ValueError(f"network must be one of {', '.join(NETWORKS)}, got {name!r}")
    from imgrec_tf.finance.locating import networks

    with environment.in_float32():
        model = getattr(networks, name)()
    if not FILE.is_file():
        raise ValueError(f"{FILE} is missing; make it again with: python -m imgrec_tf.finance.locating.training")
    with np.load(FILE, allow_pickle=False) as archive:
        factors = {key: archive[key] for key in archive.files if key.endswith(_FACTOR)}
        keys = sorted(key for key in archive.files if key.startswith(f"{name}/") and key not in factors)
        arrays = [archive[key].astype(np.float32) * factors.get(key + _FACTOR, np.float32(1)) for key in keys]
    if [one.shape for one in arrays] != [tuple(one.shape) for one in model.weights]:
        raise ValueError(
            f"{FILE} does not fit {name}; make it again with: python -m imgrec_tf.finance.locating.training"
        )
    model.set_weights(arrays)
    return model


def save(models: dict[str, keras.Model], path: Path = FILE) -> Path:
    """Write the weights of some networks; those of the others stay as they are in the file."""
    kept = {}
    if path.is_file():
        with np.load(path, allow_pickle=False) as archive:
            kept = {key: archive[key] for key in archive.files if key.split("/")[0] not in models}
    for name, model in models.items():
        for number, array in enumerate(model.get_weights()):
            key = f"{name}/{number:03d}"
            if name in _IN_8_BITS and array.ndim == 4:
                factor = np.maximum(np.abs(array).max(axis=(0, 1, 2)), 1e-12).astype(np.float32) / 127
                kept |= {key: np.round(array / factor).astype(np.int8), key + _FACTOR: factor}
            else:
                kept[key] = array.astype(np.float16)
    part = path.with_suffix(".part.npz")
    np.savez_compressed(part, **kept)
    part.replace(path)
    return path
