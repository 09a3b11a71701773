"""What a clinic's data may be like: each line of a list of faults gives a clear error, or a row that says so.

In other files stand, besides the lines below: damaged bytes and contradicting attributes (tests/datasets/
test_dicom_pixels.py), faulty series and doubtful identities (test_dicom_folders.py), masks (test_segmentation_data.py,
test_segmentation_objects.py), rows of a report (test_reports.py).
"""

from __future__ import annotations

from dataclasses import replace

import keras
import numpy as np
import pydicom
import pytest
from keras import layers

import imgrec_tf as ir
from imgrec_tf import decisions, explain
from imgrec_tf.medical import dicom, reports, segmentation

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")
NAMES = ("well", "ill")
SHAPE = (32, 32, 1)


def network(constant: bool = False) -> keras.Model:
    keras.utils.set_random_seed(2)
    answer = layers.Dense(2, "softmax", kernel_initializer="zeros" if constant else "glorot_uniform")
    return keras.Sequential(
        [keras.Input(SHAPE), layers.Rescaling(1 / 255), layers.Conv2D(2, 3, activation="relu"),
         layers.GlobalAveragePooling2D(), answer]
    )  # fmt: skip


def dataset() -> ir.ImageDataset:
    images = np.random.default_rng(0).integers(0, 256, (60, *SHAPE)).astype(np.uint8)
    return ir.datasets.from_arrays(images, np.arange(60) % 2, class_names=NAMES)


def without_the_ill() -> ir.ImageDataset:
    made = dataset()
    return replace(made, validation=made.validation.subset(made.validation.labels == 0))


def the_same_for_all() -> ir.Evaluation:
    labels = np.arange(40) % 2
    return ir.Evaluation.from_scores(np.full(40, 0.3), labels, class_names=NAMES, task="binary", name="validation")


# ---- DICOM -----------------------------------------------------------------------------------------------------------

FAULTS = {
    "no pixels": (dicom.NoPixels, "holds no pixels|without an image"),
    "truncated": (dicom.DicomProblem, "breaks off"),
    "absent codec": (dicom.MissingCodec, r'pip install "\.\[dicom'),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_faulty_file_has_an_error_by_name_and_a_row_wherever_several_are_read(fault, tmp_path):
    error, reason = FAULTS[fault]
    for number in range(8):
        dicom.write_example(tmp_path / "ab"[number % 2] / f"{number}.dcm", size=32, patient=f"P{number}", seed=number)
    broken = tmp_path / "a" / "fault.dcm"
    dicom.write_example(broken, fault, size=32, patient="P9")
    with pytest.raises(error, match=reason):
        dicom.read(broken).display()
    with pytest.raises(ir.datasets.ImageProblem, match=reason):
        ir.datasets.read_image(broken)
    listed = dicom.read_folder(tmp_path).problems
    split_up = dicom.from_dicom(tmp_path, validation=0.25, test=0.25)
    any_images = ir.datasets.from_folder(tmp_path, validation=0.25, test=0.25)
    for table in (listed, split_up.problems, any_images.problems):
        found = table[table["source"].str.contains("fault")]["problem"]
        assert len(found) == 1 and found.str.contains(reason).all()
    for made in (split_up, any_images):
        assert sum(map(len, made.splits.values())) == 8
    answers = ir.Recognizer(network(), NAMES).predict(tmp_path)
    assert len(answers) == 9 and answers["problem"].astype(bool).sum() == 1
    made = reports.make_report(ir.Recognizer(network(), NAMES), tmp_path, tmp_path / "report", heat_maps=False)
    assert (made.table["problem"] != "").sum() == 1 and made.table["problem"].str.contains(reason).sum() == 1


@pytest.mark.parametrize(
    ("fault", "told"),
    [("contradicting windows", "windows contradict each other"), ("no spacing", "states no pixel spacing")],
)
def test_a_doubtful_file_is_read_and_its_row_says_what_was_doubtful(fault, told, tmp_path):
    dicom.write_example(tmp_path / "doubtful.dcm", fault, size=64)
    shown = dicom.read(tmp_path / "doubtful.dcm").display()
    assert shown.min() < shown.max()
    problems = dicom.read_folder(tmp_path).problems["problem"]
    assert problems.str.contains(told).sum() == 1 and problems.str.startswith("used, but").all()


def test_two_people_with_one_id_are_a_row_and_stay_in_one_split(tmp_path):
    for number in range(12):
        dicom.write_example(tmp_path / "ab"[number % 2] / f"{number}.dcm", size=32, patient=f"P{number}", seed=number)
    for name, birth in (("first", "19500101"), ("second", "19900202")):
        path = tmp_path / "a" / f"{name}.dcm"
        dicom.write_example(path, size=32, patient="SHARED", seed=len(name))
        header = pydicom.dcmread(path)
        header.PatientBirthDate = birth
        header.save_as(path)
    for problems in (dicom.read_folder(tmp_path).problems, dicom.from_dicom(tmp_path).problems):
        assert problems["problem"].str.contains("two people may share one id").sum() == 1


def test_two_series_in_one_folder_are_named(tmp_path):
    for series in (1, 2):
        dicom.write_series(tmp_path / str(series), slices=4, size=32, series=series)
    with pytest.raises(ValueError, match="2 series are mixed here; choose one"):
        dicom.read_volume(tmp_path)


# ---- masks -----------------------------------------------------------------------------------------------------------


def test_a_mask_of_another_size_and_masks_without_an_object():
    pictures = np.full((6, 32, 32), 90, np.uint8)
    masks = [np.zeros((32, 32), np.uint8) for _ in pictures]
    with pytest.raises(ValueError, match="none of the 6 masks has an object"):
        segmentation.from_arrays(pictures, masks)
    masks[0][4:9, 4:9] = 1
    assert segmentation.from_arrays(pictures, masks, validation=0.2, test=0.2) is not None  # an empty one may be true
    masks[3] = masks[3][:30]
    with pytest.raises(ValueError, match="30 × 32 pixels, its picture 32 × 32"):
        segmentation.from_arrays(pictures, masks)


# ---- classes and scores ----------------------------------------------------------------------------------------------


def test_a_class_that_validation_lacks_is_told_before_training():
    options = {"epochs": 1, "augmentation": "none", "progress": False, "check_leaks": False}
    with pytest.warns(UserWarning, match="no image of the validation split has ill"):
        ir.train(network(), without_the_ill(), **options)
    with pytest.raises(ValueError, match="validation_roc_auc cannot choose an epoch"):
        ir.train(network(), without_the_ill(), monitor="validation_roc_auc", **options)


@pytest.mark.parametrize(
    "choice",
    [
        lambda found: decisions.choose_operating_point(found, sensitivity=0.9),
        lambda found: decisions.choose_operating_point(found, costs=decisions.Costs(5, 1)),
        decisions.fit_temperature,
        lambda found: decisions.fit_conformal(found, 0.1),
        lambda found: decisions.fit_conformal(found, 0.1, method="by class"),
        lambda found: decisions.decision_curve({"network": found}),
        lambda found: decisions.with_prevalence(found, 0.3),
    ],
)
def test_nothing_is_chosen_for_a_class_that_validation_lacks(choice):
    with pytest.warns(UserWarning, match="No image of the validation split has “ill”"):
        found = ir.evaluate(network(), without_the_ill().validation, resamples=0)
    assert np.isnan(found["roc_auc"].value)
    with pytest.raises(ValueError, match=r"no image of|of both classes"):
        choice(found)


@pytest.mark.parametrize(
    "choice",
    [
        lambda found: decisions.choose_operating_point(found, sensitivity=0.9),
        lambda found: decisions.choose_operating_point(found, referral_rate=0.2),
        decisions.fit_temperature,
        lambda found: decisions.fit_conformal(found, 0.1),
        lambda found: decisions.estimate_prevalence(found.scores[:, 1], of=0.5),
    ],
)
def test_nothing_is_chosen_where_all_scores_are_equal(choice):
    with pytest.raises(ValueError, match="equal"):
        choice(the_same_for_all())


@pytest.mark.slow
def test_figures_of_equal_scores_and_of_one_class_are_drawn(tmp_path):
    flat = the_same_for_all()
    assert flat["roc_auc"].value == 0.5
    for draw in (flat.plot_roc, flat.plot_reliability, flat.plot_threshold_sweep, flat.plot_confusion_matrix):
        assert draw() is not None
    recognizer = ir.Recognizer(network(constant=True), NAMES)
    for name, split in (("equal", dataset().test), ("one class", without_the_ill().validation)):
        evaluation = recognizer.evaluate(split, resamples=20)
        made = reports.make_report(recognizer, split.images[:3], tmp_path / name, evaluation=evaluation)
        assert len(made.table) == 3 and (made.table["problem"] == "").all()


def test_a_network_that_says_the_same_to_everything_has_no_map_and_fails_the_check():
    images = dataset().test.images[:4]
    for method in (explain.grad_cam, explain.saliency, explain.occlusion):
        maps = method(network(constant=True), images, 1)
        assert not maps.any() and np.isnan(explain.mass_inside(maps, np.ones(SHAPE[:2], bool))).all()
        found = explain.sanity_check(network(constant=True), images, method)
        assert not found.passed or found.shuffled_maps.any()
    nothing = explain.sanity_check(network(), images, lambda model, pixels, classes: np.zeros(pixels.shape[:3]))
    assert not nothing.passed and nothing.correlations.mean() == 1
