"""How well are documents located and read, in photos whose people, cameras and seeds nothing has learnt from?

Run from the project's folder:  python benchmarks/documents.py
All photos are rendered, so all figures are about synthetic documents. `--photos` sets how many of each severity;
`--parts type corners numbers lines zones application` chooses; each has a file of its own, so the others stay as they
were. Drawing and photographing take most of the time, so `--views` photographs each document of the parts numbers and
zones several times, with other cameras, places and light; views of one document are not independent of each other.

Type: see documents_type.py, which trains the classifier that it measures.
Corners: layouts that the networks never saw, severity phone; a photo without an answer counts as an overlap of 0.
Numbers: the portrait side, straightened by its true corners, read by `read_identity_number`.
Lines: identity numbers as printed lines that were cut out, ten for each photo of the other parts, in all fonts; and as
many in which one digit is printed wrong, as forgers do, none of which may be mended into a valid number.
Zones: passports and cards with three lines, `read_mrz` on the whole photo.
Application: one photo of a card through `applications.examine` and `decide`, all networks asked; those that do not
ship with the package have fresh weights here, which take the same time.
The reader is trained on printed lines of its own and on no layout at all. Intervals are Wilson's, and for means the
normal approximation. Speed is processor time of one call, the median over the photos of severity phone; of an
application also the time by the clock.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator

import documents_type
import numpy as np
from result_rows import bound, row, share
from results_table import machine, report

FIRST_SEED = 7_000_000  # of people and photos; no training draws from here
CAMERAS = range(3000, 3030)
PARTS = ("type", "corners", "numbers", "lines", "zones", "application")
GOALS_NUMBERS = {"mild": 0.995, "phone": 0.95, "harsh": 0.85}
GOALS_ZONES = {"mild": 0.98, "phone": 0.90}


def main() -> None:
    """Measure, print and write the results."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--photos", type=int, default=200, help="of each severity")
    parser.add_argument("--views", type=int, default=1, help="photos of one document in each severity")
    parser.add_argument("--longer", type=int, default=1600, help="longer side of the photos in pixels")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS)
    options = parser.parse_args()
    measure = {
        "type": documents_type.kinds, "corners": corners, "numbers": numbers, "lines": lines, "zones": zones,
        "application": application,
    }  # fmt: skip
    for part in options.parts:
        views = {"views": options.views} if part in ("numbers", "zones") else {}
        report(f"documents_{part}", measure[part](options.photos, options.longer, **views))


def corners(photos: int, longer: int) -> list[dict]:
    """Return overlap with the true page, and how often it is below .9, on phone photos of unseen layouts."""
    from imgrec_tf.finance.locating.training import measuring

    found = [one for one in measuring.outcomes("phone", photos, seed=1, longer=longer) if one.photo.visible >= 0.999]
    overlaps = np.array([one.iou for one in found])
    error = 1.96 * overlaps.std(ddof=1) / np.sqrt(len(overlaps))
    context = f"{len(found)} photos of severity phone, {longer} pixels"
    return [
        row("corners: mean IoU", overlaps.mean(), goal=0.98, low=overlaps.mean() - error, high=overlaps.mean() + error,
            context=context),
        share("corners: IoU below .9", overlaps < 0.9, goal=0.01, better="lower", context=context),
        share("corners: turned upright", [one.turned[0] for one in found], goal=None, context=context),
    ]  # fmt: skip


def numbers(photos: int, longer: int, views: int = 1) -> list[dict]:
    """Return exact matches of identity numbers by severity, wrong ones that were trusted, and the time of a call."""
    from imgrec_tf.finance.locating import rectify
    from imgrec_tf.finance.reading import read_identity_number

    def read(photo):
        card = rectify(photo.image, photo.corners)
        start = time.process_time()
        reading = read_identity_number(card)
        return reading, time.process_time() - start

    def truth(document):
        return document.fields["identity_number"].text

    return _readings(
        "numbers", ("portrait_side",), GOALS_NUMBERS, read, truth, (photos, longer, views), wrong_goal=0.0,
        seconds_goal=0.15,
    )  # fmt: skip


def lines(photos: int, longer: int) -> list[dict]:
    """Return exact matches of numbers on lines by severity, and wrong ones taken as valid, printed right or forged."""
    from imgrec_tf.finance.identity import invent_identity_number, invent_person
    from imgrec_tf.finance.reading import read_identity_number, render_line
    from imgrec_tf.finance.reading.lettering import FONTS

    exact = {severity: [] for severity in GOALS_NUMBERS}
    wrong, mended = {"valid": [], "trusted": []}, {"valid": [], "trusted": []}
    accepted = []
    for number in range(10 * photos):
        rng = np.random.default_rng([FIRST_SEED, 5, number])
        person = invent_person(int(rng.integers(2**31)))
        text = invent_identity_number(person.birth_date, person.sex, int(rng.integers(2**31)))
        place = int(rng.integers(6, 17))
        forged = text[:place] + str((int(text[place]) + int(rng.integers(1, 10))) % 10) + text[place + 1 :]
        severity = list(GOALS_NUMBERS)[number % len(GOALS_NUMBERS)]
        for printed, found in ((text, wrong), (forged, mended)):
            line = render_line(printed, font=str(rng.choice(FONTS)), severity=severity, seed=int(rng.integers(2**31)))
            reading = read_identity_number(line.image)
            right = reading.text == printed
            if found is wrong:
                exact[severity].append(right)
                accepted.append(reading.trusted)
            found["valid"].append(reading.valid and not right)
            found["trusted"].append(reading.trusted and not right)
    rows = [
        share(f"lines: exact, {name}", hits, goal=None, context=f"{len(hits)} lines") for name, hits in exact.items()
    ]
    rows.append(share("lines: printed right, trusted", accepted, goal=None, context=f"{len(accepted)} lines"))
    for kind, found in (("printed right", wrong), ("one digit forged", mended)):
        for name, hits in found.items():
            context = f"{len(hits)} lines of {', '.join(GOALS_NUMBERS)}; {bound(hits)}"
            rows.append(share(f"lines: {kind}, wrong and {name}", hits, goal=0.0, better="lower", context=context))
    return rows


def zones(photos: int, longer: int, views: int = 1) -> list[dict]:
    """Return exact matches of whole machine-readable zones by severity, wrong ones that were valid, and the time."""
    from imgrec_tf.finance.reading import read_mrz

    def read(photo):
        start = time.process_time()
        reading = read_mrz(photo.image)
        return reading, time.process_time() - start

    def truth(document):
        return "\n".join(field.text for name, field in document.fields.items() if name.startswith("mrz_"))

    return _readings(
        "zones", ("passport", "id_card_td1"), GOALS_ZONES, read, truth, (photos, longer, views), wrong_goal=0.001,
        seconds_goal=None,
    )  # fmt: skip


def application(photos: int, longer: int) -> list[dict]:
    """Return the time from the photo of a card to a decision; half as many photos as the other parts take."""
    import imgrec_tf as ir
    from imgrec_tf.finance import applications, documents, forgery, verification

    classifier = ir.Recognizer(ir.models.sequential_cnn((96, 96, 3), len(documents.CLASSES)), documents.CLASSES)
    detector = ir.Recognizer(forgery.detector(), ("genuine", "forged"))
    verifier = verification.load_verifier("portraits")
    model = applications.RiskModel((0.0,) * len(applications.FEATURES), 0.0, 1.0, -3.0, 100)
    face = verification.face_picture(1, 0)
    spent, waited, complete = [], [], []
    for number, photo in enumerate(take(("portrait_side",), ("phone",), photos // 2 + 3, longer)):
        start, clock = time.process_time(), time.perf_counter()
        found = applications.examine(
            {"portrait_side": photo.image}, classifier=classifier, detector=detector, verifier=verifier, face=face,
            portrait_boxes={"portrait_side": (0.6, 0.1, 0.95, 0.75)},
        )  # fmt: skip
        applications.decide(found.evidence, model)
        if number >= 3:  # the first ones load the networks
            spent.append(time.process_time() - start)
            waited.append(time.perf_counter() - clock)
            complete.append(not found.evidence.missing)
    context = f"{len(spent)} photos of severity phone, {longer} pixels, 10th to 90th percentile, {machine()}"
    rows = [share("application: every score measured", complete, goal=None, context=f"{len(spent)} photos")]
    for name, seconds in (("processor time", spent), ("time on the clock", waited)):
        low, middle, high = np.percentile(seconds, (10, 50, 90))
        rows.append(row(f"application: {name}", middle, low=low, high=high, goal=1.0, better="lower", unit="s",
                        context=context))  # fmt: skip
    return rows


def _readings(
    part: str, classes: tuple[str, ...], goals: dict[str, float], read: Callable, truth: Callable,
    size: tuple[int, int, int], *, wrong_goal: float, seconds_goal: float | None
) -> list[dict]:  # fmt: skip
    photos, longer, views = size
    wrong_valid, wrong_trusted, trusted, seconds = [], [], [], []
    exact = {severity: [] for severity in goals}
    for photo in take(classes, tuple(goals), photos, longer, views):
        reading, spent = read(photo)
        right = reading.text == truth(photo.document)
        exact[photo.severity].append(right)
        wrong_valid.append(reading.valid and not right)
        wrong_trusted.append(reading.trusted and not right)
        trusted.append(reading.trusted)
        if photo.severity == "phone":
            seconds.append(spent)
    context = f"{photos} documents, {photos * views} photos, {longer} pixels"
    rows = [
        share(f"{part}: exact, {severity}", hits, goal=goals[severity], context=context)
        for severity, hits in exact.items()
    ]
    everywhere = f"all {len(wrong_valid)} photos of {', '.join(goals)}; {bound(wrong_valid)}"
    rows.append(share(f"{part}: wrong and valid", wrong_valid, goal=wrong_goal, better="lower", context=everywhere))
    rows.append(share(f"{part}: wrong and trusted", wrong_trusted, goal=0.0, better="lower", context=everywhere))
    rows.append(share(f"{part}: trusted", trusted, goal=None, context=everywhere))
    low, middle, high = np.percentile(seconds, (10, 50, 90))
    context = f"10th to 90th percentile, {machine()}, severity phone"
    rows.append(row(f"{part}: processor time of a call", middle, low=low, high=high, goal=seconds_goal, better="lower",
                    unit="s", context=context))  # fmt: skip
    return rows


def take(classes: tuple[str, ...], severities: tuple[str, ...], count: int, longer: int, views: int = 1) -> Iterator:
    """Yield photos of documents in all layouts, each in every severity, upright up to the severity's own roll."""
    from imgrec_tf.finance import capture, documents

    for number in range(count):
        rng = np.random.default_rng([FIRST_SEED, number])
        document_class = classes[number % len(classes)]
        layout = str(rng.choice(documents.template_names(document_class)))
        page = documents.render(
            document_class, layout, seed=int(rng.integers(2**31)), pixels_per_mm=min(12.0, longer / 110)
        )
        for _ in range(views):
            camera, seed = int(rng.choice(CAMERAS)), int(rng.integers(2**31))
            for severity in severities:
                yield capture.capture(page, severity, camera=camera, seed=seed, size=(round(longer * 3 / 4), longer))


if __name__ == "__main__":
    main()
