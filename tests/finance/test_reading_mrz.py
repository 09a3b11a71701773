from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from imgrec_tf.finance import documents, reading
from imgrec_tf.finance.identity import parse_mrz

# The specimens of ICAO Doc 9303, parts 4 and 6.
SPECIMENS = {
    "100_pass-uto.jpg": (
        "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
        "L898902C36UTO7408122F1204159ZE184226B<<<<<10",
    ),
    "100_pass2-uto.jpg": ("I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<", "D231458907UTO7408122F1204159<<<<<<<6"),
}


@pytest.fixture(scope="module")
def passport():
    return documents.render("passport", "lagoon", seed=3, pixels_per_mm=6, oversampling=2)


@pytest.fixture(scope="module")
def card():
    return documents.render("id_card_td1", "delta", seed=4, pixels_per_mm=7, oversampling=2)


def text_of(document) -> str:
    names = sorted(name for name in document.fields if name.startswith("mrz_"))
    return "\n".join(document.fields[name].text for name in names)


def test_reads_a_passport(passport):
    found = reading.read_mrz(passport.image)
    assert found.text == text_of(passport)
    assert found.valid
    assert found.reason == ""
    assert found.record.format == "TD3"
    assert set(found.fields) == {field for field in found.fields if 0 <= found.fields[field].confidence <= 1}
    assert found.fields["document_number"].check == "right"
    assert found.fields["name"].check == "none"
    left, top, right, _ = passport.fields["mrz_1"].box
    assert np.all(np.abs(found.corners[0] - [left, top]) < 12)
    assert abs(found.corners[1][0] - right) < 12


def test_reads_three_lines(card):
    found = reading.read_mrz(card.image)
    assert found.text == text_of(card)
    assert found.record.format == "TD1"


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_reads_it_turned(passport, turns):
    found = reading.read_mrz(np.rot90(passport.image, turns))
    assert found.text == text_of(passport)
    assert abs(abs((found.angle + 90 * turns + 180) % 360 - 180)) < 2


@pytest.mark.parametrize("angle", [-7.0, 4.0, 28.0])
def test_reads_it_tilted(passport, angle):
    picture = Image.fromarray(passport.image).rotate(
        angle, Image.Resampling.BICUBIC, expand=True, fillcolor=(90, 80, 70)
    )
    found = reading.read_mrz(np.asarray(picture))
    assert found.text == text_of(passport)
    assert found.angle == pytest.approx(-angle, abs=1)


@pytest.mark.parametrize("pixels", [8.5, 13.0, 60.0])
def test_reads_characters_of_many_sizes(passport, pixels):
    """The distance from one character to the next is 2.54 mm, 15.2 pixels as it was rendered."""
    height, width = (round(side * pixels / (6 * 2.54)) for side in passport.image.shape[:2])
    picture = Image.fromarray(passport.image).resize((width, height), Image.Resampling.LANCZOS)
    found = reading.read_mrz(np.asarray(picture))
    assert found.text == text_of(passport)


def test_a_grey_picture_and_one_with_transparency(passport):
    grey = np.asarray(Image.fromarray(passport.image).convert("L"))
    clear = np.asarray(Image.fromarray(passport.image).convert("RGBA"))
    assert reading.read_mrz(grey).text == reading.read_mrz(clear).text == text_of(passport)


def test_a_smudge_is_not_guessed_away(passport):
    picture = passport.image.copy()
    left, top, right, bottom = (int(one) for one in passport.fields["mrz_2"].box)
    picture[top - 4 : bottom + 4, left + 10 : left + 10 + (right - left) // 3] = 120
    found = reading.read_mrz(picture)
    assert found.reason or not found.valid
    assert not found.trusted


def test_a_smudge_makes_no_visa_of_a_passport(passport):
    picture = passport.image.copy()
    left, top, right, bottom = (int(one) for one in passport.fields["mrz_2"].box)
    picture[top - 4 : bottom + 4, left + (right - left) // 30 : left + (right - left) // 10] = 120
    found = reading.read_mrz(picture)
    assert found.record.format == "TD3"
    assert found.lines[0].startswith("P<UTO")
    assert not found.valid


@pytest.mark.parametrize(
    ("picture", "reason"),
    [
        (np.zeros((300, 400, 3), np.uint8), "contrast"),
        (np.full((25, 40, 3), 200, np.uint8), "pixels"),
        (np.random.default_rng(0).integers(0, 256, (300, 400), dtype=np.uint8), "zone"),
    ],
)
def test_what_cannot_be_read_gives_a_reason(picture, reason):
    found = reading.read_mrz(picture)
    assert found.text == ""
    assert reason in found.reason
    assert found.record is None
    assert not found.valid
    assert not found.trusted
    assert found.confidence == 0
    assert found.explanation == found.reason


@pytest.mark.slow
@pytest.mark.parametrize("name", ["receipt", "plain_page", "bank_card", "photo", "emblem_side"])
def test_other_documents_are_refused(name):
    found = reading.read_mrz(documents.render(name, seed=2, pixels_per_mm=6, oversampling=2).image)
    assert found.text == ""
    assert "zone" in found.reason


@pytest.mark.parametrize("wrong", [7, np.zeros((100, 200)), None])
def test_what_is_no_picture_is_refused(wrong):
    with pytest.raises(TypeError, match="uint8"):
        reading.read_mrz(wrong)
    with pytest.raises(ValueError, match="shape"):
        reading.read_mrz(np.zeros((100, 200, 2), np.uint8))


@pytest.mark.parametrize("name", SPECIMENS)
def test_reads_the_icao_specimens(imgrec_data, name):
    path = imgrec_data / "mrz_specimens" / name
    if not path.is_file():
        pytest.skip(f"needs the specimen {path}")
    lines = SPECIMENS[name]
    assert parse_mrz(lines).valid
    picture = Image.open(path).convert("RGB")
    for share in (1.0, 0.5):  # halved, its characters are 8 pixels apart, or a little more
        size = (round(picture.width * share), round(picture.height * share))
        found = reading.read_mrz(picture.resize(size, Image.Resampling.LANCZOS))
        assert found.lines == lines
        assert found.valid


def test_a_zone_is_found_where_it_is(passport):
    grey = np.asarray(Image.fromarray(passport.image).convert("L"))
    zone = reading.find_zones(grey)[0]
    for row, name in zip(zone.rows, ("mrz_1", "mrz_2")):
        left, top, right, bottom = passport.fields[name].box
        ends = sorted([row.start[0], row.end[0]])
        assert ends[0] == pytest.approx(left, abs=10)
        assert ends[1] == pytest.approx(right, abs=10)
        assert (row.start[1] + row.end[1]) / 2 == pytest.approx((top + bottom) / 2, abs=4)
        assert row.height == pytest.approx(bottom - top, rel=0.3)
    assert zone.turned().turned().corners == pytest.approx(zone.corners)


def test_shipped_weights_are_small_and_load_without_code(tmp_path):
    from imgrec_tf.finance.reading import line_reader

    files = list(line_reader.WEIGHTS.glob("*.npz"))
    assert sum(path.stat().st_size for path in files) < 1_000_000
    for path in files:
        with np.load(path, allow_pickle=False) as file:
            assert file.files


def test_a_reader_survives_its_file(tmp_path):
    reader = reading.LineReader("AB<", filters=(4, 4, 8, 8, 8), recurrent_units=8, context="convolution")
    again = reading.LineReader.load(reader.save(tmp_path / "small.npz"))
    line = reading.render_line("AB<A", seed=1).image
    one, two = reader.log_probabilities([line])[0], again.log_probabilities([line])[0]
    np.testing.assert_allclose(one, two, atol=0.05)
    assert again.characters == "AB<"
    np.testing.assert_allclose(np.exp(one).sum(axis=1), 1, rtol=1e-4)
    assert [path.name for path in tmp_path.iterdir()] == ["small.npz"]


def test_a_broken_file_is_refused(tmp_path):
    (tmp_path / "broken.npz").write_bytes(b"PK nothing")
    with pytest.raises(ValueError, match=r"no reader"):
        reading.LineReader.load(tmp_path / "broken.npz")
    with pytest.raises(FileNotFoundError, match=r"reading\.train"):
        reading.LineReader.load(tmp_path / "missing.npz")
    with pytest.raises(ValueError, match=r"\.npz"):
        reading.LineReader("AB", context="convolution").save(tmp_path / "reader.keras")


@pytest.mark.parametrize("characters", ["", "AA"])
def test_a_bad_alphabet_is_refused(characters):
    with pytest.raises(ValueError, match="each once"):
        reading.LineReader(characters)


@pytest.mark.slow
def test_training_learns_something():
    run = reading.train_reader(steps=40, report_every=20, progress=False)
    assert run.history[-1]["loss"] < 0.6 * run.history[0]["loss"]
    assert run.reader.characters
    with pytest.raises(ValueError, match="steps"):
        reading.train_reader(steps=0)


def test_a_zone_that_was_put_right_is_not_trusted(passport):
    found = reading.read_mrz(passport.image)
    assert found.trusted
    change = reading.repair.Change(2, 3, "8", "3")
    mended = replace(found, changes=(change,))
    assert mended.valid
    assert not mended.trusted
    assert "place 3, 8 was read and 3 makes the check digit right" in mended.explanation
