"""From a lesson's source to its notebooks: the student's, without solutions or outputs, and the one that is executed.

Cell ids are made from the lesson's number and the cell's index, so that the same source gives the same bytes.
"""

from __future__ import annotations

import ast
import textwrap
from pathlib import Path
from typing import Any

from imgrec_tf.course.lessons import Cell, Lesson, LessonError

_METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"file_extension": ".py", "mimetype": "text/x-python", "name": "python"},
}


def student_path(project: Path, lesson: Lesson) -> Path:
    """Where the student's notebook lies."""
    return Path(project) / "notebooks" / lesson.part / f"{lesson.stem}.ipynb"


def solution_path(project: Path, lesson: Lesson) -> Path:
    """Where the executed notebook with solutions lies."""
    return Path(project) / "notebooks" / "solutions" / lesson.part / f"{lesson.stem}.ipynb"


def solution_notebook(lesson: Lesson) -> Any:
    """The lesson with its solutions, not yet executed, as an nbformat notebook."""
    return _notebook(lesson, [cell.source for cell in lesson.cells])


def student_notebook(lesson: Lesson) -> Any:
    """The lesson with a stub in place of each solution, as an nbformat notebook."""
    sources = []
    for cell in lesson.cells:
        sources.append(stub(cell, lesson) if "solution" in cell.tags else cell.source)
    return _notebook(lesson, sources)


def stub(cell: Cell, lesson: Lesson) -> str:
    """The signature and docstring of each function of a solution cell, with a body that says what is to be done.

    Raises:
        LessonError: the cell holds more than imports and functions.
    """
    lines = cell.source.splitlines()
    pieces = []
    for statement in ast.parse(cell.source).body:
        first = min([statement.lineno, *(item.lineno for item in getattr(statement, "decorator_list", ()))])
        if isinstance(statement, ast.Import | ast.ImportFrom):
            pieces.append("\n".join(lines[first - 1 : statement.end_lineno]))
        elif isinstance(statement, ast.FunctionDef):
            pieces.append(_function_stub(statement, lines, first))
        else:
            raise LessonError(
                f"{lesson.path}: a solution cell holds imports and functions only, and this one has "
                f"{ast.unparse(statement).splitlines()[0]!r}; put the rest into a cell of its own"
            )
    return "\n\n\n".join(pieces)


def as_text(notebook: Any) -> str:
    """The notebook as the text of its file, always the same for the same notebook."""
    import nbformat

    nbformat.validate(notebook)
    return nbformat.writes(notebook).rstrip("\n") + "\n"


def write(path: Path, text: str) -> bool:
    """Write a text file by way of a temporary one; returns whether it differs from what was there."""
    path = Path(path)
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(path.name + ".part")
    temporary.write_text(text, encoding="utf-8", newline="\n")
    temporary.replace(path)
    return True


def build(project: Path, lesson: Lesson) -> bool:
    """Write the student's notebook; returns whether it changed."""
    return write(student_path(project, lesson), as_text(student_notebook(lesson)))


def student_problems(project: Path, lesson: Lesson) -> list[str]:
    """What is wrong with the student's notebook as it lies there: it has to equal the built one byte for byte."""
    path = student_path(project, lesson)
    if not path.exists():
        return [f"{_short(path, project)} is missing; run `python -m imgrec_tf.course build`"]
    if path.read_bytes() != as_text(student_notebook(lesson)).encode():
        return [f"{_short(path, project)} is not what its source gives; run `python -m imgrec_tf.course build`"]
    return []


def solution_problems(project: Path, lesson: Lesson) -> list[str]:
    """What is wrong with the executed notebook: sources, ids and errors are looked at, the outputs' content is not."""
    import nbformat

    path = solution_path(project, lesson)
    again = f"run `python -m imgrec_tf.course run {lesson.number:02d} --write`"
    if not path.exists():
        return [f"{_short(path, project)} is missing; {again}"]
    have = nbformat.read(path, as_version=4)
    want = solution_notebook(lesson)
    if [(cell.id, cell.cell_type, cell.source) for cell in have.cells] != [
        (cell.id, cell.cell_type, cell.source) for cell in want.cells
    ]:
        return [f"{_short(path, project)} was made from another version of its source; {again}"]
    problems = []
    for cell in have.cells:
        if cell.cell_type == "code" and cell.execution_count is None:
            problems.append(f"{_short(path, project)}: cell {cell.id} has not been executed; {again}")
        if any(output.output_type == "error" for output in cell.get("outputs", ())):
            problems.append(f"{_short(path, project)}: cell {cell.id} ended in an error; mend it and {again}")
    return problems


def _notebook(lesson: Lesson, sources: list[str]) -> Any:
    from nbformat import v4

    cells = []
    for cell, source in zip(lesson.cells, sources):
        options = {"id": f"lesson-{lesson.number:02d}-cell-{cell.index:02d}"}
        if cell.tags:
            options["metadata"] = {"tags": list(cell.tags)}
        if cell.kind == "markdown":
            cells.append(v4.new_markdown_cell(source + (_cost(lesson) if cell.index == 0 else ""), **options))
        else:
            cells.append(v4.new_code_cell(source, **options))
    notebook = v4.new_notebook(cells=cells, metadata=_METADATA)
    notebook.nbformat_minor = 5
    return notebook


def _cost(lesson: Lesson) -> str:
    gigabytes = lesson.memory_mb / 1000
    minutes = "1 minute" if lesson.minutes == 1 else f"{lesson.minutes:g} minutes"
    return f"\n\n*On 2 CPU cores: at most {minutes} and {gigabytes:.1f} GB of memory, no network.*"


def _function_stub(function: ast.FunctionDef, lines: list[str], first: int) -> str:
    text = ast.get_docstring(function)
    body = function.body[0]
    after = body.lineno - 1
    head = lines[first - 1 : after]
    if body.lineno == function.lineno:  # def f(x): return x
        head = [ast.unparse(function).split("\n")[0]]
    documented = lines[after : body.end_lineno] if text else []
    task = text.strip().splitlines()[0].rstrip(".") if text else f"Write the body of {function.name}"
    message = f"{task}, then run the next cell."
    line = f"    raise NotImplementedError({_quoted(message)})"
    if len(line) > 120:
        wrapped = textwrap.wrap(message, 100, drop_whitespace=False)
        line = (
            "    raise NotImplementedError(\n" + "\n".join(f"        {_quoted(part)}" for part in wrapped) + "\n    )"
        )
    return "\n".join([*head, *documented, line])


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _short(path: Path, project: Path) -> str:
    return Path(path).resolve().relative_to(Path(project).resolve()).as_posix()
