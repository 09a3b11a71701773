"""The same picture is recognised however it was saved; another holder's page of the same layout is another picture."""

from __future__ import annotations

import io
import itertools

import numpy as np
import pytest
from PIL import Image
from test_application_store import picture

from imgrec_tf.finance import applications


def similarity(one: np.ndarray, other: np.ndarray) -> float:
    return applications.picture_similarity(*(applications.describe_picture(image) for image in (one, other)))


def jpeg(image: np.ndarray) -> np.ndarray:
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, "JPEG", quality=50)
    return np.asarray(Image.open(buffer))


@pytest.mark.parametrize(
    "change",
    [
        jpeg,
        lambda image: np.asarray(Image.fromarray(image).resize((384, 240))),
        lambda image: np.asarray(Image.fromarray(image).resize((1024, 640))),
        lambda image: np.clip(image * 0.8 + 10, 0, 255).astype(np.uint8),
        lambda image: np.clip(image + np.random.default_rng(0).normal(0, 5, image.shape), 0, 255).astype(np.uint8),
        lambda image: np.asarray(Image.fromarray(image).convert("L")),
        lambda image: np.asarray(Image.fromarray(image).convert("RGBA")),
    ],
)
def test_a_copy_is_recognised(change):
    for seed in range(3):
        assert similarity(picture(seed), change(picture(seed))) >= applications.SAME_PICTURE


def test_other_holders_are_other_pictures():
    described = [applications.describe_picture(picture(seed)) for seed in range(8)]
    pairs = itertools.combinations(described, 2)
    assert max(applications.picture_similarity(*pair) for pair in pairs) < applications.SAME_PICTURE - 0.1


def test_it_is_symmetric_and_one_with_itself():
    one, other = (applications.describe_picture(picture(seed)) for seed in (1, 2))
    assert applications.picture_similarity(one, one) == pytest.approx(1)
    assert applications.picture_similarity(one, other) == pytest.approx(
        applications.picture_similarity(other, one), abs=0.15
    )


def test_an_empty_picture_is_like_nothing():
    empty = applications.describe_picture(np.full((50, 80, 3), 9, np.uint8))
    assert not empty.any()
    assert applications.picture_similarity(empty, empty) == 0
    assert applications.picture_similarity(empty, applications.describe_picture(picture(1))) <= 0


def test_descriptions_only():
    with pytest.raises(ValueError, match="describe_picture"):
        applications.picture_similarity(np.zeros((4, 4)), np.zeros((4, 4)))
