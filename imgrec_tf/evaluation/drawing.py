"""The figures of an `Evaluation`, as its methods; each returns a Figure and loads what it needs at first use."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from imgrec_tf.evaluation.evaluation import Evaluation
    from imgrec_tf.plots import Figure


class Drawing:
    """Base class that gives `Evaluation` its figures."""

    def plot_metrics(self, others: dict[str, Evaluation] | None = None, *, name: str = "this model") -> Figure:
        """Draw every metric over all classes as a dot with its interval.

        Args:
            others: Evaluations to draw beside this one, by the name that the legend shows.
            name: What the legend calls this one.
        """
        from imgrec_tf.evaluation import figures

        return figures.metrics(self, others or {}, name)

    def plot_differences(
        self, others: dict[str, Evaluation], metric: str = "roc_auc", *, name: str = "this model"
    ) -> Figure:
        """Draw by how much other models differ from this one in one metric, with the paired intervals of `compare`.

        Args:
            others: Evaluations on the same images, by the name that the axis shows.
            metric: Name of the metric.
            name: What to call this one.

        Raises:
            ValueError: If `others` is empty, there is no such metric, the models saw different images, or there are no
                resamples.
        """
        from imgrec_tf.evaluation import figures

        return figures.differences(self, others, metric, name)

    def plot_confusion_matrix(self) -> Figure:
        """Draw how many images of each true class were taken for which class, with the share of the true class below.

        For a multi-label task, one row a label: how many present ones were found and missed, how many absent ones
        raised a false alarm or were rightly left out.
        """
        from imgrec_tf.evaluation import figures

        return figures.confusion_matrix(self)

    def plot_roc(self) -> Figure:
        """Draw true against false positive rate over all thresholds.

        Binary: the curve of class 1 with its interval at each false positive rate, and the decision rule in use as a
        dot. Else: one curve a class, each against the rest, and their mean with its interval. Intervals hold for one
        false positive rate at a time, from 200 bootstrap resamples.
        """
        from imgrec_tf.evaluation import curves

        return curves.roc(self)

    def plot_precision_recall(self) -> Figure:
        """Draw precision against recall over all thresholds, and what chance reaches: the share of positives."""
        from imgrec_tf.evaluation import curves

        return curves.precision_recall(self)

    def plot_reliability(self) -> Figure:
        """Draw accuracy against confidence in 15 bins, with a histogram of the confidence below.

        Confidence is the highest score of an image, and a decision is right when that class is the true one; for a
        multi-label task it is each label's score, and right means present. Bars are Wilson's intervals. A calibrated
        model follows the diagonal: of all decisions at 80 % confidence, 80 % are right.
        """
        from imgrec_tf.evaluation import calibration_figures

        return calibration_figures.reliability(self)

    def plot_threshold_sweep(self) -> Figure:
        """Draw what each threshold would do: sensitivity and specificity, and the missed and falsely alarmed in images.

        Raises:
            ValueError: If the task is not binary.
        """
        from imgrec_tf.evaluation import calibration_figures

        return calibration_figures.threshold_sweep(self)

    def plot_worst_mistakes(self, n: int = 12) -> Figure:
        """Show the images of the wrong decisions about which the model was most confident.

        Args:
            n: How many at most.

        Raises:
            ValueError: If the evaluation was made without images.
        """
        from imgrec_tf.evaluation import figures

        return figures.worst_mistakes(self, n)
