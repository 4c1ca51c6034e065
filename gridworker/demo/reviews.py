"""What supervisors say of the diaries: read and praised, read in passing, or sent back with a question."""

from collections.abc import Sequence
from datetime import date

from gridworker.demo.cast import Cast
from gridworker.demo.chance import Chance, Ids
from gridworker.demo.days import DAY, moment, working_day
from gridworker.demo.script import DemoMove, DemoRecord
from gridworker.demo.visits import Written

_READ = 0.42
"""Share of the diaries that somebody reads and comments on."""

_COMMENTS = {
    "excellent": (
        "记得细，有人有事有结果，值得大家学。",
        "老人的难处写到了心里，后续请继续跟。",
        "发现得早，处置得快，很好。",
        "上门时间选得好，晚上才碰得到人。",
    ),
    "good": (
        "情况清楚。",
        "好，按承诺的时间回访。",
        "写得实在，下次把药量也记一笔。",
        "注意天气变化，多打电话问问。",
        "已阅，辛苦。",
        "隐患要记得回头看。",
        "这户多走走。",
    ),
    "fair": (
        "略简单，聊了什么可以多写两句。",
        "只写“都好”看不出情况，下次具体一点。",
        "未遇的要写清楚什么时候再去。",
    ),
}
# What is missing: what the supervisor asks, what the worker adds.
_QUESTIONS = {
    "hazard": (
        ("提到的隐患有没有整改，请写明。", "补充：第二天又去看过，已经改好，拍了照。"),
        ("隐患要有下文，谁来改、什么时候改好？", "补充：跟户主和村里都讲好了，这个礼拜内改好，改好再去看。"),
    ),
    "promise": (
        ("答应的事什么时候办，请写清楚日期。", "补充：已约好下周内办妥，办完再去一趟。"),
        ("承诺的事有没有回音？", "补充：当天已打电话问过，对方答应尽快处理，有消息就告诉户主。"),
    ),
    "short": (
        ("写得太简单，谈了什么请补几句。", "补充：主要问了近来身体和用火用电，都正常，没有别的要求。"),
        ("只有一句话，看不出情况，请补全。", "补充：人在家，精神不错，家里米油都有，门窗水电看过没问题。"),
    ),
    "health": (
        ("老人身体怎么样、药够不够没有写，请补充。", "补充：又打电话问过，药还有大半盒，人没有不舒服。"),
        ("上次说身体不大好，这次怎么样了？", "补充：比上次好，自己能做饭，走路不用扶。"),
    ),
    "alone": (
        ("独居老人要写清楚有没有人照应。", "补充：平时邻居照看，隔些日子有电话，紧急联系人已核对。"),
        ("一个人住，吃饭、用火怎么样请补充。", "补充：一日三餐自己烧，灶间看过，煤气阀门关好的。"),
    ),
}
_WELL = ("身体", "药", "血压", "精神", "就医", "胃口", "量了", "痛", "咳", "睡", "服", "腿", "眼睛", "耳朵")
_OPEN_RETURNS = 5
"""Diaries that lie with their writers right now; none of them with the first worker."""


class Reviews:
    """Reads the diaries of all grids."""

    def __init__(self, chance: Chance, ids: Ids, cast: Cast, today: date) -> None:
        self._chance, self._ids, self._cast, self._today = chance, ids, cast, today

    def read(self, books: Sequence[Sequence[Written]]) -> list[DemoRecord]:
        """The reviews; each visit learns what was done with it."""
        found: list[DemoRecord] = []
        for number, book in enumerate(books):
            recent = [w for w in book if 2 <= (self._today - w.slot.day).days <= 8]
            open_to = [w for w in recent if _missing(w)]
            open_one = open_to[:1] if 0 < number <= _OPEN_RETURNS else []
            for written in book:
                if written in open_one:
                    found += self._return(written, stays=True)
                elif self._chance.yes(0.02):
                    found += self._return(written, stays=False)
                elif self._chance.yes(_READ):
                    found += self._praise(written, self._day(written, 1, 4))
        return found

    def _day(self, written: Written, least: int, most: int) -> date:
        return working_day(written.slot.day + self._chance.whole(least, most) * DAY)

    def _praise(self, written: Written, day: date) -> list[DemoRecord]:
        if day >= self._today:
            return []
        fields = written.record.fields
        if fields.get("handled") or len(str(fields["text"])) > 60:
            level = self._chance.weighted({"excellent": 4, "good": 6})
        else:
            level = self._chance.weighted({"good": 8, "fair": 2})
        comment = self._chance.pick(_COMMENTS[level]) if self._chance.yes(0.7) else ""
        by = self._reader(written)
        at = moment(day, self._chance.whole(8 * 60 + 30, 16 * 60 + 50))
        written.moves.append(DemoMove("read", at, by))
        return [self._review(written, at, by, "read", level, comment)]

    def _return(self, written: Written, *, stays: bool) -> list[DemoRecord]:
        day = self._day(written, 1, 1)
        if day >= self._today:
            return []
        missing = _missing(written)
        if not missing:
            return []
        question, answer = self._chance.pick(_QUESTIONS[missing])
        by, at = self._reader(written), moment(day, 10 * 60 + self._chance.whole(0, 50))
        written.moves.append(DemoMove("returned", at, by))
        found = [self._review(written, at, by, "returned", "", question)]
        again = working_day(day + DAY)
        if stays or again >= self._today:
            return found
        text = f"{written.record.fields['text']}\n{answer}"
        mended = moment(again, 8 * 60 + 40)
        written.moves.append(DemoMove("submitted", mended, written.record.author, {"text": text}))
        return found + self._praise(written, working_day(again + DAY))

    def _reader(self, written: Written) -> str:
        if self._chance.yes(0.06):
            return self._cast.county_supervisor.id
        return self._cast.supervisor(written.slot.home.grid).id

    def _review(self, written: Written, at: int, by: str, act: str, level: str, comment: str) -> DemoRecord:
        fields = {
            "visit": written.record.id,
            "grid": written.slot.home.grid.id,
            "worker": written.record.author,
            "reviewer": by,
            "reviewed_at": at,
            "act": act,
            "level": level or None,
            "comment": comment or None,
        }
        return DemoRecord("review", self._ids.at(at), fields, by, at)


def _missing(written: Written) -> str:
    """What a diary leaves open, as a key of the questions; "" when nothing."""
    fields, text = written.record.fields, str(written.record.fields["text"])
    if fields.get("hazard") and not fields.get("handled"):
        return "hazard"
    if not fields["met"] or written.slot.event is not None:
        return ""
    if fields.get("promise"):
        return "promise"
    if len(text) < 22:
        return "short"
    if written.slot.age() < 72 or written.slot.mode != "home" or any(word in text for word in _WELL):
        return ""
    return "alone" if written.slot.home.shape == "alone" else "health"
