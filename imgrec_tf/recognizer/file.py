"""The saved form of a recogniser: one zip file that holds the model and everything needed to read its answers.

    recognizer.json   format version, classes, task, image shape, operating point, card, versions, sha256 of the model
    model.keras       the model in Keras's own format, stored without compression

Other things that are a model with its settings, such as a segmenter, are kept the same way, as a `FileKind` of their
own.

The sha256 tells a damaged file from a whole one. It doesn't tell who made the file: whoever can change the model can
change the sum as well. Only load files from people whom you trust.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from imgrec_tf.recognizer.model_file import for_serving, load_model, save_model

if TYPE_CHECKING:
    import keras

FORMAT_VERSION = 1
MODEL_MEMBER = "model.keras"

_LARGEST_DESCRIPTION = 16 * 2**20  # bytes; class names and a card take a few kilobytes
_BLOCK = 2**20


@dataclass(frozen=True)
class FileKind:
    """A kind of file, so that one is not taken for another.

    Attributes:
        name: What it holds, in lower case; its description is called so.
        noun: What errors call the file.
        maker: The method that writes it.
        ending: How its name usually ends.
    """

    name: str
    noun: str
    maker: str
    ending: str

    @property
    def format(self) -> str:
        """What the description says that the file is."""
        return f"imgrec_tf {self.name}"

    @property
    def member(self) -> str:
        """Name of the description inside of the file."""
        return f"{self.name}.json"

    @property
    def refusal(self) -> str:
        """What is said of another file."""
        return f"isn't {self.noun}: give the file that {self.maker} wrote"


RECOGNIZER = FileKind("recognizer", "a recogniser file", "Recognizer.save", ".imgrec")


def write_recognizer(path: Path, model: keras.Model, description: dict[str, Any], kind: FileKind = RECOGNIZER) -> Path:
    """Write model and description to one file, whole or not at all.

    The file is made in a hidden temporary folder beside `path` and takes its name only when it is complete and on disk,
    so a file of that name from before stays as it was until then.

    Args:
        path: The file to make.
        model: A built Keras model. Its optimizer and compilation are left out.
        description: What else to keep; must be ready for JSON.
        kind: What the file is to say that it is.

    Returns:
        The path that was written, links resolved.

    Raises:
        FileNotFoundError: If the folder doesn't exist.
        OSError: If the folder can't be written to or the disk is full.
        TypeError: If the description can't become JSON.
        ValueError: If the model holds Python code and so couldn't be loaded safely.
    """
    path = Path(path).expanduser().resolve()
    if path.is_dir():
        raise IsADirectoryError(
            f"{path} is a folder; give the name of a file in it, for example {path / ('my' + kind.ending)}"
        )
    if not path.parent.is_dir():
        raise FileNotFoundError(f"the folder {path.parent} doesn't exist; create it first, or save elsewhere")
    description = {"format": kind.format, "format_version": FORMAT_VERSION} | description | {"versions": _versions()}
    as_json(description)  # before anything is written
    model = for_serving(model)
    try:
        with tempfile.TemporaryDirectory(
            dir=path.parent, prefix=f".{path.name[:40]}-", ignore_cleanup_errors=True
        ) as folder:
            temporary = Path(folder)
            save_model(model, temporary / MODEL_MEMBER)
            description["model"] = {"member": MODEL_MEMBER, "sha256": _sha256(temporary / MODEL_MEMBER)}
            _write_zip(temporary / "complete", temporary / MODEL_MEMBER, kind.member, as_json(description))
            (temporary / "complete").replace(path)
            _flush_folder(path.parent)
    except OSError as error:
        reason = error.strerror or str(error)
        raise type(error)(
            error.errno,
            f"could not save to {path}: {reason}. Nothing was changed there; free some space or choose another folder",
        ) from error
    return path


def read_recognizer(
    path: Path, custom_objects: dict[str, Any] | None = None, kind: FileKind = RECOGNIZER
) -> tuple[keras.Model, dict[str, Any]]:
    """Read what `write_recognizer` wrote.

    Args:
        path: The file.
        custom_objects: Layer classes of your own by name, where they aren't registered with Keras.
        kind: What the file must say that it is.

    Returns:
        The model, not compiled, and the description.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If the file is something else, is damaged, was made by a newer version, or holds code.
    """
    path = Path(path).expanduser()
    if path.is_dir():
        raise IsADirectoryError(f"{path} is a folder; give the file that {kind.maker} wrote")
    if not path.exists():
        raise FileNotFoundError(f"there is no file {path}; check the path, or make the file with {kind.maker}")
    with _opened(path, kind) as archive:
        description = _description(archive, path, kind)
        member = _model_member(archive, path, kind)
        with tempfile.TemporaryDirectory(prefix="imgrec_tf-") as folder:
            extracted = Path(folder) / MODEL_MEMBER
            _extract_model(archive, member, description, extracted, path)
            model = load_model(
                extracted,
                name=str(path),
                made_by=_made_by(description),
                saved_with=_made_by(description, "keras"),
                custom_objects=custom_objects,
            )
            return model, description


def as_json(values: dict[str, Any]) -> str:
    """Return `values` as JSON text in ASCII, so that any class name survives any file system and any editor.

    Raises:
        TypeError: If a value isn't text, a number, a boolean, None, or a list or dict of these.
    """
    try:
        return json.dumps(values, indent=1, ensure_ascii=True)
    except (TypeError, ValueError) as error:
        raise TypeError(
            f"a card must hold text, numbers, lists and dicts of them, so that it can be saved as JSON: {error}"
        ) from error


def _versions() -> dict[str, str]:
    import keras
    import tensorflow as tf

    from imgrec_tf import __version__

    return {"imgrec_tf": __version__, "keras": keras.__version__, "tensorflow": tf.__version__}


def _write_zip(path: Path, model: Path, member: str, description: str) -> None:
    with path.open("wb") as file:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
            archive.writestr(member, description)
            archive.write(model, MODEL_MEMBER)
        file.flush()
        os.fsync(file.fileno())


def _flush_folder(folder: Path) -> None:
    """Ask the disk to keep the new name; where folders can't be opened (Windows) the system does so by itself."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextlib.contextmanager
def _opened(path: Path, kind: FileKind):
    try:
        archive = zipfile.ZipFile(path)
    except zipfile.BadZipFile as error:
        raise ValueError(_other_file(path, kind)) from error
    try:
        with archive:
            yield archive
    except (zipfile.BadZipFile, zipfile.LargeZipFile, EOFError, NotImplementedError, RuntimeError) as error:
        raise ValueError(f"{path} is damaged ({error}). Copy or save it again") from error


def _other_file(path: Path, kind: FileKind) -> str:
    """Say why a file doesn't hold a description, from how it begins.

    A zip archive is read from its end. When that is missing, the end of the model inside may be taken for it.
    """
    with path.open("rb") as file:
        start = file.read(64)
    name = kind.member.encode()
    if start.startswith(b"PK\x03\x04") and name.startswith(start[30 : 30 + len(name)]):
        return f"{path} is cut short: its end is missing. Copy or save it again"
    hint = "; a .keras file is loaded with keras.saving.load_model" if b"metadata.json" in start else ""
    return f"{path} {kind.refusal}{hint}"


def _description(archive: zipfile.ZipFile, path: Path, kind: FileKind) -> dict[str, Any]:
    if kind.member not in archive.namelist():
        raise ValueError(_other_file(path, kind))
    with archive.open(kind.member) as file:
        text = file.read(_LARGEST_DESCRIPTION + 1)
    if len(text) > _LARGEST_DESCRIPTION:
        raise ValueError(f"{path} is refused: its {kind.member} is larger than {_LARGEST_DESCRIPTION:,} bytes")
    try:
        description = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{path} is damaged: its {kind.member} can't be read ({error})") from error
    if not isinstance(description, dict) or description.get("format") != kind.format:
        raise ValueError(f"{path} {kind.refusal}")
    version = description.get("format_version")
    if not isinstance(version, int) or version < 1:
        raise ValueError(f"{path} is damaged: its format version is {version!r}")
    if version > FORMAT_VERSION:
        raise ValueError(
            f"{path} has format version {version}, made by a newer imgrec_tf ({_made_by(description)}); this one reads "
            f"up to {FORMAT_VERSION}. Upgrade with: pip install --upgrade imgrec_tf"
        )
    return description


def _model_member(archive: zipfile.ZipFile, path: Path, kind: FileKind) -> zipfile.ZipInfo:
    """Return the member that holds the model, if the archive is one that `write_recognizer` could have written."""
    names = archive.namelist()
    if MODEL_MEMBER not in names:
        raise ValueError(f"{path} is damaged: it holds no {MODEL_MEMBER}. Copy or save it again")
    if sorted(names) != sorted((kind.member, MODEL_MEMBER)):
        more = sorted({name for name in names if names.count(name) > 1 or name not in (kind.member, MODEL_MEMBER)})
        raise ValueError(f"{path} is refused: it also holds {more!r:.200}, which {kind.maker} doesn't write")
    member, size = archive.getinfo(MODEL_MEMBER), path.stat().st_size
    if member.compress_type != zipfile.ZIP_STORED or member.file_size > size:
        raise ValueError(
            f"{path} is refused: its {MODEL_MEMBER} unpacks to {member.file_size:,} bytes from a file of {size:,}; "
            f"{kind.maker} doesn't compress it"
        )
    return member


def _made_by(description: dict[str, Any], package: str = "imgrec_tf") -> str:
    versions = description.get("versions")
    version = versions.get(package) if isinstance(versions, dict) else None
    return f"{package} {version}" if version else package


def _extract_model(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, description: dict[str, Any], target: Path, path: Path
) -> None:
    digest = hashlib.sha256()
    with archive.open(member) as source, target.open("wb") as file:
        while block := source.read(_BLOCK):
            digest.update(block)
            file.write(block)
    stated = description.get("model")
    if not isinstance(stated, dict) or stated.get("sha256") != digest.hexdigest():
        raise ValueError(f"{path} is damaged: the model's bytes don't match their sha256. Copy or save it again")
