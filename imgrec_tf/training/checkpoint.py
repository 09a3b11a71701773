"""A checkpoint file: all that a killed run needs to go on as if nothing had happened."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path

import numpy as np


def save(path: Path, arrays: dict[str, list[np.ndarray]], facts: dict) -> None:
    """Write arrays and facts to one file, in full or not at all.

    Args:
        path: The file.
        arrays: Lists of arrays by name, for example the values of the model's variables.
        facts: Anything that JSON can hold.

    Raises:
        OSError: If the file cannot be written; an earlier file then stays as it was.
    """
    flat = {f"{name}/{index:05d}": array for name, values in arrays.items() for index, array in enumerate(values)}
    flat["facts"] = np.frombuffer(json.dumps(facts).encode(), dtype=np.uint8)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.name, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            np.savez(file, **flat)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except OSError as error:
        raise OSError(
            f"the checkpoint {path} could not be written ({error.strerror or error}); "
            "free some space, or pass checkpoint= a place that can be written"
        ) from error
    finally:
        Path(temporary).unlink(missing_ok=True)


def load(path: Path) -> tuple[dict[str, list[np.ndarray]], dict]:
    """Read what `save` wrote.

    Raises:
        ValueError: If the file is not a checkpoint, or is damaged.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            facts = json.loads(file["facts"].tobytes())
            arrays: dict[str, list[np.ndarray]] = {}
            for key in sorted(set(file.files) - {"facts"}):
                arrays.setdefault(key.rsplit("/", 1)[0], []).append(file[key])
    except Exception as error:  # numpy and zipfile raise half a dozen kinds for damaged files
        raise ValueError(f"{path} is not a checkpoint of a training run, or is damaged ({error}); delete it") from error
    return arrays, facts
