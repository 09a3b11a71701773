"""What measuring objects on pictures returns, be they boxes or masks: a row a picture, and metrics with intervals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from imgrec_tf.evaluation import Metric

if TYPE_CHECKING:
    import pandas


@dataclass(frozen=True)
class PictureScores:
    """How well objects were found.

    Attributes:
        per_picture: One row a picture, or a picture and class.
        metrics: By name, with 95 % intervals.
        name: The split that was measured.
        synthetic: True when the pictures were made by a program.
    """

    per_picture: pandas.DataFrame
    metrics: dict[str, Metric]
    name: str
    synthetic: bool

    def __getitem__(self, metric: str) -> Metric:
        if metric not in self.metrics:
            raise KeyError(f"there is no metric {metric!r}; known are {', '.join(self.metrics)}")
        return self.metrics[metric]

    def to_frame(self) -> pandas.DataFrame:
        """Return one row a metric: metric, value, low, high."""
        import pandas as pd

        rows = [(name, one.value, one.low, one.high) for name, one in self.metrics.items()]
        return pd.DataFrame(rows, columns=["metric", "value", "low", "high"])
