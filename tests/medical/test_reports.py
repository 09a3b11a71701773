"""Reports on a batch of images: what gets in, what stays out, what is a gap, and what is refused."""

from __future__ import annotations

import datetime
import re
from html.parser import HTMLParser

import keras
import numpy as np
import pandas as pd
import pydicom
import pytest
from keras import layers
from PIL import Image

import imgrec_tf as ir
from imgrec_tf.medical import dicom, reports
from imgrec_tf.medical.reports import cases, paper, pictures
from imgrec_tf.recognizer import OperatingPoint, Recognizer

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:pydicom")
SHAPE = (32, 32, 1)
DATE = datetime.date(2026, 1, 2)
CARD = ir.DatasetCard(
    "made-up", "Images of a test <set>", "binary", ("well", "ill"), synthetic=True, source="this test",
    splits={"train": 8, "test": 6},
)  # fmt: skip


def network(outputs: int = 2, activation: str = "softmax") -> keras.Model:
    keras.utils.set_random_seed(3)
    return keras.Sequential(
        [
            keras.Input(SHAPE),
            layers.Rescaling(1 / 255),
            layers.Conv2D(4, 3, activation="relu"),
            layers.GlobalAveragePooling2D(),
            layers.Dense(outputs, activation),
        ]
    )


def images(count: int, seed: int = 0) -> np.ndarray:
    down, across = np.mgrid[:32, :32]
    waves = [120 + 60 * np.sin(down / 5 + seed + one) + 40 * np.cos(across / (4 + one % 3)) for one in range(count)]
    return np.stack(waves).clip(0, 255).astype(np.uint8)[..., np.newaxis]


def split(count: int = 30, name: str = "test") -> ir.Split:
    return ir.Split(
        images(count), np.arange(count) % 2, class_names=("well", "ill"), synthetic=True, name=name,
        groups=[f"patient {one // 2}" for one in range(count)],
    )  # fmt: skip


POINT = OperatingPoint(
    0.5,
    "sensitivity of at least 0.9",
    {"split": "validation", "sensitivity": 0.91, "sensitivity_low": 0.8, "sensitivity_high": 0.97}
    | {"specificity": 0.7, "specificity_low": 0.6, "specificity_high": 0.8},
)


@pytest.fixture(scope="module")
def model() -> keras.Model:
    return network()


@pytest.fixture(scope="module")
def recognizer(model) -> Recognizer:
    return Recognizer(model, ("well", "ill"), operating_point=POINT, card=CARD)


@pytest.fixture(scope="module")
def evaluation(recognizer):
    return recognizer.evaluate(split(), resamples=50)


@pytest.fixture(scope="module")
def inbox(tmp_path_factory):
    folder = tmp_path_factory.mktemp("inbox")
    for number, image in enumerate(images(5)):
        Image.fromarray(image[..., 0]).save(folder / f"{number} $a_b$ <i>图.png")
    (folder / "5 broken.png").write_bytes(next(folder.glob("0*")).read_bytes()[:120])
    dicom.write_example(folder / "6.dcm", "sixteen bits", size=64, patient="SECRET-ID-77")
    dicom.write_example(folder / "7.dcm", "burned-in text", size=256, patient="SECRET-ID-78")
    colours = np.stack([*np.meshgrid(np.arange(40) * 6, np.arange(40) * 6), np.full((40, 40), 30)], axis=-1)
    Image.fromarray(colours.astype(np.uint8)).save(folder / "8 holiday.png")
    return folder


@pytest.fixture(scope="module")
def report(recognizer, evaluation, inbox, tmp_path_factory):
    folder = tmp_path_factory.mktemp("report") / "new" / "folder"
    return reports.make_report(recognizer, inbox, folder, evaluation=evaluation, date=DATE, synthetic=True)


class Tags(HTMLParser):
    """Addresses that a browser would fetch, and tags that are open at the end."""

    def __init__(self):
        super().__init__()
        self.addresses, self.open, self.text = [], [], []

    def handle_starttag(self, tag, attributes):
        self.addresses += [value for name, value in attributes if name in ("src", "href")]
        if tag not in ("meta", "img", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


def page_of(report) -> Tags:
    tags = Tags()
    tags.feed(report.html.read_text(encoding="utf-8"))
    return tags


def test_every_image_is_a_row_and_a_bad_one_says_why(report, recognizer, inbox):
    table = report.table.set_index("source")
    assert len(table) == 9 and list(report.table["number"]) == list(range(1, 10))
    assert "breaks off" in table.loc["5 broken.png", "problem"] and pd.isna(table.loc["5 broken.png", "score"])
    assert table.loc["8 holiday.png", "remark"] == cases.COLOURED
    assert table.loc["7.dcm", "remark"] == cases.WITHHELD + cases.TEXT["found"] and table.loc["7.dcm", "label"] in (
        "well",
        "ill",
    )
    assert (table["problem"] == "").sum() == 8
    answers = recognizer.predict(inbox)
    np.testing.assert_array_equal(answers["score"], report.table["score"])
    assert answers["label"].tolist() == report.table["label"].tolist()


def test_the_csv_file_is_the_table(report):
    read = pd.read_csv(report.csv, keep_default_na=False)
    assert list(read.columns) == list(report.table.columns) and len(read) == 9
    assert list(read["source"]) == list(report.table["source"])


def test_the_page_is_whole_and_fetches_nothing(report):
    page = page_of(report)
    assert page.open == []
    assert page.addresses and all(one.startswith("data:image/") for one in page.addresses)
    assert len(page.addresses) == 7 + 3  # pictures of the readable ones but the one withheld, and three figures
    text = " ".join(page.text)
    assert "0 $a_b$ <i>图.png" in text and "Images of a test <set>" in text
    assert "2026-01-02" in text and "not stated" in text and "is no proof" in text
    assert "0.910 [0.800, 0.970]" in text


def test_every_page_says_that_it_is_not_for_clinical_use(report, monkeypatch, tmp_path, recognizer):
    text = " ".join(page_of(report).text)
    assert reports.NOTICE in text and "images of this report are synthetic" in text and "trained on synthetic" in text
    written = []
    monkeypatch.setattr(paper.Paper, "_write", lambda self, *one, **_: written.append((self.pages, one[2])))
    made = reports.make_report(recognizer, images(9), tmp_path)
    assert made.pages >= 4
    assert {page for page, line in written if line.startswith(reports.NOTICE)} == set(range(1, made.pages + 1))


def test_the_pdf_has_as_many_pages_as_it_says(report):
    content = report.pdf.read_bytes()
    assert content.startswith(b"%PDF") and len(re.findall(rb"/Type /Page\b", content)) == report.pages


def test_every_object_of_the_pdf_lies_where_its_table_says(report):
    content = report.pdf.read_bytes()
    start = int(content.rsplit(b"startxref\n", 1)[1].split()[0])
    lines = content[start:].split(b"\n")
    assert lines[0] == b"xref"
    places = [int(line.split()[0]) for line in lines[3 : 2 + int(lines[1].split()[1])]]
    assert len(places) > 20
    for number, place in enumerate(places, start=1):
        assert content[place:].startswith(b"%d 0 obj" % number)
    assert content.count(b"/DCTDecode") == 7  # the pictures of the HTML file, as they are


def test_the_pdf_breaks_lines_and_names_letters_that_it_lacks(tmp_path):
    with paper.Paper(tmp_path / "a.pdf", title="t", notice="n", date=DATE) as pages:
        pages.text("x")
        assert pages._drawable("a图\tb") == "a□ b"
        lines = pages._lines(f"two words {'m' * 200}\n\nend", 2.0, 10, "bold")
        assert lines[0] == "two words" and "".join(lines[1:-2]) == "m" * 200 and lines[-2:] == ["", "end"]
        assert all(pages._file.fonts[1].width(line, 10) <= 144 for line in lines)
        for _ in range(100):
            pages.row([("one", 1.0, paper.INK, "normal")], 12, rule=True)
        assert pages.pages == 3
        pages.row([("word " * 3000, 3.0, paper.INK, "normal"), ("short", 1.0, paper.INK, "bold")])
        assert pages.pages > 5 and pages._left_over >= 0
    assert (tmp_path / "a.pdf").read_bytes().endswith(b"%%EOF\n")


def test_nothing_of_a_header_gets_into_the_report(inbox, report):
    header = dicom.read(inbox / "6.dcm").dataset
    personal = [str(header.PatientID), str(header.PatientName), str(header.AccessionNumber), str(header.SOPInstanceUID)]
    for file in (report.csv, report.html, report.pdf):
        content = file.read_bytes()
        for value in ["SECRET", "Invented", *personal]:
            assert value.encode() not in content, (file.name, value)
    pictures_inside = re.findall(rb"data:image/jpeg;base64,([A-Za-z0-9+/=]+)", report.html.read_bytes())
    assert len(pictures_inside) == 7


@pytest.fixture(scope="module")
def stated(tmp_path_factory):
    """Three plain DICOM files whose tags say that text is burned in, that none is, and nothing."""
    folder = tmp_path_factory.mktemp("stated")
    for name, value in (("a.dcm", "YES"), ("b.dcm", "NO"), ("c.dcm", "")):
        dicom.write_example(folder / name, "plain", size=64)
        header = pydicom.dcmread(folder / name)
        header.BurnedInAnnotation = value
        header.save_as(folder / name)
    return folder


@pytest.mark.parametrize("form", ["folder", "bytes", "open files"])
def test_what_a_file_states_on_text_is_a_warning_in_its_row(recognizer, stated, tmp_path, form):
    files = sorted(stated.iterdir())
    opened = [path.open("rb") for path in files]
    sources = {"folder": stated, "bytes": [path.read_bytes() for path in files], "open files": opened}[form]
    made = reports.make_report(recognizer, sources, tmp_path, date=DATE, heat_maps=False)
    for file in opened:
        file.close()
    assert list(made.table["remark"]) == [cases.WITHHELD + cases.TEXT["stated"], "", ""]
    assert list(made.table["problem"]) == ["", "", ""] and made.table["label"].notna().all()
    text = " ".join(page_of(made).text)
    assert "BurnedInAnnotation" in text and "with text in the pixels" in text and "pictures withheld" in text


def test_a_picture_with_text_can_be_shown_and_is_still_warned_of(recognizer, stated, inbox, tmp_path):
    sources = [stated / "a.dcm", inbox / "7.dcm"]
    made = reports.make_report(recognizer, sources, tmp_path, date=DATE, heat_maps=False, withhold_text=False)
    assert list(made.table["remark"]) == [cases.TEXT["stated"], cases.TEXT["found"]]
    page = page_of(made)
    assert sum(one.startswith("data:image/jpeg") for one in page.addresses) == 2
    assert "pictures withheld" not in " ".join(page.text) and "BurnedInAnnotation" in " ".join(page.text)


def test_letters_that_get_lost_in_the_small_picture_are_found(tmp_path):
    dicom.write_example(tmp_path / "large.dcm", "burned-in text", size=512)
    large = ir.datasets.read_image(tmp_path / "large.dcm")
    canvas = np.zeros((1200, 1200, 1), large.dtype)
    canvas[:512, :512] = large
    view = pictures.view_of(canvas, SHAPE, "pad")
    assert view.text == "found"


def test_names_of_files_can_be_left_out(recognizer, inbox, tmp_path):
    made = reports.make_report(recognizer, inbox, tmp_path, show_names=False)
    assert list(made.table["source"][:2]) == ["image 1", "image 2"]
    for file in (made.csv, made.html):
        assert "holiday" not in file.read_text(encoding="utf-8")


def test_names_are_shown_from_the_shared_folder_on():
    names = ["/clinic/of/MILLER/a.png", "/clinic/of/MILLER/b/a.png", "array[2]"]
    assert cases.plain_names(names, True) == ["a.png", "b/a.png", "array[2]"]
    assert cases.plain_names(["x/1.png"], True) == ["1.png"]


def test_what_nobody_states_is_a_gap(recognizer, evaluation):
    bare = Recognizer(recognizer.model, ("well", "ill"))
    items = reports.checklist(bare).set_index("claim")
    assert len(items) == 44 and set(items.loc[[2, 3, 5, 7, 14, 30, 33, 37, 44], "state"]) == {"not stated"}
    assert (items.loc[items["state"] == "not stated", "value"] == "").all()
    card = reports.model_card(bare).set_index(["part", "fact"])["value"]
    assert card["data", "source"] == "not stated" == card["operating point", "sensitivity"]
    full = reports.checklist(recognizer, evaluation, statements={3: "To teach."}).set_index("claim")
    assert full.loc[3, "value"] == "To teach." and full.loc[3, "state"] == "stated"
    assert (
        str(evaluation["roc_auc"]) in full.loc[37, "value"] and str(evaluation["sensitivity"]) in full.loc[38, "value"]
    )
    assert full.loc[7, "value"] == "Images of a test <set>; this test" and full.loc[18, "state"] == "not stated"
    assert "15 groups" in full.loc[35, "value"]


def test_items_stand_in_the_order_of_claim_2024(recognizer):
    """One word of each item of the published list (Tejani et al. 2024, table), in its order, 1 to 44."""
    words = [
        "method", "summary", "background", "aims", "prospective", "goal", "data", "included", "preparation",
        "parts", "personal", "missing", "acquired", "reference", "why", "who", "test", "readers", "splits", "apart",
        "size", "model", "software", "initialised", "training", "selected", "ensembles", "measures", "uncertainty",
        "robustness", "explanation", "internal", "external", "registration", "included", "characteristics",
        "performance", "diagnostic", "failures", "limitations", "practice", "protocol", "availability", "funding",
    ]  # fmt: skip
    items = reports.checklist(recognizer)
    assert list(items["claim"]) == list(range(1, 45)) and len(words) == 44
    assert [word for word, asked in zip(words, items["item"]) if word not in asked] == []


def test_figures_of_validation_are_called_flattering(recognizer):
    measured = recognizer.evaluate(split(name="validation"), resamples=20)
    items = reports.checklist(recognizer, measured).set_index("claim")
    assert items.loc[32, "state"] == "partly" and "flatter" in items.loc[32, "value"]


def test_the_training_fills_its_items(recognizer):
    run = ir.TrainingRun(
        recognizer.model, pd.DataFrame({"epoch": [1, 2], "validation_loss": [1.0, 0.5]}), 2, "validation_loss", 1.0,
        "CPU", "float32", 11, True, {"optimizer": "adamw", "epochs": 2, "augmentation": "light:\n  turn"},
    )  # fmt: skip
    items = reports.checklist(recognizer, run=run).set_index("claim")
    assert items.loc[25, "value"] == "optimizer adamw, epochs 2, augmentation light: turn; seed 11."
    assert items.loc[26, "value"] == "Epoch 2 of 2, by validation loss."


def test_abstentions_are_called_so(model, tmp_path):
    never_sure = Recognizer(model, ("well", "ill"), abstain_below=1.0)
    made = reports.make_report(never_sure, images(3), tmp_path)
    assert made.table["abstained"].all() and "abstained" in " ".join(page_of(made).text)


def test_a_split_tells_whether_it_is_synthetic(model, tmp_path):
    plain = Recognizer(model, ("well", "ill"))
    made = reports.make_report(plain, split(3), tmp_path / "a")
    assert "images of this report are synthetic" in made.html.read_text(encoding="utf-8")
    made = reports.make_report(plain, iter([images(1)[0], Image.fromarray(images(1)[0, ..., 0])]), tmp_path / "b")
    assert "synthetic" not in made.html.read_text(encoding="utf-8") and len(made.table) == 2


@pytest.mark.parametrize("task", ["multi-class", "ordinal"])
def test_other_tasks_and_one_chosen_class(task, tmp_path):
    three = Recognizer(network(3), ("a", "b", "c"), task=task)
    made = reports.make_report(three, images(2), tmp_path, map_class="c")
    assert " ".join(page_of(made).text).count("evidence for “c”") == 2


def test_a_model_without_feature_maps_gets_a_report_without_heat_maps(tmp_path):
    class Fixed:
        def predict(self, pixels):
            return np.tile([[0.25, 0.75]], (len(pixels), 1))

    made = reports.make_report(Recognizer(Fixed(), ("well", "ill"), image_shape=SHAPE), images(2), tmp_path)
    text = " ".join(page_of(made).text)
    assert "no Keras network" in text and "is no proof" not in text


def test_the_measured_interval_stands_in_for_that_of_the_choice(model, tmp_path):
    plain = Recognizer(model, ("well", "ill"), operating_point=0.5)
    with pytest.raises(ValueError, match=r"has no interval.*choose_operating_point"):
        reports.make_report(plain, images(2), tmp_path)
    measured = plain.evaluate(split(), resamples=20)
    made = reports.make_report(plain, images(2), tmp_path, evaluation=measured)
    assert str(measured["specificity"]) in " ".join(page_of(made).text)


def test_what_does_not_fit_is_refused(model, recognizer, evaluation, tmp_path):
    make = reports.make_report
    with pytest.raises(TypeError, match="must be a Recognizer"):
        make(model, images(1), tmp_path)
    labels = Recognizer(network(2, "sigmoid"), ("a", "b"), task="multi-label")
    with pytest.raises(ValueError, match="multi-label"):
        make(labels, images(1), tmp_path)
    for table in (reports.model_card, reports.checklist):
        with pytest.raises(TypeError, match="must be a Recognizer"):
            table(model)
        with pytest.raises(ValueError, match="multi-label"):
            table(labels)
        with pytest.raises(ValueError, match=r"threshold 0\.3"):
            table(recognizer, ir.evaluate(model, split(6), threshold=0.3, resamples=0))
    with pytest.raises(TypeError, match="must be an Evaluation"):
        make(recognizer, images(1), tmp_path, evaluation=0.9)
    elsewhere = ir.evaluate(model, split(), threshold=0.3, resamples=20)
    with pytest.raises(ValueError, match=r"threshold 0\.3.*answers at 0\.5"):
        make(recognizer, images(1), tmp_path, evaluation=elsewhere)
    with pytest.raises(ValueError, match="classes"):
        make(Recognizer(model, ("x", "y"), operating_point=POINT), images(1), tmp_path, evaluation=evaluation)
    with pytest.raises(ValueError, match="map_class"):
        make(recognizer, images(1), tmp_path, map_class="broken leg")
    for statements, message in (({99: "x"}, "1 to 44"), ({1: " "}, "must be a text"), ({True: "x"}, "1 to 44")):
        with pytest.raises(ValueError, match=message):
            make(recognizer, images(1), tmp_path, statements=statements)
    with pytest.raises(TypeError, match="statements"):
        make(recognizer, images(1), tmp_path, statements=["x"])
    assert list(tmp_path.iterdir()) == []


def test_no_images_at_all(recognizer, tmp_path):
    (tmp_path / "empty").mkdir()
    for nothing in ([], tmp_path / "empty", [tmp_path / "empty"]):
        with pytest.raises(ValueError, match="no images"):
            reports.make_report(recognizer, nothing, tmp_path / "report")
    with pytest.raises(TypeError, match="sources must be"):
        reports.make_report(recognizer, 7, tmp_path / "report")
    assert not (tmp_path / "report").exists()


def test_a_batch_of_bad_files_alone_is_a_report(recognizer, tmp_path):
    (tmp_path / "a.png").write_bytes(b"no image")
    made = reports.make_report(recognizer, tmp_path / "a.png", tmp_path / "report")
    assert len(made.table) == 1 and made.table["problem"].iloc[0]


def test_a_folder_that_cannot_be_written_to(recognizer, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match="can't be written to"):
        reports.make_report(recognizer, images(1), tmp_path / "file" / "report")


def test_a_report_is_replaced_only_when_asked_and_never_by_half(recognizer, tmp_path, monkeypatch):
    first = reports.make_report(recognizer, images(1), tmp_path)
    before = first.html.read_bytes()
    with pytest.raises(FileExistsError, match="overwrite=True"):
        reports.make_report(recognizer, images(2), tmp_path)
    monkeypatch.setattr("imgrec_tf.medical.reports.printing.write_pdf", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        reports.make_report(recognizer, images(2), tmp_path, overwrite=True)
    assert first.html.read_bytes() == before
    assert sorted(one.name for one in tmp_path.iterdir()) == ["answers.csv", "report.html", "report.pdf"]
    monkeypatch.undo()
    assert len(reports.make_report(recognizer, images(2), tmp_path, overwrite=True).table) == 2


def test_the_map_lies_over_the_right_picture_only():
    flat = np.full((32, 32, 1), 100, np.uint8)
    view = pictures.view_of(flat, SHAPE, "pad")
    heat = np.zeros((32, 32))
    heat[:8, :8] = 1
    given = flat.astype(np.float32)
    with_map, without = (_opened(pictures.side_by_side(view, given, one)) for one in (heat, None))
    assert not view.text and not view.coloured
    changed = np.abs(with_map - without).max(axis=-1) > 12
    assert not changed[:, : pictures.SIDE].any()
    right = changed[:, pictures.SIDE + pictures.GAP :]
    assert right[:40, :40].mean() > 0.9 and not right[100:, 100:].any()


def _opened(content: bytes) -> np.ndarray:
    import io

    return np.asarray(Image.open(io.BytesIO(content))).astype(int)
