"""Lessons are read, and what is wrong with one is said in a way that tells its author what to change."""

from __future__ import annotations

import pytest

from imgrec_tf.course import lessons


def replace(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, old
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_a_lesson_is_read(source):
    lesson = lessons.read_lesson(source)
    assert (lesson.number, lesson.part, lesson.heading) == (1, "foundations", "01 · A tiny lesson")
    assert lesson.parameters == {"DATASET": "tiny", "SIZE": 16, "NOISE": 0.5}
    assert lesson.band == (0.4, 0.6)
    assert lesson.flagship
    assert [cell.index for cell in lesson.cells] == list(range(len(lesson.cells)))
    assert lesson.cells[0].source.startswith("# 01 · A tiny lesson")
    assert [cell.tags for cell in lesson.cells[-2:]] == [("solution",), ("check",)]


def test_leading_zeros_in_needs_are_numbers(source):
    replace(source, "needs: []", "needs: [07, 08, 17]")
    assert lessons.read_lesson(source).needs == (7, 8, 17)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("# minutes: 1\n", "", "lacks .'minutes'."),
        ("# minutes: 1\n", "# minutes: 1\n# mood: good\n", "unknown keys .'mood'."),
        ("# minutes: 1\n", "# minutes: soon\n", "'minutes' cannot be 'soon'"),
        ("[0.4, 0.6]", "[0.6, 0.4]", "low end 0.6 is below"),
        ("[0.4, 0.6]", "[0.4]", "list of two numbers"),
        ("# promise: You", "# promise: You: you", "not YAML"),
        ("# ---\n# title", "# title", "no front matter"),
    ],
)
def test_front_matter_is_checked(source, old, new, message):
    replace(source, old, new)
    with pytest.raises(lessons.LessonError, match=message):
        lessons.read_lesson(source)


def test_parameters_are_literals(source):
    replace(source, "NOISE = 0.5", "NOISE = 1 / SIZE")
    with pytest.raises(lessons.LessonError, match="NAME = literal only"):
        _ = lessons.read_lesson(source).parameters


def test_a_file_is_named_by_its_number(source):
    other = source.rename(source.with_name("tiny.py"))
    with pytest.raises(lessons.LessonError, match=r"named like 17_chest_xray\.py"):
        lessons.read_lesson(other)


def test_settings_take_the_type_of_the_default(source):
    lesson = lessons.read_lesson(source)
    assert lessons.override(lesson, ["NOISE=1", "SIZE=8", "DATASET='a=b'"]) == {
        "NOISE": 1.0,
        "SIZE": 8,
        "DATASET": "a=b",
    }
    assert lessons.override(lesson, ["SIZE=16"]) == {}, "the default is no change"
    assert lessons.override(lesson, ["DATASET=123"]) == {"DATASET": "123"}
    with pytest.raises(lessons.LessonError, match="SIZE is of type int"):
        lessons.override(lesson, ["SIZE=1.5"])
    with pytest.raises(lessons.LessonError, match="no parameter 'SEED'; it has DATASET = 'tiny'"):
        lessons.override(lesson, ["SEED=1"])
    with pytest.raises(lessons.LessonError, match="NAME=VALUE"):
        lessons.override(lesson, ["SIZE"])


@pytest.mark.parametrize("choice", ["1", "01", "01_tiny_lesson", "foundations"])
def test_lessons_are_found(project, choice):
    assert [lesson.number for lesson in lessons.find_lessons(project, [choice])] == [1]


def test_an_unknown_lesson_names_those_that_exist(project):
    with pytest.raises(lessons.LessonError, match="'2'; there are 01_tiny_lesson"):
        lessons.find_lessons(project, ["2"])


def test_a_number_stands_for_one_lesson(project, source):
    other = project / "notebooks" / "source" / "finance" / "01_twin.py"
    other.parent.mkdir()
    other.write_text(source.read_text())
    with pytest.raises(lessons.LessonError, match="same number"):
        lessons.find_lessons(project)


def test_the_band_belongs_to_the_parameters_as_they_stand(source):
    replace(source, "# minutes: 1\n", "# minutes: 1\n# other_bands: {real: [0.7, 0.8]}\n")
    lesson = lessons.read_lesson(source)
    assert lesson.band_for({}) == (0.4, 0.6)
    assert lesson.band_for({"DATASET": "real"}) == (0.7, 0.8)
    assert lesson.band_for({"DATASET": "real", "SIZE": 8}) is None
    assert lesson.band_for({"SIZE": 8}) is None
