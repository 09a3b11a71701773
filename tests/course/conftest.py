"""A project of one tiny lesson, which needs no TensorFlow and runs in seconds."""

from __future__ import annotations

from pathlib import Path

import pytest

from imgrec_tf.course import execution, lessons, tables

TINY_LESSON = '''\
# ---
# title: A tiny lesson
# promise: You turn an image into its negative.
# needs: []
# metric: share of dark pixels
# band: [0.4, 0.6]
# minutes: 1
# memory_mb: 900
# flagship: true
# ---

# %% [markdown]
# # 01 · A tiny lesson
#
# You turn an image into its negative.

# %%
import os
import sys
import urllib.request
from pathlib import Path

import numpy as np
from tqdm import tqdm

import imgrec_tf as ir

# %% tags=["parameters"]
DATASET = "tiny"  # nothing else is known here
SIZE = 16
NOISE = 0.5

# %% [markdown]
# ## Noise, paths and the network
#
# What does not show in a written lesson.

# %%
print("2026-01-02 03:04:05.678901: I tensorflow/core/platform/cpu_feature_guard.cc:210] noise", file=sys.stderr)
print("the lesson runs in", Path.cwd())
for _ in tqdm(range(3)):
    pass
try:
    urllib.request.urlopen("http://example.org", timeout=5)
    print("reached the web")
except OSError as error:
    print("no web:", type(error.reason).__name__)

# %% [markdown]
# ## A figure
#
# An image of noise.

# %%
image = (np.random.default_rng(0).random((SIZE, SIZE)) * 255 * NOISE * 2).astype(np.uint8)
drawing, axes = ir.plots.figure(3, 2)
axes.imshow(image, cmap="gray")
axes.set_title("noise (synthetic)")
drawing

# %% [markdown]
# *What you should see: grey squares, as many dark
# as light ones.*
#
# ## The headline

# %%
ir.course.headline("share of dark pixels", (image < 128).mean())

# %% [markdown]
# ## Your turn
#
# **Exercise 1.** Turn dark into light.


# %% tags=["solution"]
def negative(picture: np.ndarray) -> np.ndarray:
    """Return the negative of a uint8 image."""
    return 255 - picture


# %% tags=["check"]
ir.course.check("01.1", negative)
'''


def make_project(folder: Path) -> Path:
    """Write the tiny lesson's source, and the pages that hold tables; returns the project's folder."""
    source = folder / "notebooks" / "source" / "foundations" / "01_tiny_lesson.py"
    source.parent.mkdir(parents=True)
    source.write_text(TINY_LESSON, encoding="utf-8")
    for page in (folder / "README.md", folder / "notebooks" / "README.md"):
        page.write_text(f"# Title\n\n{tables.BEGIN}\n{tables.END}\n\nThe end.\n", encoding="utf-8")
    return folder


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project's folder of one test's own."""
    return make_project(tmp_path / "project")


@pytest.fixture
def source(project: Path) -> Path:
    """The tiny lesson's source file."""
    return project / "notebooks" / "source" / "foundations" / "01_tiny_lesson.py"


@pytest.fixture(scope="session")
def executed(tmp_path_factory: pytest.TempPathFactory):
    """The tiny lesson, executed once for all tests, with one parameter changed: the result, and the progress seen."""
    folder = make_project(tmp_path_factory.mktemp("executed") / "project")
    lesson = lessons.read_lesson(folder / "notebooks" / "source" / "foundations" / "01_tiny_lesson.py")
    seen: list[tuple[int, int]] = []
    result = execution.run(lesson, {"SIZE": 12}, project=folder, progress=lambda *numbers: seen.append(numbers))
    return result, seen
