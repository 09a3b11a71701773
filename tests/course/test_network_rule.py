"""The network is on for one case only: a real data set, asked for by name, that is not on this machine."""

from __future__ import annotations

import pytest

from imgrec_tf.course import commands, lessons


@pytest.fixture
def lesson(source):
    source.write_text(source.read_text().replace('DATASET = "tiny"', 'DATASET = "chest-phantom"'))
    return lessons.read_lesson(source)


def test_the_default_runs_offline(lesson):
    assert commands.describe_dataset(lesson, {}) == "chest-phantom (synthetic)"
    assert not commands.needs_network(lesson, {})
    assert not commands.needs_network(lesson, {"NOISE": 1.0})


def test_a_real_data_set_that_is_missing_needs_the_network(lesson, monkeypatch):
    monkeypatch.delenv("IMGREC_DATA", raising=False)
    changed = {"DATASET": "pneumoniamnist"}
    assert commands.describe_dataset(lesson, changed) == "pneumoniamnist (real)"
    assert commands.needs_network(lesson, changed)


def test_a_real_data_set_that_is_here_runs_offline(lesson, monkeypatch, imgrec_data):
    monkeypatch.setenv("IMGREC_DATA", str(imgrec_data))
    assert not commands.needs_network(lesson, {"DATASET": "pneumoniamnist"})
    assert commands.needs_network(lesson, {"DATASET": "pneumoniamnist", "SIZE": 224})


def test_an_unknown_data_set_gets_its_error_from_the_lesson(lesson):
    assert commands.describe_dataset(lesson, {"DATASET": "nonsense"}) == "nonsense (not in the catalogue)"
    assert not commands.needs_network(lesson, {"DATASET": "nonsense"})
