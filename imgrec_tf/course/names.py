"""Which names of the library a lesson uses, and whether each of them is public.

Public is what a module lists in `__all__`; where it lists nothing, every name without a leading underscore that is
defined in the module. Attributes of what a call returns cannot be known from the text, so they are only looked at for a
leading underscore; running the lesson shows whether they exist.
"""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterator
from types import ModuleType

from imgrec_tf.course.lessons import Lesson

PACKAGE = "imgrec_tf"


def problems(lesson: Lesson) -> list[str]:
    """Every name in the lesson's code, and in the Python blocks of its text, that is not public."""
    found: list[str] = []
    aliases: dict[str, str] = {}
    for cell in lesson.cells:
        sources = [cell.source] if cell.kind == "code" else re.findall(r"```python\n(.*?)```", cell.source, re.DOTALL)
        for source in sources:
            try:
                tree = ast.parse(source)
            except SyntaxError as error:
                found.append(f"cell {cell.index} is not Python: {error}")
                continue
            found += [f"cell {cell.index}: {problem}" for problem in _problems(tree, aliases)]
    return found


def is_public(module: ModuleType, name: str) -> bool:
    """Whether `module.name` is a public name of a module of this package."""
    listed = getattr(module, "__all__", None)
    if listed is not None:
        return name in listed and hasattr(module, name)
    value = getattr(module, name, None)
    if name.startswith("_") or value is None:
        return False
    if isinstance(value, ModuleType):
        return value.__name__.startswith(PACKAGE)
    return getattr(value, "__module__", module.__name__) == module.__name__


def _problems(tree: ast.AST, aliases: dict[str, str]) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for name in node.names:
                if name.name.split(".")[0] == PACKAGE:
                    if name.asname:
                        aliases[name.asname] = name.name
                    else:
                        aliases[PACKAGE] = PACKAGE
                if name.name.startswith(("tensorflow.keras", "tf_keras")):
                    yield f"imports {name.name}: use `import keras`"
        elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == PACKAGE:
            for name in node.names:
                if not is_public(importlib.import_module(node.module), name.name):
                    yield f"{node.module}.{name.name} is not a public name"
                aliases[name.asname or name.name] = f"{node.module}.{name.name}"
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("tensorflow.keras"):
            yield f"imports from {node.module}: use `from keras import …`"
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            if node.attr.startswith("_") and not node.attr.startswith("__"):
                yield f"uses .{node.attr}, which is not public"
            chain = _chain(node)
            if chain and chain[0] in aliases:
                yield from _resolve(aliases[chain[0]], chain[1:])


def _chain(node: ast.AST) -> list[str]:
    """["ir", "models", "sequential_cnn"] for `ir.models.sequential_cnn`, empty where it does not begin with a name."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return [node.id, *reversed(parts)] if isinstance(node, ast.Name) else []


def _resolve(start: str, attributes: list[str]) -> Iterator[str]:
    try:
        value = importlib.import_module(start)
    except ImportError:
        module, _, name = start.rpartition(".")
        value = getattr(importlib.import_module(module), name, None)
    path = start
    for attribute in attributes:
        if isinstance(value, ModuleType):
            public = is_public(value, attribute)
        elif isinstance(value, type):
            public = hasattr(value, attribute) and not attribute.startswith("_")
        else:
            return
        path = f"{path}.{attribute}"
        if not public:
            yield f"{path} is not a public name"
            return
        value = getattr(value, attribute)
