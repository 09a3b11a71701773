"""Applications in SQLite and in MariaDB: kept, found again, encrypted, redacted, never stored twice."""

from __future__ import annotations

import numpy as np
import pytest
import sqlalchemy as sa
from conftest import KEY
from PIL import Image, ImageDraw
from sqlalchemy import exc

from imgrec_tf.finance import applications, consistency, identity
from imgrec_tf.finance.applications import ApplicationConflict, Decision, Evidence

PERSON = identity.invent_person(7)
APPROVE = Decision("approve", 0.01, ("Risk 0.01.",), {"approve": 1.0, "refuse": 19.8, "person": 2.0}, "abc")
ASK = Decision("person", 0.3, ("Risk 0.3.",))


def applicant(person: identity.Person = PERSON, **changes: str) -> dict[str, str]:
    return {
        "identity_number": person.identity_number,
        "name": person.name,
        "birth_date": person.birth_date.isoformat(),
        "address": person.address,
        "document_number": person.passport.number,
    } | changes


def picture(seed: int, height: int = 320, width: int = 512) -> np.ndarray:
    """A page of one layout: the same lines and headings for everybody, other words and another face for each seed."""
    page = Image.new("RGB", (width, height), (236, 240, 230))
    draw = ImageDraw.Draw(page)
    rng = np.random.default_rng(seed)
    for row in range(20, height, 30):
        draw.line([(0, row + 18), (width, row + 18)], (150, 180, 170))
        draw.text((8, row), f"Heading {row}", (60, 90, 80))
        draw.text((100, row), "".join(rng.choice(list("abcdefghijklmno  ".upper()), 16)), (20, 20, 20))
    left, top = width - 90, 30
    draw.ellipse([left, top, left + 60, top + 80], tuple(int(one) for one in rng.integers(90, 220, 3)))
    for _ in range(6):
        x, y = rng.integers(0, 50), rng.integers(0, 70)
        draw.ellipse([left + x, top + y, left + x + 12, top + y + 8], (40, 30, 30))
    return np.asarray(page)


def test_what_is_handed_in_comes_back(store):
    images = {"portrait_side": picture(1), "household_page": picture(2)[..., 0]}
    assert store.submit("a-1", applicant(), images) == "a-1"
    found = store.application("a-1")
    assert found.applicant == applicant()
    assert found.received_at.startswith("2026-01-01T00:00")
    assert set(found.documents) == set(images)
    for kind, image in images.items():
        np.testing.assert_array_equal(found.documents[kind], image)
    assert store.pending() == ["a-1"]
    assert store.decision("a-1") is None
    assert store.verify().intact


def test_the_way_through(store):
    for number in range(4):
        store.submit(f"a-{number}", applicant(identity.invent_person(number)))
    evidence = Evidence(0.99, 0.98, 0.02, 0.97)
    report = consistency.check_consistency({"portrait_side": {"sex": "M", "identity_number": "1"}})
    store.record("a-0", APPROVE, evidence=evidence, report=report)
    store.record("a-1", ASK)
    assert store.decide("a-2", lambda application: APPROVE) == APPROVE
    assert store.decide("a-2", lambda application: pytest.fail("decided twice")) == APPROVE
    assert store.pending() == ["a-3"]
    assert store.waiting() == ["a-1"]
    store.resolve("a-1", "refuse", decided_by="王经理", reason="the portrait is another person's")
    assert store.waiting() == []
    assert store.decision("a-0") == APPROVE
    table = store.to_frame().set_index("id")
    assert table["action"].to_dict() == {"a-0": "approve", "a-1": "refuse", "a-2": "approve", "a-3": ""}
    assert table.loc["a-1", "decided_by"] == "王经理"
    events = [(entry.sequence, entry.event, entry.application_id) for entry in store.log()]
    assert events[:4] == [(number + 1, "received", f"a-{number}") for number in range(4)]
    assert events[4:] == [(5, "decided", "a-0"), (6, "decided", "a-1"), (7, "decided", "a-2"), (8, "resolved", "a-1")]
    assert store.log()[4].details["failed"] == ["portrait side: identity number"]
    assert store.head().sequence == 8
    assert store.verify(store.head()).intact, str(store.verify())


def test_nothing_personal_can_be_read_in_the_database(store, url):
    report = consistency.check_consistency({"portrait_side": {"name": PERSON.name, "birth_date": "1950-01-01",
                                            "identity_number": PERSON.identity_number, "sex": "M"}})  # fmt: skip
    store.submit("a", applicant(), {"portrait_side": picture(3)})
    store.record("a", ASK, report=report)
    store.resolve("a", "approve", decided_by="clerk", reason=f"{PERSON.name} showed up")
    store.close()
    with sa.create_engine(store.engine.url).connect() as connection:
        everything = []
        for table in sa.inspect(connection).get_table_names():
            rows = connection.exec_driver_sql(f"select * from {table}").all()
            everything += [value for row in rows for value in row]
    blob = b"\n".join(one if isinstance(one, bytes) else str(one).encode() for one in everything)
    for secret in (PERSON.identity_number, PERSON.name, PERSON.address, PERSON.passport.number):
        assert secret.encode() not in blob
    assert b"\x89PNG" not in blob
    if url.startswith("sqlite"):
        assert PERSON.name.encode() not in store.engine.url.database.encode()


def test_documents_may_be_redacted_before_they_are_kept(store):
    image = picture(4)
    store.submit("a", applicant(), {"card": image, "page": image}, redact={"card": [(10.5, 20, 60, 90)]})
    found = store.application("a").documents
    assert not found["card"][20:90, 10:60].any()
    kept = np.ones(image.shape[:2], bool)
    kept[20:90, 10:60] = False
    np.testing.assert_array_equal(found["card"][kept], image[kept])
    np.testing.assert_array_equal(found["page"], image)
    assert store.log()[0].details["redacted"] == ["card"]


def test_calls_may_be_repeated_but_not_contradicted(store):
    for _ in range(2):
        store.submit("a", applicant(), {"card": picture(1)})
        store.record("a", ASK)
        store.resolve("a", "approve", decided_by="clerk", reason="seen")
    assert len(store.log()) == 3
    with pytest.raises(ApplicationConflict, match="other contents"):
        store.submit("a", applicant(name="someone else"))
    with pytest.raises(ApplicationConflict, match="other contents"):
        store.submit("a", applicant(), {"card": picture(2)})
    with pytest.raises(ApplicationConflict, match="decided before: person"):
        store.record("a", APPROVE)
    with pytest.raises(ApplicationConflict, match="decided before: approve"):
        store.resolve("a", "refuse", decided_by="clerk", reason="no")
    assert len(store.log()) == 3
    assert store.verify().intact


def test_only_what_waits_for_a_person_is_resolved(store):
    store.submit("a", applicant())
    with pytest.raises(ApplicationConflict, match="not decided yet"):
        store.resolve("a", "approve", decided_by="clerk", reason="seen")
    store.record("a", APPROVE)
    with pytest.raises(ApplicationConflict, match="decided automatically: approve"):
        store.resolve("a", "refuse", decided_by="clerk", reason="seen")


def test_the_same_person_with_altered_fields_is_found(store):
    people = identity.invent_people(30, seed=4)
    for number, person in enumerate(people):
        store.submit(f"other-{number}", applicant(person))
    number = PERSON.identity_number
    typo = number[:10] + str((int(number[10]) + 1) % 10) + number[11:]
    store.submit("first", applicant())
    store.submit("moved", applicant(address="乌托邦市新街1号", document_number="X1"))
    store.submit("typo", applicant(identity_number=typo, name="李 明", address="x", document_number="X2"))
    store.submit("renumbered", applicant(identity_number=people[0].identity_number[:17] + "0", document_number="X3"))
    found = {one.application_id: one for one in store.duplicates("first")}
    assert set(found) == {"moved", "typo", "renumbered"}
    assert found["moved"].altered == ("address", "document_number")
    assert found["moved"].reasons == ("identity number", "name and birth date")
    assert found["typo"].reasons == ("identity number but one character",)
    assert found["typo"].altered == ("address", "document_number", "identity_number", "name")
    assert set(found["renumbered"].reasons) == {
        "name and birth date", "name and address", "birth date and address"}  # fmt: skip
    assert store.duplicates("other-1") == []
    assert {one.application_id for one in store.duplicates("moved")} == {"first", "typo", "renumbered"}


def test_writing_a_field_otherwise_hides_nobody(store):
    store.submit("first", applicant(name="Mary-Ann O'Connor"))
    store.submit("second", {"name": "MARY ANN OCONNOR", "birth_date": PERSON.birth_date.strftime("%Y%m%d")})
    (found,) = store.duplicates("second")
    assert (found.application_id, found.altered) == ("first", ())


def test_a_picture_handed_in_twice_is_found(store):
    image = picture(1)
    smaller = np.asarray(Image.fromarray(image).resize((384, 240)))
    brighter = np.clip(image.astype(int) * 1.1 + 8, 0, 255).astype(np.uint8)
    store.submit("first", {"name": "a"}, {"passport": image})
    store.submit("smaller", {"name": "b"}, {"passport": smaller})
    store.submit("brighter", {"name": "c"}, {"selfie": brighter})
    for seed in range(2, 12):
        store.submit(f"other-{seed}", {"name": f"d{seed}"}, {"passport": picture(seed)})
    found = {one.application_id: one.reasons for one in store.duplicates("first")}
    assert found == {"smaller": ("picture: passport",), "brighter": ("picture: passport",)}


def test_a_database_of_its_own_key(store, url):
    store.submit("a", applicant())
    with pytest.raises(ValueError, match="another key"):
        applications.ApplicationStore(url, key=applications.new_key())
    again = applications.ApplicationStore(url, key=KEY)
    assert again.application("a").applicant == applicant()
    again.close()


def test_rows_cannot_be_changed_by_mistake(store):
    store.submit("a", applicant())
    store.record("a", APPROVE)
    for statement in (
        "update audit_log set content = 'x'",
        "delete from audit_log",
        "update decisions set action = 'approve'",
        "delete from decisions",
    ):
        with pytest.raises(exc.DBAPIError, match="append-only"), store.engine.begin() as connection:
            connection.exec_driver_sql(statement)
    assert store.verify().intact


def test_a_changed_document_is_not_shown(store):
    store.submit("a", applicant(), {"card": picture(1)})
    store.submit("b", applicant(name="x"), {"card": picture(2)})
    with store.engine.begin() as connection:
        image = connection.exec_driver_sql("select image from documents where application_id = 'a'").scalar()
        update = sa.text("update documents set image = :image where application_id = 'b'")
        connection.execute(update, {"image": image})
    with pytest.raises(ValueError, match="changed or moved"):
        store.application("b")


@pytest.mark.parametrize(
    ("call", "error", "says"),
    [
        (lambda store: store.submit("a b", {"name": "x"}), ValueError, "1 to 64 letters"),
        (lambda store: store.submit("../a", {"name": "x"}), ValueError, "1 to 64 letters"),
        (lambda store: store.submit("a", {}), ValueError, "one or more"),
        (lambda store: store.submit("a", {"height": 170}), TypeError, "height"),
        (lambda store: store.submit("a", {"name": "x"}, {"card": picture(1) / 255.0}), TypeError, "uint8"),
        (lambda store: store.submit("a", {"name": "x"}, {"card": picture(1)[..., :2]}), ValueError, "shape"),
        (lambda store: store.submit("a", {"name": "x"}, redact={"card": []}), ValueError, "card"),
        (
            lambda store: store.submit("a", {"name": "x"}, {"card": picture(1)}, redact={"card": [(900, 0, 950, 9)]}),
            ValueError,
            "outside of the image",
        ),
        (lambda store: store.application("a"), KeyError, "no application 'a'"),
        (lambda store: store.duplicates("a"), KeyError, "no application 'a'"),
        (lambda store: store.record("a", APPROVE), KeyError, "no application 'a'"),
        (lambda store: store.record("a", "approve"), TypeError, "Decision"),
        (lambda store: store.resolve("a", "person", decided_by="x", reason="x"), ValueError, "approve"),
        (lambda store: store.resolve("a", "approve", decided_by="", reason="x"), ValueError, "decided_by"),
    ],
)
def test_bad_input_stores_nothing(tmp_path, call, error, says):
    store = applications.ApplicationStore(f"sqlite:///{tmp_path / 'a.db'}", key=KEY)
    with pytest.raises(error, match=says):
        call(store)
    assert store.log() == []
    assert store.pending() == []


@pytest.mark.parametrize(
    ("url", "key", "error", "says"),
    [
        ("postgresql://localhost/a", KEY, ValueError, "sqlite, mysql and mariadb"),
        ("not an address", KEY, ValueError, "no address"),
        ("sqlite://", KEY, ValueError, "in memory"),
        ("sqlite:///:memory:", KEY, ValueError, "in memory"),
        (None, KEY, TypeError, "url"),
        ("sqlite:///a.db", b"short", ValueError, "32 bytes, got 5"),
        ("sqlite:///a.db", "k" * 32, TypeError, "bytes"),
    ],
)
def test_what_cannot_be_opened(url, key, error, says, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(error, match=says):
        applications.ApplicationStore(url, key=key)
    assert not list(tmp_path.iterdir())
