"""What both forms of a report hold, the HTML file and the PDF: gathered once, so that they cannot differ."""

from __future__ import annotations

import datetime
import io
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from imgrec_tf.medical.reports import card, items
from imgrec_tf.medical.reports.cases import TEXT

if TYPE_CHECKING:
    import pandas

    from imgrec_tf.evaluation import Evaluation
    from imgrec_tf.medical.reports.cases import Case
    from imgrec_tf.recognizer import Recognizer
    from imgrec_tf.training import TrainingRun

NOTICE = "Never for clinical use."
_FIGURE_DPI = 110


@dataclass(frozen=True)
class Figure:
    """One figure as a PNG file's bytes, and what it shows."""

    png: bytes
    caption: str


@dataclass(frozen=True)
class Content:
    """All that stands in a report.

    Attributes:
        title: Title of the report.
        notice: What stands on every page.
        date: When it was made.
        summary: Facts on this batch, by name.
        point: How the recogniser decides, in one sentence.
        cases: One an image, in order.
        legend: What the pictures show.
        limits: What the report cannot tell, one sentence each.
        figures: Figures of the evaluation.
        card: The table of `model_card`.
        items: The table of `checklist`.
    """

    title: str
    notice: str
    date: str
    summary: dict[str, str]
    point: str
    cases: list[Case]
    legend: str
    limits: list[str]
    figures: list[Figure]
    card: pandas.DataFrame
    items: pandas.DataFrame

    @property
    def unanswered(self) -> list[Case]:
        """The images without an answer."""
        return [case for case in self.cases if case.answer == "no answer"]


def gather(
    recognizer: Recognizer,
    cases: list[Case],
    *,
    evaluation: Evaluation | None,
    run: TrainingRun | None,
    statements: dict[int, str],
    without_maps: str,
    synthetic: bool,
    title: str,
    date: datetime.date,
) -> Content:
    """Put together what the report says; see `Content`."""
    summary = _summary(recognizer, cases)
    explained = "" if without_maps else "Grad-CAM: a heat map for each answer."
    batch = f"This batch: {summary['images']} images, {summary['without an answer']} of them without an answer."
    filled = items.checklist(recognizer, evaluation, run, statements=statements, batch=batch, explained=explained)
    return Content(
        title=title,
        notice=notice(recognizer, synthetic),
        date=date.isoformat(),
        summary=summary,
        point=card.point_text(recognizer, evaluation),
        cases=cases,
        legend=_legend(without_maps),
        limits=_limits(recognizer, evaluation, without_maps),
        figures=_figures(evaluation),
        card=card.model_card(recognizer, evaluation, run),
        items=filled,
    )


def notice(recognizer: Recognizer, synthetic: bool) -> str:
    """Return what stands on every page."""
    told = [NOTICE]
    if synthetic:
        told.append("The images of this report are synthetic.")
    if card.is_synthetic(recognizer):
        told.append("The recogniser was trained on synthetic images.")
    return " ".join(told)


def _summary(recognizer: Recognizer, cases: list[Case]) -> dict[str, str]:
    counts = Counter(case.answer for case in cases)
    found = {"images": f"{len(cases):,}"}
    found |= {f"answer “{name}”": f"{counts.get(name, 0):,}" for name in recognizer.class_names}
    if recognizer.abstain_below is not None:
        found["abstained"] = f"{counts.get('abstained', 0):,}"
    found["without an answer"] = f"{counts.get('no answer', 0):,}"
    text = sum(any(told in case.remark for told in TEXT.values()) for case in cases)
    if text:
        found["with text in the pixels"] = f"{text:,}"
    withheld = sum(case.picture is None and case.answer != "no answer" for case in cases)
    if withheld:
        found["pictures withheld"] = f"{withheld:,}"
    return found


def _legend(without_maps: str) -> str:
    left = "Left: the image, fitted and made small."
    if without_maps:
        return f"{left} Right: what the recogniser was given. No heat maps: {without_maps.rstrip('.')}."
    return (
        f"{left} Right: what the recogniser was given, with a Grad-CAM map over it: where evidence for the named class "
        "lies, from dark (little) to bright (most of this image). Each map has its own scale, so a bright place in one "
        "image is no stronger than a dim one in another."
    )


_PROOF = (
    "A heat map is no proof: it shows where the network looked, not what is there, and not that the answer is right."
)
_ELSE = (
    "The recogniser knows its classes and nothing else: to a picture of anything else it gives one of them, often with "
    "a high score."
)
_PROBABILITY = (
    "A score is a probability only where the calibration was checked, and for the share of ill people that it was "
    "checked with."
)
_UNMEASURED = "No evaluation was given: how often the answers are wrong on new images is not stated."
_FLATTERED = "The figures come from validation images, on which choices were made: new images will do worse."
_SYNTHETIC = "The recogniser was trained on synthetic images: its figures say nothing about a clinic."
_TEXT = "Text in the pixels is looked for and not always found: look at each picture before you pass the report on."


def _limits(recognizer: Recognizer, evaluation: Evaluation | None, without_maps: str) -> list[str]:
    told = [] if without_maps else [_PROOF]
    told += [_ELSE, _PROBABILITY]
    if evaluation is None:
        told.append(_UNMEASURED)
    elif "validation" in str(evaluation.name).lower():
        told.append(_FLATTERED)
    if card.is_synthetic(recognizer):
        told.append(_SYNTHETIC)
    return [*told, _TEXT]


def _figures(evaluation: Evaluation | None) -> list[Figure]:
    if evaluation is None:
        return []
    made = f"{evaluation.name} split, {len(evaluation):,} images" + (", synthetic" if evaluation.synthetic else "")
    found = [Figure(_png(evaluation.plot_confusion_matrix()), f"Answers and truth ({made})")]
    if evaluation.task == "binary" and len(set(evaluation.labels.tolist())) == 2:
        found.append(Figure(_png(evaluation.plot_roc()), f"All thresholds, and the one in use ({made})"))
    found.append(Figure(_png(evaluation.plot_reliability()), f"Is a score a probability? ({made})"))
    return found


def _png(figure) -> bytes:
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=_FIGURE_DPI, bbox_inches="tight")
    return file.getvalue()
