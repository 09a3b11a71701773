"""Student notebooks: stubs instead of solutions, the same bytes each time, and a check that sees old files."""

from __future__ import annotations

import nbformat
import pytest

from imgrec_tf.course import __main__ as command_line
from imgrec_tf.course import lessons, notebooks
from imgrec_tf.course.lessons import Cell


def stub(source, lesson):
    return notebooks.stub(Cell("code", source, 0, ("solution",)), lesson)


def test_the_student_notebook(project, source):
    lesson = lessons.read_lesson(source)
    assert notebooks.build(project, lesson)
    path = notebooks.student_path(project, lesson)
    notebook = nbformat.read(path, as_version=4)
    assert notebook.cells[0].id == "lesson-01-cell-00"
    assert "at most 1 minute and 0.9 GB" in notebook.cells[0].source
    assert all(not cell.get("outputs") for cell in notebook.cells)
    solution, check = notebook.cells[-2:]
    assert "255 - picture" not in path.read_text()
    assert '"""Return the negative of a uint8 image."""' in solution.source
    assert 'NotImplementedError("Return the negative of a uint8 image, then run the next cell.")' in solution.source
    assert check.source == 'ir.course.check("01.1", negative)'


def test_building_twice_gives_the_same_bytes(project, source):
    lesson = lessons.read_lesson(source)
    notebooks.build(project, lesson)
    first = notebooks.student_path(project, lesson).read_bytes()
    assert not notebooks.build(project, lesson), "nothing has changed"
    assert notebooks.student_path(project, lesson).read_bytes() == first
    assert first.endswith(b"}\n")


def test_the_check_sees_a_notebook_edited_by_hand(project, source):
    lesson = lessons.read_lesson(source)
    assert "is missing" in notebooks.student_problems(project, lesson)[0]
    notebooks.build(project, lesson)
    assert notebooks.student_problems(project, lesson) == []
    path = notebooks.student_path(project, lesson)
    path.write_text(path.read_text() + "\n")
    assert "is not what its source gives" in notebooks.student_problems(project, lesson)[0]


def test_the_check_sees_an_old_solution(project, source):
    lesson = lessons.read_lesson(source)
    path = notebooks.solution_path(project, lesson)
    assert "is missing" in notebooks.solution_problems(project, lesson)[0]
    notebook = notebooks.solution_notebook(lesson)
    notebooks.write(path, notebooks.as_text(notebook))
    assert "has not been executed" in notebooks.solution_problems(project, lesson)[0]
    for count, cell in enumerate((cell for cell in notebook.cells if cell.cell_type == "code"), 1):
        cell.execution_count = count
    notebooks.write(path, notebooks.as_text(notebook))
    assert notebooks.solution_problems(project, lesson) == []
    source.write_text(source.read_text().replace("as many dark", "twice as many dark"))
    problems = notebooks.solution_problems(project, lessons.read_lesson(source))
    assert problems == [
        "notebooks/solutions/foundations/01_tiny_lesson.ipynb was made from another version of its source; "
        "run `python -m imgrec_tf.course run 01 --write`"
    ]


def test_a_stub_keeps_signature_docstring_and_decorators(source):
    lesson = lessons.read_lesson(source)
    text = stub(
        'import numpy as np\n\n\n@cached\ndef area(\n    width: int,\n    height: int = 2,\n) -> int:\n    """Area.\n\n'
        '    More.\n    """\n    return width * height\n',
        lesson,
    )
    compile(text, "stub", "exec")
    assert text.startswith("import numpy as np\n\n\n@cached\ndef area(\n    width: int,\n")
    assert '"""Area.\n\n    More.\n    """\n    raise NotImplementedError("Area, then run' in text
    assert "width * height" not in text


@pytest.mark.parametrize("source_text", ["def one(x=1): return x", "def one(x=1):\n    # a hint\n    return x"])
def test_a_stub_without_docstring_names_the_function(source, source_text):
    text = stub(source_text, lessons.read_lesson(source))
    compile(text, "stub", "exec")
    assert text.startswith("def one(x=1):")
    assert "Write the body of one" in text
    assert "return" not in text


def test_a_long_task_is_wrapped(source):
    text = stub(f'def one():\n    """{"Say it in many words. " * 8}"""\n    return 1', lessons.read_lesson(source))
    assert all(len(line) <= 120 for line in text.splitlines() if "raise" in line or line.startswith("        "))
    names = {}
    exec(text, names)
    with pytest.raises(NotImplementedError, match="many words, then run the next cell"):
        names["one"]()


def test_a_solution_holds_functions_only(source):
    with pytest.raises(lessons.LessonError, match="imports and functions only, and this one has 'answer = 1'"):
        stub("answer = 1", lessons.read_lesson(source))


def test_build_fills_the_tables_and_checks_them(project, source, capsys):
    assert command_line.main(["--project", str(project), "build"]) == 0
    readme = (project / "README.md").read_text()
    assert "[01 · A tiny lesson](notebooks/foundations/01_tiny_lesson.ipynb)" in readme
    assert "share of dark pixels: 0.4 to 0.6" in readme
    assert readme.endswith("The end.\n")
    course_map = (project / "notebooks" / "README.md").read_text()
    assert "[01 · A tiny lesson](foundations/01_tiny_lesson.ipynb)" in course_map
    assert course_map.count("still to be written") == 27
    (project / "README.md").write_text(readme.replace("0.4 to 0.6", "0.4 to 0.7"))
    capsys.readouterr()
    assert command_line.main(["--project", str(project), "build", "--check"]) == 1
    assert "the table of lessons in README.md is old" in capsys.readouterr().err


def test_a_page_without_marks_is_an_error(project, capsys):
    (project / "README.md").write_text("# Title\n")
    assert command_line.main(["--project", str(project), "build"]) == 2
    assert "put them back" in capsys.readouterr().err


def test_a_folder_without_lessons_is_an_error(tmp_path, capsys):
    assert command_line.main(["--project", str(tmp_path), "list"]) == 2
    assert "has no folder notebooks/source" in capsys.readouterr().err
