"""A lesson's source: one py:percent file with a front matter, the only form of a lesson that is edited by hand.

    notebooks/source/medicine/17_chest_xray.py

begins with a block of comments that states what the lesson promises and what it may cost,

    # ---
    # title: Chest X-ray
    # promise: What you can do at the end, in one sentence.
    # needs: [3, 7]
    # metric: ROC AUC, test split
    # band: [0.93, 0.999]
    # minutes: 2.5
    # memory_mb: 1800
    # ---

and goes on in cells that begin with `# %%` (code) or `# %% [markdown]` (text). Three tags have a meaning:
`parameters` (names that a run may override), `solution` (a stub in the student's notebook), `check` (tests it).
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from imgrec_tf.course.course_map import PARTS

_REQUIRED = {"title": str, "promise": str, "needs": list, "metric": str, "band": list, "minutes": (int, float)}
_REQUIRED |= {"memory_mb": int}
_OPTIONAL = {"flagship": bool, "quick": dict, "other_bands": dict, "dataset": str}


class LessonError(ValueError):
    """A lesson's source breaks a rule of the format; the message names the file and what to change."""


@dataclass(frozen=True)
class Cell:
    """One cell of a lesson's source: `kind` is "code" or "markdown", `index` counts from 0."""

    kind: str
    source: str
    index: int
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Lesson:
    """A parsed lesson.

    Attributes:
        path: the py:percent file.
        number: from the file's name, 17 for `17_chest_xray.py`.
        part: the folder's name, a key of `course_map.PARTS`.
        cells: text and code, in order.
        title, promise, needs, metric, minutes, memory_mb: as the front matter states them; minutes of wall time on
            2 CPU cores, memory as peak resident set in MB (10^6 bytes).
        band: lowest and highest value that the headline metric may take with the parameters as they stand.
        flagship: whether `make demo` runs it.
        quick: parameters that make it short enough for a test.
        other_bands: band by value of DATASET, for data sets other than the default.
        dataset: the data set's name in the catalogue, for a lesson that has one and no parameter DATASET.
    """

    path: Path
    number: int
    part: str
    cells: tuple[Cell, ...]
    title: str
    promise: str
    needs: tuple[int, ...]
    metric: str
    band: tuple[float, float]
    minutes: float
    memory_mb: int
    flagship: bool = False
    quick: dict[str, Any] = field(default_factory=dict)
    other_bands: dict[str, tuple[float, float]] = field(default_factory=dict)
    dataset: str | None = None

    @property
    def stem(self) -> str:
        """The file's name without its ending, the same for all forms of the lesson."""
        return self.path.stem

    @property
    def heading(self) -> str:
        """Number and title, as the lesson's first line shows them."""
        return f"{self.number:02d} · {self.title}"

    @property
    def parameters(self) -> dict[str, Any]:
        """Names and default values of the `parameters` cell, in order."""
        return {
            name: value for cell in self.cells if "parameters" in cell.tags for name, value in _constants(cell, self)
        }

    def band_for(self, changed: dict[str, Any]) -> tuple[float, float] | None:
        """The band that holds when these parameters are changed: None where the lesson states none for them."""
        if not changed:
            return self.band
        return self.other_bands.get(changed.get("DATASET")) if set(changed) == {"DATASET"} else None


def read_lesson(path: Path) -> Lesson:
    """Read one py:percent file.

    Raises:
        LessonError: the name, the front matter or a cell is not as the format asks.
    """
    import jupytext

    path = Path(path)
    named = re.fullmatch(r"(\d\d)_\w+", path.stem)
    if not named:
        raise LessonError(f"{path}: a lesson's file is named like 17_chest_xray.py, two digits first; rename it")
    text = path.read_text(encoding="utf-8")
    matter = re.match(r"# ---\n((?:#.*\n)*?)# ---\n", text)
    if not matter:
        raise LessonError(f"{path}: begins with no front matter; the first line is '# ---', see {__name__}")
    fields = _front_matter(path, matter.group(1))
    notebook = jupytext.reads(text[matter.end() :].lstrip("\n"), fmt="py:percent")
    cells = tuple(
        Cell(cell.cell_type, cell.source, index, tuple(cell.metadata.get("tags", ())))
        for index, cell in enumerate(notebook.cells)
    )
    return Lesson(path=path, number=int(named.group(1)), part=path.parent.name, cells=cells, **fields)


def find_lessons(project: Path, chosen: Iterable[str] = ()) -> list[Lesson]:
    """All lessons under `notebooks/source`, or the chosen ones, ordered by number.

    Args:
        project: folder that holds `notebooks/`.
        chosen: numbers ("17"), names ("17_chest_xray"), parts ("medicine") or paths of source files; empty for all.

    Raises:
        LessonError: a choice matches nothing, or two lessons have the same number.
    """
    folder = Path(project) / "notebooks" / "source"
    paths = sorted((path for part in PARTS for path in (folder / part).glob("*.py")), key=lambda path: path.stem)
    wanted: list[Path] = []
    for choice in chosen:
        matching = [path for path in paths if _matches(path, str(choice))]
        if not matching:
            known = ", ".join(path.stem for path in paths) or "none yet"
            raise LessonError(f"no lesson matches {choice!r}; there are {known}")
        wanted += [path for path in matching if path not in wanted]
    lessons = [read_lesson(path) for path in (sorted(wanted, key=lambda path: path.stem) if chosen else paths)]
    numbers = [lesson.number for lesson in lessons]
    if len(set(numbers)) < len(numbers):
        raise LessonError(f"two lessons have the same number: {[lesson.stem for lesson in lessons]}; renumber one")
    return lessons


def override(lesson: Lesson, settings: Iterable[str]) -> dict[str, Any]:
    """Turn NAME=VALUE texts into values for the lesson's parameters, typed as their defaults are.

    Raises:
        LessonError: a name that the lesson does not have, or a value of another type than the default.
    """
    changed = {}
    for name, text in (split_setting(setting) for setting in settings):
        if name not in lesson.parameters:
            known = ", ".join(f"{key} = {value!r}" for key, value in lesson.parameters.items()) or "none"
            raise LessonError(f"lesson {lesson.heading} has no parameter {name!r}; it has {known}")
        changed[name] = _typed(name, text, lesson.parameters[name])
    return {name: value for name, value in changed.items() if value != lesson.parameters[name]}


def split_setting(setting: str) -> tuple[str, str]:
    """Split "NAME=VALUE" at its first equals sign; LessonError where there is none."""
    name, equals, text = setting.partition("=")
    if not equals or not name.strip().isidentifier():
        raise LessonError(f"a parameter is given as NAME=VALUE, such as EPOCHS=3; this was {setting!r}")
    return name.strip(), text.strip()


def _matches(path: Path, choice: str) -> bool:
    number = choice.zfill(2) if choice.isdigit() else None
    return (
        path.stem[:2] == number or choice in (path.stem, path.parent.name) or path.resolve() == Path(choice).resolve()
    )


def _typed(name: str, text: str, default: Any) -> Any:
    if isinstance(default, str):
        return text.strip("'\"")
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError):
        value = text
    if isinstance(default, float) and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if default is None or type(value) is type(default):
        return value
    wanted = type(default).__name__
    raise LessonError(f"{name} is of type {wanted} (by default {default!r}), and {text!r} is not; give another value")


def _constants(cell: Cell, lesson: Lesson) -> Iterable[tuple[str, Any]]:
    for statement in ast.parse(cell.source).body:
        try:
            (target,) = statement.targets
            yield target.id, ast.literal_eval(statement.value)
        except (AttributeError, ValueError):
            raise LessonError(
                f"{lesson.path}: the parameters cell holds lines NAME = literal only; this is not one: "
                f"{ast.unparse(statement)}"
            ) from None


def _front_matter(path: Path, block: str) -> dict[str, Any]:
    import yaml

    try:
        fields = yaml.safe_load("\n".join(line.removeprefix("#").removeprefix(" ") for line in block.splitlines()))
    except yaml.YAMLError as error:
        raise LessonError(f"{path}: the front matter is not YAML (quote a text that holds a colon): {error}") from error
    kinds = _REQUIRED | _OPTIONAL
    fields = fields if isinstance(fields, dict) else {}
    missing, unknown = sorted(_REQUIRED.keys() - fields.keys()), sorted(fields.keys() - kinds.keys())
    if missing or unknown:
        raise LessonError(f"{path}: front matter lacks {missing} and has unknown keys {unknown}; known: {list(kinds)}")
    for name, value in fields.items():
        if not isinstance(value, kinds[name]):
            raise LessonError(f"{path}: front matter {name!r} cannot be {value!r}")
    fields["needs"] = tuple(int(str(number)) for number in fields["needs"])
    fields["band"] = _band(path, fields["band"])
    fields["other_bands"] = {name: _band(path, band) for name, band in fields.get("other_bands", {}).items()}
    fields["minutes"] = float(fields["minutes"])
    return fields


def _band(path: Path, band: Any) -> tuple[float, float]:
    try:
        low, high = (float(end) for end in band)
    except (TypeError, ValueError):
        raise LessonError(f"{path}: a band is a list of two numbers [low, high]; this is {band!r}") from None
    if not low < high:
        raise LessonError(f"{path}: a band's low end {low} is below its high end {high}; change one of them")
    return low, high
