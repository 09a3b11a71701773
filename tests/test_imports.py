"""Importing is light, and imports between the modules go downwards only."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent
PACKAGE = PROJECT / "imgrec_tf"

# From the ground up. A module may import from its own floor and from those below.
FLOORS = [
    {"_checks", "_lazy", "_parallel", "environment", "plots"},
    {"datasets", "vision"},
    {"models", "training", "evaluation"},
    {"recognizer", "decisions", "explain", "robustness"},
    {"finance", "medical"},
    {"production"},
    {"course"},
]
# Looking at pixels needs nothing else, so every floor may use it.
GROUND = {"imgrec_tf", "imgrec_tf._lazy", "imgrec_tf.vision.pixels"}

LIGHT = """
import json, os, socket, sys
opened, reached = [], []
def watch(event, arguments):
    if event == "open" and isinstance(arguments[0], str) and isinstance(arguments[1], str):
        if any(letter in arguments[1] for letter in "wax+") and "__pycache__" not in arguments[0]:
            opened.append(arguments[0])
    if event.startswith("socket.") and event != "socket.gethostname":
        reached.append(event)
sys.addaudithook(watch)
import imgrec_tf
import imgrec_tf.datasets
for name in ("course", "datasets", "decisions", "explain", "finance", "models", "vision", "medical", "environment"):
    getattr(imgrec_tf, name)
names = ("tensorflow", "keras", "pandas", "matplotlib", "sklearn", "skimage", "scipy", "pydicom")
heavy = [name for name in names if name in sys.modules]
print(json.dumps({"heavy": heavy, "opened": opened, "reached": reached}))
"""


def test_importing_is_light():
    """No heavy package, no file written, no socket, nothing printed."""
    done = subprocess.run(
        [sys.executable, "-c", LIGHT], capture_output=True, text=True, cwd=PROJECT, timeout=60, check=True
    )
    assert done.stderr == ""
    assert json.loads(done.stdout) == {"heavy": [], "opened": [], "reached": []}


def test_importing_takes_less_than_a_third_of_a_second():
    code = "import time; start = time.perf_counter(); import imgrec_tf; print(time.perf_counter() - start)"
    seconds = []
    for _ in range(4):  # the first writes bytecode
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, cwd=PROJECT, timeout=60, check=True
        )
        seconds.append(float(done.stdout))
    assert min(seconds[1:]) < 0.3


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: path.relative_to(PROJECT).as_posix())
def test_imports_go_downwards(path):
    module = ".".join(path.relative_to(PROJECT).with_suffix("").parts)
    own = floor(module)
    for imported in imports(path, module):
        if imported not in GROUND and own is not None:
            other = floor(imported)
            assert other is None or other <= own, f"{module} is below {imported} and imports it"


def floor(module: str) -> int | None:
    """The number of the floor that a module stands on; None for the package's own `__init__`."""
    parts = module.split(".")
    if len(parts) < 2 or parts[1] == "__init__":
        return None
    found = [number for number, names in enumerate(FLOORS) if parts[1] in names]
    assert found, f"{module} stands on no floor: add {parts[1]!r} to FLOORS"
    return found[0]


def imports(path: Path, module: str) -> set[str]:
    """Names of the modules of this package that a file imports, anywhere in it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{module}: imports are absolute in this package"
            for name in node.names:
                below = PACKAGE.parent.joinpath(*node.module.split("."), name.name)
                inside = below.is_dir() or below.with_suffix(".py").exists()
                found.add(f"{node.module}.{name.name}" if inside else node.module)
    return {name for name in found if name.split(".")[0] == "imgrec_tf"}


@pytest.mark.slow
def test_the_installed_package_is_complete(tmp_path):
    """`pip install .` brings type marker, catalogue and style along, and works outside of the project's folder."""
    source = tmp_path / "source"
    source.mkdir()
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        if (PROJECT / name).exists():
            (source / name).write_bytes((PROJECT / name).read_bytes())
    for path in PACKAGE.rglob("*"):
        if path.is_file() and "__pycache__" not in path.parts:
            copy = source / path.relative_to(PROJECT)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(path.read_bytes())
    target = tmp_path / "target"
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--no-build-isolation"]
    subprocess.run([*command, "--target", str(target), str(source)], check=True, timeout=300)
    installed = {path.relative_to(target).as_posix() for path in target.rglob("*") if path.is_file()}
    for name in ("py.typed", "datasets/catalogue.json", "course/lesson.css", "course/__main__.py"):
        assert f"imgrec_tf/{name}" in installed
    assert not any(name.startswith(("tests/", "notebooks/", "benchmarks/")) for name in installed)
    code = "import imgrec_tf, sys; print(imgrec_tf.__file__); imgrec_tf.datasets.card('mnist')"
    environment = os.environ | {"PYTHONPATH": str(target)}
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=environment,
        check=True,
        timeout=60,
    )
    assert done.stdout.strip().startswith(str(target))
