"""The recogniser: a model together with everything that is needed to answer for one image.

A model alone doesn't know the names of its classes, the size and colour of the images it was trained on, or the
threshold that somebody chose for it. A `Recognizer` holds them together, prepares every image as training did, and is
kept in one file.
"""

from __future__ import annotations

from imgrec_tf.recognizer.operating_point import OperatingPoint
from imgrec_tf.recognizer.recognizer import Recognizer

__all__ = ["OperatingPoint", "Recognizer"]
