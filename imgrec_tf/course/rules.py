"""What a lesson's source has to keep to: order of its parts, length, words, figures, exercises.

`problems(lesson, project)` gives one sentence for each broken rule. Which names a lesson may use is in `names.py`.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from imgrec_tf.course import names
from imgrec_tf.course.checks import registered
from imgrec_tf.course.lessons import Cell, Lesson

BANNED = ("just", "simply", "easy", "easily", "obviously")
CODE_CELLS = range(12, 31)
MAX_CELL_LINES = 25
MAX_FUNCTION_LINES = 12
MAX_OWN_IMAGES_LINES = 5
FIGURES = ("plot", "preview", "image_grid", "image_values", "histogram")
FIGURE_TEXT = re.compile(r"\*{1,2}(What you should see|Figure)\b")

_ORDER = {
    "a question ('**Before you run')": r"\*\*Before you run",
    "a heading with the word 'mistake'": r"^## .*mistake",
    "the heading '## Your turn'": r"^## Your turn",
    "'**Exercise 1.**'": r"\*\*Exercise 1\.\*\*",
    "the heading '## What you learnt'": r"^## What you learnt",
    "'**On your own images**'": r"\*\*On your own images\*\*",
    "a line 'Next: '": r"^Next: ",
}


def problems(lesson: Lesson, project: Path) -> list[str]:
    """Every rule that the lesson breaks, in words, with the index of the cell where there is one."""
    found: list[str] = []
    for rule in (_opening, _order, _sizes, _text_before_code, _words, _figures, _exercises, _headline, _functions):
        found += rule(lesson)
    found += _links(lesson, Path(project))
    found += names.problems(lesson)
    return found


def _opening(lesson: Lesson) -> Iterator[str]:
    if len(lesson.cells) < 3 or [cell.kind for cell in lesson.cells[:2]] != ["markdown", "code"]:
        yield "it begins with a text cell, the set-up cell, and the cell tagged parameters"
        return
    first, setup = lesson.cells[0].source, lesson.cells[1].source
    if not first.startswith(f"# {lesson.heading}\n"):
        yield f"cell 0 begins with the title of the front matter: '# {lesson.heading}'"
    if _plain(lesson.promise) not in _plain(first):
        yield "cell 0 repeats the promise of the front matter, word for word"
    for phrase in ("**You will be able to**", "**You need**"):
        if phrase not in first:
            yield f"cell 0 says {phrase}"
    if "environment.report()" not in setup:
        yield "cell 1 sets up: all imports, then ir.environment.report()"
    tagged = [cell.index for cell in lesson.cells if "parameters" in cell.tags]
    if len(tagged) != 1 or tagged[0] > 3:
        yield f"one cell, right after the set-up, is tagged parameters; here these are: {tagged}"
    for cell in _code(lesson):
        imports = any(isinstance(node, ast.Import | ast.ImportFrom) for node in ast.walk(ast.parse(cell.source)))
        if imports and cell.index != 1 and "solution" not in cell.tags:
            yield f"cell {cell.index} imports; all imports stand in the set-up cell"


def _order(lesson: Lesson) -> Iterator[str]:
    before = (-1, 0)
    for name, pattern in _ORDER.items():
        places = [
            (cell.index, match.start())
            for cell in _text(lesson)
            for match in re.finditer(pattern, cell.source, re.MULTILINE | re.IGNORECASE)
        ]
        if not places:
            yield f"it lacks {name}"
        elif max(places) <= before:
            yield f"{name} comes too early: the order is {', '.join(_ORDER)}"
        else:
            before = min(place for place in places if place > before)
    trains = [cell.index for cell in _code(lesson) if re.search(r"\.train\(|\.fit\(", cell.source)]
    if trains and not any("shape" in cell.source for cell in lesson.cells[: trains[0] + 1]):
        yield "shapes are shown before the first training"
    for fence in re.findall(r"\*\*On your own images\*\*.*?```python\n(.*?)```", _all_text(lesson), re.DOTALL):
        if len(fence.strip().splitlines()) > MAX_OWN_IMAGES_LINES:
            yield f"'On your own images' takes at most {MAX_OWN_IMAGES_LINES} lines"


def _sizes(lesson: Lesson) -> Iterator[str]:
    number = len(_code(lesson))
    if number not in CODE_CELLS:
        yield f"it has {number} code cells; {CODE_CELLS.start} to {CODE_CELLS.stop - 1} are asked for"
    for cell in _code(lesson):
        lines = len(cell.source.splitlines())
        if lines > MAX_CELL_LINES:
            yield f"cell {cell.index} has {lines} lines, at most {MAX_CELL_LINES}: divide it"


def _text_before_code(lesson: Lesson) -> Iterator[str]:
    for before, cell in zip(lesson.cells, lesson.cells[1:]):
        allowed = ("parameters" in cell.tags and before.index == 1) or (
            "check" in cell.tags and "solution" in before.tags
        )
        if cell.kind == "code" and before.kind == "code" and not allowed:
            yield f"cell {cell.index} follows code: text stands before each code cell"


def _words(lesson: Lesson) -> Iterator[str]:
    for cell in _text(lesson):
        for word in re.findall(rf"\b({'|'.join(BANNED)})\b", cell.source, re.IGNORECASE):
            yield f"cell {cell.index} says {word!r}: say what is done, not how light it is"
        prose = re.sub(r"```.*?```|`[^`]*`", "", cell.source, flags=re.DOTALL)
        if re.search(r"\$[^$\n]*[\\^_{][^$\n]*\$|\\\(|\\\[", prose):
            yield f"cell {cell.index} holds LaTeX, which needs the web to be shown: write code or plain signs"
        if re.search(r"!\[[^\]]*\]\(https?:|<img[^>]+https?:", prose):
            yield f"cell {cell.index} shows a picture from the web: it would be missing offline"


def _figures(lesson: Lesson) -> Iterator[str]:
    for cell in _code(lesson):
        if _ends_in_figure(cell):
            below = lesson.cells[cell.index + 1] if cell.index + 1 < len(lesson.cells) else None
            if below is None or below.kind != "markdown" or not FIGURE_TEXT.match(below.source.lstrip()):
                yield f"cell {cell.index} ends in a figure: the cell below begins with '*What you should see: …*'"


def _exercises(lesson: Lesson) -> Iterator[str]:
    known = registered()
    solved: set[str] = set()
    for cell in _code(lesson):
        after = lesson.cells[cell.index + 1] if cell.index + 1 < len(lesson.cells) else None
        if "solution" in cell.tags:
            solved |= {node.name for node in ast.parse(cell.source).body if isinstance(node, ast.FunctionDef)}
            if after is None or "check" not in after.tags:
                yield f"cell {cell.index} is a solution: the cell after it is tagged check"
        elif "check" in cell.tags:
            called = re.search(r"course\.check\(\s*[\"']([\d.]+)[\"']", cell.source)
            if not called:
                yield f'cell {cell.index} checks: it calls ir.course.check("{lesson.number:02d}.1", …)'
            elif called.group(1) not in known or not called.group(1).startswith(f"{lesson.number:02d}."):
                yield f"cell {cell.index}: imgrec_tf/course/exercises registers no check {called.group(1)!r}"
    for cell in _code(lesson):
        used = {node.id for node in ast.walk(ast.parse(cell.source)) if isinstance(node, ast.Name)}
        if not {"solution", "check"} & set(cell.tags) and used & solved:
            yield f"cell {cell.index} uses {sorted(used & solved)}, which the student has yet to write"


def _headline(lesson: Lesson) -> Iterator[str]:
    calls = [
        node
        for cell in _code(lesson)
        for node in ast.walk(ast.parse(cell.source))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "headline"
    ]
    if len(calls) != 1:
        yield f"it calls ir.course.headline once; here it is called {len(calls)} times"
    elif isinstance(calls[0].args[0], ast.Constant) and calls[0].args[0].value != lesson.metric:
        yield f"headline is called {calls[0].args[0].value!r}, and the front matter's metric is {lesson.metric!r}"


def _functions(lesson: Lesson) -> Iterator[str]:
    for cell in _code(lesson):
        for node in ast.walk(ast.parse(cell.source)):
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                lines = node.end_lineno - node.lineno + 1
                if lines > MAX_FUNCTION_LINES:
                    yield f"cell {cell.index}: {node.name} has {lines} lines, more than {MAX_FUNCTION_LINES}"


def _links(lesson: Lesson, project: Path) -> Iterator[str]:
    folder = project / "notebooks" / lesson.part
    sources = project / "notebooks" / "source" / lesson.part
    for target in re.findall(r"\]\(([^)\s#]+)", _all_text(lesson)):
        if re.match(r"[a-z]+:", target):
            continue
        source = (sources / target).with_suffix(".py")
        if not (folder / target).exists() and not source.exists():
            yield f"the link to {target} leads nowhere; write a lesson that does not exist yet as plain text"


def _ends_in_figure(cell: Cell) -> bool:
    body = ast.parse(cell.source).body
    if not body or not isinstance(body[-1], ast.Expr):
        return False
    value = body[-1].value
    return isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute) and value.func.attr.startswith(FIGURES)


def _code(lesson: Lesson) -> list[Cell]:
    return [cell for cell in lesson.cells if cell.kind == "code"]


def _text(lesson: Lesson) -> list[Cell]:
    return [cell for cell in lesson.cells if cell.kind == "markdown"]


def _all_text(lesson: Lesson) -> str:
    return "\n\n".join(cell.source for cell in _text(lesson))


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()
