"""Every part of the finance half takes a photo as a path, as bytes, as Pillow's image or as an array."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from imgrec_tf.datasets import ImageProblem
from imgrec_tf.finance import documents, identity, locating, reading
from imgrec_tf.finance.photos import opened

PERSON = identity.invent_person(5, locale="zh_CN")


@pytest.fixture(scope="module")
def card():
    return documents.render("portrait_side", person=PERSON, seed=3, pixels_per_mm=12).image


def forms(image: np.ndarray, folder) -> dict:
    path = folder / "证件 photo.png"
    Image.fromarray(image).save(path)
    return {"path": path, "text": str(path), "bytes": path.read_bytes(), "pillow": Image.open(path), "array": image}


@pytest.mark.parametrize("form", ["path", "text", "bytes", "pillow", "array"])
def test_all_forms_hold_the_same_pixels_and_read_the_same(card, tmp_path, form):
    given = forms(card, tmp_path)[form]
    np.testing.assert_array_equal(opened(given), card)
    assert reading.read_identity_number(given).text == PERSON.identity_number
    assert locating.check_quality(given).names == locating.check_quality(card).names


def test_a_file_is_turned_as_its_rotation_says(card):
    turned = Image.fromarray(np.rot90(card))  # what a phone stores, and a note that it is to be turned by 90 degrees
    exif = turned.getexif()
    exif[0x0112] = 6
    file = io.BytesIO()
    turned.save(file, "PNG", exif=exif)
    np.testing.assert_array_equal(opened(file.getvalue()), card)


def test_sixteen_bits_become_eight():
    deep = np.linspace(0, 65535, 64 * 64).astype(np.uint16).reshape(64, 64)
    file = io.BytesIO()
    Image.fromarray(deep).save(file, "PNG")
    assert opened(file.getvalue()).dtype == np.uint8
    np.testing.assert_array_equal(opened(file.getvalue())[..., 0], deep // 257)


@pytest.mark.parametrize("read", [reading.read_mrz, reading.read_identity_number, locating.locate_document])
def test_what_is_no_photo_is_refused_by_name(read, tmp_path):
    with pytest.raises(ImageProblem, match="does not exist"):
        read(tmp_path / "nothing.jpg")
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(b"text")
    with pytest.raises(ImageProblem):
        read(broken)
    with pytest.raises(TypeError, match="image of Pillow"):
        read(7)
