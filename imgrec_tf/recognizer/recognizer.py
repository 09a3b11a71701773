"""The class `Recognizer`: put together, asked, measured, saved and loaded."""

from __future__ import annotations

import dataclasses
import html
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from imgrec_tf.datasets.cards import DatasetCard
from imgrec_tf.recognizer import checks
from imgrec_tf.recognizer.answers import answer_table
from imgrec_tf.recognizer.operating_point import OperatingPoint
from imgrec_tf.recognizer.scoring import scores_of
from imgrec_tf.vision.preparing import checked_fit

if TYPE_CHECKING:
    import keras
    import pandas

    from imgrec_tf.datasets.dataset import ImageDataset
    from imgrec_tf.datasets.one_split import Split
    from imgrec_tf.evaluation import Evaluation
    from imgrec_tf.training import TrainingRun


class Recognizer:
    """A model, its classes, the images it expects, its operating point and the card of the data it was trained on.

    Attributes:
        model: What turns float32 pixels (n, height, width, channels) in [0, 255] into scores.
        class_names: One name a class, in the order of the scores.
        task: "binary", "multi-class", "ordinal" or "multi-label".
        image_shape: Height, width and channels that the model takes.
        fit: What happens to images of another shape: "pad", "stretch" or "crop".
        operating_point: The threshold in use, or None: then the highest score decides, in multi-label tasks 0.5.
        abstain_below: Images whose highest score is below it get no label; None to answer always.
        card: Where the training data comes from: a `DatasetCard`, a dict, or None.
    """

    def __init__(
        self,
        model: keras.Model | Any,
        class_names: Sequence[str],
        *,
        task: str | None = None,
        image_shape: tuple[int, int, int] | None = None,
        fit: str = "pad",
        operating_point: float | Any | None = None,
        abstain_below: float | None = None,
        card: DatasetCard | dict | None = None,
    ):
        """Check that the parts fit together, and keep them.

        Args:
            model: A Keras model, or any object whose `predict` takes float32 pixels (n, height, width, channels) in
                [0, 255]. It returns probabilities: (n, classes), or (n,) or (n, 1) for the second of two classes.
            class_names: One name a class, in the order of the scores, all different.
            task: "binary", "multi-class", "ordinal" or "multi-label"; None for "binary" with two classes, else
                "multi-class".
            image_shape: (height, width, channels); None to take it from the model.
            fit: "pad" keeps the proportions and fills the border, "stretch" doesn't keep them, "crop" cuts the longer
                side. Give what the training images were prepared with.
            operating_point: For binary and multi-label tasks: the score from which a class counts as present. A number
                in [0, 1], in multi-label tasks also one number a class, or an object with `.threshold` and `.reason`.
                None for the highest score, in multi-label tasks for scores above 0.5.
            abstain_below: In (0, 1]: give no label where the highest score is below it. Not for multi-label tasks,
                where a low highest score is a sound answer: none of the classes.
            card: Where the training data comes from.

        Raises:
            TypeError: If a part is of the wrong kind.
            ValueError: If parts contradict each other or a number is out of range.
        """
        if not (checks.is_keras(model) or callable(getattr(model, "predict", None))):
            raise TypeError(f"model must be a Keras model or have a predict method, got {type(model).__name__}")
        self.model = model
        self.class_names = checks.checked_names(class_names, task)
        self.task = checks.checked_task(task, len(self.class_names))
        self.image_shape = checks.checked_shape(model, image_shape)
        self.fit = checked_fit(fit)
        self.operating_point = None if operating_point is None else OperatingPoint.of(operating_point)
        checks.check_point(self.operating_point, len(self.class_names), self.task)
        self.abstain_below = checks.checked_abstention(abstain_below, self.task)
        self.card = checks.checked_card(card)
        checks.check_outputs(model, self.class_names, self.task)
        self._scorer = None

    @classmethod
    def from_run(
        cls,
        run: TrainingRun | keras.Model | Any,
        dataset: ImageDataset | Split,
        *,
        fit: str | None = None,
        operating_point: float | Any | None = None,
        abstain_below: float | None = None,
        card: DatasetCard | dict | None = None,
    ) -> Recognizer:
        """Make a recogniser of a trained model, with the classes, image shape and card of its data set.

        Args:
            run: What `train` returned, or a model.
            dataset: The data set, or one split of it, that the model was trained on.
            fit: As in `Recognizer`; None for the way in which the data set fits its files.
            operating_point: As in `Recognizer`.
            abstain_below: As in `Recognizer`.
            card: As in `Recognizer`; None for the data set's own card.

        Raises:
            ValueError: If the model doesn't fit the data set.
        """
        model = run if callable(getattr(run, "predict", None)) else getattr(run, "model", run)
        images = getattr(dataset, "train", dataset).images
        return cls(
            model,
            dataset.class_names,
            task=dataset.task,
            image_shape=dataset.image_shape,
            fit=fit or getattr(images, "fit", "pad"),
            operating_point=operating_point,
            abstain_below=abstain_below,
            card=card or getattr(dataset, "card", None),
        )

    def predict(self, sources: Any, *, batch_size: int = 64, progress: bool = False) -> pandas.DataFrame:
        """Answer for every image, one row an image, in the order given.

        Images, DICOM files among them, are decoded, turned upright, brought to the model's channels and size as in
        training, and read in parallel; a folder of any size takes the memory of a few batches. Folders are searched to
        the bottom, their files sorted by path and tried whatever their names end in; only hidden files (names that
        begin with a dot, and Thumbs.db, desktop.ini, __MACOSX) are passed over. A folder without files gives one row
        that says so; an empty list gives a table without rows. Of a DICOM file, the first window is looked through, and
        the middle one of many frames; for another look, give `medical.dicom.read(path).display(...)`.

        Args:
            sources: A path, a folder, an array, a PIL image, the bytes of an image file, a file open for reading bytes,
                a `Split`, or a list of any of these. Arrays are uint8, uint16 or float in [0, 1]. One of three
                dimensions is one image (height, width, channels) when the last is 4 or less, else a stack of grey ones.
            batch_size: Images that the model sees at once.
            progress: Show a progress bar.

        Returns:
            DataFrame with the columns
            source: file name, or the kind of source with the row's number, such as "array[3]";
            label: name of the class; in multi-label tasks the names of all classes at or above the threshold with " + "
            between, or "none"; missing where the recogniser abstained or there is a problem;
            score: score of the likeliest label, given or not; in multi-label tasks the highest score;
            score_<class>: one column a class, in [0, 1], of sum 1 except in multi-label tasks;
            abstained: True where the highest score is below `abstain_below`;
            problem: why there is no answer, else "". The scores of such a row are NaN.

        Raises:
            TypeError: If `sources` as a whole is nothing that could hold images.
            ValueError: If `batch_size` is below 1, or the model's outputs aren't probabilities.
        """
        if batch_size < 1:
            raise ValueError(f"batch_size must be at least 1, got {batch_size}")
        names, scores, problems = scores_of(self, sources, batch_size, progress)
        return answer_table(
            names,
            scores,
            problems,
            class_names=self.class_names,
            task=self.task,
            threshold=self._threshold,
            abstain_below=self.abstain_below,
        )

    def evaluate(self, split: Split, *, confidence: float = 0.95, resamples: int = 1000, seed: int = 0) -> Evaluation:
        """Measure the recogniser on a split: images prepared, scored and decided on exactly as in `predict`.

        Args:
            split: Labelled images of the same classes in the same order. Images of another size are brought to the
                model's.
            confidence: Coverage of the intervals, in (0, 1).
            resamples: Bootstrap resamples behind each interval.
            seed: Seed of the resampling.

        Raises:
            TypeError: If it is no split.
            ValueError: If classes or task differ, or an image can't be read.
        """
        from imgrec_tf.evaluation import Evaluation

        if not hasattr(split, "labels"):
            raise TypeError(f"evaluate takes one split, for example dataset.test, got {type(split).__name__}")
        for what, mine, theirs in (
            ("class names", self.class_names, tuple(split.class_names)),
            ("task", self.task, split.task),
        ):
            if mine != theirs:
                raise ValueError(f"the recogniser's {what} {mine} differ from the split's {theirs}; load matching data")
        names, scores, problems = scores_of(self, split, batch_size=256)
        failed = [f"{name} ({problem})" for name, problem in zip(names, problems) if problem]
        if failed:
            raise ValueError(f"{len(failed)} of {len(names)} images have no answer, first {failed[0]}; leave them out")
        return Evaluation.from_scores(
            scores,
            split.labels,
            class_names=self.class_names,
            task=self.task,
            groups=split.groups,
            synthetic=split.synthetic,
            images=split.images,
            sources=split.sources,
            name=split.name,
            threshold=self._threshold,
            confidence=confidence,
            resamples=resamples,
            seed=seed,
        )

    def save(self, path: str | os.PathLike) -> Path:
        """Keep everything in one file, which takes its name only when it is complete.

        Args:
            path: The file; its name usually ends in ".imgrec". A file of that name is replaced.

        Returns:
            The path of the file.

        Raises:
            OSError: If the folder is missing or can't be written to, or the disk is full; what was there stays.
            TypeError: If the model is no Keras model, or the card holds more than plain values.
            ValueError: If the model holds Python code (Lambda layers), which couldn't be loaded safely.
        """
        from imgrec_tf.recognizer.file import write_recognizer

        point = self.operating_point
        description = {
            "class_names": list(self.class_names),
            "task": self.task,
            "image_shape": list(self.image_shape),
            "fit": self.fit,
            "operating_point": None if point is None else dataclasses.asdict(point),
            "abstain_below": self.abstain_below,
            "card": None
            if self.card is None
            else {"kind": type(self.card).__name__, "values": checks.plain_card(self.card)},
        }
        return write_recognizer(Path(path), self.model, description)

    @classmethod
    def load(cls, path: str | os.PathLike, *, custom_objects: dict[str, Any] | None = None) -> Recognizer:
        """Read a recogniser that `save` wrote. No code from the file is run.

        Args:
            path: The file.
            custom_objects: Layer classes of your own by name, where they aren't registered with Keras.

        Raises:
            FileNotFoundError: If there is no such file.
            ValueError: If the file is no recogniser, is damaged, was made by a newer version, or holds code.
        """
        from imgrec_tf.recognizer.file import read_recognizer

        model, description = read_recognizer(Path(path), custom_objects)
        try:
            point, card = description["operating_point"], description["card"]
            if card is not None:
                card = DatasetCard.from_dict(card["values"]) if card["kind"] == "DatasetCard" else card["values"]
            return cls(
                model,
                description["class_names"],
                task=description["task"],
                image_shape=tuple(description["image_shape"]),
                fit=description["fit"],
                operating_point=None if point is None else OperatingPoint(**point),
                abstain_below=description["abstain_below"],
                card=card,
            )
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(f"{path} is damaged: its description doesn't fit its model ({error})") from error

    def __repr__(self) -> str:
        height, width, channels = self.image_shape
        names = ", ".join(self.class_names[:4]) + (", …" if len(self.class_names) > 4 else "")
        point = "" if self.operating_point is None else f", threshold {self.operating_point.threshold_text}"
        return (
            f"<Recognizer {self.task}: {len(self.class_names)} classes ({names}), "
            f"images {height}×{width}×{channels}{point}>"
        )

    def _repr_html_(self) -> str:
        height, width, channels = self.image_shape
        point = self.operating_point
        title = getattr(self.card, "title", None) or (self.card or {}).get("title", "not stated")
        rows = {
            "task": self.task,
            "classes": ", ".join(f"{index} {name}" for index, name in enumerate(self.class_names)),
            "images": f"{height} × {width} × {channels}, {self.fit}",
            "threshold": "none chosen" if point is None else f"{point.threshold_text} ({point.reason})",
            "abstains": "never" if self.abstain_below is None else f"below a score of {self.abstain_below:g}",
            "trained on": title,
        }
        cells = "".join(f"<tr><th>{name}</th><td>{html.escape(str(text))}</td></tr>" for name, text in rows.items())
        return f"<table><caption>Recognizer</caption>{cells}</table>"

    def __reduce__(self):
        raise TypeError("a Recognizer isn't pickled; use save and load, which check the file and run no code from it")

    @property
    def _threshold(self) -> float | tuple[float, ...] | None:
        return None if self.operating_point is None else self.operating_point.threshold
