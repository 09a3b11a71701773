"""Tables made from the lessons' front matter: the course map, the README's list, and what `make demo` prints."""

from __future__ import annotations

import textwrap
from pathlib import Path

from imgrec_tf.course import headlines
from imgrec_tf.course.course_map import PARTS
from imgrec_tf.course.execution import Result
from imgrec_tf.course.lessons import Lesson, LessonError

BEGIN = "<!-- lessons: made from the front matter by `python -m imgrec_tf.course build` -->"
END = "<!-- end of lessons -->"


def lesson_table(lessons: list[Lesson], folder: str) -> str:
    """A Markdown table of the lessons that exist.

    Args:
        lessons: what to list.
        folder: where the links start: "notebooks/" in the project's README.
    """
    rows = [
        "| lesson | what you can do after it | headline, and its band | minutes | memory |",
        "|---|---|---|---|---|",
    ]
    for lesson in lessons:
        rows.append(
            f"| [{lesson.heading}]({folder}{lesson.part}/{lesson.stem}.ipynb) | {lesson.promise} "
            f"| {lesson.metric}: {lesson.band[0]:g} to {lesson.band[1]:g} "
            f"| {lesson.minutes:g} | {lesson.memory_mb / 1000:.1f} GB |"
        )
    return "\n".join(rows)


def course_map(lessons: list[Lesson]) -> str:
    """All parts of the course as Markdown lists; lessons that exist are links to both of their notebooks."""
    written = {lesson.number: lesson for lesson in lessons}
    lines: list[str] = []
    for part, titles in PARTS.items():
        lines += [f"## {part.capitalize()}", ""]
        for number, title in titles.items():
            lesson = written.get(number)
            if lesson is None:
                lines.append(f"- {number:02d} · {title}: still to be written")
                continue
            student, solution = f"{part}/{lesson.stem}.ipynb", f"solutions/{part}/{lesson.stem}.ipynb"
            needs = ", ".join(f"{need:02d}" for need in lesson.needs)
            after = f" Needs {needs}." if needs else ""
            lines.append(f"- [{lesson.heading}]({student}) ([with solutions]({solution})): {lesson.promise}{after}")
        lines.append("")
    return "\n".join(lines).rstrip()


def with_table(text: str, table: str) -> str:
    """The text with what stands between the two marks replaced by the table.

    Raises:
        LessonError: one of the marks is missing.
    """
    if text.count(BEGIN) != 1 or text.count(END) != 1:
        raise LessonError(f"the text needs the line {BEGIN!r} and, after the table, {END!r}, once each; put them back")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{table}\n\n{END}{after}"


def written_pages(project: Path, lessons: list[Lesson]) -> dict[Path, str]:
    """The pages that hold such a table, by path, with the text that they should have."""
    project = Path(project)
    tables = {
        project / "README.md": lesson_table(lessons, "notebooks/"),
        project / "notebooks" / "README.md": course_map(lessons),
    }
    return {
        path: with_table(path.read_text(encoding="utf-8"), table) for path, table in tables.items() if path.exists()
    }


def result_table(results: list[Result], datasets: list[str], project: Path) -> str:
    """What `make demo` prints at the end: a table of plain text, one row a lesson.

    Args:
        results: what ran.
        datasets: for each result its data set and whether it is synthetic, in words.
        project: paths are shown relative to this folder.
    """
    rows = [("lesson", "data set", "headline metric", "value", "band", "minutes", "memory", "page")]
    for result, dataset in zip(results, datasets):
        band = result.lesson.band_for(result.changed)
        page = result.page.resolve() if result.page else None
        if page and page.is_relative_to(Path(project).resolve()):
            page = page.relative_to(Path(project).resolve())
        rows.append(
            (
                result.lesson.heading,
                dataset or "none",
                result.lesson.metric,
                headlines.short(result.headline["value"]) if result.headline else "not reached",
                f"{band[0]:g} to {band[1]:g}" if band else "none for these parameters",
                f"{result.minutes:.1f}",
                f"{result.memory_mb / 1000:.1f} GB" if result.memory_mb else "unknown",
                str(page or ""),
            )
        )
    return _aligned(rows)


def _aligned(rows: list[tuple[str, ...]], widest: int = 34) -> str:
    wrapped = [[textwrap.wrap(text, widest, break_long_words=False) or [""] for text in row] for row in rows]
    widths = [max(len(line) for row in wrapped for line in row[column]) for column in range(len(rows[0]))]
    lines = []
    for index, row in enumerate(wrapped):
        for depth in range(max(len(cell) for cell in row)):
            cells = [cell[depth] if depth < len(cell) else "" for cell in row]
            lines.append("  ".join(text.ljust(width) for text, width in zip(cells, widths)).rstrip())
        if index == 0:
            lines.append("  ".join("-" * width for width in widths))
    return "\n".join(lines)
