"""Folders of DICOM files: patients kept together, faults reported, volumes sorted, personal data taken out."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pydicom
import pytest

import imgrec_tf as ir
from imgrec_tf.medical import dicom
from imgrec_tf.medical.dicom.examples import new_dataset, set_pixels

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:pydicom", "ignore:.*files could not be used:UserWarning")
FAULTS = ("no pixels", "truncated", "absent codec")
READABLE = tuple(name for name in dicom.PITFALLS if name not in FAULTS)


def picture(seed: int = 0, size: int = 64) -> np.ndarray:
    down, across = np.mgrid[:size, :size]
    return np.clip(120 + 80 * np.sin(down / 7 + seed) + 50 * np.cos(across / 5), 0, 255).astype(np.uint8)


@pytest.fixture(scope="module")
def examples(tmp_path_factory):
    """One file of each pitfall, and what is to be seen in it."""
    folder = tmp_path_factory.mktemp("examples")
    return folder, {
        name: dicom.write_example(folder / f"{name}.dcm", name, image=picture(), patient=f"P{place}")
        for place, name in enumerate(dicom.PITFALLS)
    }


@pytest.fixture(scope="module")
def clinic(tmp_path_factory):
    """40 images of 16 patients, of five scanners, and their table."""
    folder = tmp_path_factory.mktemp("clinic")
    patients = np.arange(40) % 16
    split = ir.Split(
        np.stack([picture(index, 48) for index in range(40)])[..., np.newaxis],
        (patients % 2).astype(int),
        class_names=("well", "ill"),
        groups=[f"ID{patient}" for patient in patients],
    )
    return folder, dicom.write_clinic(folder, split, seed=1)


@pytest.mark.parametrize("name", READABLE)
def test_what_is_to_be_seen_is_what_is_read(examples, name):
    folder, seen = examples
    shown = dicom.read(folder / f"{name}.dcm").display(upright=True, square=name == "lying").astype(float)
    shown /= 257 if shown.max() > 255 else 1
    assert shown.shape == seen[name].shape
    difference = np.abs(shown - seen[name])
    if name == "lying":  # every second row was left out and is filled in
        assert difference.max() < 25 and np.median(difference) < 6
    else:
        assert difference.max() <= 1


@pytest.mark.parametrize(
    ("name", "kind", "reason"),
    [
        ("no pixels", dicom.NoPixels, "holds no pixels"),
        ("truncated", dicom.DicomProblem, "breaks off in the middle"),
        ("absent codec", dicom.DicomProblem, "install|damaged"),
    ],
)
def test_each_fault_has_its_name(examples, name, kind, reason):
    with pytest.raises(kind, match=reason):
        dicom.read(examples[0] / f"{name}.dcm").display()


def test_a_folder_is_listed_with_its_problems(examples):
    found = dicom.read_folder(examples[0])
    assert len(found.files) == len(READABLE) and found.files["patient"].nunique() == len(READABLE)
    left_out = found.problems[~found.problems["problem"].str.startswith("used, but")]
    assert set(left_out["source"]) == {f"{name}.dcm" for name in FAULTS}
    told = found.problems.groupby("source")["problem"].agg(" ".join)
    assert "contradict each other" in told["contradicting windows.dcm"]
    assert "no pixel spacing" in told["no spacing.dcm"] and "plain.dcm" not in told
    assert found.files.set_index("source").loc["burned-in text.dcm", "burned_in"] == "found"
    assert "P0" not in found.files.to_string(), "ids are hashed"
    assert "13 files, 13 patients" in repr(found)


def test_hashes_are_stable_and_salted(examples):
    path = examples[0] / "plain.dcm"
    image = dicom.read(path)
    assert image.patient() == dicom.read(path).patient() != image.patient("secret")
    assert image.patient("secret") == dicom.read_folder(examples[0], salt="secret").files["patient"][7]
    assert len({image.patient(), image.study(), image.series()}) == 3
    for wrong, error in ((3, TypeError), ("x" * 65, ValueError)):
        with pytest.raises(error, match="salt"):
            image.patient(wrong)


# ---- data sets -------------------------------------------------------------------------------------------------------


def groups_of(dataset) -> dict[str, set[str]]:
    return {name: set(split.groups) for name, split in dataset.splits.items()}


@pytest.mark.parametrize("seed", range(4))
def test_no_patient_stands_in_two_splits(clinic, seed):
    folder, table = clinic
    dataset = dicom.from_dicom(folder, dict(zip(table["file"], table["label"])), seed=seed)
    groups = groups_of(dataset)
    assert sum(map(len, groups.values())) == 16 == len(set().union(*groups.values()))
    assert sum(map(len, dataset.splits.values())) == 40


def test_folders_and_tables_of_dicom_files_are_split_by_patient_too(clinic, tmp_path):
    folder, table = clinic
    for row in table.itertuples():
        target = tmp_path / "images" / row.label / row.file
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes((folder / row.file).read_bytes())
    table.to_csv(folder / "list.csv", index=False)
    by_folder = ir.datasets.from_folder(tmp_path / "images")
    by_table = ir.datasets.from_csv(folder / "list.csv", path_column="file", label_column="label")
    by_name = dicom.from_dicom(tmp_path / "images")
    for dataset in (by_folder, by_table, by_name):
        groups = groups_of(dataset)
        assert sum(map(len, groups.values())) == 16 == len(set().union(*groups.values()))


def test_images_of_a_data_set_are_what_was_written(clinic):
    folder, table = clinic
    dataset = dicom.from_dicom(folder, dict(zip(table["file"], table["label"])), class_names=("well", "ill"))
    assert dataset.image_shape == (48, 48, 1) and dataset.class_names == ("well", "ill")
    for split in dataset.splits.values():
        for index, source in enumerate(split.sources):
            row = table.set_index("file").loc[source]
            assert split.label_text(index) == row["label"]
            if row["scanner"] != "window":  # that one has a marker
                assert np.abs(split.pixels([index])[0, ..., 0] - picture(int(source[:5]), 48)).max() <= 1


def test_labels_by_patient_and_by_function(clinic):
    folder, table = clinic
    by_patient = dicom.from_dicom(folder, dict(zip(table["patient"], table["label"])))
    labels = dict(zip(table["patient"], table["label"]))
    by_function = dicom.from_dicom(folder, lambda image: labels.get(str(image.dataset.PatientID)))
    assert by_patient.summary().equals(by_function.summary())


def test_what_is_left_out_or_doubtful_is_a_row(tmp_path):
    for place in range(12):
        dicom.write_example(tmp_path / f"{place:02}.dcm", image=picture(place), patient=f"P{place}")
    for name in (*FAULTS, "contradicting windows"):
        dicom.write_example(tmp_path / f"{name}.dcm", name, image=picture(), patient="P3")
    (tmp_path / "notes.txt").write_text("no image")
    for name, attribute, value in [
        ("nameless", "PatientID", ""),
        ("same id", "PatientBirthDate", "20010101"),
        ("unlabelled", "PatientID", "P99"),
    ]:
        dicom.write_example(tmp_path / f"{name}.dcm", image=picture(50), patient="P5", study=7)
        dataset = pydicom.dcmread(tmp_path / f"{name}.dcm")
        setattr(dataset, attribute, value)
        dataset.save_as(tmp_path / f"{name}.dcm")
    labels = {f"P{place}": "ab"[place % 2] for place in range(12)} | {"nameless.dcm": "a", "truncated.dcm": "a"}
    with pytest.warns(UserWarning, match="could not be used"):
        dataset = dicom.from_dicom(tmp_path, labels)
    told = dataset.problems.groupby("source")["problem"].agg(" ".join)
    assert "not a DICOM file" in told["notes.txt"]
    assert all(f"{name}.dcm" in told for name in FAULTS)
    assert "its study stands for the patient" in told["nameless.dcm"]
    assert "2 dates of birth" in told["same id.dcm"] and "stay in one split" in told["same id.dcm"]
    assert "no label" in told["unlabelled.dcm"]
    assert told["contradicting windows.dcm"].startswith("used, but")
    used = {source for split in dataset.splits.values() for source in split.sources}
    assert {"nameless.dcm", "same id.dcm", "contradicting windows.dcm"} <= used
    assert not used & {"notes.txt", "unlabelled.dcm", *(f"{name}.dcm" for name in FAULTS)}


def test_a_window_of_ones_own_reaches_training_and_prediction(tmp_path):
    for place in range(12):
        path = tmp_path / f"{place}.dcm"
        dicom.write_example(path, "several windows", image=picture(place), patient=f"P{place}")
    labels = {f"P{place}": "ab"[place % 2] for place in range(12)}
    soft = dicom.from_dicom(tmp_path, labels, window="soft tissue", seed=3)
    path = soft.test.images.paths[0]
    shown = dicom.read(path).display("soft tissue").astype(np.float32) / 257
    assert np.allclose(soft.test.pixels([0])[0], shown, atol=1e-3)
    assert np.allclose(soft.test.images.decode_tf(0), shown, atol=1e-3), "inside tf.data too"
    assert soft.synthetic and soft.test.synthetic and "window='soft tissue'" in soft.card.intended_use

    class Spy:
        def predict(self, pixels, **_):
            self.seen = pixels
            return np.full((len(pixels), 2), 0.5)

    recognizer = ir.Recognizer(Spy(), ("a", "b"), image_shape=soft.image_shape)
    recognizer.predict(soft.test)
    assert np.allclose(np.asarray(recognizer.model.seen)[0], shown, atol=0.01)


def test_from_dicom_refuses_what_cannot_be(clinic, tmp_path):
    folder, _ = clinic
    with pytest.raises(FileNotFoundError, match="no folder"):
        dicom.from_dicom(tmp_path / "nowhere")
    with pytest.raises(ValueError, match=r"no file in .* has pixels and a label"):
        dicom.from_dicom(folder, {})
    with pytest.raises(ValueError, match="one class only"):
        dicom.from_dicom(folder, lambda image: "all")
    with pytest.raises(TypeError, match="labels must be"):
        dicom.from_dicom(folder, 3)
    with pytest.raises(ValueError, match=r"none of 4\d files .*no window 5"):
        dicom.from_dicom(folder, lambda image: "ab"[image.bits > 8], window=5)


# ---- prediction ------------------------------------------------------------------------------------------------------


def test_predict_takes_dicom_beside_other_images(examples, tmp_path):
    folder, seen = examples
    from PIL import Image

    for name in READABLE:
        Image.fromarray(seen[name].squeeze()).save(tmp_path / f"{name}.png")
    model = SimpleNamespace(predict=lambda pixels, **_: np.asarray(pixels).mean(axis=(1, 2, 3))[:, None] / 255)
    recognizer = ir.Recognizer(model, ("dark", "bright"), image_shape=(32, 32, 1))
    names = [name for name in READABLE if name != "lying"]
    paths = [place / f"{name}.{kind}" for name in names for place, kind in ((folder, "dcm"), (tmp_path, "png"))]
    answers = recognizer.predict([*paths, *(folder / f"{name}.dcm" for name in FAULTS)])
    scores = answers["score_bright"].to_numpy()[: len(paths)].reshape(-1, 2)
    assert np.allclose(scores[:, 0], scores[:, 1], atol=1 / 255)
    problems = answers["problem"].iloc[-3:].tolist()
    assert (answers["problem"].iloc[:-3] == "").all() and all(problems)
    assert "holds no pixels" in problems[0] and "breaks off" in problems[1]


# ---- volumes ---------------------------------------------------------------------------------------------------------


def test_a_volume_is_sorted_by_place(tmp_path):
    names = dicom.write_series(tmp_path, slices=10, size=40, seed=2)
    volume = dicom.read_volume(tmp_path)
    assert volume.sources == names != sorted(names)
    assert volume.values.shape == (10, 40, 40) and volume.spacing == (10.0, 7.5, 10.0)
    assert volume.directions == ("L", "P") and volume.notes == []
    assert volume.values.min() < -900 and volume.values.max() > 500, "Hounsfield units"
    assert volume.cut(0).shape == (40, 53, 1)
    assert volume.cut(1).shape == (10, 40, 1) and volume.cut(2).shape == (13, 40, 1)
    assert volume.cut(0, window="lung").mean() > volume.cut(0).mean()
    for axis, place in ((3, 0), (0, 10)):
        with pytest.raises(ValueError, match="must be"):
            volume.cut(axis, place)


def test_mixed_series_are_named_and_can_be_chosen(tmp_path):
    dicom.write_series(tmp_path / "one", slices=5, size=32)
    dicom.write_series(tmp_path / "two", slices=7, size=32, series=2)
    with pytest.raises(ValueError, match=r"2 series are mixed here; choose one .*\(5 files, CT\).*\(7 files, CT\)"):
        dicom.read_volume(tmp_path)
    listed = dicom.read_folder(tmp_path).series()
    assert listed["files"].tolist() == [5, 7] and listed["patient"].nunique() == 1
    assert len(dicom.read_volume(tmp_path, series=1).values) == 7
    assert len(dicom.read_volume(tmp_path, series=listed["series"][0]).values) == 5
    with pytest.raises(ValueError, match="no series 'x'"):
        dicom.read_volume(tmp_path, series="x")


def changed(path, **attributes) -> None:
    dataset = pydicom.dcmread(path)
    for keyword, value in attributes.items():
        if value is None:
            del dataset[keyword]
        else:
            setattr(dataset, keyword, value)
    dataset.save_as(path)


def test_faulty_series(tmp_path):
    names = dicom.write_series(tmp_path, slices=6, size=32)
    paths = [tmp_path / name for name in names]
    changed(paths[5], ImagePositionPatient=[-200, -150, 80.0])
    assert "not evenly spaced" in dicom.read_volume(tmp_path).notes[0]
    changed(paths[5], ImagePositionPatient=[-200, -150, 40.0])
    with pytest.raises(ValueError, match="two slices lie at the same place"):
        dicom.read_volume(tmp_path)
    for path in paths:
        changed(path, ImagePositionPatient=None, PixelSpacing=None)
    volume = dicom.read_volume(tmp_path)
    assert volume.sources == names and volume.spacing == (None, None, None)
    assert "no positions" in volume.notes[0] and "no pixel spacing" in volume.notes[1]
    assert volume.cut(1).shape == (6, 32, 1)
    changed(paths[0], Rows=16, PixelData=bytes(16 * 32 * 2))
    with pytest.raises(ValueError, match="slices differ in size"):
        dicom.read_volume(tmp_path)
    paths[0].write_bytes(paths[0].read_bytes()[:-300])
    with pytest.raises(dicom.DicomProblem, match="breaks off"):
        dicom.read_volume(paths[:1])
    with pytest.raises(ValueError, match="no DICOM file"):
        (tmp_path / "empty").mkdir()
        dicom.read_volume(tmp_path / "empty")


def test_a_file_of_many_frames_is_a_volume(tmp_path):
    dataset = new_dataset(patient="P1")
    set_pixels(dataset, np.stack([picture(index) for index in range(4)]), bits=8)
    dataset.save_as(tmp_path / "clip.dcm", enforce_file_format=True)
    volume = dicom.read_volume(tmp_path / "clip.dcm")
    assert volume.values.shape == (4, 64, 64) and volume.sources[2] == "clip.dcm, frame 2"


# ---- personal data ---------------------------------------------------------------------------------------------------


def private(path) -> pydicom.Dataset:
    """A file with personal data in every usual and unusual place."""
    dicom.write_example(path, image=picture(), patient="P77")
    dataset = pydicom.dcmread(path)
    dataset.private_block(0x0009, "MAKER", create=True).add_new(1, "LO", "Secret P77")
    inner = pydicom.Dataset()
    inner.ReferringPhysicianName, inner.ReferencedSOPClassUID = "Secret^Doctor", "1.2.840.10008.5.1.4.1.1.2"
    inner.ReferencedSOPInstanceUID = "1.2.3.4"
    dataset.ReferencedImageSequence = [inner]
    dataset.add_new(0x60003000, "OW", b"Secret")
    dataset.PatientAddress, dataset.OtherPatientIDs = "Secret street", ["Secret1", "Secret2"]
    dataset.save_as(path)
    return dataset


def test_personal_tags_are_listed_and_taken_out(tmp_path):
    before = private(tmp_path / "a.dcm")
    listed = dicom.personal_tags(tmp_path / "a.dcm")
    assert {"PatientName", "PatientID", "private", "ReferencedImageSequence[0].ReferringPhysicianName"} <= set(
        listed["keyword"]
    )
    changes = dicom.strip_personal(tmp_path / "a.dcm", tmp_path / "out" / "a.dcm", salt="pepper")
    assert len(changes) == len(listed) and set(changes["action"]) == {"removed", "emptied", "hashed"}
    data = (tmp_path / "out" / "a.dcm").read_bytes()
    for secret in (b"Secret", b"P77", b"Invented", before.SOPInstanceUID.encode(), before.StudyDate.encode()):
        assert secret not in data
    after = dicom.read(tmp_path / "out" / "a.dcm")
    assert np.array_equal(after.display(), dicom.read(tmp_path / "a.dcm").display())
    assert after.dataset.PatientIdentityRemoved == "YES"
    assert set(dicom.personal_tags(after)["reason"]) <= {
        "unique id",
        "patient, case or place",
    }
    assert list((tmp_path / "out").iterdir()) == [tmp_path / "out" / "a.dcm"]


def test_stripped_files_of_a_patient_still_belong_together(tmp_path):
    for name, patient, study in (("a", "P1", 1), ("b", "P1", 2), ("c", "P2", 1)):
        dicom.write_example(tmp_path / "in" / name, image=picture(), patient=patient, study=study)
        dicom.strip_personal(tmp_path / "in" / name, tmp_path / "out" / name, salt="pepper")
    found = dicom.read_folder(tmp_path / "out").files
    assert found["patient"][0] == found["patient"][1] != found["patient"][2]
    assert found["study"].nunique() == 3


def test_stripping_is_careful(tmp_path):
    dicom.write_example(tmp_path / "a.dcm", image=picture())
    with pytest.raises(ValueError, match="salt"):
        dicom.strip_personal(tmp_path / "a.dcm", tmp_path / "b.dcm", salt="")
    with pytest.raises(ValueError, match="at most 64 bytes"):
        dicom.strip_personal(tmp_path / "a.dcm", tmp_path / "b.dcm", salt="s" * 65)
    with pytest.raises(FileExistsError, match="exists"):
        dicom.strip_personal(tmp_path / "a.dcm", tmp_path / "a.dcm", salt="s")
    dicom.write_example(tmp_path / "t.dcm", "burned-in text", size=128)
    with pytest.raises(ValueError, match="seem to hold text"):
        dicom.strip_personal(tmp_path / "t.dcm", tmp_path / "b.dcm", salt="s")
    assert not (tmp_path / "b.dcm").exists()
    dicom.strip_personal(tmp_path / "t.dcm", tmp_path / "b.dcm", salt="s", keep_burned_in=True)
    assert (tmp_path / "b.dcm").exists()


@pytest.mark.parametrize("size", [128, 256, 400])
def test_burned_in_text_is_found_and_chests_are_not_text(tmp_path, size):
    for seed in range(4):
        dicom.write_example(tmp_path / "text.dcm", "burned-in text", size=size, seed=seed)
        found = dicom.find_burned_in_text(dicom.read(tmp_path / "text.dcm"))
        assert found and found.verdict == "found" and found.boxes[0][0] < size / 8
        dicom.write_example(tmp_path / "none.dcm", size=size, seed=seed)
        nothing = dicom.find_burned_in_text(dicom.read(tmp_path / "none.dcm"))
        assert not nothing and nothing.verdict == "unlikely" and nothing.stated is None


def test_what_the_file_states_about_text_counts(tmp_path):
    dicom.write_example(tmp_path / "a.dcm", image=picture())
    changed(tmp_path / "a.dcm", BurnedInAnnotation="YES")
    assert dicom.find_burned_in_text(dicom.read(tmp_path / "a.dcm")).verdict == "stated"


def test_makers_refuse_what_cannot_be(tmp_path):
    with pytest.raises(ValueError, match="pitfall must be one of plain"):
        dicom.write_example(tmp_path / "a.dcm", "hole")
    with pytest.raises(TypeError, match="uint8"):
        dicom.write_example(tmp_path / "a.dcm", image=np.zeros((64, 64)))
    with pytest.raises(ValueError, match="rows, columns"):
        dicom.write_example(tmp_path / "a.dcm", image=np.zeros((64, 64, 3), np.uint8))
    with pytest.raises(ValueError, match="slices must be from 2"):
        dicom.write_series(tmp_path, slices=1)
    split = ir.Split(np.zeros((2, 32, 32, 3), np.uint8), [0, 1], class_names=("a", "b"))
    with pytest.raises(ValueError, match="one channel"):
        dicom.write_clinic(tmp_path, split)
    with pytest.raises(ValueError, match="scanners must be"):
        dicom.write_clinic(tmp_path, split, scanners=("hole",))
    assert list(tmp_path.iterdir()) == []
