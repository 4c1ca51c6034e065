"""Names are read as their bearers read them."""

import importlib.util
from pathlib import Path

import pytest

from gridworker.storage.pinyin import (
    RESOURCES,
    is_spelled_out,
    read_name,
    readings,
    sounds_like,
    spellings,
)
from gridworker.storage.search_text import fold, plain

ROOT = Path(__file__).parents[2]


def tables():
    """The script that makes the tables, as a module."""
    spec = importlib.util.spec_from_file_location("tables", ROOT / "installers/make_pinyin_tables.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_tables_are_what_pypinyin_and_opencc_say_today():
    made = tables()
    for name, lines in (
        ("pinyin_readings.txt", made.reading_lines()),
        ("pinyin_simplified.txt", made.simplified_lines()),
    ):
        assert (RESOURCES / name).read_text("utf-8").splitlines() == list(lines), "run installers/make_pinyin_tables.py"


def test_every_character_of_the_basic_block_can_be_read():
    known = readings().usual
    unread = [chr(code) for code in range(0x4E00, 0x9FA6) if chr(code) not in known]
    assert len(unread) < 30  # some dozen have no reading in any dictionary


@pytest.mark.parametrize(
    ("name", "likeliest"),
    [
        ("单雄信", "shanxiongxin"),
        ("單雄信", "shanxiongxin"),
        ("仇英", "qiuying"),
        ("曾国藩", "zengguofan"),
        ("解缙", "xiejin"),
        ("盖叫天", "gejiaotian"),
        ("查良镛", "zhaliangyong"),
        ("区伯", "oubo"),
        ("乐毅", "yueyi"),
        ("缪荃孙", "miaoquansun"),
        ("尉迟恭", "yuchigong"),
        ("万俟卨", "moqixie"),
        ("朴树", "piaoshu"),
        ("冼星海", "xianxinghai"),
        ("吕蒙", "lvmeng"),
        ("欧阳修", "ouyangxiu"),
        ("嵊州", "shengzhou"),
        ("乾隆", "qianlong"),
    ],
)
def test_surnames_are_read_as_surnames(name, likeliest):
    assert read_name(name)[0].full == likeliest


def test_a_name_that_may_be_read_in_many_ways_is_found_by_each_but_not_without_end():
    read = {reading.full for reading in read_name("单长乐")}
    assert {"shanchangle", "shanzhangyue", "danchangle"} <= read
    assert len(read_name("乐长行重盛")) <= 8
    assert len(read_name("绍兴市越城区某某百货贸易有限责任公司")[0].initials) == 12


def test_what_cannot_be_read_stands_for_itself():
    assert read_name("john") == [read_name("john")[0]]
    assert read_name("john")[0].full == "john"
    assert read_name("\U00020bb7野家")[0].full.endswith("yejia")
    assert read_name("") == []


@pytest.mark.parametrize(
    ("typed", "name", "fits"),
    [
        ("wangxy", "王秀英", True),
        ("wxiuy", "王秀英", True),
        ("王xiuying", "王秀英", True),
        ("w秀英", "王秀英", True),
        ("wangxiuyingg", "王秀英", False),
        ("xiuying", "王秀英", False),
        ("wangy", "王秀英", False),
        ("", "王秀英", False),
    ],
)
def test_syllables_initials_and_characters_mix(typed, name, fits):
    assert sounds_like(typed, name) is fits


def test_letters_are_cut_into_syllables_the_shortest_way_first():
    assert spellings("wangxy")[0] == "wxy"
    assert "wxy" in spellings("wxiuying")
    assert len(spellings("a" * 24)) <= 8
    assert spellings("iii") == []


@pytest.mark.parametrize(("typed", "whole"), [("wangxiu", True), ("wangxi", True), ("wangx", True), ("wangxy", False)])
def test_whole_syllables_are_told_from_shorthand(typed, whole):
    assert is_spelled_out(typed) is whole


def test_text_is_compared_without_signs_width_case_or_script():
    assert fold("谷來鎮　馬村，Ａ座 １２號！") == "谷来镇马村a座12号"
    assert plain("乾·隆") == "乾隆"
    assert fold("數碼民情檔案 裡裏 眾衆 趙") == "数码民情档案里里众众赵"
