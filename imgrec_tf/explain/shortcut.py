"""The planted shortcut: train with a marker that goes with a class, and measure what the network learnt of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import keras
import numpy as np

from imgrec_tf._checks import check_whole
from imgrec_tf.datasets import ImageDataset, Split
from imgrec_tf.evaluation import Evaluation, Metric, intervals
from imgrec_tf.explain import inputs
from imgrec_tf.explain.figures import mass_inside
from imgrec_tf.explain.gradients import grad_cam
from imgrec_tf.explain.marking import Marker, PlantedShortcut, class_of, plant_shortcut
from imgrec_tf.models import sequential_cnn
from imgrec_tf.training import TrainingRun, train

if TYPE_CHECKING:
    import pandas

    from imgrec_tf import plots

AS_TRAINED, WITHOUT, FLIPPED = "marker as in training", "no marker", "marker flipped"
_PLACEBO_STREAM = 7919  # keeps the placebo's draw apart from the marker's


@dataclass(frozen=True)
class ShortcutExperiment:
    """What became of a network that was trained with a marker.

    Attributes:
        run: The training, with the network.
        planted: The marker, and the data set that was trained on; it carries the placebo, too.
        placebo: A marker that half of the pictures of every class carry: it tells nothing.
        evaluations: By condition, "marker as in training", "no marker" and "marker flipped": the marked class against
            all others on the test split.
        images: float32 (n, height, width, channels) in [0, 255]: test pictures of the marked class, with both markers
            on each.
        maps: float32 (n, height, width): where the evidence for the marked class lies on them.
        mass: By name, "marker" and "placebo": the mean share of the maps inside of it, with its interval.
        change: By name: how much the score of the marked class rises when it is stamped on test pictures of the other
            classes, mean with interval.
    """

    run: TrainingRun
    planted: PlantedShortcut
    placebo: Marker
    evaluations: dict[str, Evaluation]
    images: np.ndarray
    maps: np.ndarray
    mass: dict[str, Metric]
    change: dict[str, Metric]

    @property
    def synthetic(self) -> bool:
        """Whether the pictures were made by a program."""
        return self.planted.dataset.synthetic

    @property
    def masks(self) -> dict[str, np.ndarray]:
        """Where marker and placebo lie, bool (height, width) by name."""
        shape = self.planted.dataset.image_shape
        return {"marker": self.planted.mask, "placebo": self.placebo.mask(shape)}

    def to_frame(self) -> pandas.DataFrame:
        """Return every figure as a row: what, value, low, high.

        The ROC AUC in each condition; the share of the maps on marker and placebo, and that of the area; the change of
        the score by stamping either.
        """
        import pandas as pd

        rows = {f"ROC AUC, {name}": found["roc_auc"] for name, found in self.evaluations.items()}
        for name, mask in self.masks.items():
            rows[f"share of the maps on the {name}"] = self.mass[name]
            rows[f"share of the area of the {name}"] = Metric(float(mask.mean()))
        rows |= {f"change of the score by the {name}": one for name, one in self.change.items()}
        values = [(one.value, one.low, one.high) for one in rows.values()]
        return pd.DataFrame(values, columns=["value", "low", "high"], index=pd.Index(rows, name="what"))

    def plot(self) -> plots.Figure:
        """Draw ROC AUC by condition, the share of the maps on the markers, and the change of scores."""
        from imgrec_tf.explain.shortcut_figure import draw

        return draw(self)


def shortcut_experiment(
    dataset: ImageDataset,
    marked_class: str | None = None,
    *,
    strength: float = 0.99,
    marker: Marker | None = None,
    placebo: Marker | None = None,
    build: Callable[..., keras.Model] = sequential_cnn,
    method: Callable[..., np.ndarray] = grad_cam,
    maps: int = 100,
    resamples: int = 1000,
    seed: int = 0,
    **training,
) -> ShortcutExperiment:
    """Train a network with a planted marker, and measure whether it looks at the marker or at the matter.

    Pictures of train and validation carry the marker as `plant_shortcut` stamps it, and half of them a placebo, which
    goes with no class. The trained network then answers for the test split three times: with markers as in training,
    without any, and with markers flipped (on 1 - `strength` of the class and on `strength` of the others). The maps are
    drawn for test pictures of the class that carry marker and placebo, so both have the same chance to attract them.
    With `strength=0.5` the marker tells nothing either: the control.

    Args:
        dataset: Any images with one class each, and a test split.
        marked_class: Name of the class that the marker goes with; None for the last one.
        strength: Share of the class's pictures with the marker, from 0 to 1; of the others it is 1 - strength.
        marker: The marker; None for a square in the top left corner.
        placebo: The placebo; None for a cross of the same side in the opposite corner.
        build: What makes the network: called as `build(image_shape, num_classes, seed=seed)`.
        method: What draws the maps: `grad_cam`, `saliency`, `occlusion`, or a function of yours that takes model,
            images and class indices.
        maps: For how many pictures at most maps are drawn.
        resamples: Bootstrap resamples of all intervals; 0 for none.
        seed: Seed of markers, network, training and resamples.
        **training: Options of `training.train`, such as `epochs`. Leaks are not looked for, unless `check_leaks=True`.

    Returns:
        The network and what was measured.

    Raises:
        TypeError: If there is no data set, or `build` or `method` is no function.
        ValueError: If the data set has no test split or several classes an image, the test split lacks the class or has
            nothing else, markers overlap, or an argument is out of range.
    """
    for name, one in (("build", build), ("method", method)):
        if not callable(one):
            raise TypeError(f"{name} must be a function, got {one!r}")
    check_whole("maps", maps, 1, 1_000_000)
    marker = marker or Marker()
    placebo = placebo or _opposite(marker)
    planted = plant_shortcut(dataset, marked_class, strength=strength, marker=marker, seed=seed)
    _check_test(dataset, planted.marked_class)
    if (planted.mask & placebo.mask(dataset.image_shape)).any():
        raise ValueError("marker and placebo overlap; put the placebo into another corner")
    both = _with_placebo(planted, placebo, seed)
    model = build(dataset.image_shape, dataset.num_classes, seed=seed)
    run = train(model, both.dataset, **{"seed": seed, "check_leaks": False} | training)

    flipped = plant_shortcut(dataset, planted.marked_class, strength=1 - strength, marker=marker, seed=seed)
    conditions = {
        AS_TRAINED: both.dataset.test,
        WITHOUT: dataset.test,
        FLIPPED: _with_placebo(flipped, placebo, seed).dataset.test,
    }
    index = class_of(dataset, planted.marked_class)
    evaluations = {
        name: _one_against_rest(model, split, index, name, resamples, seed) for name, split in conditions.items()
    }
    own, others = (dataset.test.subset(mask) for mask in (dataset.test.labels == index, dataset.test.labels != index))
    if len(own) > maps:
        own = own.sample(maps, seed=seed)
    shown = placebo.stamp(marker.stamp(own))
    pixels = shown.pixels()
    found = method(model, pixels, np.full(len(shown), index))
    masks = {"marker": planted.mask, "placebo": placebo.mask(dataset.image_shape)}
    mass = {
        name: mean_with_interval(mass_inside(found, mask), own.groups, resamples, seed) for name, mask in masks.items()
    }
    before = _scores(model, others)[:, index]
    change = {
        name: mean_with_interval(_scores(model, one.stamp(others))[:, index] - before, others.groups, resamples, seed)
        for name, one in (("marker", marker), ("placebo", placebo))
    }
    return ShortcutExperiment(run, both, placebo, evaluations, pixels, found, mass, change)


def mean_with_interval(values: np.ndarray, groups: np.ndarray | None, resamples: int, seed: int) -> Metric:
    """Return the mean of values, with its 95 % interval by the bootstrap over images, or over groups if there are any.

    Args:
        values: float (n,); NaN is left out.
        groups: Text (n,), or None.
        resamples: How many; 0 for no interval.
        seed: Seed of the resamples.
    """
    kept = ~np.isnan(values)
    values = values[kept].astype(np.float64)
    if not len(values):
        return Metric(float("nan"))
    numbers = None if groups is None else np.unique(groups[kept], return_inverse=True)[1]
    if resamples == 0 or len(values) < 2 or (numbers is not None and numbers.max() == 0):
        return Metric(float(values.mean()), method="none")
    means = np.concatenate(
        [values @ weights / np.maximum(weights.sum(axis=0), 1e-12)
         for _, weights in intervals.resample_weights(len(values), resamples, seed, numbers)]
    )  # fmt: skip
    low, high = (float(one[0]) for one in intervals.percentiles(means[None], 0.95))
    return Metric(float(values.mean()), low, high, "bootstrap" if numbers is None else "bootstrap of groups")


def _opposite(marker: Marker) -> Marker:
    down, across = marker.corner.split()
    corner = f"{'bottom' if down == 'top' else 'top'} {'right' if across == 'left' else 'left'}"
    return Marker(corner, "cross" if marker.shape == "square" else "square", marker.side)


def _with_placebo(planted: PlantedShortcut, placebo: Marker, seed: int) -> PlantedShortcut:
    """The same with a placebo on half of each class."""
    from dataclasses import replace

    more = plant_shortcut(
        planted.dataset, planted.marked_class, strength=0.5, marker=placebo, seed=seed + _PLACEBO_STREAM
    )
    return replace(planted, dataset=more.dataset)


def _check_test(dataset: ImageDataset, marked_class: str) -> None:
    if dataset.test is None:
        raise ValueError("the data set has no test split to measure on; make it with one")
    of_class = int((dataset.test.labels == dataset.class_names.index(marked_class)).sum())
    if not 0 < of_class < len(dataset.test):
        raise ValueError(
            f"the test split has {of_class} of {len(dataset.test)} images of {marked_class!r}; it needs some of this "
            "class and some of others"
        )


def _scores(model: keras.Model, split: Split) -> np.ndarray:
    starts = range(0, len(split), inputs.BATCH)
    places = [np.arange(start, min(start + inputs.BATCH, len(split))) for start in starts]
    return np.concatenate([inputs.scores_of(model, split.pixels(one)) for one in places]).astype(np.float64)


def _one_against_rest(model, split: Split, index: int, name: str, resamples: int, seed: int) -> Evaluation:
    named = split.class_names[index]
    return Evaluation.from_scores(
        _scores(model, split)[:, index],
        (split.labels == index).astype(np.int64),
        class_names=(f"not {named}" if split.num_classes > 2 else split.class_names[1 - index], named),
        task="binary",
        groups=split.groups,
        synthetic=split.synthetic,
        name=f"test, {name}",
        resamples=resamples,
        seed=seed,
    )
