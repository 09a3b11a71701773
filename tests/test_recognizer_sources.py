"""What a recogniser is asked about: every kind of source, and every bad one, gives a row in its place."""

from __future__ import annotations

import io
import os
import tracemalloc
import zlib

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from imgrec_tf.recognizer import Recognizer
from imgrec_tf.recognizer.reading import read_ahead
from imgrec_tf.recognizer.sources import Source

SHAPE = (8, 8, 1)


class Grey:
    """A model whose score is the mean grey level, so that a row shows which image it belongs to."""

    def __init__(self):
        self.largest = 0

    def predict(self, pixels):
        self.largest = max(self.largest, len(pixels))
        score = pixels.mean(axis=(1, 2, 3)) / 255
        return np.stack([1 - score, score], axis=1)


@pytest.fixture
def recognizer() -> Recognizer:
    return Recognizer(Grey(), ["dark", "light"], image_shape=SHAPE)


def flat(level: int, height: int = 8, width: int = 8) -> np.ndarray:
    return np.full((height, width), level, np.uint8)


def encoded(level: int, kind: str = "PNG", **options) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(flat(level, **options)).save(buffer, kind)
    return buffer.getvalue()


def levels(table: pd.DataFrame) -> list[int | None]:
    return [None if np.isnan(score) else round(score * 255) for score in table["score_light"]]


def problem_of(recognizer: Recognizer, source) -> str:
    table = recognizer.predict([flat(10), source, flat(20)])
    assert levels(table) == [10, None, 20], table.to_string()
    assert table["label"][1] is None and not table["abstained"][1]
    assert list(table["problem"] == "") == [True, False, True]
    return table["problem"][1]


# ---- kinds of sources ------------------------------------------------------------------------------------------------


def test_every_kind_of_source_gives_its_row_in_order(recognizer, tmp_path):
    path = tmp_path / "thirty.png"
    path.write_bytes(encoded(30))
    (tmp_path / "folder").mkdir()
    for level in (60, 70):
        (tmp_path / "folder" / f"{level}.jpeg").write_bytes(encoded(level, "JPEG"))
    image = Image.open(path)
    mixed = [
        flat(10), flat(20)[..., np.newaxis], path, str(path), image, image, Image.fromarray(flat(40)), encoded(50),
        tmp_path / "folder", np.stack([flat(80), flat(90)]), [flat(100), [flat(110)]], memoryview(encoded(120)),
        flat(130, 5, 9), np.dstack([flat(140)] * 3), io.BytesIO(encoded(150)),
    ]  # fmt: skip
    table = recognizer.predict(mixed, batch_size=4)
    assert levels(table) == [10, 20, 30, 30, 30, 30, 40, 50, 60, 70, 80, 90, 100, 110, 120, 130, 140, 150]
    assert list(table["source"][:5]) == ["array[0]", "array[1]", str(path), str(path), str(path)]
    assert list(table["source"][6:8]) == ["image[6]", "bytes[7]"]
    assert table["source"][8].endswith("60.jpeg") and table["source"][17] == "file[17]"
    assert recognizer.model.largest <= 4


@pytest.mark.parametrize(
    ("sources", "expected"),
    [
        (flat(10), [10]),
        (flat(10).reshape(8, 8, 1), [10]),
        (np.stack([flat(10), flat(20), flat(30)]), [10, 20, 30]),
        (np.stack([flat(10), flat(20)]).reshape(2, 8, 8, 1), [10, 20]),
        (np.stack([flat(10)] * 3, axis=-1), [10]),
        (np.dstack([flat(0), flat(0), flat(0), flat(255 - 40)]), [40]),  # black under 84 % on white
        (np.dstack([flat(0), flat(255 - 40)]), [40]),
        (np.zeros((0, 8, 8)), []),
        ([], []),
        ((flat(level) for level in (1, 2)), [1, 2]),
        ({"one": flat(5)}.values(), [5]),
        (encoded(10), [10]),
        (bytearray(encoded(10)), [10]),
        (flat(10) / 255, [10]),
        (flat(10).astype(np.int64), [10]),
        (flat(1).astype(bool), [255]),
    ],
)
def test_shapes_and_types_of_a_single_source(recognizer, sources, expected):
    table = recognizer.predict(sources)
    assert levels(table) == expected
    assert list(table) == ["source", "label", "score", "score_dark", "score_light", "abstained", "problem"]


def test_a_tensor_and_a_column_of_a_table_are_sources(recognizer, tmp_path):
    import tensorflow as tf

    assert levels(recognizer.predict(tf.constant(np.stack([flat(10), flat(20)])))) == [10, 20]
    (tmp_path / "a.png").write_bytes(encoded(30))
    frame = pd.DataFrame({"path": [str(tmp_path / "a.png"), "gone.png"]}, index=[7, 8])
    for column in (frame["path"], frame["path"].to_numpy(), frame["path"].to_numpy(dtype=str)):
        table = recognizer.predict(column)
        assert levels(table) == [30, None] and table["problem"][1] == "the file does not exist"


@pytest.mark.parametrize("sources", [None, 5, {"a": 1}, pd.DataFrame({"path": ["a.png"]}), object()])
def test_what_holds_no_images_is_a_type_error(recognizer, sources):
    with pytest.raises(TypeError, match="sources must be a path, a folder"):
        recognizer.predict(sources)
    with pytest.raises(ValueError, match="must have shape"):
        recognizer.predict(np.zeros(5))


def test_open_files_are_named_and_texts_are_told_apart(recognizer, tmp_path):
    path = tmp_path / "a.png"
    path.write_bytes(encoded(30))
    with path.open("rb") as file:
        table = recognizer.predict([file, file])
    assert levels(table) == [30, None] and table["source"][0] == str(path)
    assert "empty" in table["problem"][1]  # the file was already read to its end
    path.write_text("text", encoding="utf-8")
    with path.open(encoding="utf-8") as file:
        assert 'mode "rb"' in problem_of(recognizer, file)


# ---- bad images ------------------------------------------------------------------------------------------------------


def bad_files() -> dict[str, tuple[bytes, str]]:
    bomb = bytearray(encoded(0, height=9, width=9))
    bomb[16:24] = (20_000).to_bytes(4, "big") * 2  # width and height in the header, then its checksum
    bomb[29:33] = zlib.crc32(bomb[12:29]).to_bytes(4, "big")
    jpeg = encoded(100, "JPEG", height=200, width=200)
    return {
        "text.png": (b"not an image\n", "holds text"),
        "empty.jpg": (b"", "is empty"),
        "truncated.jpg": (jpeg[: len(jpeg) // 2], "breaks off"),
        "tiny.png": (encoded(0, height=1, width=1), "1 × 1 pixels"),
        "bomb.png": (bytes(bomb), "megapixels"),
        "page.pdf": (b"%PDF-1.7 ...", "PDF"),
        "table.csv": (b"path,label\na.png,1\n", "holds text"),
    }


@pytest.mark.parametrize("name", list(bad_files()))
def test_a_bad_file_is_a_row_with_its_reason(recognizer, tmp_path, name):
    content, words = bad_files()[name]
    (tmp_path / name).write_bytes(content)
    assert words in problem_of(recognizer, tmp_path / name)
    assert words in problem_of(recognizer, content)
    assert words in recognizer.predict(tmp_path)["problem"][0]


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("gone.png", "does not exist"),
        ("https://example.org/a.png", "download the file first"),
        ("x" * 5000, "name too long"),
        ("null\0byte.png", "does not exist"),
        (None, "is no image: None"),
        (3.5, "is no image: 3.5"),
        ({"a": 1}, "give its values as a list"),
        (np.zeros(5), "must have shape"),
        (np.float32(1), "must have shape"),
        (np.full((8, 8), np.nan), "NaN"),
        (np.full((8, 8), np.inf), "infinite"),
        (flat(200).astype(float), "outside [0, 1]"),
        (flat(200).astype(int) * 100, "pass value_range"),
        (np.zeros((1, 8, 8, 5)), "must have shape"),
        (np.zeros((1, 1, 8, 8, 1)), "must have shape"),
        (np.zeros((1, 1), np.uint8), "1 × 1 pixels"),
        (np.zeros((0, 8), np.uint8), "must have shape"),
        (np.full((8, 8), "a"), "must hold numbers"),
        (np.zeros((8, 8), complex), "must hold numbers"),
        (b"", "is empty"),
    ],
)
def test_a_bad_entry_is_a_row_with_its_reason(recognizer, source, words):
    assert words in problem_of(recognizer, source)


def test_an_unforeseen_failure_of_one_image_costs_no_other_answer(recognizer):
    class Odd:
        def read(self):
            raise RuntimeError("the scanner is off")

    assert problem_of(recognizer, Odd()) == "can't be read (RuntimeError: the scanner is off)"


def test_a_closed_picture_is_reported(recognizer, tmp_path):
    (tmp_path / "a.png").write_bytes(encoded(30))
    image = Image.open(tmp_path / "a.png")
    image.close()
    assert "closed" in problem_of(recognizer, image)


# ---- folders ---------------------------------------------------------------------------------------------------------


def test_a_folder_is_searched_to_the_bottom_and_nothing_visible_is_left_out(recognizer, tmp_path):
    for place in ("b.png", "a/z.png", "a/deep/y.jpg.txt", "a/no ending", "B.PNG", "c.dat", "ä/图.png", ".hidden/x.png"):
        (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / place).write_bytes(encoded(30))
    for name in (".DS_Store", "Thumbs.db", "a/desktop.ini"):
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / "notes.txt").write_text("notes", encoding="utf-8")
    (tmp_path / "empty").mkdir()
    table = recognizer.predict(str(tmp_path))
    places = [os.path.relpath(source, tmp_path) for source in table["source"]]
    expected = ["B.PNG", "a/deep/y.jpg.txt", "a/no ending", "a/z.png", "b.png", "c.dat", "notes.txt", "ä/图.png"]
    assert places == expected
    assert levels(table) == [30, 30, 30, 30, 30, 30, None, 30]
    assert recognizer.predict(tmp_path).equals(table)


def test_an_empty_folder_says_so(recognizer, tmp_path):
    table = recognizer.predict([flat(10), tmp_path])
    assert list(table["source"]) == ["array[0]", str(tmp_path)]
    assert table["problem"][1] == "the folder holds no files; check the path"


@pytest.mark.skipif(os.name == "nt", reason="needs links and pipes")
def test_links_in_circles_pipes_and_odd_names_do_no_harm(recognizer, tmp_path):
    inside = tmp_path / "inside"
    inside.mkdir()
    (inside / "a.png").write_bytes(encoded(30))
    (inside / "round").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "broken.png").symlink_to(tmp_path / "gone.png")
    os.mkfifo(tmp_path / "pipe.png")
    with open(os.fsencode(tmp_path) + b"/\xff\xfe.png", "wb") as file:  # noqa: PTH123 (a name of bytes)
        file.write(encoded(40))
    elsewhere = tmp_path.parent / f"{tmp_path.name} elsewhere"
    elsewhere.mkdir()
    (elsewhere / "b.png").write_bytes(encoded(50))
    (tmp_path / "linked").symlink_to(elsewhere, target_is_directory=True)
    table = recognizer.predict(tmp_path)
    assert [source.rsplit("/", 1)[1] for source in table["source"]] == [
        "broken.png", "a.png", "b.png", "pipe.png", "\\udcff\\udcfe.png",
    ]  # fmt: skip
    assert levels(table) == [None, 30, 50, None, 40]
    assert "does not exist" in table["problem"][0] and "not a file" in table["problem"][3]
    table["source"].str.encode("utf-8")


def test_folders_that_cannot_be_opened_are_reported(recognizer, tmp_path, monkeypatch):
    (tmp_path / "closed").mkdir()
    (tmp_path / "a.png").write_bytes(encoded(30))
    scandir = os.scandir

    def refuse(path):
        if str(path).endswith("closed"):
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    table = recognizer.predict(tmp_path)
    assert levels(table) == [30, None]
    assert table["problem"][1] == "the folder can't be read: Permission denied"


def test_the_home_folder_may_be_a_tilde(recognizer, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    (tmp_path / "a.png").write_bytes(encoded(30))
    assert levels(recognizer.predict("~/a.png")) == [30]


# ---- many images -----------------------------------------------------------------------------------------------------


def test_memory_does_not_grow_with_the_number_of_images():
    peaks = []
    for count in (500, 2000):
        recognizer = Recognizer(Grey(), ["dark", "light"], image_shape=(64, 64, 1))
        stream = (np.full((64, 64), index % 256, np.uint8) for index in range(count))
        tracemalloc.start()
        table = recognizer.predict(stream, batch_size=32)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert levels(table) == [index % 256 for index in range(count)]
    assert peaks[1] < peaks[0] + 1_500_000  # rows of the table; 1,500 more images would be 24 MB


def test_reading_is_only_a_few_batches_ahead_and_stops_when_nobody_listens():
    read = []

    def source(index):
        return Source(None, "array", lambda: read.append(index))

    class Bar:
        closed = False

        def update(self, count): ...

        def close(self):
            self.closed = True

    bar = Bar()
    batches = read_ahead((source(index) for index in range(10_000)), lambda one: one.read(), 10, bar)
    next(batches)
    assert max(read) < 40
    batches.close()
    assert bar.closed and max(read) < 40


def test_a_progress_bar_counts_images(recognizer, capsys):
    recognizer.predict([flat(1)] * 5, progress=True, batch_size=2)
    assert "5/5" in capsys.readouterr().err
    recognizer.predict([flat(1)] * 5)
    assert capsys.readouterr().err == ""


@pytest.mark.slow
def test_real_files_by_the_thousand(imgrec_data):
    recognizer = Recognizer(Grey(), ["dark", "light"], image_shape=(64, 64, 1))
    table = recognizer.predict(imgrec_data / "mednist")
    assert len(table) == 3000 and (table["problem"] == "").all()
    assert list(table["source"]) == sorted(table["source"])
