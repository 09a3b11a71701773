"""Photos that are no good, from the photo to the kept decision: a reason each, never a guess, nothing lost.

What a database does when it is away, full, read-only, locked or written to by several processes is in
`test_application_faults`, and a tampered log in `test_application_audit`.
"""

from __future__ import annotations

import numpy as np
import pytest
from conftest import KEY

from imgrec_tf.finance import applications, capture, documents
from imgrec_tf.finance.locating import weights
from imgrec_tf.recognizer import Recognizer

pytestmark = pytest.mark.skipif(not weights.available(), reason="needs the shipped networks")
READY = applications.RiskModel(
    (0.0,) * len(applications.FEATURES), 0.0, 1.0, -9.0, 100
)  # approves whatever is complete


class Fixed:
    """A classifier that takes every picture for a card, so that only the other steps can refuse it."""

    scores = np.full(len(documents.CLASSES), 0.08 / (len(documents.CLASSES) - 1))
    scores[documents.CLASSES.index("portrait_side")] = 0.92

    def predict(self, images, **_):
        return np.tile(self.scores, (len(images), 1))


def classifier(**options) -> Recognizer:
    return Recognizer(Fixed(), documents.CLASSES, image_shape=(64, 64, 3), **options)


def photo(kind: str = "portrait_side", *, seed: int = 1, size=(720, 960), **options):
    page = documents.render(kind, documents.template_names(kind)[0], seed=seed, pixels_per_mm=8, oversampling=2)
    return capture.capture(page, "mild", camera=2001, seed=seed, size=size, **options)


def bare_table() -> np.ndarray:
    return capture.capture_several([], "mild", camera=2, seed=1, size=(480, 640))[0]


def two_documents() -> np.ndarray:
    return np.concatenate(
        [photo(seed=3, size=(600, 800)).image, photo("passport", seed=4, size=(600, 800)).image], axis=1
    )


def half_outside() -> np.ndarray:
    taken = photo(seed=5)
    return np.ascontiguousarray(taken.image[:, : round(taken.corners[:, 0].mean())])


def texture() -> np.ndarray:
    return documents.render("photo", seed=2, pixels_per_mm=4, oversampling=1).image


BAD = {
    "not a document": (texture, ""),
    "a table without one": (bare_table, ""),
    "two documents": (two_documents, "two documents|several|one document|documents in"),
    "half outside": (half_outside, ""),
    "black": (lambda: np.zeros((600, 800, 3), np.uint8), "dark|contrast"),
    "40 by 25 pixels": (lambda: np.full((25, 40, 3), 128, np.uint8), "pixels|small"),
}


@pytest.mark.parametrize(
    "case", [one if one in ("black", "40 by 25 pixels") else pytest.param(one, marks=pytest.mark.slow) for one in BAD]
)
def test_a_bad_photo_has_a_reason_goes_to_a_person_and_is_kept(case, tmp_path):
    make, says = BAD[case]
    image = make()
    found = applications.examine({"portrait_side": image}, classifier=classifier())
    one = found.documents["portrait_side"]
    assert found.reasons and all(found.reasons)
    assert one.reading is None or not one.reading.trusted
    assert one.printed is None or not one.printed.record.keys() & {"name", "birth_date"}
    assert found.evidence.reading_confidence is None
    assert says == "" or any(word in " ".join(found.reasons).lower() for word in says.split("|")), found.reasons

    decision = applications.decide(found.evidence, READY)
    assert decision.action == "person"
    with_store = applications.ApplicationStore(f"sqlite:///{tmp_path / 'kept.db'}", key=KEY)
    try:
        with_store.submit("a-1", {"name": "王伟"}, {"portrait_side": image})
        with_store.record("a-1", decision, evidence=found.evidence, report=found.report)
        np.testing.assert_array_equal(with_store.application("a-1").documents["portrait_side"], image)
        assert with_store.waiting() == ["a-1"] and with_store.verify().intact
    finally:
        with_store.close()


def test_upside_down_is_turned_and_read():
    taken = photo(quarter_turns=2)
    found = applications.examine({"portrait_side": taken.image}, classifier=classifier())
    read = found.documents["portrait_side"].reading
    assert read.text == taken.document.fields["identity_number"].text and read.valid


@pytest.mark.slow
def test_a_hundred_megapixels_have_a_reason_too():
    large = np.broadcast_to(np.uint8(120), (10_000, 10_000, 3))
    found = applications.examine({"portrait_side": large}, classifier=classifier())
    assert found.reasons and found.evidence.reading_confidence is None


def test_a_layout_that_the_classifier_does_not_know_goes_to_a_person():
    found = applications.examine({"portrait_side": photo().image}, classifier=classifier(abstain_below=0.95))
    assert "a layout, that it does not know" in found.reasons[0]
    assert applications.decide(found.evidence, READY).action == "person"


@pytest.mark.slow
def test_a_smudged_zone_is_no_evidence():
    taken = photo("passport", seed=6)
    image = taken.image.copy()
    field = taken.fields["mrz_2"]
    left, top, right, bottom = (int(one) for one in field.box)
    image[top - 3 : bottom + 3, left + 10 : left + 10 + (right - left) // 3] = 120
    found = applications.examine({"passport": image}, classifier=classifier())
    read = found.documents["passport"].reading
    assert not read.trusted and found.reasons
