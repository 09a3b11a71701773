"""How well are printed names, dates, sexes and numbers read, on pages of people, cameras and seeds never seen before?

Run from the project's folder:  python benchmarks/documents_fields.py
All photos are rendered, so all figures are about synthetic documents. Pages are straightened by their true corners and
read by `read_printed_fields`, which is told no layout and no kind of document. The reader has learnt from single lines
of print and from no layout; how labels and values are put together was tried on all layouts but the last one of each
class, and those held-back ones are counted apart ("unseen layouts"). Their labels are worded as the list in
`imgrec_tf.finance.reading.labels` knows them; other words would leave a field unread.

The photos are those of the stream 7 of the seed: limits were set while figures of the stream 6 were known.

A field counts as exact when it was found and its value is the printed one: names in capitals, as the reader gives them.
"Trusted" is what the rules of an application are tried with. Intervals are Wilson's.
"""

from __future__ import annotations

import argparse
import time
from collections import defaultdict

import numpy as np
from documents import CAMERAS, FIRST_SEED
from result_rows import bound, row, share
from results_table import machine, report

CLASSES = ("portrait_side", "emblem_side", "passport", "id_card_td1", "household_page")
KINDS = {
    "names in Latin letters": ("surname", "given_names", "name", "household_head"),
    "names in Chinese": ("name", "household_head"),
    "dates": ("birth_date", "issue_date", "expiry_date"),
    "sex": ("sex",),
    "document numbers": ("number",),
    "states and relations": ("nationality", "issuing_state", "relation"),
}
SEVERITIES = ("mild", "phone")


def main() -> None:
    """Measure, print and write the results."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--photos", type=int, default=130, help="documents, each photographed once in each severity")
    parser.add_argument("--longer", type=int, default=1600, help="longer side of the photos in pixels")
    options = parser.parse_args()
    report("documents_fields", fields(options.photos, options.longer))


def fields(photos: int, longer: int) -> list[dict]:
    """Return exact matches by kind of field, severity and layout, wrong ones that were trusted, and the time."""
    from imgrec_tf.finance.locating import rectify
    from imgrec_tf.finance.reading import read_printed_fields

    exact: dict[tuple[str, str, bool], list[bool]] = defaultdict(list)
    trusted: dict[str, list[bool]] = defaultdict(list)
    wrong: dict[str, list[bool]] = defaultdict(list)
    seconds = []
    for photo, unseen in pages(photos, longer):
        page = rectify(photo.image, photo.corners)
        start = time.process_time()
        found = read_printed_fields(page)
        seconds.append(time.process_time() - start)
        for name, text in printed(photo.document).items():
            kind = kind_of(name, text)
            read = found.fields.get(name)
            right = read is not None and _value(read) == text
            exact[kind, photo.severity, unseen].append(right)
            trusted[photo.severity].append(read is not None and read.trusted)
            if read is not None and read.trusted:
                wrong[photo.severity].append(not right)
    rows = []
    for kind in KINDS:
        for severity in SEVERITIES:
            for unseen in (False, True):
                hits = exact[kind, severity, unseen]
                where = "unseen layouts" if unseen else "other layouts"
                if hits:
                    rows.append(
                        share(f"fields: {kind}, {severity}, {where}", hits, goal=None, context=f"{len(hits)} fields")
                    )
    for severity in SEVERITIES:
        rows.append(share(f"fields: trusted, {severity}", trusted[severity], goal=None,
                          context=f"{len(trusted[severity])} fields"))  # fmt: skip
        context = f"{len(wrong[severity])} trusted fields; {bound(wrong[severity])}"
        rows.append(share(f"fields: wrong among trusted, {severity}", wrong[severity], goal=0.0, better="lower",
                          context=context))  # fmt: skip
    low, middle, high = np.percentile(seconds, (10, 50, 90))
    context = f"{len(seconds)} pages of both severities, {longer} pixels, 10th to 90th percentile, {machine()}"
    rows.append(row("fields: processor time of a page", middle, low=low, high=high, goal=None, better="lower", unit="s",
                    context=context))  # fmt: skip
    return rows


def pages(count: int, longer: int):
    """Yield photos with whether their layout is a held-back one, every other document in a held-back layout."""
    from imgrec_tf.finance import capture, documents

    for number in range(count):
        rng = np.random.default_rng([FIRST_SEED, 7, number])
        kind = CLASSES[number % len(CLASSES)]
        layouts = documents.template_names(kind)
        unseen = number // len(CLASSES) % 2 == 1
        layout = layouts[-1] if unseen else str(rng.choice(layouts[:-1]))
        page = documents.render(kind, layout, seed=int(rng.integers(2**31)), pixels_per_mm=min(12.0, longer / 110))
        camera, seed = int(rng.choice(CAMERAS)), int(rng.integers(2**31))
        for severity in SEVERITIES:
            yield (
                capture.capture(page, severity, camera=camera, seed=seed, size=(round(longer * 3 / 4), longer)),
                unseen,
            )


def printed(document) -> dict[str, str]:
    """Return what is printed in the fields that are read: dates in ISO form, names in capitals."""
    from imgrec_tf.finance.reading.labels import folded
    from imgrec_tf.finance.reading.print_dates import printed_dates

    found = {}
    wanted = {name for names in KINDS.values() for name in names} | {"validity", "sex_chinese"}
    for name, field in document.fields.items():
        if name not in wanted or not field.text:
            continue
        text = folded(field.text)
        days = [day.text if day.endless else day.value.isoformat() for day in printed_dates(text)]
        if name == "validity":
            found["issue_date"], found["expiry_date"] = days
        else:
            found["sex" if name == "sex_chinese" else name] = days[0] if days else text
    return found


def kind_of(name: str, text: str) -> str:
    """Return the key of `KINDS` for a field."""
    if name in ("name", "household_head"):
        return "names in Latin letters" if text.isascii() else "names in Chinese"
    return next(kind for kind, names in KINDS.items() if name in names)


def _value(read) -> str:
    return read.value.isoformat() if hasattr(read.value, "isoformat") else str(read.value)


if __name__ == "__main__":
    main()
