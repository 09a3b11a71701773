"""Figures of verification: what varies, the ROC curve, how alike pairs are, and the worst mistakes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from imgrec_tf import plots
from imgrec_tf.finance.verification.pictures import IMITATION, OTHER, SAME, PictureSet

if TYPE_CHECKING:
    from imgrec_tf.finance.verification.evaluating import PairEvaluation

_NAMES = {SAME: "same person", OTHER: "other people", IMITATION: "skilled imitations"}


def show_identities(pictures: PictureSet, identities: int = 8, each: int = 8) -> plots.Figure:
    """Show pictures, one person a row; of signatures the genuine ones first, then the imitations.

    Args:
        pictures: What to show.
        identities: Rows, at most.
        each: Pictures a row, at most; half of them imitations where there are any.
    """
    shown, titles = [], []
    for owner in np.unique(pictures.owners)[:identities]:
        own = np.flatnonzero((pictures.owners == owner) & pictures.genuine)
        imitated = np.flatnonzero((pictures.owners == owner) & ~pictures.genuine)[: each // 2]
        row = [*own[: each - len(imitated)], *imitated]
        shown += [pictures.images[one] for one in row]
        titles += ["" if pictures.genuine[one] else "imitation" for one in row]
    columns = len(shown) // min(identities, len(np.unique(pictures.owners)))
    size = 0.9 if pictures.kind == "portraits" else 1.6
    return plots.image_grid(
        shown,
        titles if any(titles) else None,
        columns,
        synthetic=True,
        size=size,
        heading="One person a row" if pictures.kind == "portraits" else "One writer a row",
    )


@plots.styled
def roc(evaluation: PairEvaluation) -> plots.Figure:
    """See `PairEvaluation.plot_roc`."""
    figure, axis = plots.figure(5.4, 4.8)
    kinds = [one for one in (OTHER, IMITATION) if (evaluation.pairs.kinds == one).any()]
    for number, kind in enumerate(kinds):
        wrong, right = evaluation.roc(kind)
        name = "equal_error_rate" + (f", {kind}" if len(kinds) > 1 else "")
        found = evaluation[name]
        label = f"{_NAMES[kind]}: EER {100 * found.value:.1f} %"
        if not np.isnan(found.low):
            label += f" [{100 * found.low:.1f}, {100 * found.high:.1f}]"
        colour = plots.PALETTE[number]
        axis.plot(100 * wrong, 100 * right, plots.look.LINE_STYLES[number], color=colour, label=label)
        axis.plot(100 * found.value, 100 * (1 - found.value), "o", color=colour, markersize=6)
        accepted = (evaluation.similarities >= evaluation.threshold)[evaluation.pairs.kinds == kind].mean()
        axis.plot(
            100 * accepted,
            100 * (1 - evaluation["false_reject_rate"].value),
            "s",
            color=colour,
            markersize=7,
            markerfacecolor="white",
            label=f"threshold {evaluation.threshold:.3f}: {100 * accepted:.1f} % accepted",
        )
    axis.plot([0.05, 100], [99.95, 0], ":", color=plots.GREY, linewidth=1, label="equal errors")
    axis.set_xscale("log")
    axis.set_xlim(0.05, 100)
    axis.set_xticks([0.1, 1, 10, 100], ["0.1", "1", "10", "100"])
    axis.set_ylim(min(60.0, 100 * (1 - evaluation["false_reject_rate"].value) - 5), 100.5)
    axis.set_xlabel("false accept rate (%), logarithmic")
    axis.set_ylabel("true accept rate (%)")
    axis.legend(loc="lower right", frameon=True, framealpha=0.9, edgecolor="none", fontsize=8)
    part = evaluation.pairs.pictures.part
    plots.title(figure, f"ROC of pairs, {part}, {evaluation.identities} identities", synthetic=True)
    return figure


@plots.styled
def similarities(evaluation: PairEvaluation) -> plots.Figure:
    """See `PairEvaluation.plot_similarities`."""
    kinds = [one for one in (SAME, OTHER, IMITATION) if (evaluation.pairs.kinds == one).any()]
    figure = plots.histogram(
        {_NAMES[one]: evaluation.similarities[evaluation.pairs.kinds == one] for one in kinds},
        "similarity, 0 to 1",
        synthetic=True,
        heading="How alike the pictures of a pair are",
        bins=48,
    )
    axis = figure.axes[0]
    axis.axvline(evaluation.threshold, color="black", linestyle="--", linewidth=1.2, label="threshold")
    axis.legend()
    return figure


def mistakes(evaluation: PairEvaluation, n: int) -> plots.Figure:
    """See `PairEvaluation.plot_mistakes`."""
    if n < 1:
        raise ValueError(f"n must be 1 or more, got {n}")
    shown, titles = [], []
    for name, places in (("accepted", evaluation.false_accepts), ("refused", evaluation.false_rejects)):
        for place in places[:n]:
            images = evaluation.pairs.pictures.images
            one, two = images[evaluation.pairs.first[place, 0]], images[evaluation.pairs.second[place]]
            shown.append(np.concatenate([one, np.full_like(one[:, :2], 255), two], axis=1))
            kind = _NAMES[str(evaluation.pairs.kinds[place])]
            titles.append(f"{kind}, {name}: {evaluation.similarities[place]:.2f}")
    if not shown:
        raise ValueError(f"there is no mistake at the threshold {evaluation.threshold:.3f}")
    heading = f"Worst mistakes at the threshold {evaluation.threshold:.3f}"
    return plots.image_grid(shown, titles, 3, synthetic=True, size=2.2, heading=heading)
