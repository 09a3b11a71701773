"""A trial of the whole check: invented pages, half of them with one forged field, photographed and looked at."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from imgrec_tf._checks import check_whole
from imgrec_tf._parallel import in_processes
from imgrec_tf.finance import capture, consistency, documents
from imgrec_tf.finance.consistency import ConsistencyReport
from imgrec_tf.finance.forgery import detecting, eligible, forging, traces
from imgrec_tf.finance.forgery.forged import KINDS, Forged

PAINTED = tuple(kind for kind in KINDS if kind != "recapture")
CLASSES = ("portrait_side", "id_card_td1")
_TRIES = 20


@dataclass(frozen=True)
class TriedPage:
    """One page of a trial.

    Attributes:
        made: What was done to the page; a placebo where nothing was forged.
        photo: Of it.
        check: What the network says.
        report: What the rules say of what is printed.
    """

    made: Forged
    photo: capture.Photo
    check: detecting.DocumentCheck
    report: ConsistencyReport

    @property
    def forged(self) -> bool:
        """Whether a field was forged."""
        return not self.made.placebo


def try_pages(
    recognizer,
    count: int = 40,
    *,
    severity: str | capture.Severity = "mild",
    seed: int = 0,
    cameras: int = 12,
    heat_map: bool = False,
) -> list[TriedPage]:
    """Check invented pages: every second one has one forged field, the others a placebo.

    On a placebo, the forger's tool was used and nothing was changed. The kinds but recapture take turns. The rules get
    what is printed, as a reader without errors would report it, and the corners of page and fields are known: what is
    measured is the look for forgeries alone.

    Args:
        recognizer: As in `check_document`.
        count: Number of pages, 2 to 100,000.
        severity: Of the photos.
        seed: Of pages, people, forgeries and photos.
        cameras: How many cameras there are.
        heat_map: Whether to draw heat maps, which takes longer.

    Returns:
        The pages in order; a photo with a problem is left out.

    Raises:
        TypeError: If an argument has a wrong type.
        ValueError: If an argument is out of its range.
    """
    check_whole("count", count, 2, 100_000)
    check_whole("seed", seed, 0, 2**31)
    check_whole("cameras", cameras, 1, 1000)
    detecting.check_recognizer(recognizer)

    def take(number: int) -> tuple[Forged, capture.Photo]:
        rng = np.random.default_rng([int(seed), number, 43])
        made = _one(number, rng)
        size = (round(traces.PIXELS_PER_MM * 90), round(traces.PIXELS_PER_MM * 120))
        return made, made.photograph(severity, camera=int(rng.integers(cameras)), seed=int(rng.integers(2**31)),
                                     size=size)  # fmt: skip

    found = []
    for made, photo in in_processes(take, range(count)):
        check = detecting.check_document(photo, recognizer, heat_map=heat_map)
        report = consistency.check_consistency({made.document.document_class: made.printed})
        found.append(TriedPage(made, photo, check, report))
    return [one for one in found if one.check.problem is None]


def _one(number: int, rng: np.random.Generator) -> Forged:
    for _ in range(_TRIES):
        page = documents.render(
            CLASSES[number // 2 % len(CLASSES)],
            seed=int(rng.integers(2**31)),
            pixels_per_mm=traces.PIXELS_PER_MM,
            oversampling=2,
        )
        kind = PAINTED[number // 4 % len(PAINTED)]
        if not eligible.targets(page, kind):
            continue
        try:
            return forging.forge(page, kind, int(rng.integers(2**31)), placebo=number % 2 == 0)
        except ValueError:  # it would have hidden the mark
            continue
    raise RuntimeError(f"no page was forged in {_TRIES} tries; give another seed")
