"""The recogniser put together, its answers, and that it sees the pixels that training saw."""

from __future__ import annotations

import pickle
import subprocess
import sys
import threading
from types import SimpleNamespace

import keras
import numpy as np
import pytest
from keras import layers
from PIL import Image

from imgrec_tf.datasets.cards import DatasetCard
from imgrec_tf.datasets.image_files import ImageFiles
from imgrec_tf.datasets.one_split import Split
from imgrec_tf.recognizer import OperatingPoint, Recognizer

SHAPE = (12, 10, 1)


def network(outputs: int, activation: str | None = "softmax", shape=SHAPE) -> keras.Model:
    keras.utils.set_random_seed(1)
    return keras.Sequential(
        [
            keras.Input(shape),
            layers.Rescaling(1 / 255),
            layers.Conv2D(4, 3, activation="relu"),
            layers.GlobalAveragePooling2D(),
            layers.Dense(outputs, activation),
        ]
    )


class Fixed:
    """A model whose scores are given, one row an image, in turn."""

    def __init__(self, *rows):
        self.rows, self.seen, self.batches = [np.asarray(row, np.float32) for row in rows], [], []

    def predict(self, pixels):
        start = sum(len(batch) for batch in self.batches)
        self.batches.append(pixels)
        return np.stack([self.rows[index % len(self.rows)] for index in range(start, start + len(pixels))])

    @property
    def pixels(self):
        return np.concatenate(self.batches)


def images(count: int, seed: int = 0, shape=SHAPE) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (count, *shape), dtype=np.uint8)


def split(count: int = 20, task: str = "binary", classes: int = 2) -> Split:
    labels = np.arange(count) % classes
    if task == "multi-label":
        labels = np.random.default_rng(0).integers(0, 2, (count, classes))
    return Split(images(count), labels, class_names=[f"class {index}" for index in range(classes)], task=task)


CARD = DatasetCard("mine", "My <images>", "binary", ("no", "yes"), synthetic=True)


# ---- put together ----------------------------------------------------------------------------------------------------


def test_it_takes_shape_and_task_from_what_is_given():
    binary = Recognizer(network(2), ["no", "yes"], operating_point=0.3, card=CARD)
    assert (binary.image_shape, binary.task, binary.operating_point.threshold) == (SHAPE, "binary", 0.3)
    assert Recognizer(network(3), ["a", "b", "c"]).task == "multi-class"
    assert "2 classes (no, yes)" in repr(binary) and "threshold 0.3" in repr(binary)
    page = binary._repr_html_()
    assert "My &lt;images&gt;" in page and "<images>" not in page
    assert "not stated" in Recognizer(network(2), ["no", "yes"], card={})._repr_html_()


def test_an_operating_point_may_be_any_object_with_a_threshold():
    point = SimpleNamespace(threshold=np.float32(0.25), reason="least cost", sensitivity=np.float64(0.9), curve=[1, 2])
    kept = Recognizer(network(2), ["no", "yes"], operating_point=point).operating_point
    assert kept == OperatingPoint(0.25, "least cost", {"sensitivity": 0.9})


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"class_names": ["one"]}, "at least two names"),
        ({"class_names": ["same", "same"]}, "got twice: 'same'"),
        ({"class_names": ["a", "b", "c"]}, "gives 2 scores"),
        ({"class_names": "ab"}, "must be a list of names"),
        ({"task": "regression"}, "must be one of"),
        ({"class_names": ["a", "b", "c"], "task": "binary"}, "two classes, got 3"),
        ({"image_shape": (12, 12, 1)}, "takes images of shape"),
        ({"image_shape": 12}, "image_shape must be"),
        ({"image_shape": (12, 10, 4)}, "1 or 3"),
        ({"fit": "squeeze"}, "fit must be one of"),
        ({"operating_point": 1.5}, r"in \[0, 1\]"),
        ({"operating_point": float("nan")}, r"in \[0, 1\]"),
        ({"operating_point": [0.1, 0.2]}, "one number"),
        ({"operating_point": "high"}, "must be a number"),
        ({"operating_point": 0.5, "task": "multi-class"}, "has no threshold"),
        ({"abstain_below": 0}, r"in \(0, 1\]"),
        ({"abstain_below": 0.5, "task": "multi-label"}, "no meaning in a multi-label task"),
        ({"card": "a text"}, "DatasetCard, a dict or None"),
        ({"card": {"when": object()}}, "must hold text, numbers"),
        ({"model": 5}, "have a predict method"),
    ],
)
def test_what_does_not_fit_together_is_refused(changes, words):
    arguments = {"model": network(2), "class_names": ["no", "yes"]} | changes
    with pytest.raises((TypeError, ValueError), match=words):
        Recognizer(arguments.pop("model"), arguments.pop("class_names"), **arguments)


def test_a_model_for_any_size_needs_the_size_of_its_training_images():
    model = network(2, shape=(None, None, 1))
    with pytest.raises(ValueError, match="give image_shape"):
        Recognizer(model, ["no", "yes"])
    assert len(Recognizer(model, ["no", "yes"], image_shape=SHAPE).predict(images(2))) == 2


def test_models_with_other_than_one_image_or_one_row_are_refused():
    flat = keras.Sequential([keras.Input((5,)), layers.Dense(2, "softmax")])
    with pytest.raises(ValueError, match="one batch of images"):
        Recognizer(flat, ["no", "yes"])
    left, right = keras.Input(SHAPE), keras.Input(SHAPE)
    both = layers.Dense(2, "softmax")(layers.Flatten()(layers.Add()([left, right])))
    with pytest.raises(ValueError, match="one batch of images"):
        Recognizer(keras.Model([left, right], both), ["no", "yes"])
    with pytest.raises(ValueError, match="one row of scores"):
        Recognizer(keras.Sequential([keras.Input(SHAPE), layers.Conv2D(2, 1)]), ["no", "yes"])


def test_from_run_takes_over_what_the_data_set_knows(tmp_path):
    dataset = SimpleNamespace(train=split(), class_names=("x", "y"), task="binary", image_shape=SHAPE, card=CARD)
    run = SimpleNamespace(model=network(2), history=None)
    made = Recognizer.from_run(run, dataset, abstain_below=0.6)
    assert (made.class_names, made.card, made.fit, made.abstain_below) == (("x", "y"), CARD, "pad", 0.6)
    for index in range(2):
        Image.fromarray(images(1, index)[0, ..., 0]).save(tmp_path / f"{index}.png")
    files = ImageFiles(sorted(tmp_path.iterdir()), SHAPE[:2], 1, "crop")
    assert Recognizer.from_run(run.model, Split(files, [0, 1], class_names=["x", "y"])).fit == "crop"


# ---- answers ---------------------------------------------------------------------------------------------------------


def test_the_table_has_one_row_an_image_and_one_column_a_class():
    data = split(classes=3, task="multi-class")
    model = network(3)
    table = Recognizer(model, data.class_names).predict(data, batch_size=7)
    names = [f"score_class {index}" for index in range(3)]
    assert list(table) == ["source", "label", "score", *names, "abstained", "problem"]
    assert list(table["source"]) == list(data.sources)
    scores = table[names].to_numpy()
    np.testing.assert_allclose(scores, model.predict(data.pixels(), verbose=0), atol=1e-6)
    np.testing.assert_allclose(scores.sum(axis=1), 1, atol=1e-6)
    assert list(table["label"]) == [data.class_names[place] for place in scores.argmax(axis=1)]
    assert (table["score"] == scores.max(axis=1)).all()
    assert not table["abstained"].any() and (table["problem"] == "").all()


def test_a_single_sigmoid_output_gives_two_columns():
    data = split()
    model = network(1, "sigmoid")
    table = Recognizer(model, data.class_names).predict(data)
    positive = model.predict(data.pixels(), verbose=0)[:, 0]
    np.testing.assert_allclose(table["score_class 1"], positive, atol=1e-6)
    assert (table["score_class 0"] + table["score_class 1"] == 1).all()


def test_the_threshold_itself_counts_as_positive():
    table = Recognizer(
        Fixed([0.7, 0.3], [0.8, 0.2], [0.1, 0.9]), ["no", "yes"], image_shape=SHAPE, operating_point=np.float32(0.3)
    ).predict(images(3))
    assert list(table["label"]) == ["yes", "no", "yes"]
    np.testing.assert_allclose(table["score"], [0.3, 0.8, 0.9], atol=1e-6)


def test_unsure_answers_are_kept_back():
    model = Fixed([0.55, 0.45], [0.3, 0.7])
    table = Recognizer(model, ["no", "yes"], image_shape=SHAPE, abstain_below=0.6).predict(images(2))
    assert list(table["abstained"]) == [True, False]
    assert list(table["label"]) == [None, "yes"]
    assert table["score"].notna().all() and (table["problem"] == "").all()


def test_multi_label_answers_name_every_class_above_the_threshold():
    model = Fixed([0.9, 0.8, 0.1], [0.2, 0.1, 0.4], [0.5, 0.6, 0.2])
    options = {"image_shape": SHAPE, "task": "multi-label"}
    table = Recognizer(model, ["a", "b", "c"], **options).predict(images(3))
    assert list(table["label"]) == ["a + b", "none", "b"]
    np.testing.assert_allclose(table["score"], [0.9, 0.4, 0.6], atol=1e-6)
    assert Recognizer(model, ["a", "b", "c"], operating_point=0.35, **options).predict(images(2))["label"][1] == "c"
    by_class = Recognizer(Fixed([0.5, 0.5, 0.5]), ["a", "b", "c"], operating_point=[0.4, 0.6, 0.5], **options)
    assert by_class.predict(images(1))["label"][0] == "a + c"
    labels = split(task="multi-label", classes=3)
    assert {labels.label_text(index) for index in range(20)} <= {
        "none", "class 0", "class 1", "class 2", "class 0 + class 1", "class 0 + class 2", "class 1 + class 2",
        "class 0 + class 1 + class 2",
    }  # fmt: skip


def test_outputs_that_are_no_probabilities_are_refused():
    logits = Recognizer(network(2, None), ["no", "yes"])
    logits.model.set_weights([weight * 50 for weight in logits.model.get_weights()])
    with pytest.raises(ValueError, match="softmax"):
        logits.predict(images(4))
    with pytest.raises(ValueError, match="add up to 1"):
        Recognizer(Fixed([0.9, 0.9]), ["no", "yes"], image_shape=SHAPE).predict(images(4))


def test_a_model_that_gives_no_number_is_reported_and_loses_no_other_answer():
    model = Fixed([0.4, 0.6], [np.nan, np.nan])
    table = Recognizer(model, ["no", "yes"], image_shape=SHAPE).predict(images(4))
    assert list(table["label"]) == ["yes", None, "yes", None]
    assert "gave no number" in table["problem"][1] and table["score"].isna()[1]


def test_batches_do_not_change_answers_and_nothing_is_traced_twice():
    recognizer = Recognizer(network(2), ["no", "yes"])
    data = images(23)
    whole = recognizer.predict(data)
    for size in (1, 5, 23, 100):
        np.testing.assert_allclose(recognizer.predict(data, batch_size=size)["score"], whole["score"], atol=1e-6)
    assert recognizer._scorer.experimental_get_tracing_count() == 1
    with pytest.raises(ValueError, match="at least 1"):
        recognizer.predict(data, batch_size=0)


def test_a_low_precision_softmax_is_brought_to_a_sum_of_one():
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [keras.Input(SHAPE), layers.Rescaling(1 / 255), layers.Flatten(), layers.Dense(9, "softmax", dtype="bfloat16")]
    )
    table = Recognizer(model, list("abcdefghi")).predict(images(50))
    np.testing.assert_allclose(table.filter(like="score_").sum(axis=1), 1, atol=1e-6)


def test_several_threads_may_ask_at_once():
    recognizer, data, answers = Recognizer(network(2), ["no", "yes"]), images(30), {}

    def ask(number):
        answers[number] = recognizer.predict(data, batch_size=4)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(4)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert all(answers[number].equals(answers[0]) for number in range(4))


# ---- the same pixels as in training ----------------------------------------------------------------------------------


def folder_of_odd_files(folder):
    generator = np.random.default_rng(3)
    colour = generator.integers(0, 256, (40, 31, 3), dtype=np.uint8)
    rotated = Image.Exif()
    rotated[0x0112] = 6
    Image.fromarray(colour).save(folder / "01 plain.jpg", quality=90)
    Image.fromarray(colour).save(folder / "02 rotated.jpg", exif=rotated)
    Image.fromarray(colour).convert("CMYK").save(folder / "03 cmyk.jpg")
    Image.fromarray(colour).quantize(16).save(folder / "04 palette.png")
    Image.fromarray(np.dstack([colour, colour[..., :1]])).save(folder / "05 transparent.png")
    Image.fromarray(generator.integers(0, 65536, (25, 33), dtype=np.uint16)).save(folder / "06 deep.png")
    Image.fromarray(generator.integers(0, 65536, (25, 33), dtype=np.uint16)).save(folder / "07 deep.tif")
    Image.fromarray(colour).save(folder / "08 moving.gif", save_all=True, append_images=[Image.fromarray(255 - colour)])
    Image.fromarray(colour[..., 0]).save(folder / "09 grey.png")
    Image.fromarray(colour).save(folder / "10 übung 图.png")
    return sorted(folder.iterdir())


@pytest.mark.parametrize("fit", ["pad", "stretch", "crop"])
@pytest.mark.parametrize("channels", [1, 3])
def test_a_folder_of_real_files_gives_the_pixels_of_training(tmp_path, fit, channels):
    paths = folder_of_odd_files(tmp_path)
    shape = (24, 20, channels)
    files = ImageFiles(paths, shape[:2], channels, fit)
    data = Split(files, np.arange(len(paths)) % 2, class_names=["no", "yes"], sources=[str(path) for path in paths])
    model = Fixed([0.4, 0.6])
    recognizer = Recognizer.from_run(model, data)
    table = recognizer.predict(tmp_path)
    assert list(table["source"]) == [str(path) for path in paths]
    assert (table["problem"] == "").all()
    served = model.pixels
    np.testing.assert_array_equal(served, files.pixels())
    np.testing.assert_allclose(served, data.pixels(), atol=0.5001)  # a split may round to whole grey levels
    trained = np.concatenate([batch.numpy() for batch, _ in data.tf_data(4)])
    np.testing.assert_allclose(served, trained, atol=0.02)  # TensorFlow's decoders and resizing, rounded otherwise
    for sources in (data, files, [path.read_bytes() for path in paths], [Image.open(path) for path in paths]):
        model.batches.clear()
        assert (recognizer.predict(sources)["problem"] == "").all()
        deep = [5, 6]  # Pillow opens 16-bit files with their depth, so these agree, too
        np.testing.assert_array_equal(model.pixels, served)
        assert (model.pixels[deep] % 1 != 0).any()


def test_arrays_get_the_pixels_of_training():
    model = Fixed([0.4, 0.6])
    recognizer = Recognizer(model, ["no", "yes"], image_shape=SHAPE)
    data = images(6)
    recognizer.predict([data[0], data[1, ..., 0], data[2] / 255, data[3].astype(np.uint16) * 257, data[4].astype(int)])
    np.testing.assert_allclose(model.pixels, data[:5], atol=1e-4)
    model.batches.clear()
    recognizer.predict(data[0] > 127)
    assert set(np.unique(model.pixels)) == {0, 255}


# ---- measuring -------------------------------------------------------------------------------------------------------


def test_evaluate_uses_the_operating_point_and_agrees_with_predict():
    data = split(40)
    recognizer = Recognizer(network(2), data.class_names)
    point = float(np.sort(recognizer.predict(data)["score_class 1"])[10])  # a score itself, as thresholds usually are
    recognizer = Recognizer(recognizer.model, data.class_names, operating_point=point)
    table, evaluation = recognizer.predict(data), recognizer.evaluate(data, resamples=20)
    np.testing.assert_allclose(evaluation.scores, table.filter(like="score_"), atol=1e-6)
    assert [data.class_names[place] for place in evaluation.predictions] == list(table["label"])
    right = np.mean([data.class_names[label] for label in data.labels] == table["label"].to_numpy())
    assert evaluation["accuracy"].value == pytest.approx(right)
    assert evaluation.threshold == point


def test_evaluate_refuses_what_does_not_match(tmp_path):
    recognizer = Recognizer(network(2), ["no", "yes"])
    with pytest.raises(ValueError, match="class names"):
        recognizer.evaluate(split())
    swapped = Split(images(4), [0, 1, 0, 1], class_names=["yes", "no"])
    with pytest.raises(ValueError, match="class names"):
        recognizer.evaluate(swapped)
    with pytest.raises(TypeError, match="one split"):
        recognizer.evaluate(images(4))
    for index in range(2):
        Image.fromarray(images(1, index)[0, ..., 0]).save(tmp_path / f"{index}.png")
    files = Split(ImageFiles(sorted(tmp_path.iterdir()), SHAPE[:2], 1), [0, 1], class_names=["no", "yes"])
    (tmp_path / "1.png").write_bytes(b"")
    with pytest.raises(ValueError, match=r"1 of 2 images have no answer, first train\[1\] \(the file is empty"):
        recognizer.evaluate(files)


def test_other_models_than_those_of_keras_answer_but_cannot_be_saved(tmp_path):
    recognizer = Recognizer(Fixed([0.4, 0.6]), ["no", "yes"], image_shape=SHAPE)
    assert recognizer.predict(images(1))["label"][0] == "yes"
    with pytest.raises(TypeError, match="only Keras models"):
        recognizer.save(tmp_path / "a.imgrec")
    with pytest.raises(TypeError, match="isn't pickled"):
        pickle.dumps(recognizer)
    with pytest.raises(ValueError, match="give image_shape"):
        Recognizer(Fixed([0.4, 0.6]), ["no", "yes"])


def test_the_module_loads_no_tensorflow():
    code = "import sys, imgrec_tf.recognizer; sys.exit('tensorflow' in sys.modules or 'keras' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
