"""The commands of `python -m imgrec_tf.course`, as functions that return an exit status."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from imgrec_tf.course import execution, lessons, notebooks, rendering, tables
from imgrec_tf.course.lessons import Lesson, LessonError

_SECONDS_BETWEEN_LINES = 15


def build(project: Path, chosen: list[str], check: bool) -> int:
    """Write the students' notebooks and the tables of lessons, or with `check` say which of them are out of date."""
    selected = lessons.find_lessons(project, chosen)
    pages = tables.written_pages(project, lessons.find_lessons(project))
    if check:
        problems = [problem for lesson in selected for problem in notebooks.student_problems(project, lesson)]
        problems += [problem for lesson in selected for problem in notebooks.solution_problems(project, lesson)]
        for path, text in pages.items():
            if path.read_text(encoding="utf-8") != text:
                problems.append(f"the table of lessons in {path.name} is old; run `python -m imgrec_tf.course build`")
        return _report(problems, f"lessons whose notebooks are what their sources give: {len(selected)}")
    for lesson in selected:
        changed = notebooks.build(project, lesson)
        print(
            f"{'written  ' if changed else 'unchanged'} {notebooks.student_path(project, lesson).relative_to(project)}"
        )
        for problem in notebooks.solution_problems(project, lesson):
            print(f"          {problem}")
    for path, text in pages.items():
        notebooks.write(path, text)
    return 0


def lint(project: Path, chosen: list[str]) -> int:
    """Say which rules the lessons' sources break."""
    from imgrec_tf.course import rules

    selected = lessons.find_lessons(project, chosen)
    with _without_native_messages():
        problems = [f"{lesson.stem}: {text}" for lesson in selected for text in rules.problems(lesson, project)]
    return _report(problems, f"lessons that keep to the rules: {len(selected)}")


def run(project: Path, chosen: list[str], settings: list[str], *, write: bool, time_factor: float) -> int:
    """Execute lessons, check what they promise, and render their pages."""
    return _run(project, lessons.find_lessons(project, chosen), settings, write=write, time_factor=time_factor)


def demo(project: Path, settings: list[str], *, time_factor: float) -> int:
    """Execute the flagship lessons and print a table."""
    selected = [lesson for lesson in lessons.find_lessons(project) if lesson.flagship]
    if not selected:
        return _report(["no lesson says `flagship: true` in its front matter"], "")
    at_once = max(1, min(len(selected), os.cpu_count() or 1))
    return _run(project, selected, settings, write=False, time_factor=time_factor, at_once=at_once)


def show(project: Path) -> int:
    """List the lessons."""
    for lesson in lessons.find_lessons(project):
        parameters = ", ".join(f"{name}={value}" for name, value in lesson.parameters.items())
        print(f"{lesson.heading:40s} {lesson.minutes:4g} min {lesson.memory_mb:5d} MB  {parameters}")
    return 0


def describe_dataset(lesson: Lesson, changed: dict[str, Any]) -> str:
    """The lesson's data set by name, and whether it is synthetic or real; empty for a lesson without one."""
    name = (lesson.parameters | changed).get("DATASET", lesson.dataset)
    if not name:
        return ""
    from imgrec_tf.datasets import catalogue

    known = catalogue.entries().get(name)
    if known is None:
        return f"{name} (not in the catalogue)"
    return f"{name} ({'synthetic' if known['synthetic'] else 'real'})"


def needs_network(lesson: Lesson, changed: dict[str, Any]) -> bool:
    """Whether a run has to leave the network on: only for a real data set, asked for by name, that is not here yet.

    The size that is looked for is the lesson's parameter SIZE where the data set has this size, else its smallest.
    """
    from imgrec_tf.datasets import catalogue, files

    name = changed.get("DATASET")
    known = catalogue.entries().get(name)
    if known is None or "generator" in known:
        return False
    size = (lesson.parameters | changed).get("SIZE")
    return files.place_of(name, known, size if size in known["sizes"] else known["sizes"][0]) is None


def _run(
    project: Path, selected: list[Lesson], settings: list[str], *, write: bool, time_factor: float, at_once: int = 1
) -> int:
    changes = [_changes(lesson, selected, settings) for lesson in selected]
    if write and any(changes):
        raise LessonError("--write keeps what the lessons say of themselves: leave out -p, or leave out --write")
    described = [describe_dataset(lesson, changed) for lesson, changed in zip(selected, changes)]

    cores = max(1, (os.cpu_count() or 1) // at_once) if at_once > 1 else None

    def execute(lesson: Lesson, changed: dict[str, Any], dataset: str) -> execution.Result:
        result = _run_one(project, lesson, changed, dataset, time_factor, cores)
        rendering.write_page(result, project / "build" / "lessons", dataset)
        if write and result.passed:
            notebooks.write(notebooks.solution_path(project, lesson), notebooks.as_text(result.notebook))
        return result

    with ThreadPoolExecutor(at_once) as pool:
        results = list(pool.map(execute, selected, changes, described))
    print("\n" + tables.result_table(results, described, project) + "\n")
    problems = [result.error for result in results if result.error]
    problems += [f"lesson {result.lesson.heading}: {text}" for result in results for text in result.problems]
    return _report(problems, "Every cell ran, and every stated band, time and memory was kept.")


def _run_one(
    project: Path, lesson: Lesson, changed: dict[str, Any], dataset: str, time_factor: float, cores: int | None
) -> execution.Result:
    network = needs_network(lesson, changed)
    settings = ", ".join(f"{name}={value}" for name, value in changed.items())
    print(", ".join(filter(None, [lesson.heading, settings, f"network {'on' if network else 'off'}"])), flush=True)
    with _progress(lesson) as progress:
        return execution.run(
            lesson,
            changed,
            project=project,
            network=network,
            time_factor=time_factor,
            cores=cores,
            progress=progress,
        )


@contextlib.contextmanager
def _progress(lesson: Lesson) -> Iterator[Callable[[int, int], None]]:
    """A bar in a terminal; elsewhere a line now and then, so that a log shows that something moves."""
    from tqdm import tqdm

    if sys.stderr.isatty():
        with tqdm(unit=" cells", leave=False, ncols=72, desc=f"{lesson.number:02d}") as bar:

            def move(done: int, total: int) -> None:
                bar.total = total
                bar.update(done - bar.n)

            yield move
        return
    start = last = time.monotonic()

    def say(done: int, total: int) -> None:
        nonlocal last
        if time.monotonic() - last > _SECONDS_BETWEEN_LINES:
            last = time.monotonic()
            print(f"  {lesson.number:02d}: {done} of {total} cells after {last - start:.0f} s", flush=True)

    yield say


@contextlib.contextmanager
def _without_native_messages() -> Iterator[None]:
    """Keep what TensorFlow's C++ side writes to standard error while it is loaded out of the terminal."""
    sys.stderr.flush()
    kept = os.dup(2)
    try:
        with Path(os.devnull).open("wb") as nowhere:
            os.dup2(nowhere.fileno(), 2)
        yield
    finally:
        sys.stderr.flush()
        os.dup2(kept, 2)
        os.close(kept)


def _changes(lesson: Lesson, selected: list[Lesson], settings: list[str]) -> dict[str, Any]:
    """The settings that this lesson knows; one that no selected lesson knows is an error."""
    own = []
    for setting in settings:
        name, _ = lessons.split_setting(setting)
        if name in lesson.parameters or not any(name in other.parameters for other in selected):
            own.append(setting)
    return lessons.override(lesson, own)


def _report(problems: list[str], good: str) -> int:
    for problem in problems:
        print(problem, file=sys.stderr)
    if not problems:
        print(good)
    return 1 if problems else 0
