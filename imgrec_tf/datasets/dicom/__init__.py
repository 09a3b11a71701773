"""Reading one DICOM file: from stored numbers to what a viewer would show. `medical.dicom` has the rest.

It lies on this floor so that `read_image`, and with it every data set of files and `Recognizer.predict`, takes DICOM
files beside all others.
"""

from __future__ import annotations

from imgrec_tf._lazy import resolver

_NAMES = {
    "DicomImage": "image",
    "DicomProblem": "problems",
    "LookupTable": "tables",
    "MissingCodec": "problems",
    "NoPixels": "problems",
    "Window": "windows",
    "is_dicom": "header",
    "patient_group": "identity",
    "read": "image",
}

__getattr__, __dir__, __all__ = resolver(__name__, _NAMES)
