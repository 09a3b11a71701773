"""One file: equal answers after reload, nothing half-written, nothing believed that isn't whole, no code run."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import random
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import layers

from imgrec_tf import __version__
from imgrec_tf.datasets.cards import DatasetCard
from imgrec_tf.recognizer import OperatingPoint, Recognizer, model_file
from imgrec_tf.recognizer import file as recognizer_file

SHAPE = (12, 10, 1)
CARD = DatasetCard("mine", "My images", "binary", ("no", "yes"), synthetic=True, splits={"train": 3})


def network(outputs: int = 2, more: tuple = (), units: int = 8) -> keras.Model:
    keras.utils.set_random_seed(1)
    return keras.Sequential(
        [
            keras.Input(SHAPE),
            layers.Rescaling(1 / 255),
            *more,
            layers.Flatten(),
            layers.Dense(units, "relu"),
            layers.Dropout(0.2),
            layers.Dense(outputs, "softmax"),
        ]
    )


MODEL = network()


@pytest.fixture(scope="module")
def recognizer() -> Recognizer:
    return Recognizer(network(), ["no", "yes"], operating_point=OperatingPoint(0.3, "least cost"), card=CARD)


@pytest.fixture(scope="module")
def original(recognizer, tmp_path_factory) -> Path:
    return recognizer.save(tmp_path_factory.mktemp("original") / "a.imgrec")


def images(count: int = 9) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (count, *SHAPE), dtype=np.uint8)


def rewritten(original: Path, path: Path, changes: dict[str, bytes | None], compression=zipfile.ZIP_STORED) -> Path:
    """Copy a recogniser file with members replaced, added, or (None) left out; the checksums of the zip are right."""
    with zipfile.ZipFile(original) as archive:
        members = {name: archive.read(name) for name in archive.namelist()} | changes
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, content in members.items():
            if content is not None:
                archive.writestr(name, content)
    return path


def redescribed(original: Path, path: Path, **changes) -> Path:
    with zipfile.ZipFile(original) as archive:
        description = json.loads(archive.read("recognizer.json")) | changes
    return rewritten(original, path, {"recognizer.json": json.dumps(description).encode()})


# ---- there and back --------------------------------------------------------------------------------------------------


def test_answers_are_equal_after_reload(recognizer, tmp_path):
    path = recognizer.save(tmp_path / "übung 图.imgrec")
    loaded = Recognizer.load(str(path))
    for name in ("class_names", "task", "image_shape", "fit", "operating_point", "abstain_below", "card"):
        assert getattr(loaded, name) == getattr(recognizer, name)
    assert loaded.predict(images()).equals(recognizer.predict(images()))
    assert loaded.save(tmp_path / "again.imgrec").exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["again.imgrec", "übung 图.imgrec"]


def test_a_trained_model_is_saved_without_its_optimizer_and_stays_as_it_was(tmp_path):
    model = network(units=300)
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(images() / 1.0, np.arange(9) % 2, verbose=0)
    recognizer = Recognizer(model, ["no", "yes"], abstain_below=0.5)
    state = random.getstate()
    path = recognizer.save(tmp_path / "a.imgrec")
    assert random.getstate() == state  # a training that follows gets the seeds that it would have got
    assert model.compiled and int(model.optimizer.iterations) == 1
    full = tmp_path / "full.keras"
    model.save(full)
    assert path.stat().st_size < 0.7 * full.stat().st_size
    loaded = Recognizer.load(path)
    assert not loaded.model.compiled
    assert loaded.predict(images()).equals(recognizer.predict(images()))


def test_what_a_file_holds_is_written_down(original):
    with zipfile.ZipFile(original) as archive:
        assert archive.namelist() == ["recognizer.json", "model.keras"]
        assert archive.testzip() is None
        description = json.loads(archive.read("recognizer.json"))
    assert description["format_version"] == recognizer_file.FORMAT_VERSION
    assert description["versions"]["imgrec_tf"] == __version__
    assert set(description["versions"]) == {"imgrec_tf", "keras", "tensorflow"}
    assert description["card"]["values"]["synthetic"] is True


@keras.saving.register_keras_serializable("tests")
class Halve(layers.Layer):
    """A layer of the reader's own."""

    def call(self, inputs):
        return inputs / 2


def test_layers_of_your_own_are_loaded_when_registered(tmp_path, monkeypatch):
    recognizer = Recognizer(network(more=(Halve(),)), ["no", "yes"])
    path = recognizer.save(tmp_path / "a.imgrec")
    assert Recognizer.load(path).predict(images()).equals(recognizer.predict(images()))
    registered = keras.saving.get_custom_objects()
    monkeypatch.delitem(registered, "tests>Halve")
    with pytest.raises(ValueError, match="import the module that registers them"):
        Recognizer.load(path)
    loaded = Recognizer.load(path, custom_objects={"Halve": Halve, "tests>Halve": Halve})
    assert loaded.predict(images()).equals(recognizer.predict(images()))


@pytest.mark.slow
def test_layers_of_this_package_need_no_import(tmp_path):
    preprocessing = pytest.importorskip("imgrec_tf.vision.preprocessing")
    recognizer = Recognizer(network(more=(preprocessing.StretchContrast(),)), ["no", "yes"])
    path = recognizer.save(tmp_path / "a.imgrec")
    code = (
        "import sys, numpy, imgrec_tf; r = imgrec_tf.Recognizer.load(sys.argv[1]); "
        "print(r.predict(numpy.load(sys.argv[2]))['score'].to_list())"
    )
    np.save(tmp_path / "images.npy", images())
    command = [sys.executable, "-c", code, str(path), str(tmp_path / "images.npy")]
    answer = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip().splitlines()[-1]
    np.testing.assert_allclose(json.loads(answer), recognizer.predict(images())["score"], atol=1e-6)


texts = st.text(st.characters(), max_size=30)  # any character, surrogates and control characters included
plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.floats(allow_nan=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=40, deadline=None)
@given(
    names=st.lists(texts, min_size=2, max_size=2, unique=True),
    card=st.none() | st.dictionaries(texts, plain, max_size=4),
    point=st.none() | st.builds(OperatingPoint, st.floats(0, 1), texts, st.dictionaries(texts, texts, max_size=2)),
    fit=st.sampled_from(["pad", "crop", "stretch"]),
    below=st.none() | st.floats(0.001, 1),
)
def test_any_names_and_cards_come_back_unchanged(tmp_path_factory, names, card, point, fit, below):
    before = Recognizer(MODEL, names, card=card, operating_point=point, fit=fit, abstain_below=below)
    path = tmp_path_factory.getbasetemp() / "property.imgrec"
    with pytest.MonkeyPatch.context() as patch:  # the model's own way there and back is tested above, and takes longer
        patch.setattr(recognizer_file, "save_model", lambda model, path: path.write_bytes(b"model"))
        patch.setattr(recognizer_file, "load_model", lambda *_, **__: MODEL)
        after = Recognizer.load(before.save(path))
    for name in ("class_names", "task", "image_shape", "fit", "operating_point", "abstain_below", "card"):
        assert getattr(after, name) == getattr(before, name)
    assert list(after.predict([]).columns) == list(before.predict([]).columns)


# ---- writing ---------------------------------------------------------------------------------------------------------


def unchanged(folder: Path, before: bytes) -> None:
    """Check that a folder holds the old file, as it was, and nothing else."""
    assert [path.name for path in folder.iterdir()] == ["a.imgrec"]
    assert (folder / "a.imgrec").read_bytes() == before


@pytest.fixture
def saved(original, tmp_path) -> Path:
    return Path(shutil.copy(original, tmp_path / "a.imgrec"))


@pytest.mark.skipif(os.name == "nt", reason="needs a limit on the size of files")
@pytest.mark.parametrize("limit", [100, 40_000, 150_000])
def test_a_full_disk_leaves_the_old_file(tmp_path, limit):
    import resource

    recognizer = Recognizer(network(units=200), ["no", "yes"])
    path = recognizer.save(tmp_path / "a.imgrec")
    before = path.read_bytes()
    assert len(before) > 100_000
    limit = min(limit, len(before) - 2000)  # the model fits, the file around it doesn't
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
    try:
        with pytest.raises(OSError, match=r"could not save to .*Nothing was changed") as caught:
            recognizer.save(path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert caught.value.errno == errno.EFBIG
    unchanged(tmp_path, before)


@pytest.mark.parametrize(
    ("where", "code"),
    [("tempfile.mkdtemp", errno.EROFS), ("os.fsync", errno.EIO), ("pathlib.Path.replace", errno.ENOSPC)],
)
def test_a_disk_that_refuses_leaves_the_old_file(recognizer, saved, monkeypatch, where, code):
    def refuse(*_, **__):
        raise OSError(code, os.strerror(code))

    before = saved.read_bytes()
    monkeypatch.setattr(where, refuse)
    with pytest.raises(OSError, match=os.strerror(code)) as caught:
        recognizer.save(saved)
    assert caught.value.errno == code
    monkeypatch.undo()
    unchanged(saved.parent, before)


def test_a_disk_error_inside_keras_is_told_as_one(recognizer, saved, monkeypatch):
    def fail(*_, **__):
        try:
            raise OSError(errno.ENOSPC, "No space left on device")
        except OSError as error:
            raise RuntimeError("Unable to synchronously create file") from error

    before = saved.read_bytes()
    monkeypatch.setattr(keras.Model, "save", fail)
    with pytest.raises(OSError, match="No space left"):
        recognizer.save(saved)
    unchanged(saved.parent, before)


def test_being_interrupted_leaves_the_old_file(recognizer, saved, monkeypatch):
    def interrupt(*_, **__):
        raise KeyboardInterrupt

    before = saved.read_bytes()
    monkeypatch.setattr(recognizer_file, "_write_zip", interrupt)
    with pytest.raises(KeyboardInterrupt):
        recognizer.save(saved)
    unchanged(saved.parent, before)


def test_places_that_are_no_file_are_refused(recognizer, tmp_path):
    with pytest.raises(FileNotFoundError, match="create it first"):
        recognizer.save(tmp_path / "gone" / "a.imgrec")
    with pytest.raises(IsADirectoryError, match="give the name of a file"):
        recognizer.save(tmp_path)
    with pytest.raises(IsADirectoryError, match="is a folder"):
        Recognizer.load(tmp_path)
    with pytest.raises(OSError, match="too long"):
        recognizer.save(tmp_path / ("x" * 300))


@pytest.mark.skipif(os.name == "nt", reason="needs links")
def test_a_link_stays_a_link_and_the_umask_counts(recognizer, tmp_path):
    (tmp_path / "real").mkdir()
    link = tmp_path / "link.imgrec"
    link.symlink_to(tmp_path / "real" / "a.imgrec")
    before = os.umask(0o022)
    try:
        assert recognizer.save(link) == tmp_path / "real" / "a.imgrec"
    finally:
        os.umask(before)
    assert link.is_symlink() and Recognizer.load(link).class_names == ("no", "yes")
    assert (tmp_path / "real" / "a.imgrec").stat().st_mode & 0o777 == 0o644


def test_models_that_hold_code_are_refused_before_anything_is_written(tmp_path):
    with pytest.raises(ValueError, match="Lambda layer holds Python code"):
        Recognizer(network(more=(layers.Lambda(lambda x: x * 2),)), ["no", "yes"]).save(tmp_path / "a.imgrec")
    with pytest.raises(ValueError, match="a lambda as an activation"), pytest.warns(UserWarning, match="lambda"):
        Recognizer(network(more=(layers.Activation(lambda x: x * 2),)), ["no", "yes"]).save(tmp_path / "a.imgrec")
    unbuilt = keras.Sequential([layers.Flatten(), layers.Dense(2, "softmax")])
    with pytest.raises(ValueError, match="no weights yet"):
        Recognizer(unbuilt, ["no", "yes"], image_shape=SHAPE).save(tmp_path / "a.imgrec")
    assert not list(tmp_path.iterdir())


# ---- reading ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "isn't a recogniser file"),
        (b"a text", "isn't a recogniser file"),
        (b"\x89HDF\r\n\x1a\n" + bytes(100), "isn't a recogniser file"),
    ],
)
def test_other_files_are_refused(tmp_path, content, words):
    (tmp_path / "a.imgrec").write_bytes(content)
    with pytest.raises(ValueError, match=words):
        Recognizer.load(tmp_path / "a.imgrec")


def test_missing_and_kindred_files_are_told_apart(tmp_path):
    with pytest.raises(FileNotFoundError, match="there is no file"):
        Recognizer.load(tmp_path / "gone.imgrec")
    MODEL.save(tmp_path / "model.keras")
    with pytest.raises(ValueError, match=r"a \.keras file is loaded with"):
        Recognizer.load(tmp_path / "model.keras")
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as archive:
        archive.writestr("recognizer.json", json.dumps({"format": "another"}))
    with pytest.raises(ValueError, match="isn't a recogniser file"):
        Recognizer.load(tmp_path / "other.zip")


def test_a_file_cut_short_is_refused_wherever_it_ends(original, tmp_path):
    whole = original.read_bytes()
    path = tmp_path / "a.imgrec"
    for length in [4, 30, len(whole) // 2, len(whole) - 100, len(whole) - 30, len(whole) - 1]:
        path.write_bytes(whole[:length])
        with pytest.raises(ValueError, match="cut short"):
            Recognizer.load(path)


def test_changed_bytes_never_go_unnoticed(original, tmp_path):
    whole, path, generator = original.read_bytes(), tmp_path / "a.imgrec", np.random.default_rng(0)
    with zipfile.ZipFile(original) as archive:
        description, model = archive.infolist()
    for member in (description, model):
        for place in generator.integers(member.header_offset + 80, member.header_offset + member.file_size, 15):
            content = bytearray(whole)
            content[place] ^= 1 << int(generator.integers(8))
            path.write_bytes(content)
            with pytest.raises(ValueError, match="damaged"):
                Recognizer.load(path)
    # The same with the zip's own checksum put right, as by a program that edits the file
    with zipfile.ZipFile(original) as archive:
        model = bytearray(archive.read("model.keras"))
    model[len(model) // 2] ^= 1
    with pytest.raises(ValueError, match="don't match their sha256"):
        Recognizer.load(rewritten(original, path, {"model.keras": bytes(model)}))


@settings(max_examples=150, deadline=None)
@given(place=st.integers(0, 10**9), value=st.integers(0, 255), length=st.integers(1, 12))
def test_a_damaged_file_gives_a_value_error_or_the_whole_recogniser(original, tmp_path_factory, place, value, length):
    content = bytearray(original.read_bytes())
    place %= len(content)
    content[place : place + length] = bytes([value]) * min(length, len(content) - place)
    path = tmp_path_factory.getbasetemp() / "fuzzed.imgrec"
    path.write_bytes(content)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(recognizer_file, "load_model", lambda *_, **__: MODEL)
        try:
            assert Recognizer.load(path).class_names == ("no", "yes")
        except ValueError as error:
            assert str(path) in str(error)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"model.keras": None}, "holds no model.keras"),
        ({"recognizer.json": None}, "isn't a recogniser file"),
        ({"recognizer.json": b"{"}, "can't be read"),
        ({"recognizer.json": b"\xff\xfe"}, "can't be read"),
        ({"recognizer.json": b"[" * 100_000}, "can't be read"),
        ({"recognizer.json": b"[]"}, "isn't a recogniser file"),
        ({"recognizer.json": b" " * (16 * 2**20) + b"{}"}, "is larger than"),
        ({"../evil.py": b"import os"}, "also holds"),
        ({"/etc/cron.d/evil": b"x"}, "also holds"),
        ({"C:\\evil.dll": b"x"}, "also holds"),
        ({"evil/": b""}, "also holds"),
        ({"model.keras": b"no model"}, "don't match their sha256"),
    ],
)
def test_files_that_save_never_wrote_are_refused(original, tmp_path, changes, words):
    with pytest.raises(ValueError, match=words):
        Recognizer.load(rewritten(original, tmp_path / "a.imgrec", changes))
    assert [path.name for path in tmp_path.iterdir()] == ["a.imgrec"]


def test_members_that_unpack_to_more_than_the_file_are_refused(original, tmp_path):
    path = rewritten(original, tmp_path / "a.imgrec", {"model.keras": bytes(50_000_000)}, zipfile.ZIP_DEFLATED)
    assert path.stat().st_size < 100_000
    with pytest.raises(ValueError, match="unpacks to 50,000,000 bytes"):
        Recognizer.load(path)
    with zipfile.ZipFile(original) as archive, zipfile.ZipFile(path, "w") as twice:
        for name in ("recognizer.json", "model.keras"):
            twice.writestr(name, archive.read(name))
        with pytest.warns(UserWarning, match="Duplicate"):
            twice.writestr("model.keras", b"second")
    with pytest.raises(ValueError, match="also holds"):
        Recognizer.load(path)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"format_version": 2, "versions": {"imgrec_tf": "9.1"}}, r"newer imgrec_tf \(imgrec_tf 9\.1\).*Upgrade with"),
        ({"format_version": 2, "versions": None}, "newer imgrec_tf.*Upgrade with"),
        ({"format_version": "two"}, "format version is 'two'"),
        ({"class_names": ["a", "b", "c"], "task": "multi-class", "operating_point": None}, "gives 2 scores"),
        ({"class_names": None}, "doesn't fit its model"),
        ({"image_shape": [1, 2]}, "doesn't fit its model"),
        ({"operating_point": {"threshold": 7}}, "doesn't fit its model"),
        ({"operating_point": {"unknown": 7}}, "doesn't fit its model"),
        ({"card": {"kind": "DatasetCard", "values": {"task": "none"}}}, "doesn't fit its model"),
        ({"card": 5}, "doesn't fit its model"),
        ({"model": None}, "sha256"),
    ],
)
def test_descriptions_that_do_not_fit_are_refused(original, tmp_path, changes, words):
    with pytest.raises(ValueError, match=words):
        Recognizer.load(redescribed(original, tmp_path / "a.imgrec", **changes))


def with_model(original: Path, path: Path, configuration) -> Path:
    """Put another network's configuration into a recogniser file, with the right sha256, as an attacker would."""
    inner = path.with_suffix(".keras")
    MODEL.save(inner)
    changed = rewritten(inner, path.with_suffix(".changed"), {"config.json": configuration})
    content = changed.read_bytes()
    path = rewritten(original, path, {"model.keras": content})
    return redescribed(path, path.with_suffix(".new"), model={"sha256": hashlib.sha256(content).hexdigest()})


def test_no_code_is_run_from_a_file(original, tmp_path):
    marker = tmp_path / "code was run"
    keras.config.enable_unsafe_deserialization()  # even where a notebook has switched Keras's guard off
    try:
        evil = network(more=(layers.Lambda(eval(f"lambda x: open({str(marker)!r}, 'w') and x")),))
        configuration = json.dumps(keras.saving.serialize_keras_object(evil)).encode()
        marker.unlink(missing_ok=True)
        with pytest.raises(ValueError, match="is refused: a Lambda layer holds Python code"):
            Recognizer.load(with_model(original, tmp_path / "a.imgrec", configuration))
    finally:
        keras.src.backend.common.global_state.set_global_attribute("safe_mode_saving", None)
    assert not marker.exists()
    foreign = {"module": "antigravity", "class_name": "Thing", "config": {}, "registered_name": None}
    with pytest.raises(ValueError, match="could not rebuild the model"):
        Recognizer.load(with_model(original, tmp_path / "a.imgrec", json.dumps(foreign).encode()))
    assert "antigravity" not in sys.modules
    for configuration, words in (
        (b"{", "isn't a Keras model"),
        (None, "isn't a Keras model"),
        (json.dumps(foreign | {"module": "imgrec_tf.vision.of_the_future"}).encode(), "Upgrade with"),
        (json.dumps({"class_name": "TFSMLayer", "config": {"filepath": "/tmp"}}).encode(), "another folder"),
    ):
        with pytest.raises(ValueError, match=words):
            Recognizer.load(with_model(original, tmp_path / "a.imgrec", configuration))


def test_only_modules_of_this_package_are_imported_for_a_file(monkeypatch):
    asked = []
    monkeypatch.setattr(model_file.importlib, "import_module", asked.append)
    names = ["os", "imgrec_tf.vision", "imgrec_tf.course.__main__", "imgrec_tf..x", "imgrec_tf_evil.a", "imgrec_tf", 5]
    model_file._import_own_modules([{"module": name} for name in names], "a.imgrec", "imgrec_tf 1")
    assert asked == ["imgrec_tf.vision"]
