"""From the photos of an application to its evidence: know, straighten, read, look for forgeries, compare, check.

What one step cannot say is said with its reason, and never guessed; a score that was not measured sends the
application to a person, see `decide`.
"""

from __future__ import annotations

import datetime
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from imgrec_tf.datasets import ImageProblem
from imgrec_tf.finance import consistency, forgery, locating, reading
from imgrec_tf.finance.applications.evidence import Evidence
from imgrec_tf.finance.applications.page_places import Box, places_to_check, portrait
from imgrec_tf.finance.applications.pictures import darkness
from imgrec_tf.finance.applications.records import contradictions, record
from imgrec_tf.finance.consistency.checking import DOCUMENTS
from imgrec_tf.finance.document_types import DocumentClassifier
from imgrec_tf.finance.identity.validity import REFERENCE_DATE
from imgrec_tf.finance.photos import opened

if TYPE_CHECKING:
    import pandas as pd

    from imgrec_tf.finance.verification import Comparison, Verifier
    from imgrec_tf.recognizer import Recognizer

WITH_NUMBER = ("portrait_side", "household_page")
WITH_ZONE = ("passport", "id_card_td1", "visa")


@dataclass(frozen=True)
class ExaminedDocument:
    """What was found out about one photo.

    Attributes:
        kind: What it was handed in as.
        label: What the classifier takes it for, None where it abstained or could not look.
        confidence: The classifier's score of `kind`, in [0, 1], or None.
        page: uint8 (height, width, 3): the page upright and from straight above, or None.
        reading: What was read, None where there was no page or nothing of this kind is read.
        forgery: What the detector said, None where it was not asked.
        problems: Sentences: what went wrong, and what to do.
        seconds: How long it took.
        printed: The printed fields that were read, None where there was no page.
    """

    kind: str
    label: str | None
    confidence: float | None
    page: np.ndarray | None
    reading: reading.NumberReading | reading.MrzReading | None
    forgery: forgery.DocumentCheck | None
    problems: tuple[str, ...]
    seconds: float
    printed: reading.PrintedReading | None = None


@dataclass(frozen=True)
class Examination:
    """What was found out about an application.

    Attributes:
        evidence: The numbers that `decide` takes.
        report: Which rules held, failed or could not be tried; `ApplicationStore.record` keeps it.
        documents: Each photo by kind.
        comparison: Whether the portrait on a document and the applicant's face are one person's, or None.
        signatures: Whether the signature given and those known are by one hand, or None.
    """

    evidence: Evidence
    report: consistency.ConsistencyReport
    documents: dict[str, ExaminedDocument]
    comparison: Comparison | None = None
    signatures: Comparison | None = None

    @property
    def reasons(self) -> tuple[str, ...]:
        """What could not be found out, and what shows another person, in sentences, the documents in order."""
        found = [f"{kind}: {problem}" for kind, one in self.documents.items() for problem in one.problems]
        compared = [one for one in (self.comparison, self.signatures) if one is not None]
        found += [one.reason for one in compared if not one.same]
        return tuple(found)

    def to_frame(self) -> pd.DataFrame:
        """Return one row a document: kind, label, confidence, what was read, forgery score, problems, seconds."""
        import pandas as pd

        rows = [
            {
                "document": one.kind,
                "label": one.label,
                "confidence": one.confidence,
                "text": "" if one.reading is None else one.reading.text,
                "reading": None if one.reading is None else one.reading.confidence,
                "forgery": None if one.forgery is None else one.forgery.score,
                "problems": " ".join(one.problems),
                "seconds": one.seconds,
            }
            for one in self.documents.values()
        ]
        return pd.DataFrame(rows)


def examine(
    documents: Mapping[str, Any],
    *,
    classifier: Recognizer | DocumentClassifier,
    detector: Recognizer | forgery.TraceDetector | None = None,
    verifier: Verifier | None = None,
    face: Any | None = None,
    portrait_boxes: Mapping[str, Box] | None = None,
    signature_verifier: Verifier | None = None,
    signature: Any | None = None,
    known_signatures: Any = (),
    typed: Mapping[str, Mapping[str, Any]] | None = None,
    duplicates: int = 0,
    reference_date: datetime.date = REFERENCE_DATE,
) -> Examination:
    """Look at every photo of an application, and put together what `decide` needs.

    Each photo is classified, straightened, read (identity numbers, machine-readable zones, printed names and dates) and
    looked over for forgeries; then the rules compare what was read with itself, with what was typed, and across
    documents.

    Args:
        documents: Photos by the kind that they were handed in as: "portrait_side", "emblem_side", "passport",
            "id_card_td1", "visa", "household_page"; paths, bytes, PIL images or uint8 arrays (height, width, 3).
        classifier: Names the kind of document on a photo, or, a `DocumentClassifier`, on the straightened page; its
            classes hold the kinds of `documents`.
        detector: Looks for forgeries, see `forgery.check_document`, in the fields that were read and the portrait; a
            network looks at the whole page where none is known. None leaves `forgery_score` unmeasured.
        verifier: Compares portraits, such as `verification.load_verifier("portraits")`.
        face: The applicant's face, taken now, as `verification.face_crop` cuts it out.
        portrait_boxes: By kind, where the layout has its portrait: left, top, right, bottom in shares of the page's
            width and height. The first of these documents that could be straightened is compared with `face`.
        signature_verifier: Compares signatures, such as `verification.load_verifier("signatures")`.
        signature: A picture of the signature on the application.
        known_signatures: Signatures that are known to be the applicant's, such as those of a specimen card: a picture
            or a list of them.
            Portraits and signatures are compared where there are both pictures and a verifier; `same_person_score` is
            the lower score, and not measured where neither was asked for, or one that was got no answer.
        typed: By kind, fields that somebody typed from the document, such as "name" and "birth_date", for the rules
            that need them, in the forms of `consistency.check_consistency`. They go before the printed fields that were
            read, and a difference is told; numbers and zones that were read are not replaced by them.
        duplicates: Earlier applications that are near duplicates.
        reference_date: The day that counts as today.

    Returns:
        The evidence, and everything that it rests on. A photo that cannot be used raises nothing: `problems` says why.

    Raises:
        TypeError: If a photo is none at all, or an argument is of the wrong kind.
        ValueError: If a kind is unknown to the rules or to the classifier, there is no photo, or a box is impossible.
    """
    if not isinstance(documents, Mapping) or not documents:
        raise ValueError(f"documents must map kinds to photos, one or more, got {documents!r:.80}")
    unknown = [kind for kind in documents if kind not in DOCUMENTS or kind not in classifier.class_names]
    if unknown:
        raise ValueError(
            f"{', '.join(map(repr, unknown))} must be among {', '.join(DOCUMENTS)}, and among the classes of the "
            f"classifier: {', '.join(classifier.class_names)}"
        )
    strangers = [kind for kind in {**(typed or {}), **(portrait_boxes or {})} if kind not in documents]
    if strangers:
        raise ValueError(f"typed or portrait_boxes name documents that were not handed in: {', '.join(strangers)}")
    for box in (portrait_boxes or {}).values():
        left, top, right, bottom = box
        if not (0 <= left < right <= 1 and 0 <= top < bottom <= 1):
            raise ValueError(f"a portrait box is left, top, right, bottom in shares of the page, 0 to 1, got {box}")
    boxes = portrait_boxes or {}
    found = {
        kind: _examined(kind, photo, classifier, detector, boxes.get(kind), reference_date)
        for kind, photo in documents.items()
    }
    records = {}
    for kind, one in found.items():
        own = (typed or {}).get(kind, {})
        records[kind] = record(one.reading, one.printed, own)
        found[kind] = replace(one, problems=(*one.problems, *contradictions(kind, one.printed, own)))
    report = consistency.check_consistency(records, reference_date=reference_date)
    comparison = None
    if verifier is not None and face is not None:
        pages = {kind: box for kind, box in boxes.items() if found[kind].page is not None}
        for kind, box in list(pages.items())[:1]:
            comparison = verifier.compare(portrait(found[kind].page, box), face)
    signatures = None
    known = list(known_signatures) if isinstance(known_signatures, list | tuple) else [known_signatures]
    if signature_verifier is not None and signature is not None and known:
        signatures = signature_verifier.compare(known, signature)
    compared = [one for one in (comparison, signatures) if one is not None]
    read = [one for one in found.values() if one.kind in (*WITH_NUMBER, *WITH_ZONE)]
    fields = [field for one in found.values() if one.printed is not None for field in one.printed.fields.values()]
    printed = [field.confidence for field in fields if field.trusted]
    evidence = Evidence.from_report(
        report,
        duplicates=duplicates,
        type_confidence=_least([one.confidence for one in found.values()]),
        reading_confidence=_least([_sure(one) for one in read] + printed),
        forgery_score=_most([None if one.forgery is None else one.forgery.score for one in found.values()]),
        same_person_score=_least([one.score for one in compared]),
        other_person=sum(one.same is False for one in compared),
    )
    return Examination(evidence, report, found, comparison, signatures)


def _examined(kind: str, photo, classifier, detector, portrait_box: Box | None, reference_date) -> ExaminedDocument:
    start = time.perf_counter()
    try:
        photo = opened(photo)
    except ImageProblem as problem:
        spent = time.perf_counter() - start
        return ExaminedDocument(kind, None, None, None, None, None, (f"The photo {problem.reason}.",), spent)
    straight = locating.straighten(photo)
    on_pages = isinstance(classifier, DocumentClassifier)
    answer = (classifier.predict_straightened([straight], [photo]) if on_pages else classifier.predict(photo)).iloc[0]
    problems, read, printed, checked = [], None, None, None
    confidence = float(answer[f"score_{kind}"])
    if np.isnan(confidence):
        confidence = None  # there is no page to name; why, is said below
    elif answer["label"] is None:
        problems.append("The classifier abstains: this may be a document, or a layout, that it does not know.")
    elif answer["label"] != kind:
        problems.append(f"It looks like {answer['label']}; hand in the right document, or photograph it again.")
    if on_pages and answer["label"] is not None and not np.array_equal(answer["corners"], straight.corners):
        straight = locating.straighten(photo, corners=answer["corners"], upright=True)  # the layout tells it better
    if straight.problem is not None:
        problems.append(darkness(photo) or straight.reason)
    else:
        problems += [f"{one.reason}. {one.action}" for one in straight.quality.findings]
        if kind in WITH_NUMBER:
            read = reading.read_identity_number(straight.image, reference_date=reference_date)
        elif kind in WITH_ZONE:
            read = reading.read_mrz(straight.image, reference_date=reference_date)
        if read is not None and (read.changes or not read.valid):
            problems.append(read.explanation)
        printed = reading.read_printed_fields(straight.image, reference_date=reference_date)
        problems += printed.problems
        if detector is not None:
            places = places_to_check(read, portrait_box, straight)
            if places or not isinstance(detector, forgery.TraceDetector):
                checked = forgery.check_document(
                    photo, detector, corners=straight.corners, fields=places or None, heat_map=not places
                )
                if checked.problem is not None:
                    problems.append(checked.reason)
            else:
                problems.append("No field was found in which traces of a forgery could be looked for.")
    spent = time.perf_counter() - start
    return ExaminedDocument(
        kind, answer["label"], confidence, straight.image, read, checked, tuple(problems), spent, printed
    )


def _sure(one: ExaminedDocument) -> float | None:
    """The reader's confidence; None where nothing was read, or only by replacing what stands there: a person looks."""
    return one.reading.confidence if one.reading is not None and one.reading.text and not one.reading.changes else None


def _least(values: list[float | None]) -> float | None:
    return min(values) if values and None not in values else None


def _most(values: list[float | None]) -> float | None:
    return max(values) if values and None not in values else None
