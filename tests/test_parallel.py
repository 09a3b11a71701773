"""Sharing work out to processes: the same results in the same order, whatever happens in between."""

import os
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest

from imgrec_tf import _parallel
from imgrec_tf._parallel import in_processes

PROJECT = Path(__file__).parents[1]


def square(number: int) -> int:
    return number * number


def square_and_process(pause: float, number: int) -> tuple[int, int]:
    time.sleep(pause)
    return number * number, os.getpid()


def refuse_57(number: int) -> int:
    time.sleep(0.02)
    if number == 57:
        raise ValueError("57 is refused")
    return number


def test_short_work_stays_in_this_process():
    assert in_processes(square, iter(range(1000))) == [number * number for number in range(1000)]
    assert in_processes(square, []) == []


@pytest.fixture()
def hurried(monkeypatch):
    monkeypatch.setattr(_parallel, "_SECONDS_ALONE", 0.1)
    monkeypatch.setattr(_parallel, "_WORTH_IT", 0.2)


def test_long_work_is_shared_out_and_keeps_its_order(hurried):
    found = in_processes(partial(square_and_process, 0.02), range(60))
    assert [result for result, _ in found] == [number * number for number in range(60)]
    assert found[0][1] == os.getpid()
    assert len({process for _, process in found}) > 1


def test_what_goes_wrong_in_another_process_is_raised_here(hurried):
    with pytest.raises(ValueError, match="57 is refused"):
        in_processes(refuse_57, range(60))


@pytest.mark.slow
def test_a_script_without_a_guard_draws_the_same_pictures_in_any_number_of_processes(tmp_path):
    script = tmp_path / "draw.py"
    script.write_text(
        "import hashlib, imgrec_tf as ir\n"
        "images = ir.load('chest-phantom', count=450, size=48, seed=3).train.images\n"
        "print(hashlib.sha256(images.tobytes()).hexdigest())\n"
    )
    said = []
    for most in ("1", "3"):
        environment = dict(os.environ, LOKY_MAX_CPU_COUNT=most, PYTHONPATH=str(PROJECT))
        ran = subprocess.run(
            [sys.executable, "-W", "error", str(script)], env=environment, capture_output=True, text=True, check=True
        )
        assert ran.stderr == ""
        said.append(ran.stdout)
    assert said[0] == said[1]
    assert len(said[0].split()) == 1
