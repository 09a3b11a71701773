"""Every lesson keeps to the rules, its notebooks are what its source gives, and shortened it runs to its end."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest

from imgrec_tf.course import course_map, execution, lessons, notebooks, outputs, rendering, rules, tables

PROJECT = Path(__file__).resolve().parent.parent
LESSONS = lessons.find_lessons(PROJECT)
each_lesson = pytest.mark.parametrize("lesson", LESSONS, ids=[lesson.stem for lesson in LESSONS])
MAX_MINUTES, MAX_MEMORY_MB, MAX_NOTEBOOK_BYTES = 4, 3000, 1_000_000


@each_lesson
def test_a_lesson_keeps_to_the_rules(lesson):
    assert rules.problems(lesson, PROJECT) == []


@each_lesson
def test_a_lesson_stands_where_the_course_map_says(lesson):
    assert course_map.PARTS[lesson.part][lesson.number] == lesson.title
    assert all(any(need in part for part in course_map.PARTS.values()) for need in lesson.needs)


@each_lesson
def test_a_lesson_stays_within_the_bounds_of_the_course(lesson):
    assert lesson.minutes <= MAX_MINUTES
    assert lesson.memory_mb <= MAX_MEMORY_MB
    assert len(lesson.parameters) >= 1


@each_lesson
def test_the_notebooks_are_what_the_source_gives(lesson):
    assert notebooks.student_problems(PROJECT, lesson) + notebooks.solution_problems(PROJECT, lesson) == []


@each_lesson
def test_the_solution_is_small_clean_and_says_what_its_figures_show(lesson):
    path = notebooks.solution_path(PROJECT, lesson)
    assert path.stat().st_size < MAX_NOTEBOOK_BYTES
    notebook = nbformat.read(path, as_version=4)
    for cell, below in zip(notebook.cells, notebook.cells[1:]):
        for output in cell.get("outputs", ()):
            picture = output.get("data", {}).get("image/png")
            if picture:
                assert below.cell_type == "markdown", cell.id
                assert rendering.alt_text(below.source), f"{cell.id} shows a figure: say below it what one should see"
                assert len(picture) * 3 / 4 < 1.5 * outputs.MAX_FIGURE_BYTES, cell.id
            text = str(output.get("text", "")) + str(output.get("data", {}).get("text/plain", ""))
            assert "/home/" not in text, cell.id
            assert "/tmp/" not in text, cell.id


@pytest.mark.slow
@pytest.mark.parametrize(
    "lesson", [lesson for lesson in LESSONS if lesson.quick], ids=[lesson.stem for lesson in LESSONS if lesson.quick]
)
def test_a_shortened_lesson_runs(lesson):
    settings = [f"{name}={value}" for name, value in lesson.quick.items()]
    result = execution.run(lesson, lessons.override(lesson, settings), project=PROJECT)
    assert result.error is None, result.error
    assert result.headline["name"] == lesson.metric


def test_the_tables_of_lessons_are_what_the_front_matter_gives():
    for path, text in tables.written_pages(PROJECT, LESSONS).items():
        assert path.read_text(encoding="utf-8") == text, f"{path.name}: run `make build`"
