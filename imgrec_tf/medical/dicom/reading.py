"""One file: the reader lies with the data sets (`datasets.dicom`), so that they and the recogniser can use it too."""

from __future__ import annotations

from imgrec_tf.datasets.dicom.image import DicomImage, read
from imgrec_tf.datasets.dicom.problems import DicomProblem, MissingCodec, NoPixels
from imgrec_tf.datasets.dicom.windows import CT_WINDOWS, Window

__all__ = ["CT_WINDOWS", "DicomImage", "DicomProblem", "MissingCodec", "NoPixels", "Window", "read"]
