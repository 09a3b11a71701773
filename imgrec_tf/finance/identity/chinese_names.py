"""Chinese names of the invented people, and how they are written in Latin letters.

The surnames are the 100 most frequent ones of Faker's zh_CN list and one of two characters; the given names are all of
that list. Both are bounded, so that a font subset can draw every name and a reader can learn every character.

Latin spellings are Hanyu Pinyin without tones. "ü" is written YU, as Chinese passports write it (GB/T 28039-2011), so
吕 is LYU. Characters with several readings have the one that is used in names: 曾 is ZENG, 任 REN.
"""

from __future__ import annotations

_SURNAMES = """
王WANG 李LI 张ZHANG 刘LIU 陈CHEN 杨YANG 黄HUANG 吴WU 赵ZHAO 周ZHOU 徐XU 孙SUN 马MA 朱ZHU 胡HU 林LIN 郭GUO 何HE
高GAO 罗LUO 郑ZHENG 梁LIANG 谢XIE 宋SONG 唐TANG 许XU 邓DENG 冯FENG 韩HAN 曹CAO 曾ZENG 彭PENG 萧XIAO 蔡CAI
潘PAN 田TIAN 董DONG 袁YUAN 于YU 余YU 叶YE 蒋JIANG 杜DU 苏SU 魏WEI 程CHENG 吕LYU 丁DING 沈SHEN 任REN 姚YAO 卢LU
傅FU 钟ZHONG 姜JIANG 崔CUI 谭TAN 廖LIAO 范FAN 汪WANG 陆LU 金JIN 石SHI 戴DAI 贾JIA 韦WEI 夏XIA 邱QIU 方FANG
侯HOU 邹ZOU 熊XIONG 孟MENG 秦QIN 白BAI 江JIANG 阎YAN 薛XUE 尹YIN 段DUAN 雷LEI 黎LI 史SHI 龙LONG 陶TAO 贺HE
顾GU 毛MAO 郝HAO 龚GONG 邵SHAO 万WAN 钱QIAN 严YAN 赖LAI 覃QIN 洪HONG 武WU 莫MO 孔KONG 欧阳OUYANG
"""

_GIVEN = """
东DONG 丹DAN 丽LI 云YUN 亮LIANG 伟WEI 佳JIA 俊JUN 倩QIAN 健JIAN 兰LAN 兵BING 军JUN 冬DONG 凤FENG 凯KAI 刚GANG
利LI 勇YONG 华HUA 博BO 国GUO 坤KUN 娜NA 娟JUAN 婷TING 宁NING 宇YU 小XIAO 岩YAN 峰FENG 帅SHUAI 帆FAN 平PING
建JIAN 强QIANG 彬BIN 志ZHI 想XIANG 慧HUI 成CHENG 敏MIN 文WEN 斌BIN 旭XU 明MING 春CHUN 晨CHEN 晶JING 杨YANG
杰JIE 林LIN 柳LIU 桂GUI 梅MEI 楠NAN 欢HUAN 欣XIN 波BO 洁JIE 洋YANG 浩HAO 海HAI 涛TAO 淑SHU 燕YAN 玉YU 玲LING
珍ZHEN 琳LIN 琴QIN 瑜YU 瑞RUI 璐LU 畅CHANG 磊LEI 秀XIU 红HONG 艳YAN 芝ZHI 花HUA 芳FANG 英YING 荣RONG 莉LI
莹YING 萍PING 超CHAO 辉HUI 金JIN 鑫XIN 阳YANG 雪XUE 雷LEI 霞XIA 静JING 颖YING 飞FEI 香XIANG 鹏PENG 龙LONG
"""


def _table(text: str) -> dict[str, str]:
    """Split "王WANG 李LI" into Chinese and Latin."""
    pairs = {}
    for entry in text.split():
        chinese = "".join(letter for letter in entry if not letter.isascii())
        pairs[chinese] = entry[len(chinese) :]
    return pairs


SURNAMES = _table(_SURNAMES)
GIVEN = _table(_GIVEN)


def name_characters() -> str:
    """Return every Chinese character that an invented name can contain, each once, sorted."""
    return "".join(sorted(set("".join([*SURNAMES, *GIVEN]))))


def romanize(surname: str, given_names: str) -> tuple[str, str]:
    """Write a Chinese name in Latin capitals, as a passport prints it: 欧阳 秀英 is OUYANG, XIUYING.

    Args:
        surname: Surname of one or two characters.
        given_names: Given names, one or more characters.

    Returns:
        Surname and given names in pinyin without tones, given names as one word.

    Raises:
        ValueError: If a character is not among `name_characters()`: its reading is not known here.
    """
    latin = SURNAMES.get(surname) or "".join(_reading(character, surname) for character in surname)
    return latin, "".join(_reading(character, given_names) for character in given_names)


def _reading(character: str, name: str) -> str:
    reading = GIVEN.get(character) or SURNAMES.get(character)
    if reading is None:
        raise ValueError(
            f"no Latin spelling is known for {character!r} in {name!r}: only characters of name_characters() can be "
            "spelled; give the Latin name yourself"
        )
    return reading
