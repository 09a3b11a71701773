"""A lesson is executed offline in a kernel of its own, measured against its front matter, and cleaned."""

from __future__ import annotations

import json

import nbformat
import pytest

from imgrec_tf.course import __main__ as command_line
from imgrec_tf.course import commands, execution, lessons, notebooks


@pytest.fixture
def no_catalogue(monkeypatch):
    monkeypatch.setattr(commands, "describe_dataset", lambda lesson, changed: "tiny (synthetic)")


def test_every_cell_runs_offline(executed):
    result, seen = executed
    assert result.error is None, result.error
    assert result.passed, result.problems
    text = notebooks.as_text(result.notebook)
    assert "no web: NetworkOff" in text
    assert "reached the web" not in text.replace('print(\\"reached the web\\")', "")
    assert seen[-1][0] == seen[-1][1]


def test_figures_and_headline_are_kept(executed):
    result, _ = executed
    assert 0.3 < result.headline["value"] < 0.7
    assert result.headline["name"] == "share of dark pixels"
    pictures = [output for cell in result.notebook.cells for output in cell.get("outputs", ()) if "data" in output]
    assert any("image/png" in output.data for output in pictures)


def test_time_and_memory_are_measured(executed):
    result, _ = executed
    assert 0 < result.minutes < 1
    assert 50 < result.memory_mb < 900


def test_what_was_injected_is_gone_but_the_changed_parameters_show(executed):
    result, _ = executed
    ids = [cell.id for cell in result.notebook.cells]
    assert ids[2:4] == ["lesson-01-cell-02", "injected-parameters"]
    assert not {"injected-first", "injected-last"} & set(ids)
    counts = [cell.execution_count for cell in result.notebook.cells if cell.cell_type == "code"]
    assert counts == list(range(1, len(counts) + 1))


def test_no_noise_and_no_paths_of_this_machine(executed):
    result, _ = executed
    shown = json.dumps([cell.get("outputs", []) for cell in result.notebook.cells])
    assert "the lesson runs in .\\n" in shown
    for unwanted in ("cpu_feature_guard", "imgrec-lesson-", "100%", "stderr"):
        assert unwanted not in shown


@pytest.mark.slow
def test_run_writes_the_solution_that_the_check_accepts(project, no_catalogue, capsys):
    base = ["--project", str(project)]
    assert command_line.main([*base, "run", "01", "--write"]) == 0
    assert command_line.main([*base, "build"]) == 0
    assert command_line.main([*base, "build", "--check"]) == 0
    printed = capsys.readouterr().out
    assert "tiny (synthetic)" in printed
    assert "0.4 to 0.6" in printed
    assert "build/lessons/01_tiny_lesson.html" in printed
    solution = nbformat.read(project / "notebooks" / "solutions" / "foundations" / "01_tiny_lesson.ipynb", as_version=4)
    assert [cell.id for cell in solution.cells][2] == "lesson-01-cell-02"


@pytest.mark.slow
def test_broken_promises_and_errors_are_reported(project, source, no_catalogue, capsys):
    text = source.read_text()
    source.write_text(text.replace("[0.4, 0.6]", "[0.9, 1.0]").replace("memory_mb: 900", "memory_mb: 10"))
    assert command_line.main(["--project", str(project), "demo"]) == 1
    problems = capsys.readouterr().err
    assert "outside of its band 0.9 to 1" in problems
    assert "its front matter says 10" in problems

    source.write_text(text.replace("return 255 - picture", "return 1 / 0"))
    assert command_line.main(["--project", str(project), "run", "--write"]) == 1
    problems = capsys.readouterr().err
    assert "cell lesson-01-cell-11, which begins with: ir.course.check" in problems
    assert "Your code stopped with ZeroDivisionError: division by zero" in problems
    assert not (project / "notebooks" / "solutions").exists(), "a lesson that failed is not kept"


@pytest.mark.slow
def test_flagship_lessons_run_side_by_side(project, source, no_catalogue, capsys):
    second = source.with_name("02_another_lesson.py")
    second.write_text(source.read_text().replace("A tiny lesson", "Another lesson"))
    assert command_line.main(["--project", str(project), "demo"]) == 0
    printed = capsys.readouterr().out
    assert "build/lessons/01_tiny_lesson.html" in printed and "build/lessons/02_another_lesson.html" in printed
    assert (project / "build" / "lessons" / "02_another_lesson.html").read_text().count("Another lesson") > 0


def test_a_cell_that_fails_is_described(project, source):
    opening = source.read_text().split("# %% [markdown]\n# ## Noise")[0]
    source.write_text(opening + "# %%\nmissing_name\n")
    result = execution.run(lessons.read_lesson(source), project=project)
    assert not result.passed
    assert "lesson 01 · A tiny lesson, cell lesson-01-cell-03, which begins with: missing_name" in result.error
    assert "NameError: name 'missing_name' is not defined" in result.error


def test_a_setting_that_no_lesson_knows_is_an_error(project, no_catalogue, capsys):
    assert command_line.main(["--project", str(project), "demo", "-p", "SIZ=3"]) == 2
    assert "no parameter 'SIZ'; it has DATASET = 'tiny'" in capsys.readouterr().err


def test_changed_lessons_are_not_kept(project, no_catalogue, capsys):
    assert command_line.main(["--project", str(project), "run", "-p", "SIZE=3", "--write"]) == 2
    assert "leave out -p, or leave out --write" in capsys.readouterr().err


def test_a_kernel_that_dies_is_reported(project, source):
    opening = source.read_text().split("# %% [markdown]\n# ## Noise")[0]
    source.write_text(opening + "# %%\nos.write(2, b'last words')\nos._exit(9)\n")
    result = execution.run(lessons.read_lesson(source), project=project)
    assert "the kernel died" in result.error
