"""Why something has not gone up, and what to do: every reason that the centre gives, in a grid worker's words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from gridworker.ui.tokens import Tone


class Why(NamedTuple):
    """``chip`` in two to six characters, and ``do``: what the worker does now, or that there is nothing to be done."""

    chip: str
    do: str


CAME_BACK: Final[Mapping[str, Why]] = {
    "not_allowed": Why(
        "岗位不能改", "请督导或管理员来办这件事，这里按“放弃”；您的岗位刚调整过的，同步后按“再交一次”。"
    ),
    "wrong_value": Why("有一项不合要求", "请打开记录，把提到的那一项改好、保存，再把这一条放弃。"),
    "malformed": Why(
        "中心看不懂", "请先问管理员有没有新版程序，装好后按“再交一次”。一次改得太多的，请分几次保存，再放弃这一条。"
    ),
    "unlawful_move": Why(
        "步骤对不上", "这件事已经办到别的一步了。请打开记录看看现在办到哪里，再重新办理，这里按“放弃”。"
    ),
    "exists": Why("已经有了", "中心已经有这一条，一般是交过两次。请打开记录核对，内容都在就按“放弃”，缺的补上再保存。"),
    "unknown_record": Why(
        "记录没有到中心", "这条记录是在别的电脑上新建的，请那位同事先同步，再按“再交一次”；确实没有这条了，按“放弃”。"
    ),
    "bucket": Why("网格对不上", "请先同步，打开记录核对网格，重新填一次、保存，再放弃这一条。"),
    "out_of_scope": Why("不是您的网格", "收不收由那边的督导决定，您不用再做什么；下次同步会告诉您结果。"),
    "other_body": Why(
        "编号重复", "多半是这台电脑恢复过备份。两份内容都留着：请打开记录核对，缺的补上再保存；拿不准请联系管理员。"
    ),
    "device_cut_off": Why("电脑被停用", "内容已经到了中心，由管理员核对后收下，不会丢。请联系管理员，不用重新填写。"),
    "too_big": Why("一次太大", "请打开记录，把太长的文字分成几次填写、保存，再放弃这一条。"),
    "rejected": Why("看过没有收", "请按上面写的原因改好再交；不用交了，就按“放弃”。"),
}
"""By code: what came back, refused or put aside."""

HELD: Final[Mapping[str, Why]] = {
    "after_refused": Why("等前面的内容", "前面有一条被退回。先处理“被退回”里的那一条，这一条会自己跟上。"),
    "unknown_target": Why(
        "等所指的记录", "它提到的那一条还在别的电脑上。请同事同步一次就会接上；等满五天，中心也会先收下。"
    ),
    "unknown_record": Why(
        "等这条记录", "这条记录是在别的电脑上新建的，还没有上传。请那位同事同步一次，这里会自己接上。"
    ),
    "unknown_kind": Why("等中心升级", "中心的程序还认不出这类资料。您不用做什么，中心升级以后会自动收下。"),
}
"""By code: what the centre has put off, to be offered again with the next sync."""

WAITING: Final[Mapping[str, tuple[str, Tone]]] = {
    "new": ("排队", "neutral"),
    "held": ("等前面的内容", "warn"),
}
"""By state of the outbox."""

_BACK: Final = Why("被退回", "请打开记录核对，改好再交；拿不准请把原因告诉管理员。")
_HELD: Final = Why("中心暂缓", "您不用做什么，下次同步会再交一次。")

AUTOMATIC: Final = "保存后会自动上传，也可以按“立即同步”。"
BY_HAND: Final = "自动同步已经关掉了：请按“立即同步”，或者到“设置、同步”里打开自动同步。"


def why_back(code: str) -> Why:
    """Of what came back; a reason that only a later centre knows has words of its own, and here what always helps."""
    return CAME_BACK.get(code, _BACK)


def why_held(code: str) -> Why:
    """Of what the centre has put off."""
    return HELD.get(code, _HELD)


def chip_of(state: str, code: str) -> tuple[str, Tone] | None:
    """What the row of something that waits shows."""
    if state == "held":
        return why_held(code).chip, "warn"
    return WAITING.get(state)
