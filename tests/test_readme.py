"""What the README says holds: its ten lines run, its commands exist, its links lead somewhere."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent
PAGES = ["README.md", "CONTRIBUTING.md", "notebooks/README.md"]
README = (PROJECT / "README.md").read_text(encoding="utf-8")


@pytest.mark.slow
def test_in_your_own_notebook_runs_in_an_empty_folder(tmp_path):
    code = own_notebook()[0]
    assert len([line for line in code.splitlines() if line.strip() and not line.startswith("import")]) <= 10
    done = run(code, tmp_path)
    assert {path.name for path in tmp_path.iterdir()} >= {"roc.png", "my_model.imgrec"}
    assert "roc_auc" in done.stdout


@pytest.mark.slow
def test_a_photo_of_a_card_is_read_in_an_empty_folder(tmp_path):
    said = run(own_notebook()[1], tmp_path).stdout.splitlines()
    assert " is valid: region 99" in said[0]
    assert said[1].startswith("{'birth_date': datetime.date(")
    assert said[2].startswith("No machine-readable zone was found")


def own_notebook() -> list[str]:
    section = re.search(r"## In your own notebook\n(.*?)\n## ", README, re.DOTALL).group(1)
    return re.findall(r"```python\n(.*?)```", section, re.DOTALL)


def run(code: str, folder: Path) -> subprocess.CompletedProcess:
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(PROJECT)},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page):
    text = (PROJECT / page).read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)\s#]+)\)", text):
        if not re.match(r"[a-z]+:", target):
            assert (PROJECT / page).parent.joinpath(target).exists(), f"{page} links to {target}"


@pytest.mark.parametrize("page", PAGES)
def test_make_targets_exist(page):
    targets = set(re.findall(r"^([a-z-]+):", (PROJECT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = set(
        re.findall(r"^make ([a-z-]+)|`make ([a-z-]+)", (PROJECT / page).read_text(encoding="utf-8"), re.MULTILINE)
    )
    assert {name for pair in named for name in pair if name} <= targets


def test_the_commands_without_make_are_those_of_the_command_line():
    done = subprocess.run(
        [sys.executable, "-m", "imgrec_tf.course", "--help"], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    for command in re.findall(r"imgrec_tf\.course (\w+)", README):
        assert command in done.stdout


def test_the_disclaimer_stands_at_the_top():
    assert "Never for clinical use" in README[:1200]
