"""Personal data in the tags: listed, and taken out into a copy.

After the Basic Application Level Confidentiality Profile (DICOM PS3.15, annex E), by rules instead of its long table:
what identifies by its kind goes (names of people, dates, times, unique ids, private tags), and so does what is named in
`PERSONAL`. It is a help, and no certificate: read what is left before you pass a file on.
"""

from __future__ import annotations

import copy
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from imgrec_tf.datasets.dicom.decoding import ensure_syntax
from imgrec_tf.datasets.dicom.header import open_dataset, told_as_damage
from imgrec_tf.datasets.dicom.identity import hashed
from imgrec_tf.datasets.dicom.image import DicomImage
from imgrec_tf.medical.dicom.burned_in import find_burned_in_text

if TYPE_CHECKING:
    import pandas
    import pydicom

# Kinds of value: names of people, dates, times, and free text long enough for a story.
PERSONAL_KINDS = frozenset({"PN", "DA", "DT", "TM", "UT", "LT", "ST"})
_PERSONAL = """
    AccessionNumber AdmissionID Allergies BranchOfService CassetteID ContributingEquipmentSequence CountryOfResidence
    CurrentPatientLocation DetectorID DeviceSerialNumber DeviceUID EthnicGroup FillerOrderNumberImagingServiceRequest
    GantryID ImageComments InstitutionAddress InstitutionCodeSequence InstitutionName InstitutionalDepartmentName
    InsurancePlanIdentification IssuerOfPatientID MedicalAlerts MedicalRecordLocator MilitaryRank Occupation
    OperatorIdentificationSequence OrderCallbackPhoneNumber OriginalAttributesSequence OtherPatientIDs
    OtherPatientIDsSequence PatientAddress PatientAge PatientComments PatientID PatientInsurancePlanCodeSequence
    PatientPrimaryLanguageCodeSequence PatientReligiousPreference PatientSex PatientSize PatientState
    PatientTelecomInformation PatientTelephoneNumbers PatientWeight PerformedLocation
    PerformedProcedureStepDescription PerformedProcedureStepID PlacerOrderNumberImagingServiceRequest PlateID
    ProtocolName RegionOfResidence RequestAttributesSequence RequestedProcedureDescription RequestedProcedureID
    ResponsibleOrganization ScheduledProcedureStepID ScheduledStationName SeriesDescription StationName
    StudyDescription StudyID
"""
PERSONAL = frozenset(_PERSONAL.split())
# Ids of kinds of things, the same for everybody: they stay.
_CLASS_IDS = frozenset({"SOPClassUID", "ReferencedSOPClassUID", "TransferSyntaxUID", "CodingSchemeUID"})
_EMPTIED = frozenset(
    {"PatientName", "PatientBirthDate", "PatientSex", "StudyDate", "StudyTime", "AccessionNumber", "StudyID"}
)
_UNREADABLE = "cannot be read"
_OVERLAYS = range(0x6000, 0x6100)


def personal_tags(source) -> pandas.DataFrame:
    """List what tells, or may tell, who the patient is.

    Args:
        source: A `DicomImage`, a `pydicom.Dataset`, a path, or the file's bytes.

    Returns:
        One row an element: tag, keyword, value (the first 60 characters), reason.

    Raises:
        DicomProblem: If the file cannot be read.
    """
    import pandas as pd

    rows = [
        (str(element.tag), where + (element.keyword or "private"), _short(element), reason)
        for where, _, element, reason in _personal(_dataset(source))
    ]
    return pd.DataFrame(rows, columns=["tag", "keyword", "value", "reason"])


def strip_personal(source, target: str | os.PathLike, *, salt: str, keep_burned_in: bool = False) -> pandas.DataFrame:
    """Write a copy without personal tags; the pixels stay as they are.

    Patient id and unique ids are replaced by keyed hashes, so that files of one patient, study or series still belong
    together, in `read_folder` and everywhere else. Dates, names, free text, private tags and overlays are taken out.

    Args:
        source: As in `personal_tags`.
        target: The file to write; its folder is made. It must not exist.
        salt: A secret text: who knows it, and guesses an id, can check the guess. Keep it apart from the files.
        keep_burned_in: Write the copy even if its pixels seem to hold text.

    Returns:
        What was changed, as `personal_tags` lists it, with one more column, action: "removed", "emptied" or "hashed".

    Raises:
        FileExistsError: If the target exists.
        ValueError: If the salt is empty or too long, or the pixels seem to hold text.
        DicomProblem: If the file cannot be read.
    """
    import pandas as pd

    if not isinstance(salt, str) or not salt:
        raise ValueError(
            "salt must be a text that others do not know, not empty: ids can be guessed, and hashes checked"
        )
    hashed("", salt)  # says so if the salt is too long
    target = Path(target)
    if target.exists():
        raise FileExistsError(f"{target} exists; choose another name, the copy never replaces a file")
    name = _name(source)
    dataset = copy.deepcopy(_dataset(source))
    ensure_syntax(dataset, name, [])
    if not keep_burned_in and any(keyword in dataset for keyword in ("PixelData", "FloatPixelData")):
        text = find_burned_in_text(DicomImage(dataset))
        if text:
            raise ValueError(
                f"the pixels of {name} seem to hold text ({text.verdict}), which no tag removes: look at the "
                "picture, cover the text, or pass keep_burned_in=True if it tells nothing"
            )
    rows = []
    for where, holder, element, reason in list(_personal(dataset)):
        values = (str(element.tag), where + (element.keyword or "private"), _short(element), reason)
        if reason == _UNREADABLE:
            del holder[element.tag]
            rows.append((*values, "removed"))
        else:
            rows.append((*values, _strip(holder, element, salt)))
    dataset.PatientIdentityRemoved = "YES"
    dataset.DeidentificationMethod = "tags by rules after PS3.15 annex E; pixels unchanged"
    if getattr(dataset, "file_meta", None) is not None and "SOPInstanceUID" in dataset:
        dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        with told_as_damage(name):
            dataset.save_as(unfinished, enforce_file_format=True)
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)
    return pd.DataFrame(rows, columns=["tag", "keyword", "value", "reason", "action"])


def _dataset(source) -> pydicom.Dataset:
    if isinstance(source, DicomImage):
        return source.dataset
    return open_dataset(source, _name(source))


def _name(source) -> str:
    if isinstance(source, DicomImage):
        return source.name
    return os.fspath(source) if isinstance(source, str | os.PathLike) else "DICOM file"


def _personal(
    dataset: pydicom.Dataset, where: str = ""
) -> Iterator[tuple[str, pydicom.Dataset, pydicom.DataElement, str]]:
    """Yield (place, dataset that holds it, element, reason), also from inside of sequences."""
    from pydicom import DataElement

    for tag in list(dataset.keys()):
        try:
            element = dataset[tag]
        except Exception:  # a value that pydicom cannot convert
            yield where, dataset, DataElement(tag, "LO", "not readable"), _UNREADABLE
            continue
        reason = _reason(element)
        if reason:
            if not (element.is_empty and element.VR != "SQ"):
                yield where, dataset, element, reason
        elif element.VR == "SQ":
            for place, item in enumerate(element.value or []):
                yield from _personal(item, f"{where}{element.keyword}[{place}].")


def _reason(element: pydicom.DataElement) -> str:
    if element.tag.is_private:
        return "private: only its maker knows"
    if element.tag.group in _OVERLAYS:
        return "overlay: may hold text"
    if element.keyword in PERSONAL:
        return "patient, case or place"
    if element.VR == "PN":
        return "name of a person"
    if element.VR in ("DA", "DT", "TM"):
        return "date or time"
    if element.VR in PERSONAL_KINDS:
        return "free text"
    return "unique id" if element.VR == "UI" and element.keyword not in _CLASS_IDS else ""


def _strip(holder: pydicom.Dataset, element: pydicom.DataElement, salt: str) -> str:
    if element.keyword == "PatientID":
        element.value = hashed(str(element.value), salt)
        return "hashed"
    if element.VR == "UI" and not element.tag.is_private and element.keyword != "DeviceUID":
        many = isinstance(element.value, list) or hasattr(element.value, "append")
        element.value = [_new_uid(one, salt) for one in element.value] if many else _new_uid(element.value, salt)
        return "hashed"
    if element.keyword in _EMPTIED:
        element.value = ""
        return "emptied"
    del holder[element.tag]
    return "removed"


def _new_uid(uid: str, salt: str) -> str:
    """Return a unique id made of a hash: 2.25 and a number of 128 bits (PS3.5, annex B)."""
    number = int.from_bytes(hashlib.blake2b(str(uid).encode(), digest_size=15, key=salt.encode()).digest(), "big")
    return f"2.25.{number}"


def _short(element: pydicom.DataElement) -> str:
    if element.VR == "SQ":
        return f"{len(element.value or [])} items"
    if isinstance(element.value, bytes):
        return f"{len(element.value):,} bytes"
    return str(element.value)[:60]
