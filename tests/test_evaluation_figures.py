"""Every figure, for every task: labelled axes, a title that tells synthetic data, and no text on other text."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from imgrec_tf.evaluation import Evaluation
from imgrec_tf.plots import Figure

NAMES = ["normal", "pneumonia", "immature granulocytes (myelocytes, metamyelocytes)", "choroidal neovascularization"]
CASES = {"binary": 2, "multi-class": 11, "ordinal": 4, "multi-label": 14}
DRAWINGS = ["metrics", "confusion_matrix", "roc", "precision_recall", "reliability", "worst_mistakes"]


@pytest.fixture(scope="module", params=CASES)
def evaluation(request) -> Evaluation:
    task, classes, count = request.param, CASES[request.param], 150
    generator = np.random.default_rng(0)
    labels = np.arange(count) % classes
    if task == "multi-label":
        labels = (generator.random((count, classes)) < 0.3).astype(int)
        scores = generator.beta(1 + 3 * labels, 4 - 3 * labels)
    else:
        scores = generator.dirichlet(np.ones(classes), count) * 0.7 + 0.3 * np.eye(classes)[labels]
    return Evaluation.from_scores(
        scores,
        labels,
        class_names=[NAMES[index % 4] + " " * (index > 3) + str(index // 4 or "") for index in range(classes)],
        task=task,
        images=generator.integers(0, 256, (count, 8, 8, 1), dtype=np.uint8),
        synthetic=True,
        resamples=40,
    )


def overlaps(figure: Figure) -> list[tuple[str, str]]:
    """Texts of axes, ticks, titles and legends that lie on each other by more than a point."""
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    renderer = canvas.get_renderer()
    texts = [figure._suptitle] if figure._suptitle else []
    for axis in figure.axes:
        if axis.axison:
            for side in (axis.xaxis, axis.yaxis):
                low, high = sorted(side.get_view_interval())
                texts += [one.label1 for one in side.get_major_ticks() if low <= one.get_loc() <= high]
            texts += [axis.xaxis.label, axis.yaxis.label]
        texts += [axis.title, axis._left_title, *axis.texts]
        if axis.get_legend():
            texts += axis.get_legend().get_texts()
    boxes = [
        (one.get_text(), one.get_window_extent(renderer).padded(-1.5))
        for one in texts
        if one.get_visible() and one.get_text().strip()
    ]
    return [(a, b) for (a, first), (b, second) in itertools.combinations(boxes, 2) if first.overlaps(second)]


@pytest.mark.parametrize("name", DRAWINGS)
def test_figure(evaluation, name):
    figure = getattr(evaluation, f"plot_{name}")()
    assert isinstance(figure, Figure)
    assert "(synthetic)" in " ".join([figure.get_suptitle(), *(axis.get_title(loc="left") for axis in figure.axes)])
    shown = [axis for axis in figure.axes if axis.axison]
    assert all(axis.get_xlabel() for axis in shown[-1:]) and all(
        axis.get_ylabel() or name == "metrics" for axis in shown
    )
    assert not overlaps(figure)


def test_threshold_sweep(evaluation):
    if evaluation.task != "binary":
        with pytest.raises(ValueError, match="binary"):
            evaluation.plot_threshold_sweep()
        return
    figure = evaluation.plot_threshold_sweep()
    sensitivity, specificity = (line.get_ydata() for line in figure.axes[0].lines[:2])
    assert (np.diff(sensitivity) <= 0).all() and (np.diff(specificity) >= 0).all()
    assert sensitivity[50] == pytest.approx(evaluation["sensitivity"].value)
    assert not overlaps(figure)


def test_metrics_of_several_models(evaluation):
    figure = evaluation.plot_metrics({"baseline": evaluation, "another one": evaluation}, name="cnn")
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["cnn", "baseline", "another one"]


def test_differences_of_several_models_say_which_is_better():
    generator = np.random.default_rng(0)
    labels = np.arange(200) % 2
    noise = generator.normal(0, 1, 200)
    made = {
        skill: Evaluation.from_scores(
            1 / (1 + np.exp(-(skill * (2 * labels - 1) + noise))),
            labels,
            class_names="ab",
            task="binary",
            resamples=100,
        )
        for skill in (0.2, 1.0, 3.0)
    }
    others = {"a weak model with a long name": made[0.2], "the same": made[1.0], "a strong one": made[3.0]}
    figure = made[1.0].plot_differences(others, name="the middle one")
    words = [label.get_text().split("\n")[-1] for label in figure.axes[0].get_yticklabels()]
    assert words == ["(worse)", "(cannot tell)", "(better)"]
    assert "the middle one" in figure.axes[0].get_xlabel()
    assert not overlaps(figure)
    assert "left of 0" in made[1.0].plot_differences(others, "log_loss").axes[0].get_xlabel()
    with pytest.raises(ValueError, match="others is empty"):
        made[1.0].plot_differences({})
    with pytest.raises(ValueError, match="metric must be one of"):
        made[1.0].plot_differences(others, "kappa")


def test_mistakes_need_images_and_may_be_none():
    options = {"class_names": "ab", "task": "binary", "resamples": 0}
    with pytest.raises(ValueError, match="images="):
        Evaluation.from_scores([0.1, 0.9], [0, 1], **options).plot_worst_mistakes()
    flawless = Evaluation.from_scores([0.1, 0.9], [0, 1], images=np.zeros((2, 4, 4, 1), np.uint8), **options)
    assert isinstance(flawless.plot_worst_mistakes(), Figure)
    assert flawless.worst_mistakes().empty


def test_many_classes_fall_back_to_colour_alone():
    labels = np.arange(60) % 30
    scores = np.eye(30)[labels] * 0.5 + 0.5 / 30
    options = {"class_names": map(str, range(30)), "task": "multi-class", "resamples": 0}
    figure = Evaluation.from_scores(scores, labels, **options).plot_confusion_matrix()
    assert not figure.axes[0].texts and len(figure.axes) == 2
