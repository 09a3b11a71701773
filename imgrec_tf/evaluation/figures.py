"""Figures of counts and values: confusion matrix, metrics with intervals, worst mistakes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from imgrec_tf import plots
from imgrec_tf.evaluation.metrics import LOWER_IS_BETTER
from imgrec_tf.evaluation.tables import TITLES, comparison, ordered

if TYPE_CHECKING:
    from imgrec_tf.evaluation.evaluation import Evaluation

# Beyond this number of classes, cells are too small for numbers at any sensible figure size.
_MOST_CELLS_WITH_TEXT = 20


@plots.styled
def confusion_matrix(evaluation: Evaluation) -> plots.Figure:
    """See `Evaluation.plot_confusion_matrix`."""
    counts = evaluation.confusion_matrix
    if evaluation.task == "multi-label":
        cells = np.stack([counts[:, 1, 1], counts[:, 1, 0], counts[:, 0, 1], counts[:, 0, 0]], axis=1)
        wholes = np.repeat(np.stack([counts[:, 1].sum(axis=1), counts[:, 0].sum(axis=1)], axis=1), 2, axis=1)
        columns = ("present,\nfound", "present,\nmissed", "absent,\nfalse alarm", "absent,\nleft out")
        cell, across, down = 0.95, "truth and decision", "label"
    else:
        cells, wholes = counts, counts.sum(axis=1, keepdims=True)
        columns = evaluation.class_names
        cell, across, down = {2: 1.4, 3: 1.1, 4: 1.0}.get(len(columns), 0.68), "decision of the model", "true class"
    shares = cells / np.where(wholes > 0, wholes, 1)
    names = [plots.wrapped(name, 1.8) for name in evaluation.class_names]
    longest = max(len(line) for name in names for line in name.split("\n"))
    lines = max(name.count("\n") + 1 for name in names)
    rows, across_cells = cells.shape
    height = min(cell, 0.55) if evaluation.task == "multi-label" else cell
    turned = evaluation.task != "multi-label" and longest * 0.085 > cell
    below = (0.085 * longest + 0.1 * lines) if turned else 0.15 * max(lines, 2)
    width = max(cell * across_cells + 0.09 * longest + 0.7, 4.2)
    figure, axis = plots.figure(width, height * rows + below + 1.1)
    picture = axis.imshow(
        shares, cmap="Blues", vmin=0, vmax=1, aspect="auto" if evaluation.task == "multi-label" else "equal"
    )
    axis.grid(False)
    axis.set_anchor("N")
    axis.set_xticks(range(across_cells), columns if evaluation.task == "multi-label" else names)
    axis.set_yticks(range(rows), names)
    if turned:
        axis.tick_params("x", rotation=90)
    axis.tick_params(length=0)
    whole = "present or absent images" if evaluation.task == "multi-label" else "true class"
    if max(rows, across_cells) <= _MOST_CELLS_WITH_TEXT:
        _write_cells(axis, cells, shares, wholes, 10 if cell >= 0.9 else 7.5)
        across += f"\n(colour and %: share of the {whole})"
    else:
        bar = figure.colorbar(picture, ax=axis, shrink=0.6, aspect=18, label=f"share of the {whole}")
        bar.outline.set_visible(False)
    axis.set_xlabel(across)
    axis.set_ylabel(down)
    plots.title(figure, f"Confusion matrix, {evaluation.name} split", evaluation.synthetic)
    return figure


def _write_cells(axis, cells: np.ndarray, shares: np.ndarray, wholes: np.ndarray, size: float) -> None:
    wholes = np.broadcast_to(wholes, cells.shape)
    for (row, column), count in np.ndenumerate(cells):
        share = shares[row, column]
        percent = f"{100 * share:.0f} %" if count == 0 or share >= 0.01 else "<1 %"
        text = f"{count:,}\n{percent}" if wholes[row, column] else "none"
        color = "white" if share > 0.58 else ("#222222" if count else "#999999")
        axis.text(column, row, text, ha="center", va="center", fontsize=size, color=color, linespacing=1.15)


@plots.styled
def metrics(evaluation: Evaluation, others: dict[str, Evaluation], name: str) -> plots.Figure:
    """See `Evaluation.plot_metrics`."""
    models = {name: evaluation, **others}
    names = [metric for metric in ordered(evaluation) if not np.isnan(evaluation.metrics[metric].value)]
    panels = [[metric for metric in names if (metric in LOWER_IS_BETTER) == lower] for lower in (False, True)]
    step = 0.3 + 0.12 * (len(models) - 1)
    height = step * len(names) + 2.2 + (0.3 if others else 0)
    figure, axes = plots.figure(
        7.0, height, 2, 1, gridspec_kw={"height_ratios": [len(panel) + 0.6 for panel in panels]}
    )
    for axis, panel, better in zip(axes, panels, ("higher is better", "lower is better")):
        for place, (label, model) in enumerate(models.items()):
            shift = (place - (len(models) - 1) / 2) * 0.6 / len(models)
            found = [model.metrics[metric] for metric in panel]
            values, rows = np.array([one.value for one in found]), np.arange(len(panel)) + shift
            ends = np.nan_to_num(np.array([[one.value - one.low, one.high - one.value] for one in found]).T)
            marker = "osD^v"[place % 5]
            color = plots.PALETTE[place % 7]
            axis.errorbar(values, rows, xerr=ends, fmt=marker, color=color, markersize=5, elinewidth=1.8, label=label)
        axis.set_yticks(range(len(panel)), [TITLES[metric] for metric in panel])
        axis.set_ylim(len(panel) - 0.4, -0.6)
        axis.set_xlabel(f"value, {better}")
        axis.grid(axis="y", visible=False)
    lowest = min(
        np.nanmin([model.metrics[metric].low, model.metrics[metric].value])
        for model in models.values()
        for metric in panels[0]
    )
    axes[0].set_xlim(np.floor(10 * lowest - 0.2) / 10 - 0.005, 1.01)
    axes[1].set_xlim(0.0, None)
    if others:
        figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=min(3, len(models)))
    interval = f", {100 * evaluation.confidence:g} % intervals" if evaluation.resamples else ""
    plots.title(figure, f"Metrics, {evaluation.name} split{interval}", evaluation.synthetic)
    return figure


@plots.styled
def differences(evaluation: Evaluation, others: dict[str, Evaluation], metric: str, name: str) -> plots.Figure:
    """See `Evaluation.plot_differences`."""
    if not others:
        raise ValueError(
            "others is empty; pass at least one evaluation by name, for example {'with CLAHE': evaluation}"
        )
    if metric not in evaluation.metrics:
        raise ValueError(f"metric must be one of {', '.join(ordered(evaluation))}, got {metric!r}")
    tables = [comparison(other, evaluation, ("other", "this")).set_index("metric") for other in others.values()]
    rows = [table.loc[metric] for table in tables]
    verdicts = {"other": "better", "this": "worse", "cannot tell": "cannot tell"}
    colors = {"better": plots.COLORS["green"], "worse": plots.COLORS["vermillion"], "cannot tell": plots.GREY}
    figure, axis = plots.figure(7.0, 1.5 + 0.55 * len(rows))
    for place, row in enumerate(rows):
        ends = [[row["difference"] - row["low"]], [row["high"] - row["difference"]]]
        color = colors[verdicts[row["better"]]]
        axis.errorbar(row["difference"], place, xerr=ends, fmt="o", color=color, markersize=6, elinewidth=2.2)
    axis.axvline(0, color="#222222", linewidth=1)
    labels = [f"{plots.wrapped(label, 2.4)}\n({verdicts[row['better']]})" for label, row in zip(others, rows)]
    axis.set_yticks(range(len(rows)), labels)
    axis.set_ylim(len(rows) - 0.4, -0.6)
    axis.grid(axis="y", visible=False)
    better = "left of 0 is better" if metric in LOWER_IS_BETTER else "right of 0 is better"
    axis.set_xlabel(
        f"difference in {TITLES[metric]} from “{name}”\n({better}; {100 * evaluation.confidence:g} % intervals)"
    )
    plots.title(figure, f"Paired differences, {evaluation.name} split", evaluation.synthetic)
    return figure


@plots.styled
def worst_mistakes(evaluation: Evaluation, n: int) -> plots.Figure:
    """See `Evaluation.plot_worst_mistakes`."""
    if evaluation.images is None:
        raise ValueError(
            "this evaluation was made without images; pass images= to Evaluation.from_scores, or use evaluate"
        )
    table = evaluation.worst_mistakes(n)
    heading = f"Most confident mistakes, {evaluation.name} split"
    if table.empty:
        figure, axis = plots.figure(5.0, 1.4)
        axis.axis("off")
        axis.text(0.5, 0.5, "no mistakes", ha="center", va="center", transform=axis.transAxes)
        plots.title(figure, heading, evaluation.synthetic)
        return figure
    titles = [f"true: {row.true}\nsaid: {row.said}, {row.score:.2f}" for row in table.itertuples()]
    images = [np.asarray(evaluation.images[int(index)]) for index in table["index"]]
    return plots.image_grid(images, titles, columns=4, synthetic=evaluation.synthetic, heading=heading, size=1.9)
