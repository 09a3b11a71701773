"""Checks of the exercises: what a lesson calls after "your turn", and how an author adds one.

A check is a generator that takes the student's function, tries it, and yields one sentence for each thing that works:

    @register("01.1")
    def darker_half(candidate):
        expect(candidate(100) == 50, "100 should become 50: halve it")
        yield "halves a number"

Checks live in `exercises`, one file a lesson.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from typing import Any

Check = Callable[[Any], Iterator[str]]
_registry: dict[str, Check] = {}


class CheckFailed(Exception):
    """The student's answer is not right yet; the message is a hint, not the answer."""

    def _render_traceback_(self) -> list[str]:
        """What a notebook shows: the hint alone, without the way through this file."""
        return [f"Not yet. {self}"]


def register(exercise: str) -> Callable[[Check], Check]:
    """Decorate the check of one exercise, named by lesson and number: "04.1".

    Raises:
        ValueError: the exercise has a check already.
    """

    def keep(check: Check) -> Check:
        if exercise in _registry and _registry[exercise].__qualname__ != check.__qualname__:
            raise ValueError(
                f"exercise {exercise} has a check already, {_registry[exercise].__qualname__}; renumber one"
            )
        _registry[exercise] = check
        return check

    return keep


def registered() -> dict[str, Check]:
    """Every check by the name of its exercise."""
    package = importlib.import_module("imgrec_tf.course.exercises")
    for module in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"{package.__name__}.{module.name}")
    return dict(sorted(_registry.items()))


def expect(condition: object, hint: str) -> None:
    """Raise CheckFailed with the hint unless the condition holds; NumPy's truth values are welcome."""
    if not bool(condition):
        raise CheckFailed(hint)


def check(exercise: str, candidate: Any) -> None:
    """Try an answer to an exercise, and print what works.

    Args:
        exercise: lesson and number, such as "04.1".
        candidate: what the exercise asks for, as a rule a function.

    Raises:
        CheckFailed: with a hint, when something is not right yet.
        ValueError: there is no such exercise.
    """
    known = registered()
    if exercise not in known:
        raise ValueError(f"there is no exercise {exercise!r}; there are {', '.join(known) or 'none'}")
    try:
        for passed in known[exercise](candidate):
            print(f"✓ {passed}")
    except CheckFailed:
        raise
    except NotImplementedError as error:
        print(f"Exercise {exercise} is not done yet. {error}".rstrip())
        return
    except Exception as error:
        raise CheckFailed(f"Your code stopped with {type(error).__name__}: {error}") from error
    print(f"Exercise {exercise}: done.")
