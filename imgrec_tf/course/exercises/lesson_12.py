"""Checks of lesson 12, read the number."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from imgrec_tf.course.checks import expect, register


@register("12.1")
def collapse(candidate: Callable[[Sequence[int], str], str]) -> Iterator[str]:
    """From one symbol a step to text: candidate(path, characters), 0 is the blank."""
    found = candidate([0, 1, 0, 2, 0], "AB")
    expect(isinstance(found, str), f"Return a text, not {type(found).__name__}; ''.join(...) makes one of characters.")
    expect(found != "BA", "Symbol 1 is characters[0]: 0 is the blank, so all others are one too high.")
    expect(found == "AB", f"The path [0, 1, 0, 2, 0] with the characters AB reads AB, and yours {found!r}.")
    yield "leaves blanks out"
    found = candidate([3, 3, 3, 1, 1, 2], "ABC")
    expect(
        found == "CAB",
        f"A symbol that stays for several steps is one character: [3, 3, 3, 1, 1, 2] reads CAB, yours {found!r}.",
    )
    yield "puts repeats together"
    found = candidate([1, 0, 1, 1, 2], "AB")
    expect(
        found != "AB",
        "A blank between two equal symbols keeps them apart: [1, 0, 1, 1, 2] reads AAB. Put repeats together first, "
        "and leave blanks out afterwards.",
    )
    expect(found == "AAB", f"[1, 0, 1, 1, 2] reads AAB, and yours {found!r}.")
    yield "keeps equal characters apart that have a blank between them"
    for path in ([0, 0, 0], []):
        expect(candidate(path, "AB") == "", f"The path {path} holds no character: return an empty text.")
    yield "an empty text where nothing is seen"


def _sum_of_digits(text: str) -> str:
    """A toy check digit: the sum of the digits, modulo 10."""
    return str(sum(map(int, text)) % 10)


@register("12.2")
def caught_share(candidate: Callable[[Callable[[str], str], Sequence[str], Sequence[str]], float]) -> Iterator[str]:
    """Share of damaged texts that a check digit notices: candidate(check, texts, damaged)."""
    texts = ["1234", "1234", "1234", "1234"]
    damaged = ["1235", "2134", "9234", "1325"]  # sums 11, 10, 18, 11 against 10
    found = float(candidate(_sum_of_digits, texts, damaged))
    expect(
        abs(found - 0.25) > 1e-9,
        "0.25 is the share that the digit misses; the question is for what it catches.",
    )
    expect(
        abs(found - 0.75) < 1e-9,
        f"A sum of digits notices 1235, 9234 and 1325, and not the swap 2134: 0.75, and yours is {found:.3g}. A text "
        "is caught when its check digit differs from that of the text it was made of.",
    )
    yield "counts what changes the check digit"
    expect(
        float(candidate(lambda text: "0", texts, damaged)) == 0,
        "A check that always gives 0 catches nothing. Use the function that you are given, for both texts.",
    )
    yield "uses the check that it is given"
    found = float(candidate(_sum_of_digits, [*texts, "5678", "5678"], [*damaged, "5678", "5678"]))
    expect(
        abs(found - 0.5) > 1e-9,
        "Two of these texts were not damaged at all: 3 of 4 are caught, not 3 of 6. Leave out the equal ones.",
    )
    expect(abs(found - 0.75) < 1e-9, f"3 of the 4 texts that differ are caught: 0.75, and yours is {found:.3g}.")
    yield "leaves out texts in which nothing changed"


_NUMBER = "99012319840709027"  # of nobody: no province has a region that begins with 99
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def _full(seventeen: str) -> str:
    remainder = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, seventeen)) % 11
    return seventeen + "10X98765432"[remainder]


def _repairs(number: str) -> set[str]:
    """Every number with a right check character at a distance of one."""
    found = {_full(number[:17])}
    for place in range(17):
        found |= {
            changed + number[17]
            for digit in "0123456789"
            if (_full(changed := number[:place] + digit + number[place + 1 : 17]))[17] == number[17]
        }
    return {one for one in found if sum(a != b for a, b in zip(one, number)) == 1}


@register("12.3")
def single_repairs(candidate: Callable[[str], Sequence[str]]) -> Iterator[str]:
    """All valid numbers that differ in one place: candidate(number), 18 characters."""
    right = _full(_NUMBER)
    wrong = right[:9] + str((int(right[9]) + 1) % 10) + right[10:]
    found = list(candidate(wrong))
    expect(all(isinstance(one, str) and len(one) == 18 for one in found), "Return a list of texts of 18 characters.")
    expect(
        right in found,
        f"{wrong} was made of {right} by changing place 10, so {right} is one of the repairs, and yours are "
        f"{', '.join(found) or 'none'}.",
    )
    yield "finds the number that it was made of"
    expected = _repairs(wrong)
    bad = [one for one in found if one != _full(one[:17]) or sum(a != b for a, b in zip(one, wrong)) != 1]
    expect(
        not bad,
        f"{bad[0] if bad else ''} is no repair: either its check character is wrong, or it does not differ from "
        f"{wrong} in exactly one place.",
    )
    expect(len(found) == len(set(found)), "Each repair stands in the list once.")
    yield "finds nothing else"
    missing = sorted(expected - set(found))
    expect(
        not missing or missing[0][:17] != wrong[:17],
        f"The check character itself may have been misread: {missing[0] if missing else ''} is a repair too.",
    )
    expect(
        not missing,
        f"There are {len(expected)} repairs, and yours are {len(found)}; {missing[0] if missing else ''} is missing. "
        "Try every digit at each of the first 17 places.",
    )
    yield f"finds all {len(expected)} of them: the check character alone cannot tell which is right"
    expect(
        not list(candidate(right)),
        f"{right} is valid, and no single substitution passes MOD 11-2: return an empty list for it.",
    )
    yield "and none for a number that is valid"
