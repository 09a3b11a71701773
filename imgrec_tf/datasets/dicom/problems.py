"""What can be wrong with a DICOM file, by name."""

from __future__ import annotations

from imgrec_tf.datasets.file_kinds import ImageProblem


class DicomProblem(ImageProblem):
    """A DICOM file that cannot be used; `reason` says why, `source` which."""


class NoPixels(DicomProblem):
    """A DICOM file that holds no image: a report, a plan, a directory."""


class MissingCodec(DicomProblem):
    """A DICOM file whose compression needs a package that is not installed; `reason` names the extra that brings it."""
