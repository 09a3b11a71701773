"""From photos to evidence: what is found is found, what is not is said and never guessed."""

from __future__ import annotations

import datetime
from dataclasses import replace

import numpy as np
import pytest

from imgrec_tf.finance import (
    applications,
    capture,
    document_types,
    documents,
    forgery,
    identity,
    locating,
    verification,
)
from imgrec_tf.finance.applications import examining
from imgrec_tf.finance.locating import straightening
from imgrec_tf.recognizer import Recognizer

PERSON = identity.invent_person(5, locale="zh_CN")


class Sure:
    """A classifier that says the same of every picture."""

    def __init__(self, kind: str, score: float = 0.92):
        self.scores = np.full(len(documents.CLASSES), (1 - score) / (len(documents.CLASSES) - 1))
        self.scores[documents.CLASSES.index(kind)] = score

    def predict(self, images, **_):
        return np.tile(self.scores, (len(images), 1))


def sure(kind: str, **options) -> Recognizer:
    return Recognizer(Sure(kind), documents.CLASSES, image_shape=(64, 64, 3), **options)


@pytest.fixture(scope="module")
def card():
    return documents.render("portrait_side", person=PERSON, seed=3, pixels_per_mm=12)


@pytest.fixture()
def straight(monkeypatch):
    """Photos that are pages already, so that no network has to find them."""

    def page(image, **_):
        if image.mean() < 20:
            reason = "The photo is too dark to see a document. Take it with more light"
            return locating.Straightened(None, None, None, 0, None, None, "too_dark", reason, ())
        corners = np.array([[0, 0], [image.shape[1], 0], [image.shape[1], image.shape[0]], [0, image.shape[0]]], float)
        quality = locating.check_quality(image, corners)
        return locating.Straightened(image, corners, "card", 0, None, replace(quality, findings=()), None, "", ())

    monkeypatch.setattr(examining.locating, "straighten", page)


def test_a_card_is_read_and_checked(straight, card):
    typed = {"birth_date": PERSON.birth_date, "sex": PERSON.sex}
    found = applications.examine(
        {"portrait_side": card.image}, classifier=sure("portrait_side"), typed={"portrait_side": typed}
    )
    assert found.documents["portrait_side"].reading.text == PERSON.identity_number
    assert all(one.startswith("portrait_side: name: ") for one in found.reasons)  # a character that it does not know
    assert found.documents["portrait_side"].printed.fields["birth_date"].value == PERSON.birth_date
    assert found.evidence.type_confidence == pytest.approx(0.92)
    assert found.evidence.reading_confidence > 0.9
    assert found.evidence.critical == found.evidence.not_checked == 0
    assert found.evidence.missing == ("forgery_score", "same_person_score")
    assert found.to_frame().loc[0, "text"] == PERSON.identity_number


class OnlyUpright:
    """A classifier that knows one page, and that only the right way up."""

    def __init__(self, page: np.ndarray):
        self.page = document_types.page_picture(page).astype(float)

    def predict(self, images, **_):
        near = np.array([np.abs(one - self.page).mean() for one in np.asarray(images, float)]) < 30
        scores = np.full((len(images), len(documents.CLASSES)), 1 / len(documents.CLASSES))
        scores[near] = np.eye(len(documents.CLASSES))[documents.CLASSES.index("portrait_side")]
        return scores


@pytest.mark.parametrize("turned", [[0.01, 0.97, 0.01, 0.01], [0.25, 0.25, 0.25, 0.25]])
def test_the_layout_that_fits_tells_which_side_is_up(monkeypatch, card, turned):
    monkeypatch.setattr(straightening, "turn_probabilities", lambda page: np.array(turned))
    known = Recognizer(OnlyUpright(card.image), documents.CLASSES, image_shape=(80, 96, 3), abstain_below=0.6)
    photo = capture.capture(card, "scan", seed=4, size=(900, 1200))
    found = applications.examine({"portrait_side": photo.image}, classifier=document_types.DocumentClassifier(known))
    assert found.documents["portrait_side"].label == "portrait_side"
    assert found.documents["portrait_side"].reading.text == PERSON.identity_number


def test_what_was_typed_otherwise_fails_a_critical_rule(straight, card):
    typed = {"birth_date": PERSON.birth_date + datetime.timedelta(days=1), "sex": PERSON.sex}
    found = applications.examine(
        {"portrait_side": card.image}, classifier=sure("portrait_side"), typed={"portrait_side": typed}
    )
    assert [one.rule for one in found.report.failed] == ["portrait side: number and birth date"]
    assert found.evidence.critical == 1


def test_typed_numbers_never_replace_what_was_read(straight, card):
    other = identity.invent_person(6, locale="zh_CN").identity_number
    found = applications.examine(
        {"portrait_side": card.image},
        classifier=sure("portrait_side"),
        typed={"portrait_side": {"identity_number": other}},
    )
    assert found.documents["portrait_side"].reading.text == PERSON.identity_number
    born = datetime.date.fromisoformat(f"{other[6:10]}-{other[10:12]}-{other[12:14]}")
    again = applications.examine(
        {"portrait_side": card.image},
        classifier=sure("portrait_side"),
        typed={"portrait_side": {"identity_number": other, "birth_date": born}},
    )
    assert "portrait side: number and birth date" in [one.rule for one in again.report.failed]


def test_a_number_that_was_put_right_goes_to_a_person(straight, card, monkeypatch):
    read = examining.reading.read_identity_number(card.image)
    mended = replace(read, changes=(examining.reading.repair.Change(1, 4, "8", "3"),))
    monkeypatch.setattr(examining.reading, "read_identity_number", lambda *_, **__: mended)
    found = applications.examine({"portrait_side": card.image}, classifier=sure("portrait_side"))
    assert "8 was read and 3 makes the check digit right" in " ".join(found.reasons)
    assert found.documents["portrait_side"].reading.valid
    assert "reading_confidence" in found.evidence.missing


def test_a_passport_beside_a_card_of_another_person_is_noticed(straight, card):
    other = identity.invent_person(9, locale="zh_CN")
    passport = documents.render("passport", person=other, seed=3, pixels_per_mm=12)
    typed = {
        "portrait_side": {"birth_date": PERSON.birth_date, "sex": PERSON.sex},
        "passport": {"birth_date": other.birth_date, "sex": other.sex},
    }
    found = applications.examine(
        {"portrait_side": card.image, "passport": passport.image}, classifier=sure("portrait_side"), typed=typed
    )
    assert found.documents["passport"].reading.valid
    assert found.report.failed[0].rule == "portrait side and passport: birth date"
    assert "It looks like portrait_side" in " ".join(found.reasons)
    assert found.evidence.type_confidence < 0.1


def test_a_photo_that_cannot_be_used_gives_reasons_and_goes_to_a_person(straight, tmp_path):
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"no picture")
    black = np.zeros((300, 480, 3), np.uint8)
    found = applications.examine({"portrait_side": black, "passport": broken}, classifier=sure("portrait_side"))
    assert "too dark" in found.reasons[0]
    assert found.reasons[1].startswith("passport: ")
    evidence = found.evidence
    assert evidence.missing == applications.FEATURES[:4]
    model = applications.RiskModel((0.0,) * len(applications.FEATURES), 0.0, 1.0, -9.0, 100)
    assert applications.decide(evidence, model).action == "person"


def test_abstention_is_said(straight, card):
    unsure = Recognizer(Sure("portrait_side", 0.5), documents.CLASSES, image_shape=(64, 64, 3), abstain_below=0.8)
    found = applications.examine({"portrait_side": card.image}, classifier=unsure)
    assert "abstains" in found.reasons[0]
    assert found.evidence.type_confidence == pytest.approx(0.5)


def test_the_portrait_on_the_page_is_compared_with_the_face(straight, card):
    seen = []

    class Judge:
        def compare(self, reference, questioned):
            seen.append((reference.shape, questioned))
            return verification.Comparison(0.81, True, 0.7, "")

    found = applications.examine(
        {"portrait_side": card.image},
        classifier=sure("portrait_side"),
        verifier=Judge(),
        face="face",
        portrait_boxes={"portrait_side": (0.6, 0.1, 0.95, 0.75)},
    )
    assert found.evidence.same_person_score == 0.81
    assert seen[0][1] == "face"
    height, width = card.image.shape[:2]
    assert 0 < seen[0][0][0] <= 0.65 * height + 1
    assert 0 < seen[0][0][1] <= 0.35 * width + 1


class Fixed:
    """A verifier that answers the same whatever it is shown."""

    def __init__(self, score, same):
        self.answer = verification.Comparison(score, same, 0.7, "what was seen", score)

    def compare(self, known, questioned):
        self.asked = (len(known), questioned)
        return self.answer


@pytest.mark.parametrize(
    ("portrait", "signature", "score", "others"),
    [
        ((0.9, True), (0.8, True), 0.8, 0),
        ((0.9, True), (0.2, False), 0.2, 1),
        ((0.1, False), (0.2, False), 0.1, 2),
        ((0.9, True), (None, None), None, 0),
    ],
)
def test_portrait_and_signature_are_both_evidence(straight, card, portrait, signature, score, others):
    judge = Fixed(*signature)
    found = applications.examine(
        {"portrait_side": card.image},
        classifier=sure("portrait_side"),
        verifier=Fixed(*portrait),
        face="face",
        portrait_boxes={"portrait_side": (0.6, 0.1, 0.95, 0.75)},
        signature_verifier=judge,
        signature="now",
        known_signatures=["one", "two"],
    )
    assert judge.asked == (2, "now")
    assert found.evidence.same_person_score == score and found.evidence.other_person == others
    told = [one for one in found.reasons if not one.startswith("portrait_side: name: ")]  # of a misread character
    assert len(told) == sum(one[1] is not True for one in (portrait, signature))
    model = applications.RiskModel((0.0,) * len(applications.FEATURES), 0.0, 1.0, -9.0, 100)
    complete = replace(found.evidence, forgery_score=0.1, same_person_score=score or 0.5)
    decided = applications.decide(replace(complete, not_checked=0), model)
    assert decided.action == ("person" if others else "approve")
    assert any("another person" in one for one in decided.reasons) == bool(others)


@pytest.mark.parametrize("given", [{"signature": "now"}, {"known_signatures": ["one"]}, {}])
def test_signatures_are_compared_only_where_both_are_there(straight, card, given):
    found = applications.examine(
        {"portrait_side": card.image}, classifier=sure("portrait_side"), signature_verifier=Fixed(0.9, True), **given
    )
    assert found.signatures is None and found.evidence.same_person_score is None


@pytest.mark.parametrize("kind", ["portrait_side", "passport"])
def test_forgeries_are_looked_for_where_something_was_read(straight, monkeypatch, kind):
    page = documents.render(kind, person=PERSON, seed=3, pixels_per_mm=12)
    asked = {}

    def check(photo, detector, **options):
        asked.update(options)
        return forgery.DocumentCheck(0.3)

    monkeypatch.setattr(examining.forgery, "check_document", check)
    box = (0.6, 0.1, 0.95, 0.75)
    found = applications.examine(
        {kind: page.image}, classifier=sure(kind), detector="detector", portrait_boxes={kind: box}
    )
    assert found.evidence.forgery_score == 0.3
    height, width = page.image.shape[:2]
    np.testing.assert_allclose(asked["fields"].pop("portrait").box, np.multiply(box, (width, height, width, height)))
    assert asked["fields"].keys() == ({"identity_number"} if kind == "portrait_side" else {"mrz_1", "mrz_2"})
    for name, field in asked["fields"].items():
        true = page.fields[name]
        assert field.text == true.text
        assert np.abs(field.corners - true.corners).max() < 0.05 * width
        assert field.box[1] < true.corners[:, 1].mean() < field.box[3]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (({},), "documents must map"),
        (({"cat": np.zeros((9, 9, 3), np.uint8)},), "'cat' must be among"),
        (({"visa": np.zeros((9, 9, 3), np.uint8)},), "classes of the classifier"),
    ],
)
def test_documents_that_nobody_knows_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        applications.examine(*arguments, classifier=sure("portrait_side"))


def test_fields_of_absent_documents_and_impossible_boxes_are_refused(straight, card):
    with pytest.raises(ValueError, match="not handed in: passport"):
        applications.examine(
            {"portrait_side": card.image}, classifier=sure("portrait_side"), typed={"passport": {"sex": "F"}}
        )
    with pytest.raises(ValueError, match="shares of the page"):
        applications.examine(
            {"portrait_side": card.image},
            classifier=sure("portrait_side"),
            verifier=object(),
            face="face",
            portrait_boxes={"portrait_side": (60, 10, 95, 75)},
        )
