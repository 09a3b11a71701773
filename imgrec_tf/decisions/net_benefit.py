"""Decision curves: is acting on the model better than treating everybody, or nobody?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from imgrec_tf.decisions.checks import check_share
from imgrec_tf.decisions.prevalence import shift_prevalence
from imgrec_tf.evaluation import Evaluation, intervals

if TYPE_CHECKING:
    import pandas as pd

    from imgrec_tf.plots import Figure

TREAT_ALL, TREAT_NONE = "treat all", "treat none"
_RESAMPLES = 500


@dataclass(frozen=True)
class DecisionCurve:
    """Net benefit of models at each threshold probability, beside treating all and treating none.

    Attributes:
        thresholds: float64 (m,), growing: the probability at which missing one and alarming one weigh the same.
        net_benefit: float64 (m,) by name: the models', `treat all` and `treat none` (0). In true positives an image: a
            net benefit of 0.1 is worth ten found among 100 without any false alarm.
        low: float64 (m,) by name of a model: lower end of the bootstrap interval, each point for itself.
        high: The same, upper end.
        prevalence: Share of class 1 that the curve holds for.
        images: How many.
        synthetic: Whether the images were made by a program.
        name: Of the split.
        confidence: Of the intervals.
    """

    thresholds: np.ndarray
    net_benefit: dict[str, np.ndarray]
    low: dict[str, np.ndarray]
    high: dict[str, np.ndarray]
    prevalence: float
    images: int
    synthetic: bool
    name: str
    confidence: float

    def to_frame(self) -> pd.DataFrame:
        """Return one row a threshold: threshold, and the net benefit of each model, treat all and treat none."""
        import pandas as pd

        return pd.DataFrame({"threshold": self.thresholds, **self.net_benefit})

    def plot(self, *, marked: float | None = None) -> Figure:
        """Draw the curves, with the models' intervals as bands.

        Args:
            marked: A threshold to mark, such as `Costs.threshold`.
        """
        from imgrec_tf.decisions import figures

        return figures.draw_decision_curve(self, marked)


def decision_curve(
    models: Evaluation | Mapping[str, Evaluation],
    *,
    thresholds: Sequence[float] | None = None,
    prevalence: float | None = None,
) -> DecisionCurve:
    """Compute net benefit over threshold probabilities (Vickers and Elkin, "Decision curve analysis", 2006).

    At a threshold t, a false alarm counts t / (1 - t) of a found one: net benefit = sensitivity × prevalence -
    (1 - specificity) × (1 - prevalence) × t / (1 - t). Scores have to be calibrated: t is read as a probability.

    Args:
        models: A binary evaluation, or several of the same images by name.
        thresholds: In (0, 1), growing; None for 0.01 to 0.99.
        prevalence: Share of class 1 where the model will be used, in (0, 1), for which the scores are corrected too
            (`shift_prevalence`); None for that of the images.

    Raises:
        TypeError: If it is no Evaluation.
        ValueError: If one is not binary, has one class only, or saw other images, or a number is out of its range.
    """
    models = {"model": models} if isinstance(models, Evaluation) else dict(models)
    if not models or not all(isinstance(one, Evaluation) for one in models.values()):
        raise TypeError("models must be an Evaluation, or evaluations by name, one or more")
    if {TREAT_ALL, TREAT_NONE} & set(models):
        raise ValueError(f"{TREAT_ALL!r} and {TREAT_NONE!r} are drawn anyway; give your model another name")
    first = next(iter(models.values()))
    for name, one in models.items():
        if one.task != "binary" or len(np.unique(one.labels)) < 2:
            raise ValueError(f"a decision curve needs a binary task with images of both classes; {name!r} has not")
        if not np.array_equal(one.labels, first.labels):
            raise ValueError(f"{name!r} saw other images than {next(iter(models))!r}; evaluate all on one split")
    at = np.linspace(0.01, 0.99, 99) if thresholds is None else np.asarray(thresholds, np.float64)
    if at.ndim != 1 or not len(at) or not ((at > 0) & (at < 1)).all() or not (np.diff(at) > 0).all():
        raise ValueError("thresholds must be growing numbers between 0 and 1, both excluded, one or more")
    positive = first.labels == 1
    share = float(positive.mean())
    if prevalence is not None:
        check_share("prevalence", prevalence)
        share = float(prevalence)
    odds = at / (1 - at)
    called = {name: (_corrected(one, prevalence) >= at[:, None]).astype(float) for name, one in models.items()}
    benefit = {
        name: _benefit(positive, called[name], odds, share, np.ones((len(one), 1)))[:, 0]
        for name, one in models.items()
    }
    low, high = {}, {}
    for name, one in models.items():
        drawn = [
            _benefit(positive, called[name], odds, prevalence, weights)
            for _, weights in intervals.resample_weights(len(one), _RESAMPLES, one.seed, one.groups)
        ]
        low[name], high[name] = intervals.percentiles(np.concatenate(drawn, axis=1), one.confidence)
    benefit |= {TREAT_ALL: share - (1 - share) * odds, TREAT_NONE: np.zeros(len(at))}
    return DecisionCurve(at, benefit, low, high, share, len(first), first.synthetic, first.name, first.confidence)


def _corrected(one: Evaluation, prevalence: float | None) -> np.ndarray:
    scores = one.scores[:, 1]
    return scores if prevalence is None else shift_prevalence(scores, of=float(one.labels.mean()), to=prevalence)


def _benefit(
    positive: np.ndarray, called: np.ndarray, odds, prevalence: float | None, weights: np.ndarray
) -> np.ndarray:
    """Return net benefit (thresholds, resamples); each resample's own prevalence where none is given."""
    ill, healthy = weights[positive].sum(axis=0), weights[~positive].sum(axis=0)
    share = ill / (ill + healthy) if prevalence is None else prevalence
    with np.errstate(invalid="ignore", divide="ignore"):
        found = (called[:, positive] @ weights[positive]) / ill
        alarmed = (called[:, ~positive] @ weights[~positive]) / healthy
        return share * found - (1 - share) * alarmed * odds[:, None]
