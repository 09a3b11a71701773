"""A headline is shown as a line, and refuses what is no figure."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from imgrec_tf import course


def test_outside_of_a_notebook_it_is_printed(capsys):
    course.headline("accuracy", 0.91234)
    course.headline("ROC AUC", SimpleNamespace(value=0.95, low=0.93, high=0.97))
    assert capsys.readouterr().out.splitlines() == ["accuracy: 0.912", "ROC AUC: 0.950 (0.930 to 0.970)"]


def test_small_figures_keep_two_digits_that_count(capsys):
    course.headline("wrong", SimpleNamespace(value=0.00166, low=0.0, high=0.0123))
    course.headline("images", 12345.6)
    assert capsys.readouterr().out.splitlines() == ["wrong: 0.0017 (0.000 to 0.012)", "images: 12,346"]


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_it_is_finite(value):
    with pytest.raises(ValueError, match="finite number"):
        course.headline("accuracy", value)
