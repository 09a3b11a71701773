"""DICOM, the format of clinics: read files, series and volumes, keep patients together, and take personal data out."""

from __future__ import annotations

from imgrec_tf._lazy import resolver

_NAMES = {
    "BurnedInText": "burned_in",
    "CT_WINDOWS": "reading",
    "DicomFolder": "series",
    "DicomImage": "reading",
    "DicomProblem": "reading",
    "MissingCodec": "reading",
    "NoPixels": "reading",
    "PITFALLS": "examples",
    "Volume": "volumes",
    "Window": "reading",
    "find_burned_in_text": "burned_in",
    "from_dicom": "labelled",
    "personal_tags": "privacy",
    "read": "reading",
    "read_folder": "series",
    "read_volume": "volumes",
    "strip_personal": "privacy",
    "write_clinic": "clinics",
    "write_example": "examples",
    "write_series": "clinics",
}

__getattr__, __dir__, __all__ = resolver(__name__, _NAMES)
