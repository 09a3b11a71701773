"""Names in the letters of a machine-readable zone, and names that are too long for it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgrec_tf.finance import identity
from imgrec_tf.finance.identity.transliteration import name_field, split_name

words = st.lists(st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=1, max_size=16), min_size=1, max_size=6)


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("Anna Maria", "ANNA<MARIA"),
        ("Smith-Jones", "SMITH<JONES"),
        ("O'Connor", "OCONNOR"),
        ("D’Arcy", "DARCY"),
        ("Müller", "MUELLER"),
        ("Ångström", "AANGSTROEM"),
        ("Þórðarson", "THORDARSON"),
        ("Łukasz Żółć", "LUKASZ<ZOLC"),
        ("Groß", "GROSS"),
        ("Ñíguez Çelik", "NIGUEZ<CELIK"),
        ("Ðorđe", "DORDE"),
        ("Işıl", "ISIL"),
        ("  van   der  Berg ", "VAN<DER<BERG"),
        ("Martin, Jr.", "MARTIN<JR"),
        ("", ""),
        ("-", ""),
    ],
)
def test_names_as_the_standard_writes_them(name, written):
    assert identity.transliterate(name) == written
    assert written in identity.spellings(name)


def test_other_spellings_are_known():
    assert identity.spellings("Müller") == {"MUELLER", "MULLER", "MUXXLLER"}
    assert identity.spellings("Öberg-Åse") == {"OEBERG<AASE", "OBERG<AASE", "OEBERG<ASE", "OBERG<ASE"}
    assert len(identity.spellings("Üü" * 20)) <= 65


@pytest.mark.parametrize(("name", "error"), [("王伟", ValueError), ("R2D2", ValueError), (None, TypeError)])
def test_what_cannot_be_spelled_says_so(name, error):
    with pytest.raises(error):
        identity.transliterate(name)


@given(words, words, st.sampled_from([30, 31, 39]))
def test_a_name_that_fits_comes_back_and_one_that_is_cut_shows_it(surname, given_names, width):
    surname, given_names = "<".join(surname), "<".join(given_names)
    field, cut = name_field(surname, given_names, width)
    assert len(field) == width
    assert cut == (len(surname) + 2 + len(given_names) > width)
    first, second, shows = split_name(field)
    if not cut:
        assert (first, second) == (surname.replace("<", " "), given_names.replace("<", " "))
    else:
        assert shows
        assert 0 < len(first) <= len(surname)
        assert 0 < len(second) <= len(given_names)


@pytest.mark.parametrize(
    ("surname", "given_names", "field"),
    [
        # the given names lose their end
        ("NILAVADHANANANDA", "CHAYAPA<DEJTHAMRONG<KRASUANG", "NILAVADHANANANDA<<CHAYAPA<DEJTHAMRONG<K"),
        # the cut would fall on a filler: the longest part gives up a letter
        ("NILAVADHANANANDA", "CHAYAPAA<DEJTHAMRONG<KRASUANG", "NILAVADHANANAND<<CHAYAPAA<DEJTHAMRONG<K"),
        # the surname leaves no room
        ("BENNELONG<WOOLOOMOOLOO<WARRANDYTE<WARNAMBOOL", "DINGO", "BENNELONG<WOOLOOMOOLOO<WARRANDYTE<WA<<D"),
        # only a surname
        ("A" * 45, "", "A" * 39),
    ],
)
def test_long_names_are_cut_to_a_letter(surname, given_names, field):
    assert name_field(surname, given_names, 39) == (field, True)
