"""Preprocessing as Keras layers that live inside the saved model: what is trained is what is served.

Every layer takes uint8, uint16 or float images in [0, 1], grey or RGB, one or a batch, and returns float32. In a model
they come after `keras.layers.Rescaling(1/255)`, because a model's input is float32 in [0, 255]:

    model = keras.Sequential([
        keras.Input((64, 64, 1)),
        layers.Rescaling(1 / 255),
        preprocessing.CLAHE(),
        layers.Conv2D(16, 3),
        ...
    ])

A saved model that holds them is loaded after this package has been imported, so that Keras knows the classes.
"""

from __future__ import annotations

from imgrec_tf.vision.preprocessing.base import PreprocessingLayer
from imgrec_tf.vision.preprocessing.blur import Blur, GaussianDenoise
from imgrec_tf.vision.preprocessing.canny import Canny
from imgrec_tf.vision.preprocessing.clahe import CLAHE
from imgrec_tf.vision.preprocessing.color import Grayscale, GreyWorld
from imgrec_tf.vision.preprocessing.contrast import Brightness, EqualizeHistogram, Gamma, StretchContrast
from imgrec_tf.vision.preprocessing.denoising import BilateralDenoise, NonLocalMeansDenoise
from imgrec_tf.vision.preprocessing.edges import Sobel
from imgrec_tf.vision.preprocessing.features import ColorHistogram, ColorMoments
from imgrec_tf.vision.preprocessing.geometry import CenterCrop, ResizeWithPadding
from imgrec_tf.vision.preprocessing.median import MedianDenoise
from imgrec_tf.vision.preprocessing.normalization import Normalize
from imgrec_tf.vision.preprocessing.preview import preview
from imgrec_tf.vision.preprocessing.thresholds import Binarize, otsu_threshold

__all__ = [
    "CLAHE",
    "BilateralDenoise",
    "Binarize",
    "Blur",
    "Brightness",
    "Canny",
    "CenterCrop",
    "ColorHistogram",
    "ColorMoments",
    "EqualizeHistogram",
    "Gamma",
    "GaussianDenoise",
    "Grayscale",
    "GreyWorld",
    "MedianDenoise",
    "NonLocalMeansDenoise",
    "Normalize",
    "PreprocessingLayer",
    "ResizeWithPadding",
    "Sobel",
    "StretchContrast",
    "otsu_threshold",
    "preview",
]
