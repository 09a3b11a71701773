"""Cleaning of outputs: bars settle, noise goes, paths become relative, figures become small."""

from __future__ import annotations

import base64
import io
import tempfile
from pathlib import Path

import numpy as np
from nbformat import v4
from PIL import Image

from imgrec_tf.course import outputs


def cleaned(*raw):
    notebook = v4.new_notebook(cells=[v4.new_code_cell("", outputs=list(raw))])
    return outputs.clean(notebook, Path("/work/folder"), Path("/work/project")).cells[0].outputs


def stream(text, name="stderr"):
    return v4.new_output("stream", name=name, text=text)


def png(pixels):
    stored = io.BytesIO()
    Image.fromarray(pixels).save(stored, "PNG")
    return stored.getvalue()


def test_progress_settles():
    assert outputs.settle("  1/3\r  2/3\r  3/3\nnext") == "  3/3\nnext"
    assert outputs.settle("1/3\b\b\b3/3") == "3/3"
    assert outputs.settle("a\r\nb") == "a\nb"


def test_bars_on_stderr_go_even_in_pieces():
    assert cleaned(stream("\r  0%|     | 0/3 [00:00<?, ?it/s]"), stream("\r100%|███| 3/3 [00:00<00:00, 9it/s]\n")) == []
    widget = {"application/vnd.jupyter.widget-view+json": {"model_id": "1"}, "text/plain": "0it"}
    assert cleaned(v4.new_output("display_data", data=widget)) == []


def test_noise_goes_and_warnings_stay():
    text = (
        "WARNING: All log messages before absl::InitializeLog() is called are written to STDERR\n"
        "I0000 00:00:1767000000.1 1 port.cc:153] oneDNN custom operations are on.\n"
        "/work/project/imgrec_tf/datasets/leaks.py:12: UserWarning: 8 images stand in both\n"
    )
    (output,) = cleaned(stream(text))
    assert output.text == "imgrec_tf/datasets/leaks.py:12: UserWarning: 8 images stand in both\n"


def test_streams_that_noise_had_divided_are_one_again():
    assert len(cleaned(stream("a\n", "stdout"), stream("E0000 00:00:17 noise\n"), stream("b\n", "stdout"))) == 1


def test_paths_become_relative():
    home = str(Path.home() / "x.txt")
    text = outputs.without_paths(
        f"/work/folder/model.keras /work/project {home}", Path("/work/folder"), Path("/work/project")
    )
    assert text == "model.keras . ~/x.txt"


def test_folders_that_the_lesson_made_for_itself_are_left_out():
    folder = Path(tempfile.mkdtemp())
    folder.rmdir()
    text = outputs.without_paths(f"{folder}/inbox/00.png", Path("/work/folder"), Path("/work/project"))
    assert text == "inbox/00.png"


def test_large_figures_become_small():
    rng = np.random.default_rng(0)
    large = png(rng.integers(0, 255, (400, 600, 3), dtype=np.uint8))
    figure = v4.new_output("display_data", data={"image/png": base64.b64encode(large).decode(), "text/plain": "f"})
    (output,) = cleaned(figure)
    small = base64.b64decode(output.data["image/png"])
    assert len(small) <= outputs.MAX_FIGURE_BYTES < len(large)
    assert Image.open(io.BytesIO(small)).width >= 300


def test_small_figures_stay_as_they_are():
    data = png(np.zeros((20, 20), np.uint8))
    assert outputs.small_png(data) is data


def test_thin_lines_keep_their_colour_in_a_figure_that_becomes_small():
    from imgrec_tf.medical import detection

    dataset = detection.blood_phantom(12, seed=7)
    large = detection.show_boxes(dataset.train.subset(range(2)))._repr_png_()
    before = np.asarray(Image.open(io.BytesIO(large)).convert("RGB")).astype(int)
    small = outputs.small_png(large)
    after = np.asarray(Image.open(io.BytesIO(small)).convert("RGB")).astype(int)
    assert len(small) <= outputs.MAX_FIGURE_BYTES < len(large) and after.shape == before.shape
    green = np.abs(before - (0, 158, 115)).max(axis=2) < 12  # the colour of the boxes around platelets
    assert green.sum() > 50
    assert np.abs(after[green] - (0, 158, 115)).mean() < 5
