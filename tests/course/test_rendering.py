"""The page of a lesson opens offline, with figures inside, alternative texts, and the parameters of its run."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest

from imgrec_tf.course import rendering


class Loads(HTMLParser):
    """Collects what a browser would load, and the pictures."""

    def __init__(self):
        super().__init__()
        self.loaded: list[str] = []
        self.pictures: list[dict] = []
        self.scripts = 0

    def handle_starttag(self, tag, attributes):
        named = dict(attributes)
        if tag in ("script", "link", "img", "iframe", "video", "audio", "source", "object", "embed"):
            self.loaded += [value for key, value in attributes if key in ("src", "href", "data", "srcset")]
        if tag == "img":
            self.pictures.append(named)
        self.scripts += tag == "script"


@pytest.fixture
def page(executed):
    return rendering.page(executed[0], "tiny (synthetic)")


def test_nothing_is_loaded_from_the_web(page):
    found = Loads()
    found.feed(page)
    assert found.pictures
    assert all(address.startswith("data:") for address in found.loaded), found.loaded
    assert found.scripts == 0
    assert "@import" not in page
    assert "url(http" not in page


def test_the_sentence_below_a_figure_is_its_alternative_text(page):
    found = Loads()
    found.feed(page)
    assert [picture["alt"] for picture in found.pictures] == ["grey squares, as many dark as light ones."]


def test_parameters_data_and_headline_are_shown(page):
    assert "SIZE = 12 (changed)" in page
    assert "NOISE = 0.5" in page
    assert "tiny (synthetic)" in page
    assert "no band for these parameters" in page
    assert "<title>01 · A tiny lesson</title>" in page


def test_the_page_is_written(executed, tmp_path):
    path = rendering.write_page(executed[0], tmp_path / "build" / "lessons")
    assert path.name == "01_tiny_lesson.html"
    assert path.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        ("*What you should see: two curves\nthat cross.*\n\n## Next", "two curves that cross."),
        ("*Figure 2: a `chest`.*", "a chest ."),
        ("**What you should see:** bars.", "bars."),
        ("Some text.", None),
    ],
)
def test_alternative_texts_are_found(markdown, text):
    assert rendering.alt_text(markdown) == text
