"""The rules for lessons: a good lesson passes all, and each rule sees the fault that it is for."""

from __future__ import annotations

import pytest

from imgrec_tf.course import __main__ as command_line
from imgrec_tf.course import lessons, names, rules

FRONT = """\
# ---
# title: A model lesson
# promise: You see every part of a lesson in its place.
# needs: []
# metric: share of dark pixels
# band: [0.4, 0.6]
# minutes: 1
# memory_mb: 900
# ---

# %% [markdown]
# # 01 · A model lesson
#
# You see every part of a lesson
# in its place.
#
# **You will be able to** name them. **You need** nothing.

# %%
import numpy as np

import imgrec_tf as ir

ir.environment.report()

# %% tags=["parameters"]
SIZE = 16

# %% [markdown]
# ## Looking
#
# You make an image, and look at its shape.

# %%
image = np.zeros((SIZE, SIZE), np.uint8)
image.shape

# %% [markdown]
# You draw it.

# %%
ir.plots.image_grid([image])

# %% [markdown]
# *What you should see: a black square.*
#
# **Before you run the next cell**, guess its value.
"""
MIDDLE = """
# %%
image.mean()

# %% [markdown]
# More of it.
"""
END = """
# %%
ir.course.headline("share of dark pixels", (image < 128).mean())

# %% [markdown]
# ## A mistake, on purpose
#
# A sum of bytes.

# %%
image.sum()

# %% [markdown]
# ## Your turn
#
# **Exercise 1.** Turn dark into light.


# %% tags=["solution"]
def negative(picture):
    \"\"\"Return the negative of a uint8 image.\"\"\"
    return 255 - picture


# %% tags=["check"]
ir.course.check("01.1", negative)

# %% [markdown]
# ## What you learnt
#
# - Order.
#
# **On your own images**
# ```python
# image = ir.datasets.read_image("mine.png")
# ```
# Next: 02 · Prepare images
"""
MODEL = FRONT + MIDDLE * 4 + END


@pytest.fixture
def broken(tmp_path):
    """What the rules say about the model lesson after one change."""

    def say(old="", new="", source=None):
        path = tmp_path / "notebooks" / "source" / "foundations" / "01_model_lesson.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        text = MODEL if source is None else source
        assert old in text
        path.write_text(text.replace(old, new, 1) if old else text)
        return "\n".join(rules.problems(lessons.read_lesson(path), tmp_path))

    return say


def test_a_good_lesson_has_no_problems(broken):
    assert broken() == ""


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("# # 01 · A model lesson", "# # 01 · Another", "begins with the title"),
        ("# in its place.\n", "# somewhere.\n", "repeats the promise"),
        ("**You need**", "You need", "cell 0 says **You need**"),
        ("ir.environment.report()", "ir.available()", "cell 1 sets up"),
        ('# %% tags=["parameters"]', "# %%", "tagged parameters; here these are: []"),
        ("image.sum()", "import os", "all imports stand in the set-up cell"),
        ("**Before you run", "**Now run", "it lacks a question"),
        ("## A mistake, on purpose", "## A success", "it lacks a heading with the word 'mistake'"),
        ("## What you learnt", "## Summary", "it lacks the heading '## What you learnt'"),
        ("# Next: 02 · Prepare images", "#", "it lacks a line 'Next: '"),
        ("# %% [markdown]\n# You draw it.\n", "", "text stands before each code cell"),
        ("You draw it.", "You just draw it.", "says 'just'"),
        ("You draw it.", "Obviously you draw it.", "says 'Obviously'"),
        ("You draw it.", r"You draw $\alpha_1$.", "LaTeX"),
        ("You draw it.", "![x](https://example.org/x.png)", "picture from the web"),
        ("You draw it.", "See [17](../medicine/17_x.ipynb).", "leads nowhere"),
        ("*What you should see: a", "There is a", "ends in a figure"),
        ('"01.1"', '"01.7"', "registers no check '01.7'"),
        ("image.sum()", "negative(image)", "uses ['negative'], which the student"),
        ('headline("share of dark pixels"', 'headline("share"', "headline is called 'share'"),
        ("image.sum()", 'ir.course.headline("share of dark pixels", 1)', "here it is called 2 times"),
        ("image.sum()", "\n".join(["image.sum()"] * 26), "has 26 lines, at most 25"),
        ("image.sum()", "def long(x):\n" + "    x += 1\n" * 13, "long has 14 lines, more than 12"),
        ("image.sum()", "ir.train(1)\n", ""),
        ("image.sum()", "ir.datasets.catalogue", "imgrec_tf.datasets.catalogue is not a public name"),
        ("image.sum()", "ir.models.sequential_cnn", ""),
        ("image.sum()", "ir.models.sequential_dnn", "imgrec_tf.models.sequential_dnn is not a public name"),
        ("image.sum()", "image._secret", "uses ._secret"),
        ("ir.datasets.read_image(", "ir.datasets.read_picture(", "read_picture is not a public name"),
        ("import numpy as np", "from tensorflow.keras import layers", "use `from keras import"),
        ("# image = ir", "# a = 1\n# b = 1\n# c = 1\n# d = 1\n# e = 1\n# image = ir", "takes at most 5 lines"),
    ],
)
def test_each_rule_sees_its_fault(broken, old, new, problem):
    said = broken(old, new)
    assert problem in said if problem else said == ""


def test_too_few_code_cells(broken):
    assert "it has 8 code cells" in broken(source=FRONT + END)


def test_the_parts_have_an_order(broken):
    moved = MODEL.replace("# **Before you run the next cell**, guess its value.", "#")
    assert "comes too early" in broken(source=moved.replace("# - Order.", "# **Before you run** it, guess."))


def test_names_imported_from_the_package_are_looked_at(tmp_path):
    from imgrec_tf import course

    assert names.is_public(course, "check")
    assert not names.is_public(course, "_NAMES")
    assert not names.is_public(course, "importlib")


def test_lint_prints_what_is_broken_and_nothing_else(tmp_path, capfd):
    path = tmp_path / "notebooks" / "source" / "foundations" / "01_model_lesson.py"
    path.parent.mkdir(parents=True)
    path.write_text(MODEL)
    assert command_line.main(["--project", str(tmp_path), "lint"]) == 0
    assert capfd.readouterr() == ("lessons that keep to the rules: 1\n", "")
    path.write_text(MODEL.replace("You draw it.", "You simply draw it."))
    assert command_line.main(["--project", str(tmp_path), "lint", "01"]) == 1
    assert capfd.readouterr().err == ("01_model_lesson: cell 5 says 'simply': say what is done, not how light it is\n")
