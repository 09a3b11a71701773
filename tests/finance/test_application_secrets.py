"""Encryption at rest, redaction, masking."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgrec_tf.finance import applications

KEY = bytes(range(32))


@given(st.binary(max_size=500), st.text(max_size=30))
def test_what_is_encrypted_comes_back_in_its_place_only(data, place):
    vault = applications.Vault(KEY)
    sealed = vault.encrypt(data, place)
    assert vault.decrypt(sealed, place) == data
    assert vault.encrypt(data, place) != sealed
    with pytest.raises(ValueError, match="another one"):
        vault.decrypt(sealed, place + "x")
    with pytest.raises(ValueError, match="changed"):
        vault.decrypt(sealed[:-1] + bytes([sealed[-1] ^ 1]), place)
    with pytest.raises(ValueError, match="key"):
        applications.Vault(applications.new_key()).decrypt(sealed, place)


def test_fingerprints_depend_on_key_kind_and_value():
    vault, other = applications.Vault(KEY), applications.Vault(b"x" * 32)
    assert vault.fingerprint("name", "a") == applications.Vault(KEY).fingerprint("name", "a")
    made = {vault.fingerprint("name", "a"), vault.fingerprint("name", "b"), vault.fingerprint("phone", "a"),
            other.fingerprint("name", "a")}  # fmt: skip
    assert len(made) == 4


def test_keys_are_random():
    assert len({applications.new_key() for _ in range(10)}) == 10


@given(st.integers(1, 40), st.integers(1, 40), st.data())
def test_redaction_removes_the_box_and_nothing_else(height, width, data):
    image = np.full((height, width, 3), 200, np.uint8)
    left = data.draw(st.floats(0, width - 0.5))
    top = data.draw(st.floats(0, height - 0.5))
    right = data.draw(st.floats(left + 0.25, width + 5))
    bottom = data.draw(st.floats(top + 0.25, height + 5))
    redacted = applications.redact_image(image, [(left, top, right, bottom)])
    rows, columns = np.mgrid[0:height, 0:width]
    inside = (rows + 1 > top) & (rows < bottom) & (columns + 1 > left) & (columns < right)
    assert (redacted[inside] == 0).all()
    assert (redacted[~inside] == 200).all()
    assert (image == 200).all()


def test_texts_are_masked():
    assert applications.mask_text("11010519491231002X") == "1101************2X"
    assert applications.mask_text("王伟", first=1, last=0) == "王*"
    assert applications.mask_text("王", first=1, last=0) == "*"
    assert applications.mask_text("") == ""


@pytest.mark.parametrize(
    ("call", "error", "says"),
    [
        (lambda: applications.redact_image(np.zeros((4, 4)), []), TypeError, "uint8"),
        (lambda: applications.redact_image(np.zeros(4, np.uint8), []), ValueError, "shape"),
        (lambda: applications.redact_image(np.zeros((4, 4), np.uint8), [(2, 2, 2, 3)]), ValueError, "left < right"),
        (lambda: applications.redact_image(np.zeros((4, 4), np.uint8), [], fill=300), ValueError, "fill"),
        (lambda: applications.mask_text(12), TypeError, "12"),
        (lambda: applications.mask_text("12", first=-1), ValueError, "0 or more"),
        (lambda: applications.describe_picture(np.zeros((4, 4))), TypeError, "uint8"),
        (lambda: applications.Vault(b""), ValueError, "32 bytes"),
    ],
)
def test_bad_input(call, error, says):
    with pytest.raises(error, match=says):
        call()
