"""Commands for lessons: `python -m imgrec_tf.course --help`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from imgrec_tf.course import commands
from imgrec_tf.course.lessons import LessonError


def main(arguments: list[str] | None = None) -> int:
    """Run one command; returns the exit status: 0 when all is well, 1 when something is not, 2 for a wrong call."""
    given = _parser().parse_args(arguments)
    project = given.project.resolve()
    if not (project / "notebooks" / "source").is_dir():
        print(f"{project} has no folder notebooks/source: run this in a clone, or give --project", file=sys.stderr)
        return 2
    try:
        if given.command == "build":
            return commands.build(project, given.lessons, given.check)
        if given.command == "lint":
            return commands.lint(project, given.lessons)
        if given.command == "run":
            options = {"write": given.write, "time_factor": given.slow_machine}
            return commands.run(project, given.lessons, given.parameters, **options)
        if given.command == "demo":
            return commands.demo(project, given.parameters, time_factor=given.slow_machine)
        return commands.show(project)
    except LessonError as error:
        print(error, file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m imgrec_tf.course", description="Build and run the lessons.")
    parser.add_argument("--project", type=Path, default=_default_project(), help="folder that holds notebooks/")
    actions = parser.add_subparsers(dest="command", required=True)
    build = actions.add_parser("build", help="write the students' notebooks and the tables of lessons")
    build.add_argument("--check", action="store_true", help="write nothing, say what is out of date")
    lint = actions.add_parser("lint", help="say which rules the lessons' sources break")
    run = actions.add_parser("run", help="execute lessons, offline, and check what they promise")
    run.add_argument("--write", action="store_true", help="keep the executed notebooks under notebooks/solutions")
    demo = actions.add_parser("demo", help="execute the flagship lessons and print a table")
    actions.add_parser("list", help="list the lessons and their parameters")
    for action in (build, lint, run):
        action.add_argument("lessons", nargs="*", help="numbers, names or parts; all when left out")
    for action in (run, demo):
        action.add_argument("-p", dest="parameters", action="append", default=[], metavar="NAME=VALUE",
                            help="override a parameter of the lessons, such as EPOCHS=3")  # fmt: skip
        action.add_argument("--slow-machine", type=float, default=1.0, metavar="FACTOR",
                            help="allow the lessons this many times their minutes")  # fmt: skip
    return parser


def _default_project() -> Path:
    here = Path.cwd()
    return here if (here / "notebooks" / "source").is_dir() else Path(__file__).resolve().parents[2]


if __name__ == "__main__":
    sys.exit(main())
