"""The one look of all figures, and that a notebook shows each figure once."""

from __future__ import annotations

import subprocess
import sys

import matplotlib
import numpy as np
import pytest

from imgrec_tf import plots


def test_importing_plots_loads_neither_tensorflow_nor_pyplot():
    code = (
        "import sys, imgrec_tf.plots as p; p.figure(); "
        "print('tensorflow' in sys.modules, 'matplotlib.pyplot' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]


def test_style_is_put_back():
    before = matplotlib.rcParams["axes.grid"], matplotlib.rcParams["font.size"]
    with plots.style():
        assert matplotlib.rcParams["axes.grid"]
    assert (matplotlib.rcParams["axes.grid"], matplotlib.rcParams["font.size"]) == before


def test_palette_has_eight_different_colours():
    assert len(set(plots.PALETTE)) == 8


def test_title_says_synthetic_once_on_axes_and_figures():
    figure, axis = plots.figure()
    assert plots.title(axis, "Loss", synthetic=True).get_text() == "Loss (synthetic)"
    assert plots.title(figure, "Loss (synthetic)", synthetic=True).get_text() == "Loss (synthetic)"
    assert plots.title(axis, "Loss").get_text() == "Loss"
    assert plots.title(axis, "a long title " * 12, synthetic=True).get_text().endswith("(synthetic)")


def test_title_needs_axes_or_a_figure():
    with pytest.raises(TypeError, match="Axes or a Figure"):
        plots.title("figure", "text")


def test_a_figure_is_a_png_in_a_notebook():
    figure, _ = plots.figure(2, 1)
    assert figure._repr_png_().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    "image",
    [
        np.zeros((5, 4), np.uint8),
        np.full((5, 4, 1), 65535, np.uint16),
        np.ones((5, 4, 3), bool),
        np.random.default_rng(0).random((5, 4, 3)),
        np.float32([[0, 255], [128, np.nan]]),
    ],
    ids=["grey", "16-bit", "bool", "float", "0 to 255 with NaN"],
)
def test_image_grid_shows_every_kind_of_image(image):
    figure = plots.image_grid([image] * 3, ["one", "two", "a longer title of many words"], columns=2, synthetic=True)
    assert len(figure.axes) == 4
    shown = figure.axes[0].images[0].get_array()
    assert shown.min() >= 0 and shown.max() <= 1
    assert "(synthetic)" in figure.get_suptitle()


def test_image_grid_scales_16_bit_and_0_to_255_to_white():
    for image in (np.full((2, 2), 65535, np.uint16), np.full((2, 2), 255.0, np.float32), np.full((2, 2), 1.0)):
        assert plots.image_grid([image]).axes[0].images[0].get_array().min() == 1.0


def test_image_grid_refuses_what_it_cannot_show():
    image = np.zeros((4, 4), np.uint8)
    with pytest.raises(ValueError, match="no images"):
        plots.image_grid([])
    with pytest.raises(ValueError, match="2 entries for 1 images"):
        plots.image_grid([image], ["a", "b"])
    with pytest.raises(ValueError, match=r"image 1 has shape \(4, 4, 2\)"):
        plots.image_grid([image, np.zeros((4, 4, 2))])
    with pytest.raises(ValueError, match="columns"):
        plots.image_grid([image], columns=0)


@pytest.mark.slow
def test_a_notebook_shows_a_figure_exactly_once(tmp_path, monkeypatch):
    nbformat = pytest.importorskip("nbformat")
    nbclient = pytest.importorskip("nbclient")
    monkeypatch.delenv("MPLBACKEND", raising=False)
    make = "from imgrec_tf import plots; figure, axis = plots.figure(2, 1); axis.plot([0, 1]); figure"
    cells = [
        make,
        "import matplotlib.pyplot as plt\n" + make,
        "figure, _ = plots.figure(2, 1);",
        "%matplotlib inline\n" + make,
    ]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    nbclient.NotebookClient(notebook, kernel_name="python3", timeout=120).execute()
    images = [sum("image/png" in output.get("data", {}) for output in cell.outputs) for cell in notebook.cells]
    assert images == [1, 1, 0, 1]


def test_pixels_carry_their_numbers():
    figure = plots.image_values(np.arange(12, dtype=np.uint8).reshape(3, 4, 1), synthetic=True)
    assert [text.get_text() for text in figure.axes[0].texts] == [str(value) for value in range(12)]
    assert figure._suptitle.get_text().endswith("(synthetic)")
    for image in (np.zeros((30, 4), np.uint8), np.zeros((4, 4, 3), np.uint8), np.zeros((4, 4))):
        with pytest.raises(ValueError, match="cut a part out"):
            plots.image_values(image)


def test_a_histogram_shows_shares_of_each_set():
    figure = plots.histogram({"small": [0, 0, 1], "large": np.arange(100) % 2}, "value (grey level)", bins=2)
    axis = figure.axes[0]
    assert [list(np.round(patch.get_data().values)) for patch in axis.patches] == [[67, 33], [50, 50]]
    assert [text.get_text() for text in axis.get_legend().get_texts()] == ["small", "large"]
    assert plots.histogram({"constant": np.zeros(4)}).axes[0].get_legend() is None
    with pytest.raises(ValueError, match="no values"):
        plots.histogram({})
