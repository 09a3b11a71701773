"""The items that a report on artificial intelligence in imaging owes its reader, filled as far as the run knows them.

The 44 items are those of CLAIM 2024 (Tejani et al., "Checklist for Artificial Intelligence in Medical Imaging (CLAIM):
2024 update", Radiology: Artificial Intelligence 2024, doi:10.1148/ryai.240300), in its order and in this library's
words; beside them stands the number of the nearest item of TRIPOD+AI (Collins et al., BMJ 2024;385:e078378). The
originals decide.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from imgrec_tf.medical.reports import card
from imgrec_tf.medical.reports.checks import check_evaluation, check_recognizer, checked_statements

if TYPE_CHECKING:
    import pandas

    from imgrec_tf.evaluation import Evaluation
    from imgrec_tf.recognizer import Recognizer
    from imgrec_tf.training import TrainingRun

STATED, PARTLY, MISSING = "stated", "partly", "not stated"


class Item(NamedTuple):
    """One item: its number in CLAIM 2024, its number in TRIPOD+AI or "", what it asks for."""

    number: int
    tripod: str
    asks: str


_TEXT = """
1|1|the method and its kind
2|2|a structured summary
3|3a, 3b|background, intended use and role
4|4|aims and hypotheses
5|5a|prospective or retrospective
6|4|goal of the study
7|5a|where the data comes from
8|6b|who and what was included and excluded
9|7|preparation of the images
10||choice of parts of the data
11||how personal data was taken out
12|11|how missing data was handled
13||how the images were acquired
14|8a|what the reference standard is
15|8a|why this reference standard
16|8b|who set the reference labels
17|8b|labels of the test images
18||agreement between readers
19|12a|how images were assigned to splits
20|12a|what keeps the splits apart: patient, study, image
21|10|intended size of the test data, and how it was chosen
22|22|the model in detail
23|18f|software and versions
24|12c|how parameters were initialised
25|12c|details of the training
26|12c|how the final model was selected
27|12c|ensembles
28|12e|measures of performance
29|12e|measures of uncertainty
30|12d|robustness
31||explanation of single answers, and its check
32|12a|evaluation on internal data
33|16|test on external data
34|18d|registration of the trial
35|20a|numbers included and excluded
36|20b|characteristics of the cases in each split
37|23a|performance with uncertainty
38|23a|diagnostic performance with its precision
39||analysis of the failures
40|26|limitations
41|27c|meaning for practice
42|18c|where the full protocol or further technical details are
43|18e, 18f|availability of software, model and data
44|18a|funding and other support, and the role of those who gave it
"""
ITEMS = tuple(
    Item(int(number), tripod, asks) for number, tripod, asks in (line.split("|") for line in _TEXT.strip().splitlines())
)


def checklist(
    recognizer: Recognizer,
    evaluation: Evaluation | None = None,
    run: TrainingRun | None = None,
    *,
    statements: Mapping[int, str] | None = None,
    batch: str = "",
    explained: str = "",
) -> pandas.DataFrame:
    """Return the checklist after CLAIM 2024 and TRIPOD+AI, filled with what the run itself knows.

    Args:
        recognizer: The recogniser.
        evaluation: What it was measured with, or None.
        run: The training, or None.
        statements: What people state, by number of the item; it stands in the place of what the run knows.
        batch: One sentence on the images of the report, for item 35.
        explained: One sentence on the heat maps, for item 31.

    Returns:
        One row an item: claim, tripod, item, state ("stated", "partly", "not stated"), value.

    Raises:
        TypeError: If recogniser or evaluation is none, or statements are no dict.
        ValueError: If there is no such item, a statement is empty, the recogniser is multi-label, or the evaluation
            belongs to another one.
    """
    import pandas as pd

    check_recognizer(recognizer)
    check_evaluation(recognizer, evaluation)
    known = _of_model(recognizer, run) | _of_data(recognizer) | _of_evaluation(evaluation)
    if explained:
        known[31] = PARTLY, f"{explained} Whether the maps mean anything was not checked here."
    if batch:
        told = known.get(35, (PARTLY, ""))[1]
        known[35] = PARTLY, f"{told} {batch}".strip()
    known |= {number: (STATED, text) for number, text in checked_statements(statements).items()}
    rows = [(one.number, one.tripod, one.asks, *known.get(one.number, (MISSING, ""))) for one in ITEMS]
    return pd.DataFrame(rows, columns=["claim", "tripod", "item", "state", "value"])


def counted(table: pandas.DataFrame) -> str:
    """Return how many items are stated, partly stated and not stated."""
    states = table["state"].value_counts()
    return ", ".join(f"{int(states.get(state, 0))} {state}" for state in (STATED, PARTLY, MISSING))


def _of_model(recognizer: Recognizer, run: TrainingRun | None) -> dict[int, tuple[str, str]]:
    height, width, channels = recognizer.image_shape
    parameters, layers = card.parameters_of(recognizer), card.layers_of(recognizer)
    found = {
        9: (
            PARTLY,
            f"Brought to {height} × {width} × {channels} by “{recognizer.fit}”; layers of the network do the rest.",
        ),
        23: (STATED, ", ".join(f"{name} {version}" for name, version in card.versions().items())),
        41: (STATED, "None: never for clinical use."),
    }
    if parameters is not None:
        kind = "convolutional network" if "Conv" in layers else "network"
        found[1] = STATED, f"A {kind} that sorts images into {', '.join(recognizer.class_names)}."
        found[22] = PARTLY, f"{layers}; {parameters:,} parameters; how they are connected stands in the saved model."
        found[27] = STATED, "One network, no ensemble."
    if run is not None:
        training = card.training_facts(run)
        found[25] = STATED, f"{training['settings']}; seed {training['seed']}."
        found[26] = STATED, f"Epoch {training['chosen epoch']}."
    return found


def _of_data(recognizer: Recognizer) -> dict[int, tuple[str, str]]:
    values = card.card_values(recognizer)
    found: dict[int, tuple[str, str]] = {}
    told = "; ".join(str(values[name]) for name in ("title", "source") if name in values)
    if told:
        found[7] = (STATED if "source" in values else PARTLY), told
    if "splits" in values:
        sizes = ", ".join(f"{name} {count:,}" for name, count in values["splits"].items())
        found[19] = PARTLY, f"{sizes} images; how they were assigned is not stated."
    if "licence" in values:
        found[43] = PARTLY, f"Data: licence {values['licence']}. Of software and model nothing is stated."
    if card.is_synthetic(recognizer):
        found[5] = STATED, "Neither: synthetic images, made by a program."
        found[11] = STATED, "Not needed: synthetic images show no patients."
        found[40] = PARTLY, "Trained on synthetic images, which say nothing about a clinic."
    return found


def _of_evaluation(evaluation: Evaluation | None) -> dict[int, tuple[str, str]]:
    from imgrec_tf.evaluation import tables

    if evaluation is None:
        return {}
    names = tables.ordered(evaluation)
    groups = None if evaluation.groups is None else int(evaluation.groups.max()) + 1
    size = f"{len(evaluation):,} images" + ("" if groups is None else f" of {groups:,} groups (patients)")
    chosen_on = "validation" in str(evaluation.name).lower()
    counts = np.bincount(np.asarray(evaluation.labels).ravel(), minlength=len(evaluation.class_names))
    classes = ", ".join(f"{name} {count:,}" for name, count in zip(evaluation.class_names, counts))
    wrong = int((evaluation.predictions != evaluation.labels).sum())
    found = {
        28: (STATED, ", ".join(tables.TITLES[name] for name in names) + "."),
        32: (
            PARTLY if chosen_on else STATED,
            f"The {evaluation.name} split: {size}"
            + (", on which choices are made: its figures flatter." if chosen_on else "."),
        ),
        35: (PARTLY, f"{evaluation.name}: {size}; excluded ones are not stated."),
        36: (PARTLY, f"{evaluation.name}: {classes}; nothing is stated on age, sex or origin."),
        37: (STATED, _values(evaluation, ("roc_auc", "accuracy", "balanced_accuracy", "expected_calibration_error"))),
        39: (PARTLY, f"{wrong:,} of {len(evaluation):,} answers were wrong; why is not stated."),
    }
    if evaluation.resamples:
        unit = "images" if groups is None else "groups (patients)"
        found[29] = STATED, f"{evaluation.confidence:.0%} intervals, Wilson's and bootstrap, over {unit}."
    if evaluation.task == "binary":
        found[38] = STATED, _values(evaluation, ("sensitivity", "specificity"))
    return found


def _values(evaluation: Evaluation, names: tuple[str, ...]) -> str:
    from imgrec_tf.evaluation import tables

    told = [f"{tables.TITLES[name]} {evaluation[name]}" for name in names if name in evaluation.metrics]
    return ", ".join(told) + "."
