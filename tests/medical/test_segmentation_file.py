"""A segmenter is kept in one file: what comes back answers the same, and other files are refused by name."""

from __future__ import annotations

import json
import zipfile
from dataclasses import replace

import keras
import numpy as np
import pytest

from imgrec_tf import Recognizer, models
from imgrec_tf.medical import segmentation


@pytest.fixture(scope="module")
def segmenter():
    card = segmentation.cells_phantom(12, size=64).card
    return segmentation.Segmenter(
        models.unet(filters=(4, 8), seed=3), threshold=0.4, marker_threshold=0.3, smallest=3, tile=48, overlap=8,
        card=card,
    )  # fmt: skip


def test_what_comes_back_answers_the_same(segmenter, tmp_path):
    path = segmenter.save(tmp_path / "cells.imgseg")
    again = segmentation.Segmenter.load(path)
    picture = np.random.default_rng(0).integers(0, 256, (70, 61), dtype=np.uint8)
    assert np.array_equal(again.scores(picture), segmenter.scores(picture))
    assert np.array_equal(again.objects(picture), segmenter.objects(picture))
    assert replace(again, model=segmenter.model) == segmenter
    assert again.card.synthetic and isinstance(again.tile, int)
    assert [one.name for one in tmp_path.iterdir()] == ["cells.imgseg"]
    without = segmentation.Segmenter.load(replace(segmenter, card=None).save(path))
    assert without.card is None


def test_one_kind_of_file_is_not_taken_for_another(segmenter, tmp_path):
    path = segmenter.save(tmp_path / "cells.imgseg")
    with pytest.raises(ValueError, match=r"isn't a recogniser file: give the file that Recognizer\.save wrote"):
        Recognizer.load(path)
    small = keras.Sequential([keras.Input((4, 4, 1)), keras.layers.Flatten(), keras.layers.Dense(2, "softmax")])
    other = Recognizer(small, ["a", "b"]).save(tmp_path / "other.imgrec")
    with pytest.raises(ValueError, match=r"isn't a segmenter file: give the file that Segmenter\.save wrote"):
        segmentation.Segmenter.load(other)
    segmenter.model.save(tmp_path / "model.keras")
    with pytest.raises(ValueError, match=r"Segmenter\.save wrote; a \.keras file is loaded with"):
        segmentation.Segmenter.load(tmp_path / "model.keras")
    with pytest.raises(FileNotFoundError, match=r"make the file with Segmenter\.save"):
        segmentation.Segmenter.load(tmp_path / "none.imgseg")


def test_a_damaged_file_is_named(segmenter, tmp_path):
    path = segmenter.save(tmp_path / "cells.imgseg")
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ValueError, match=r"cut short|damaged"):
        segmentation.Segmenter.load(path)
    path.write_bytes(whole)
    _describe(path, lambda told: told["settings"].pop("threshold"))
    with pytest.raises(ValueError, match=r"damaged: its description does not fit its model \('threshold'\)"):
        segmentation.Segmenter.load(path)


def test_a_failed_save_leaves_what_was_there(segmenter, tmp_path):
    path = segmenter.save(tmp_path / "cells.imgseg")
    before = path.read_bytes()
    pixels = keras.Input((None, None, 1))
    coded = keras.Model(pixels, keras.layers.Lambda(lambda maps: maps)(pixels))
    with pytest.raises(ValueError, match="Lambda layer holds Python code"):
        replace(segmenter, model=coded).save(path)
    assert path.read_bytes() == before
    with pytest.raises(FileNotFoundError, match="the folder"):
        segmenter.save(tmp_path / "nowhere" / "cells.imgseg")


def _describe(path, change) -> None:
    """Write the file again with another description."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    told = json.loads(members["segmenter.json"])
    change(told)
    members["segmenter.json"] = json.dumps(told).encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
