"""A trained network with what turns its answers into boxes and counts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import keras
import numpy as np

from imgrec_tf.medical.detection.augmenting import fitted
from imgrec_tf.medical.detection.counting import ClassRule, count_rules, interval_of
from imgrec_tf.medical.detection.data_set import BoxSplit
from imgrec_tf.medical.detection.decoding import boxes_of
from imgrec_tf.medical.detection.pictures import colour

if TYPE_CHECKING:
    import pandas

LOWEST = 0.02
_AT_A_TIME = 8


@dataclass(frozen=True)
class Found:
    """What was found in one picture.

    Attributes:
        boxes: float32 (n, 4): left, top, right, bottom in pixels of the picture.
        labels: int64 (n,), places in `class_names`.
        scores: float32 (n,) in [0, 1], the highest first.
        class_names: Names of the classes.
        name: Name of the picture.
    """

    boxes: np.ndarray
    labels: np.ndarray
    scores: np.ndarray
    class_names: tuple[str, ...]
    name: str = "picture"

    def __len__(self) -> int:
        return len(self.boxes)

    def above(self, thresholds: Sequence[float]) -> Found:
        """Return those with a score of their class's threshold or more."""
        kept = self.scores >= np.asarray(thresholds, np.float32)[self.labels]
        return replace(self, boxes=self.boxes[kept], labels=self.labels[kept], scores=self.scores[kept])

    def counts(self) -> np.ndarray:
        """Return the number of objects of each class, int64 (classes,)."""
        return np.bincount(self.labels, minlength=len(self.class_names))

    def to_frame(self) -> pandas.DataFrame:
        """Return one row a box: picture, class, score, left, top, right, bottom."""
        import pandas as pd

        frame = pd.DataFrame(self.boxes, columns=["left", "top", "right", "bottom"])
        frame.insert(0, "score", self.scores)
        frame.insert(0, "class", [self.class_names[label] for label in self.labels])
        frame.insert(0, "picture", self.name)
        return frame


@dataclass(frozen=True)
class Detector:
    """Finds and counts objects in pictures of any size. Never for clinical use.

    Attributes:
        model: As `models.detector` builds it, with three channels.
        class_names: Names of the classes, as many as the model has.
        size: Height and width that pictures are made to fit into before the network sees them, in pixels.
        fill: Red, green and blue of the rest of that size.
        rules: For each class the lowest score that counts as found, and the counting errors on validation.
        overlap: Intersection over union above which two boxes of one class count as one object.
        most: Most boxes of a picture.
    """

    model: keras.Model
    class_names: tuple[str, ...]
    size: tuple[int, int]
    fill: tuple[int, int, int] = (128, 128, 128)
    rules: tuple[ClassRule, ...] = ()
    overlap: float = 0.5
    most: int = 200

    def __post_init__(self):
        classes = output_classes(self.model)
        if classes != len(self.class_names):
            raise ValueError(
                f"the model has {classes} classes and there are {len(self.class_names)} names; give one each"
            )
        step = side_step(self.model)
        if len(self.size) != 2 or any(side < step or side % step for side in self.size):
            raise ValueError(f"size must be height and width, multiples of {step} for this model; got {self.size}")
        if not self.rules:
            object.__setattr__(self, "rules", tuple(ClassRule(name) for name in self.class_names))

    def __repr__(self) -> str:
        chosen = ", ".join(f"{rule.name} {rule.threshold:g}" for rule in self.rules)
        about = f"{self.size[0]} × {self.size[1]}, {self.model.count_params():,} parameters"
        return f"<Detector {about}; lowest scores: {chosen}>"

    @property
    def thresholds(self) -> tuple[float, ...]:
        """The lowest score of each class that counts as found."""
        return tuple(rule.threshold for rule in self.rules)

    def candidates(self, pictures: BoxSplit | Iterable) -> list[Found]:
        """Return every box above a score of 0.02, for average precision and for choosing thresholds.

        Args:
            pictures: A split; or arrays, paths or images of Pillow.

        Returns:
            For each picture what may be an object.

        Raises:
            TypeError: If it is one picture in place of several.
            ValueError: If a picture has no proper shape or values.
            ImageProblem: If a file cannot be read.
        """
        images, names = _pictures(pictures)
        stride = output_stride(self.model)
        made = []
        for first in range(0, len(images), _AT_A_TIME):
            some = [_array(image, name) for image, name in zip(images[first:][:_AT_A_TIME], names[first:])]
            ready = [fitted(image, self.size, self.fill) for image in some]
            batch = np.stack([picture for picture, _ in ready]).astype(np.float32) / 255
            answers = self.model.predict_on_batch(batch)
            found = boxes_of(answers, stride, overlap=self.overlap, lowest=LOWEST, most=self.most)
            for place, (boxes, labels, scores) in enumerate(found):
                height, width = some[place].shape[:2]
                boxes = np.clip(boxes / ready[place][1], 0, np.array([width, height, width, height], np.float32))
                kept = (boxes[:, 2:] > boxes[:, :2]).all(axis=1)
                made.append(Found(boxes[kept], labels[kept], scores[kept], self.class_names, names[first + place]))
        return made

    def detect(self, pictures: BoxSplit | Iterable) -> list[Found]:
        """Return the objects: boxes with a score of their class's threshold or more.

        Args:
            pictures: A split; or arrays, paths or images of Pillow.

        Returns:
            For each picture what was found.

        Raises:
            TypeError: If it is one picture in place of several.
            ValueError: If a picture has no proper shape or values.
            ImageProblem: If a file cannot be read.
        """
        return [found.above(self.thresholds) for found in self.candidates(pictures)]

    def count(self, pictures: BoxSplit | Iterable, *, coverage: float = 0.9) -> pandas.DataFrame:
        """Count the objects of each class, with an interval for the count that a person would give.

        The interval is as wide as the errors on validation were (split conformal prediction; Vovk, Gammerman and
        Shafer, "Algorithmic learning in a random world", 2005): over pictures like those, it holds the true count at
        least as often as `coverage` says, a little less often where the threshold was chosen on the same few pictures.

        Args:
            pictures: A split; or arrays, paths or images of Pillow.
            coverage: How often the interval is to hold the true count, in (0, 1).

        Returns:
            One row a picture and class: picture, class, count, low, high. high is infinite before `tuned`, and where
            there were too few pictures in validation for that coverage.

        Raises:
            ValueError: If coverage is not in (0, 1).
        """
        return count_frame(self.detect(pictures), self.rules, coverage)

    def tuned(self, validation: BoxSplit) -> Detector:
        """Return the detector with the threshold of each class that counts best on the validation split.

        Args:
            validation: The validation split, and never another one.

        Returns:
            The same model with other `rules`; each says how it was chosen, and warns where it could not be.

        Raises:
            ValueError: If the classes differ, or there are no pictures.
        """
        check_same_classes(validation, self.class_names)
        return replace(self, rules=count_rules(self.candidates(validation), validation))

    def rules_frame(self) -> pandas.DataFrame:
        """Return one row a class: class, threshold; on validation objects, exact, absolute_error; note."""
        import pandas as pd

        return pd.DataFrame([rule.row() for rule in self.rules])

    def save(self, path: str | Path) -> Path:
        """Write the detector to one file, whole or not at all; read it with `Detector.load`."""
        from imgrec_tf.medical.detection.file import write_detector

        return write_detector(self, Path(path))

    @classmethod
    def load(cls, path: str | Path) -> Detector:
        """Read what `save` wrote. Only load files from people whom you trust."""
        from imgrec_tf.medical.detection.file import read_detector

        return read_detector(Path(path))


def count_frame(found: Sequence[Found], rules: Sequence[ClassRule], coverage: float) -> pandas.DataFrame:
    """Return one row a picture and class: picture, class, count, low, high."""
    import pandas as pd

    reach = [interval_of(rule, coverage) for rule in rules]
    rows = [
        (one.name, rule.name, int(count), max(0.0, count - half), count + half)
        for one in found
        for rule, half, count in zip(rules, reach, one.counts())
    ]
    return pd.DataFrame(rows, columns=["picture", "class", "count", "low", "high"])


def output_classes(model: keras.Model) -> int:
    """Return how many classes a detector's model has.

    Raises:
        TypeError: If it is no Keras model.
        ValueError: If it is another kind of model.
    """
    if not isinstance(model, keras.Model):
        raise TypeError(f"model must be a Keras model, got {type(model).__name__}; build one with models.detector")
    shapes = getattr(model, "output", None)
    if not isinstance(shapes, dict) or set(shapes) != {"centres", "boxes"} or model.input_shape[-1] != 3:
        raise ValueError(
            "the model must take pictures of three channels, and give centres and boxes; build it with models.detector"
        )
    return int(shapes["centres"].shape[-1])


def output_stride(model: keras.Model) -> int:
    """Return how many pixels lie between two places of the model's grid."""
    side = 2**8
    return side // int(model.compute_output_shape((1, side, side, 3))["centres"][1])


def side_step(model: keras.Model) -> int:
    """Return what height and width must be multiples of: the model halves them so often."""
    return 2 ** sum(isinstance(layer, keras.layers.Conv2D) and layer.strides[0] == 2 for layer in model.layers)


def check_same_classes(split: BoxSplit, class_names: Sequence[str]) -> None:
    """Refuse a split of other classes, or without pictures."""
    if tuple(split.class_names) != tuple(class_names):
        raise ValueError(
            f"the split has the classes {', '.join(split.class_names)}, the detector {', '.join(class_names)}; "
            "give the same names in the same order"
        )
    if not len(split):
        raise ValueError("the split has no pictures; give at least one")


def _pictures(pictures) -> tuple[list, list[str]]:
    if isinstance(pictures, BoxSplit):
        return list(pictures.images), list(pictures.names)
    if isinstance(pictures, str | Path | bytes) or getattr(pictures, "ndim", 4) < 4 or hasattr(pictures, "convert"):
        raise TypeError("give several pictures: a split, or a list of arrays, paths or images; [picture] for one")
    pictures = list(pictures)
    names = [str(one) if isinstance(one, str | Path) else f"picture {place}" for place, one in enumerate(pictures)]
    return pictures, names


def _array(picture, name: str) -> np.ndarray:
    from imgrec_tf.datasets import read_image

    return colour(picture if isinstance(picture, np.ndarray) else read_image(picture), name)
