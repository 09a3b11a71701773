"""The words that stand beside the fields of a document, and which field each of them announces.

A label that is worded otherwise is not understood, and what it announces stays unread: nothing is guessed from where
it stands.
"""

from __future__ import annotations

import re
import unicodedata

from imgrec_tf.finance.identity import chinese_names
from imgrec_tf.finance.reading.decoding import edit_distance

LABELS = {
    "surname": ("SURNAME", "SURNAMES", "FAMILY NAME", "LAST NAME", "NOM", "APELLIDOS", "姓"),
    "given_names": (
        "GIVEN NAMES", "GIVEN NAME", "FIRST NAME", "FIRST NAMES", "FORENAMES", "PRENOMS", "PRENOM", "NOMBRES",
        "VORNAMEN", "名",
    ),
    "name": ("NAME", "FULL NAME", "姓名"),
    "name_chinese": ("中文名", "中文姓名"),
    "birth_date": (
        "DATE OF BIRTH", "BIRTH DATE", "DOB", "BORN", "NEE LE", "NE LE", "DATE DE NAISSANCE", "FECHA DE NACIMIENTO",
        "GEBURTSDATUM", "出生", "出生日期", "出生年月",
    ),
    "issue_date": (
        "DATE OF ISSUE", "ISSUE DATE", "ISSUED", "ISSUED ON", "VALID FROM", "DELIVRE LE", "DATE DE DELIVRANCE",
        "FECHA DE EXPEDICION", "签发", "签发日期",
    ),
    "expiry_date": (
        "DATE OF EXPIRY", "EXPIRY DATE", "EXPIRY", "EXPIRES", "EXPIRES ON", "VALID UNTIL", "VALID THRU", "EXPIRE LE",
        "DATE OF EXPIRATION", "EXPIRATION DATE", "VALID TO", "FECHA DE CADUCIDAD", "有效期至",
    ),
    "validity": ("VALIDITY", "VALID", "有效期限", "有效期"),
    "sex": ("SEX", "GENDER", "SEXE", "SEXO", "性别"),
    "number": (
        "PASSPORT NO", "PASSPORT NUMBER", "DOCUMENT NO", "DOCUMENT NUMBER", "CARD NO", "CARD NUMBER", "NUMBER", "NO",
        "护照号", "证号",
    ),
    "nationality": ("NATIONALITY", "NATIONALITE", "NACIONALIDAD", "国籍"),
    "issuing_state": ("ISSUING STATE", "ISSUING COUNTRY", "COUNTRY CODE", "STATE", "CODE", "发照国"),
    "relation": ("户主或与户主关系", "与户主关系"),
    "household_head": ("户主姓名",),
    # What is known to be a label, so that it is not taken for a value.
    "": (
        "TYPE", "AUTHORITY", "ISSUED BY", "HEIGHT", "HOME", "ADDRESS", "GROUP", "PASSPORT", "PASSEPORT",
        "IDENTITY CARD", "PLACE OF BIRTH", "LIEU DE NAISSANCE", "LUGAR DE NACIMIENTO", "PLACE OF ISSUE",
        "ISSUING AUTHORITY", "PERSONAL NUMBER", "PERSONAL NO", "IDENTITY NUMBER", "SIGNATURE", "SIGNATURE OF HOLDER",
        "SPECIMEN", "类型", "签发机关", "住址", "民族", "号码",
        "身份号码", "公民身份号码", "公民号码", "曾用名", "出生地", "籍贯", "身高", "血型", "文化程度",
        "婚姻状况", "兵役状况", "服务处所", "职业", "户别", "户号",
    ),
}  # fmt: skip
_FIELD_OF = {word: field for field, words in LABELS.items() for word in words}
_LATIN = [word for word in _FIELD_OF if word.isascii()]
_TOLERATED, _TOLERATED_LONG = 0.25, 0.36  # share of a label's letters that may be misread, more of a long one's
_LONG = 8
_CHINESE = [word for word in _FIELD_OF if not word.isascii()]
# Characters that no name has, in one label of two characters only: they tell it although the other is lost.
_TELLING = {
    one: word
    for word in _CHINESE
    for one in word
    if len(word) == 2
    and one not in chinese_names.name_characters()
    and sum(one in other for other in _CHINESE if len(other) == 2) == 1
}


def folded(text: str) -> str:
    """Return a text as the print reader gives it: capitals without marks, one space between words."""
    plain = "".join(one for one in unicodedata.normalize("NFD", text) if not unicodedata.combining(one))
    return " ".join(plain.upper().split())


def announced(text: str) -> str | None:
    """Return the field that a text announces, "" for a label of no use here, None where it is no label.

    Several wordings may stand together, as in "姓名 NAME" or "SURNAME / NOM"; the first that is understood counts.
    """
    known = None
    for part in re.findall("[\u3400-\u9fff\u25a1 ]+|[A-Z .]+", re.sub(r"^\d+\.?", "", text)):
        word = " ".join(part.replace(".", " ").split())
        word = word if word.isascii() else word.replace(" ", "")
        if not word:
            continue
        field = _FIELD_OF.get(word)
        if field is None and len(word) >= 4:
            field = _nearest(word)
        elif field is None and len(word) == 2 and not word.isascii():
            field = _FIELD_OF.get(next((_TELLING[one] for one in word if one in _TELLING), ""))
        if field:
            return field
        known = "" if field == "" else known
    return known


def _nearest(word: str) -> str | None:
    """The field of the label that a misread word is nearest to; None where it is far from all, or near to several."""
    known = _LATIN if word.isascii() else _CHINESE
    known = [one for one in known if abs(len(one) - len(word)) <= _TOLERATED_LONG * len(one)]
    if not known:
        return None
    distances = {one: edit_distance(one, word) for one in known}
    near = min(known, key=lambda one: (distances[one] / len(one), -len(one)))
    tolerated = _TOLERATED_LONG if len(near) >= _LONG else _TOLERATED
    if distances[near] > tolerated * len(near):
        return None
    rivals = [one for one in known if _FIELD_OF[one] != _FIELD_OF[near] and distances[one] <= distances[near]]
    return None if rivals else _FIELD_OF[near]
