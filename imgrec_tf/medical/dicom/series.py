"""A folder as it comes from a clinic: which patients, studies and series lie in it, and what is wrong with a file."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from imgrec_tf.datasets.dicom.header import quiet_get
from imgrec_tf.datasets.dicom.image import DicomImage, read
from imgrec_tf.datasets.dicom.problems import DicomProblem
from imgrec_tf.medical.dicom.burned_in import find_burned_in_text

if TYPE_CHECKING:
    import pandas

SYNTHETIC_MAKER = "imgrec_tf (synthetic)"  # Manufacturer of the files that this package makes
_IGNORED = frozenset({"thumbs.db", "desktop.ini", "__macosx"})
COLUMNS = ("source", "patient", "study", "series", "modality", "photometric", "rows", "columns", "frames", "burned_in")


@dataclass
class DicomFolder:
    """What lies in a folder.

    Attributes:
        folder: The folder.
        files: One row a file with pixels: source (path inside the folder), patient, study, series (hashed ids),
            modality, photometric, rows, columns, frames, burned_in ("stated", "found", "unlikely").
        problems: One row (source, problem) for each file that cannot be used, and for each that is used in spite of
            something; those begin with "used, but".
    """

    folder: Path
    files: pandas.DataFrame
    problems: pandas.DataFrame

    def series(self) -> pandas.DataFrame:
        """Return one row a series: its patient, modality, size, number of files and frames."""
        grouped = self.files.groupby("series", sort=False)
        table = grouped.agg(
            patient=("patient", "first"),
            modality=("modality", "first"),
            rows=("rows", "first"),
            columns=("columns", "first"),
            files=("source", "count"),
            frames=("frames", "sum"),
        )
        return table.reset_index()

    def __repr__(self) -> str:
        counts = [
            f"{self.files[name].nunique()} {name}{'s' if name == 'patient' else ''}" for name in ("patient", "series")
        ]
        return (
            f"<DicomFolder {self.folder}: {len(self.files)} files, {', '.join(counts)}, {len(self.problems)} problems>"
        )


def read_folder(folder: str | os.PathLike, *, salt: str = "", decode: bool = True) -> DicomFolder:
    """Look a folder over, with all folders below it.

    Args:
        folder: The folder.
        salt: Mixed into the hashes of ids. The same salt gives the same hashes; who lacks it cannot check a guess.
        decode: Decode the middle frame of each file, to find what is cut off and text that is burned in. False reads
            the headers only.

    Raises:
        FileNotFoundError: If there is no such folder.
        NotADirectoryError: If it is a file.
        TypeError: If the salt is no text.
        ValueError: If the salt is too long.
    """
    import pandas as pd

    root = checked_folder(folder)
    rows, problems, people = [], [], {}
    for path in files_below(root):
        source = path.relative_to(root).as_posix()
        try:
            image = read(path)
            burned_in = "not looked for"
            if decode:
                image.display()
                burned_in = find_burned_in_text(image).verdict
        except DicomProblem as problem:
            problems.append((source, problem.reason))
            continue
        patient = image.patient(salt) or f"file {source}"
        people.setdefault(patient, {})[source] = person_of(image)
        told = [*identity_notes(image, patient), *spacing_notes(image), *image.notes]
        problems += [(source, f"used, but {note}") for note in told]
        ids = (patient, image.study(salt), image.series(salt))
        size = (image.modality, image.photometric, image.rows, image.columns, image.frames)
        rows.append((source, *ids, *size, burned_in))
    problems += shared_id_problems(people)
    return DicomFolder(
        root, pd.DataFrame(rows, columns=COLUMNS), pd.DataFrame(problems, columns=["source", "problem"], dtype=object)
    )


def checked_folder(folder: str | os.PathLike) -> Path:
    """Return the folder as a path, or say what is wrong with it."""
    root = Path(folder).expanduser()
    if not root.exists():
        raise FileNotFoundError(f"there is no folder {root} (looked in {Path.cwd()}); check the path")
    if not root.is_dir():
        raise NotADirectoryError(f"{root} is a file; give the folder that holds the DICOM files")
    return root


def files_below(folder: Path) -> Iterator[Path]:
    """Yield the files in and below a folder, sorted, without hidden ones and DICOMDIR, which lists the others."""
    for parent, folders, files in os.walk(folder):
        folders[:] = sorted(one for one in folders if not one.startswith(".") and one.lower() not in _IGNORED)
        for one in sorted(files):
            if not one.startswith(".") and one.lower() not in _IGNORED and not one.upper().startswith("DICOMDIR"):
                yield Path(parent, one)


def identity_notes(image: DicomImage, patient: str) -> list[str]:
    """Return a note where the patient's id is missing, which is what a split goes by."""
    if patient.startswith("study"):
        return ["it states no patient id: its study stands for the patient"]
    if patient.startswith("series"):
        return ["it states neither patient id nor study: its series stands for the patient"]
    return ["it states neither patient id nor study nor series: it stands alone"] if patient.startswith("file") else []


def spacing_notes(image: DicomImage) -> list[str]:
    """Return a note where the distances between pixels are not stated in mm."""
    if image.spacing is not None:
        return []
    known = "only their proportion" if image.spacing_measured_at == "ratio" else "pixels are taken to be square"
    return [f"it states no pixel spacing: lengths on it are not known, {known}"]


def person_of(image: DicomImage) -> tuple[str, str, str]:
    """Return name (letters only, in any order), date of birth and sex, to tell people apart who share an id."""

    def text(keyword: str) -> str:
        return str(quiet_get(image.dataset, keyword) or "").upper()

    words = "".join(letter if letter.isalnum() else " " for letter in text("PatientName")).split()
    return " ".join(sorted(words)), text("PatientBirthDate"), text("PatientSex")


def shared_id_problems(people: Mapping[str, Mapping[str, Sequence[str]]]) -> list[tuple[str, str]]:
    """Return a row for each id under which two dates of birth, sexes or names stand."""
    problems = []
    for patient, files in people.items():
        for place, what in ((1, "dates of birth"), (2, "sexes"), (0, "names")):
            found = {values[place]: source for source, values in files.items() if values[place]}
            if len(found) > 1:
                first, second, *_ = found.values()
                problems.append(
                    (
                        second,
                        f"used, but {patient} has {len(found)} {what} (see {first}): two people may share one id, or "
                        "one of them is mistyped; all images of the id stay in one split",
                    )
                )
                break
    return problems
