"""The saved form of a detector: one zip file with the model and what turns its answers into boxes and counts.

detector.json   format, classes, size, fill, rules
model.keras     the model in Keras's own format, stored without compression
"""

from __future__ import annotations

import json
import tempfile
import zipfile
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from imgrec_tf.recognizer.model_file import for_serving, load_model, save_model

if TYPE_CHECKING:
    from imgrec_tf.medical.detection.detector import Detector

FORMAT = "imgrec_tf detector"
FORMAT_VERSION = 1
_DESCRIPTION, _MODEL = "detector.json", "model.keras"
_LARGEST_DESCRIPTION = 16 * 2**20


def write_detector(detector: Detector, path: Path) -> Path:
    """Write a detector to one file, whole or not at all: a file of that name from before stays until it is complete.

    Raises:
        FileNotFoundError: If the folder does not exist.
        IsADirectoryError: If the path is a folder.
        OSError: If the folder cannot be written to.
    """
    path = Path(path).expanduser().resolve()
    if path.is_dir():
        raise IsADirectoryError(f"{path} is a folder; give the name of a file in it, such as {path / 'my.detector'}")
    if not path.parent.is_dir():
        raise FileNotFoundError(f"the folder {path.parent} does not exist; create it first, or save elsewhere")
    description = {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "class_names": list(detector.class_names),
        "size": [int(side) for side in detector.size],
        "fill": [int(value) for value in detector.fill],
        "rules": [asdict(rule) for rule in detector.rules],
        "overlap": detector.overlap,
        "most": detector.most,
    }
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=f".{path.name[:40]}-", ignore_cleanup_errors=True) as made:
        temporary = Path(made)
        save_model(for_serving(detector.model), temporary / _MODEL)
        with zipfile.ZipFile(temporary / "complete", "w", zipfile.ZIP_STORED) as archive:
            archive.writestr(_DESCRIPTION, json.dumps(description, indent=1))
            archive.write(temporary / _MODEL, _MODEL)
        (temporary / "complete").replace(path)
    return path


def read_detector(path: Path) -> Detector:
    """Read what `write_detector` wrote.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If the file is something else, is damaged, was made by a newer version, or holds code.
    """
    from imgrec_tf.medical.detection.counting import ClassRule
    from imgrec_tf.medical.detection.detector import Detector

    path = Path(path).expanduser()
    if not path.is_file():
        raise FileNotFoundError(f"there is no file {path}; check the path, or make the file with Detector.save")
    try:
        with zipfile.ZipFile(path) as archive, tempfile.TemporaryDirectory(prefix="imgrec_tf-") as folder:
            if archive.getinfo(_DESCRIPTION).file_size > _LARGEST_DESCRIPTION:
                raise ValueError("its description is too long")
            known = json.loads(archive.read(_DESCRIPTION))
            if known["format"] != FORMAT or known["format_version"] > FORMAT_VERSION:
                raise ValueError(f"it is {known['format']} of version {known['format_version']}; upgrade imgrec_tf")
            extracted = Path(archive.extract(_MODEL, folder))
            rules = tuple(ClassRule(**rule | {"errors": tuple(rule["errors"])}) for rule in known["rules"])
            model = load_model(
                extracted, name=str(path), made_by="imgrec_tf", saved_with="an unknown Keras", custom_objects=None
            )
            return Detector(
                model, tuple(known["class_names"]), tuple(known["size"]), tuple(known["fill"]), rules,
                float(known["overlap"]), int(known["most"]),
            )  # fmt: skip
    except (zipfile.BadZipFile, KeyError, TypeError, json.JSONDecodeError) as error:
        raise ValueError(f"{path} is no detector, or is damaged: {error}; save it again with Detector.save") from error
