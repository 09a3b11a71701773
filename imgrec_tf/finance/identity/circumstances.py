"""What a household page tells about a person besides name, number and address, drawn to fit age and sex."""

from __future__ import annotations

import numpy as np

ETHNICITIES = ("汉", "满", "回", "苗", "壮", "土家", "彝", "蒙古")
BLOOD_TYPES = ("A", "B", "AB", "O", "")
OCCUPATIONS = ("教师", "医生", "会计", "司机", "护士", "工人", "农民", "职员")
WORKPLACES = ("乌托邦中学", "乌托邦医院", "乌托邦银行", "乌托邦农场", "")


def invent(age: int, sex: str, rng: np.random.Generator) -> dict[str, str | int]:
    """Draw the household page's fields for an age in years and a sex.

    Returns:
        Values of `ethnicity`, `height_cm`, `blood_type`, `education`, `marital_status`,
        `military_service`, `workplace` and `occupation`, as in `Person`.
    """
    grown = 173 if sex == "M" else 161
    share = 1.0 if age >= 17 else 0.30 + 0.70 * age / 17  # of the grown height: a straight line is enough here
    return {
        "ethnicity": str(rng.choice(ETHNICITIES, p=[0.79] + [0.03] * 7)),
        "height_cm": round(share * float(np.clip(rng.normal(grown, 6), grown - 15, grown + 15))),
        "blood_type": str(rng.choice(BLOOD_TYPES)),
        "education": _education(age, rng),
        "marital_status": _marital_status(age, rng),
        "military_service": "退出现役" if sex == "M" and age >= 22 and rng.random() < 0.15 else "未服兵役",
        "workplace": str(rng.choice(WORKPLACES)) if 18 <= age < 60 else "",
        "occupation": "" if age < 6 else "学生" if age < 18 else "退休" if age >= 60 else str(rng.choice(OCCUPATIONS)),
    }


def _education(age: int, rng: np.random.Generator) -> str:
    reachable = [name for name, youngest in _SCHOOLS if age >= youngest]
    if not reachable:
        return ""
    return reachable[-1] if age < 18 else str(rng.choice(reachable))


_SCHOOLS = (("小学", 6), ("初中", 13), ("高中", 16), ("大学专科", 20), ("大学本科", 22), ("研究生", 25))


def _marital_status(age: int, rng: np.random.Generator) -> str:
    if age < 22:
        return "未婚"
    return str(rng.choice(["未婚", "有配偶", "离婚", "丧偶"], p=[0.2, 0.65, 0.1, 0.05]))
