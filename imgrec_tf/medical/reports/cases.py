"""From images to cases: answers batch by batch, heat maps for a whole batch at once, pictures kept on disk."""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from imgrec_tf.evaluation.inputs import decide
from imgrec_tf.medical.reports import checks, pictures
from imgrec_tf.recognizer.answers import answer_table
from imgrec_tf.recognizer.scoring import Scored, scored_batches

if TYPE_CHECKING:
    import pandas

    from imgrec_tf.recognizer import Recognizer

TEXT = {
    "stated": "the file states that text is part of its pixels (BurnedInAnnotation), which may be a name",
    "found": "its pixels seem to hold text, which may be a name",
}
WITHHELD = "picture withheld: "
COLOURED = "a coloured picture, while the model was made for grey ones"


@dataclass(frozen=True)
class Case:
    """One image of the batch.

    Attributes:
        number: From 1, in the order given.
        name: Of the file, or "image 7".
        answer: Name of the class; "abstained"; or "no answer".
        score: Of the likeliest class, NaN without an answer.
        explained: The class that the heat map speaks of, or "".
        remark: What the reader has to know: why there is no answer, or no picture.
        picture: The JPEG file, or None.
    """

    number: int
    name: str
    answer: str
    score: float
    explained: str
    remark: str
    picture: Path | None


def collect(
    recognizer: Recognizer,
    sources: Any,
    folder: Path,
    *,
    heat_maps: bool,
    map_class: int | None,
    show_names: bool,
    withhold_text: bool,
    batch_size: int,
    progress: bool,
) -> tuple[pandas.DataFrame, list[Case], str]:
    """Answer for every image; pictures go to a folder, so that the memory holds only a few batches.

    Returns:
        The table of `Recognizer.predict` with number and remark; the cases; why there are no heat maps, or "".

    Raises:
        ValueError: If there is no image at all.
    """
    import pandas as pd

    def view(image: np.ndarray, origin: str | bytes | None) -> pictures.View:
        return pictures.view_of(image, recognizer.image_shape, recognizer.fit, origin)

    tables, found, without_maps = [], [], "" if heat_maps else "not asked for"
    with contextlib.closing(scored_batches(recognizer, sources, batch_size, progress, view)) as batches:
        for batch in batches:
            table = _answers(recognizer, batch, withhold_text)
            explained, maps = _explained(recognizer, batch.scores, map_class), {}
            if not without_maps:
                maps, without_maps = _maps(recognizer, batch, explained)
            for place, row in enumerate(table.itertuples(index=False)):
                shown = not (withhold_text and batch.views[place] and batch.views[place].text)
                file = _picture(folder, len(found), batch, place, maps.get(place)) if shown else None
                spoken_of = recognizer.class_names[explained[place]] if file and place in maps else ""
                found.append(_case(row, len(found) + 1, spoken_of, file))
            tables.append(table)
    names = [case.name for case in found]
    checks.check_images(names, [problem for table in tables for problem in table["problem"]])
    whole, names = pd.concat(tables, ignore_index=True), plain_names(names, show_names)
    whole["source"] = names
    whole.insert(0, "number", range(1, len(whole) + 1))
    return whole, [replace(case, name=name) for case, name in zip(found, names)], without_maps


def plain_names(names: list[str], show: bool) -> list[str]:
    """Return names for the report: paths from the folder that all files share, or numbers alone."""
    if not show:
        return [f"image {number}" for number in range(1, len(names) + 1)]
    shown = list(names)
    for absolute in (True, False):
        paths = [place for place, name in enumerate(names) if os.sep in name and os.path.isabs(name) == absolute]  # noqa: PTH117
        if paths:
            shared = os.path.commonpath([os.path.dirname(names[place]) for place in paths])  # noqa: PTH120
            for place in paths:
                shown[place] = os.path.relpath(names[place], shared) if shared else names[place]
    return shown


def _answers(recognizer: Recognizer, batch: Scored, withhold_text: bool) -> pandas.DataFrame:
    import pandas as pd

    table = answer_table(
        batch.names,
        batch.scores,
        batch.problems,
        class_names=recognizer.class_names,
        task=recognizer.task,
        threshold=recognizer._threshold,
        abstain_below=recognizer.abstain_below,
    )
    remarks = [_remark(recognizer, batch, place, withhold_text) for place in range(len(table))]
    table["remark"] = pd.Series(remarks, dtype=object)
    return table


def _explained(recognizer: Recognizer, scores: np.ndarray, map_class: int | None) -> np.ndarray:
    if map_class is not None:
        return np.full(len(scores), map_class)
    threshold = recognizer._threshold
    return decide(np.nan_to_num(scores), recognizer.task, None if threshold is None else np.asarray(threshold))


def _maps(recognizer: Recognizer, batch: Scored, explained: np.ndarray) -> tuple[dict[int, np.ndarray], str]:
    """Return a map for each place in the batch that has an answer, and why there is none, or ""."""
    from imgrec_tf.explain import grad_cam

    good = [place for place, problem in enumerate(batch.problems) if not problem]
    if not good:
        return {}, ""
    try:
        found = grad_cam(recognizer.model, np.stack([batch.images[place] for place in good]), explained[good])
    except TypeError:
        return {}, "the model is no Keras network, so Grad-CAM cannot look into it"
    except ValueError as error:
        return {}, str(error)
    return dict(zip(good, found)), ""


def _remark(recognizer: Recognizer, batch: Scored, place: int, withhold_text: bool) -> str:
    if batch.problems[place]:
        return ""
    view = batch.views[place]
    remarks = [(WITHHELD if withhold_text else "") + TEXT[view.text]] if view.text else []
    if view.coloured and recognizer.image_shape[-1] == 1:
        remarks.append(COLOURED)
    return "; ".join(remarks)


def _picture(folder: Path, number: int, batch: Scored, place: int, heat: np.ndarray | None) -> Path | None:
    if batch.problems[place]:
        return None
    file = folder / f"{number:06d}.jpg"
    file.write_bytes(pictures.side_by_side(batch.views[place], batch.images[place], heat))
    return file


def _case(row, number: int, explained: str, file: Path | None) -> Case:
    answer = "no answer" if row.problem else "abstained" if row.abstained else row.label
    return Case(number, row.source, answer, float(row.score), explained, row.problem or row.remark, file)
