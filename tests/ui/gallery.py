"""Draws sample windows with every widget into a folder, for eyes: light, dark and large.

Run: ``python tests/ui/gallery.py DIR``.
"""

from __future__ import annotations

import os
import sys
from array import array
from collections.abc import Sequence
from datetime import date
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from PySide6.QtCore import QDate
from PySide6.QtWidgets import QApplication, QComboBox, QDateEdit, QRadioButton, QSpinBox, QTimeEdit, QWidget

from gridworker.ui.background import Background
from gridworker.ui.charts import Bar, BarChart, SideBars, WeekBars, largest
from gridworker.ui.drawer import Drawer
from gridworker.ui.icons import IconLabel
from gridworker.ui.lists import Cell, IdListModel, ListColumn, Query, RecordTable
from gridworker.ui.message_bar import Message
from gridworker.ui.page import Frame, Page
from gridworker.ui.page_head import PageHead
from gridworker.ui.palette import Hit
from gridworker.ui.theme import Theme, px
from gridworker.ui.tokens import Tone
from gridworker.ui.widgets import (
    Avatar,
    Button,
    Card,
    Check,
    CheckRow,
    Chip,
    ChipChoice,
    Column,
    DateChoice,
    DayCalendar,
    Elide,
    EmptyState,
    Entry,
    FormRow,
    KeyValue,
    Label,
    Line,
    LinkButton,
    ListRow,
    PhraseChips,
    PrimaryButton,
    ProgressStrip,
    QuietButton,
    Row,
    RowList,
    Scroll,
    SectionTitle,
    SegmentedChoice,
    StatTile,
    Stepper,
    TabStrip,
    TextBox,
    Timeline,
    TintButton,
)
from gridworker.ui.window import MainWindow

TAGS: dict[str, Tone] = {
    "独居老人": "warn",
    "高龄": "warn",
    "社区矫正": "bad",
    "低保": "info",
    "残疾": "violet",
    "党员户": "neutral",
    "困境家庭": "info",
}

DUE: tuple[tuple[str, tuple[str, ...], str, tuple[str, Tone]], ...] = (
    ("王桂英", ("独居老人", "高龄"), "建设路 18 号 3 栋 2 单元 501　上次走访 8月19日（94 天前）", ("逾期 4 天", "bad")),
    ("陈志强", ("社区矫正",), "建设路 18 号 5 栋 1 单元 302　上次走访 10月20日·每月一访", ("逾期 1 天", "bad")),
    ("周玉梅", ("低保", "残疾"), "滨河路 6 号 1 栋 4 单元 201　上次走访 9月22日·反映下水道返味", ("今天", "warn")),
    ("吴建国", ("党员户",), "滨河路 6 号 2 栋 1 单元 603　上次走访 8月23日", ("今天", "warn")),
    ("何晓霞", ("困境家庭",), "幸福里 22 号 2 单元 104　上次走访 10月21日", ("今天", "warn")),
    ("郭文斌", ("残疾",), "幸福里 22 号 3 单元 502　上次走访 10月21日", ("今天", "warn")),
    ("沈秀兰", ("高龄",), "幸福里 22 号 3 单元 101　上次走访 10月21日", ("今天", "warn")),
)


def nothing() -> None:
    """A sample does nothing when it is pressed."""


class TodaySample(Page):
    key, title, icon, primary = "today", "今日", "home", "visit"
    primary_words = "记走访"

    def build(self, frame: Frame, head: PageHead) -> QWidget:
        head.set_title("上午好，李秀兰")
        head.set_context("11月21日 星期六·红旗社区第3网格·312 户")
        body = QWidget()
        column = Column(body, gap=12)
        tiles = Row(gap=12)
        for title, icon, tone, number, note in (
            ("今日待走访", "calendar_checkmark", "primary", 8, "2 户已逾期"),
            ("待办任务", "task_list_ltr", "warn", 3, "1 件今天到期"),
            ("在办纠纷", "handshake", "violet", 2, "1 件剩 3 天"),
            ("待上传", "arrow_upload", "info", 5, "上次同步 08:12"),
        ):
            tile = StatTile(title, icon, tone)
            tile.show_count(number, note)
            tiles.addWidget(tile)
        column.addLayout(tiles)
        low = Row(gap=12)
        low.addWidget(self._due(), 5)
        low.addWidget(self._side(), 3)
        column.addLayout(low, 1)
        return body

    def _due(self) -> QWidget:
        card = Card(margins=(1, 10, 1, 1), gap=4)
        title = SectionTitle("今天要走访", "8 户")
        title.end.addWidget(LinkButton("按路线排序", nothing, icon_name="location"))
        title.end.addWidget(LinkButton("全部", nothing))
        holder = Row(margins=(18, 0, 10, 0))
        holder.addWidget(title)
        card.body.addLayout(holder)
        rows = RowList()
        for name, tags, line, due in DUE:
            row = ListRow(name, tags=[(t, TAGS[t]) for t in tags], line=line, due=due)
            row.add_side_act("call", "打电话", nothing)
            row.add_act("记走访", nothing, icon_name="notebook_add")
            rows.add(row)
        scroll = Scroll()
        scroll.body.addWidget(rows)
        card.body.addWidget(scroll, 1)
        return card

    def _side(self) -> QWidget:
        scroll = Scroll(margins=(0, 0, 2, 0), gap=12)
        tasks = Card(gap=6)
        title = SectionTitle("我的任务")
        title.end.addWidget(LinkButton("新建", nothing, icon_name="add"))
        tasks.body.addWidget(title)
        for what, line in (
            ("回访：周玉梅家下水道返味", "今天·来自 9月22日走访"),
            ("上报冬季取暖安全排查表", "11月24日·街道下发"),
            ("楼上漏水纠纷第 2 次调解", "11月24日 14:30·社区调解室"),
        ):
            tasks.body.addWidget(CheckRow(what, line))
        scroll.body.addWidget(tasks)
        sync = Card()
        head = Row(gap=10)
        head.addWidget(IconLabel("cloud_sync", "primary", 24))
        head.addWidget(Elide("正在同步", "h2"), 1)
        sync.body.addLayout(head)
        strip = ProgressStrip(nothing)
        strip.show_progress(4, 9, "已上传 4 / 9 条，照片 2 张等待 Wi-Fi")
        sync.body.addWidget(strip)
        line = Row(gap=8)
        line.addWidget(IconLabel("branch_compare", "warn", 20))
        line.addWidget(Elide("1 条记录两边都改过，请您确认", "second"), 1)
        line.addWidget(TintButton("去处理", nothing))
        sync.body.addLayout(line)
        scroll.body.addWidget(sync)
        scroll.body.addWidget(self._week())
        scroll.body.addStretch(1)
        return scroll

    def _week(self) -> QWidget:
        card = Card()
        head = Row()
        head.addWidget(Elide("本周已走访 51 户", "h2"), 1)
        head.addWidget(Label("目标 60", "hint2"))
        card.body.addLayout(head)
        week = WeekBars("本周走访", "户")
        week.show_week([9, 11, 7, 12, 10, 2, 0], 5)
        card.body.addWidget(week)
        return card


class BoardSample(Page):
    key, title, icon = "board", "看板", "data_bar_vertical"

    def build(self, frame: Frame, head: PageHead) -> QWidget:
        head.set_context("红旗社区·本月 11月1日—21日")
        head.add_button("导出月报", nothing, icon_name="arrow_export")
        scroll = Scroll(gap=12)
        card = Card()
        card.body.addWidget(SectionTitle("各网格走访户次"))
        bars = BarChart("各网格走访户次", "户", target=150)
        bars.show_bars([Bar(f"第{n}网格", v) for n, v in enumerate((168, 154, 172, 150, 96, 161, 104, 158), 1)])
        card.body.addWidget(bars)
        scroll.body.addWidget(card)
        low = Row(gap=12)
        care = Card(margins=(1, 12, 1, 1))
        title = Row(margins=(18, 0, 14, 0))
        title.addWidget(SectionTitle("需要关注"))
        care.body.addLayout(title)
        rows = RowList()
        for name, line in (("第 5 网格　张海波", "完成 64%，逾期 18 户"), ("018 号案　楼上漏水", "调解期限剩 3 天")):
            row = ListRow(name, line=line, icon_name="alert", height=60)
            row.add_act("提醒", nothing)
            rows.add(row)
        care.body.addWidget(rows)
        low.addWidget(care, 3)
        kinds = Card()
        kinds.body.addWidget(SectionTitle("纠纷类型（件）"))
        side = SideBars("纠纷类型", "件")
        side.show_bars(largest([Bar("邻里", 11), Bar("物业", 6), Bar("婚姻家庭", 4), Bar("劳动报酬", 1)]))
        kinds.body.addWidget(side)
        low.addWidget(kinds, 2)
        scroll.body.addLayout(low)
        scroll.body.addStretch(1)
        return scroll


class HomesSample(Page):
    key, title, icon, primary = "homes", "住户", "home_person", "new"
    primary_words = "新建住户"
    search_hint = "姓名、拼音首字母、地址或电话，如 wgy"

    def build(self, frame: Frame, head: PageHead) -> QWidget:
        body = QWidget()
        column = Column(body, gap=10)
        top = Row(gap=8)
        chips = ChipChoice("标签", [(t, t) for t in ("全部", "独居老人", "低保", "残疾", "困境家庭", "社区矫正")])
        chips.choose("全部")
        top.addWidget(chips, 1)
        top.addWidget(QuietButton("导出", nothing, icon_name="arrow_export"))
        top.addWidget(QuietButton("打印", nothing, icon_name="print"))
        column.addLayout(top)
        low = Row(gap=12)
        column.addLayout(low, 1)
        self.model = IdListModel(
            [
                ListColumn("code", "户编号", 116, hide_below=1150),
                ListColumn("head", "户主", 92),
                ListColumn("address", "地址", stretch=True),
                ListColumn("people", "人口", 56, hide_below=1150),
                ListColumn("tags", "标签", 176, sortable=False),
                ListColumn("due", "应走访", 116),
            ],
            ids=lambda query, _: array("q", () if query.text == "zzzz" else range(1, 500_001)),
            rows=some_homes,
        )
        self.model.counted.connect(lambda n: head.set_context(f"共 {n:,} 户"))
        none = EmptyState(
            "search",
            "没有找到符合的住户",
            "试试减少几个字，或只输入姓名的拼音首字母。",
            ways_out=[("清空筛选", nothing), ("新建住户", nothing)],
        )
        card = Card(margins=(1, 1, 1, 1))
        self.table = RecordTable(self.model, name="住户", no_hits=none)
        card.body.addWidget(self.table)
        low.addWidget(card, 1)
        self.preview = Card()
        self.preview.setFixedWidth(px(300))
        who = Row(gap=12)
        who.addWidget(Avatar("梁磊秀", 48))
        words = Column(gap=2)
        words.addWidget(Elide("梁磊秀", "h2"))
        words.addWidget(Elide("HH0000001·2 口人", "hint2"))
        who.addLayout(words, 1)
        self.preview.body.addLayout(who)
        facts = KeyValue()
        for k, v in (("地址", "文化巷20号3栋4单元2701室"), ("电话", "139****7301"), ("网格", "青松第17网格")):
            facts.put(k, v)
        self.preview.body.addWidget(facts)
        self.preview.body.addWidget(PrimaryButton("记走访", nothing, icon_name="notebook_add"))
        both = Row()
        both.addWidget(QuietButton("打开档案", nothing))
        both.addWidget(QuietButton("登记纠纷", nothing))
        self.preview.body.addLayout(both)
        self.preview.body.addStretch(1)
        low.addWidget(self.preview)
        self.model.ask(Query())
        self.table.select_first()
        return body

    def search(self, text: str) -> None:
        self.model.ask(Query(text=text))

    def fitted(self, width: int) -> None:
        self.table.fit(width)
        self.preview.setVisible(width >= 1100)
        self.preview.setFixedWidth(px(300))


def some_homes(ids: Sequence[int]) -> dict[int, tuple[Cell, ...]]:
    names, tags = "梁磊秀 于秀 赵波洋 曾文娟 宋磊 陈秀 马强 郑玉".split(), list(TAGS.items())
    return {
        n: (
            Cell(f"HH{n:07}", tone="neutral"),
            Cell(names[n % 8], bold=True),
            Cell(f"学府路{n % 250}号{n % 30}栋{n % 6}单元{n % 34}01室"),
            Cell(str(n % 8 + 1)),
            Cell(tags=tuple(tags[k % 7] for k in range(n % 5))),
            Cell(f"逾期 {n % 90} 天", tone="bad") if n % 3 else Cell(f"{n % 30} 天后", tone="neutral"),
        )
        for n in ids
    }


class CaseSample(Page):
    key, title, icon, place = "case", "楼上漏水致楼下天花板受损赔偿纠纷", "handshake", "none"
    back_to = ("纠纷", "today")

    def build(self, frame: Frame, head: PageHead) -> QWidget:
        head.set_context("红旗民调〔2026〕018 号")
        head.set_chips([("调解中", "primary"), ("邻里", "neutral")])
        head.set_note("调解期限剩 3 天（11月24日）")
        head.add_button("打印卷宗", nothing, icon_name="print")
        head.add_button("生成协议书", nothing, icon_name="document_text")
        head.add_button("记一次调解", nothing, icon_name="add", kind="primary")
        body = QWidget()
        column = Column(body, gap=12)
        steps = Card(margins=(10, 10, 10, 8))
        steps.body.addWidget(Stepper(("登记", "受理", "调解", "达成协议", "回访", "归档"), 2))
        column.addWidget(steps)
        low = Row(gap=12)
        column.addLayout(low, 1)
        story = Card(margins=(20, 14, 6, 1))
        title = SectionTitle("办理经过")
        title.end.addWidget(ChipChoice("看哪些", [("all", "全部"), ("only", "只看调解")]))
        story.body.addWidget(title)
        scroll = Scroll(margins=(0, 0, 20, 0))
        scroll.body.addWidget(
            Timeline(
                [
                    Entry(
                        "已约：第 2 次调解",
                        "11月24日 14:30",
                        "社区调解室·已短信通知双方",
                        (("尚未进行", "neutral"),),
                        "calendar_checkmark",
                        "violet",
                    ),
                    Entry(
                        "第 1 次调解·王主任、李秀兰",
                        "11月18日 19:00",
                        "双方同意做闭水试验查明漏点。楼上口头同意承担维修费，赔偿金额有分歧："
                        "楼下要求 6,000 元，楼上愿付 2,500 元。",
                        (("分歧：金额", "warn"), ("笔录 1 份", "neutral"), ("照片 3 张", "neutral")),
                        "handshake",
                        "primary",
                    ),
                    Entry(
                        "上门查看·李秀兰",
                        "11月16日 10:20",
                        "客厅与卧室天花板渗水约 2 平方米，墙纸起泡。",
                        (("照片 4 张", "neutral"),),
                        "home",
                        "ok",
                    ),
                    Entry(
                        "受理",
                        "11月15日 09:05",
                        "双方自愿申请调解，已告知权利义务。",
                        (("申请书", "neutral"),),
                        "person",
                    ),
                    Entry("登记·来自走访日记", "11月14日 17:40", "走访何晓霞家时反映。", (), "flag"),
                ]
            )
        )
        story.body.addWidget(scroll, 1)
        low.addWidget(story, 7)
        side = Scroll(gap=12, margins=(0, 0, 2, 0))
        people = Card(gap=10)
        top = SectionTitle("当事人")
        top.end.addWidget(LinkButton("添加", nothing, icon_name="add"))
        people.body.addWidget(top)
        for name, line, role in (
            ("何晓霞", "幸福里 22 号 104·138****2671", "申请人"),
            ("赵立军", "幸福里 22 号 204·139****0318", "被申请人"),
        ):
            one = Row(gap=10)
            one.addWidget(Avatar(name, 36))
            words = Column(gap=1)
            words.addWidget(Elide(name, "strong"))
            words.addWidget(Elide(line, "hint2"))
            one.addLayout(words, 1)
            one.addWidget(Chip(role))
            people.body.addLayout(one)
        side.body.addWidget(people)
        facts = Card()
        facts.body.addWidget(SectionTitle("案件信息"))
        pairs = KeyValue()
        for k, v in (
            ("调解员", "王主任（主）、李秀兰"),
            ("来源", "网格排查"),
            ("涉及金额", "6,000 元"),
            ("风险", "低·无激化迹象"),
        ):
            pairs.put(k, v)
        facts.body.addWidget(pairs)
        side.body.addWidget(facts)
        side.body.addStretch(1)
        low.addWidget(side, 3)
        return body


class FieldsSample(Page):
    key, title, icon = "visits", "走访", "notebook"

    def build(self, frame: Frame, head: PageHead) -> QWidget:
        scroll = Scroll()
        scroll.body.addWidget(TabStrip("户档案", ("概况", "成员", "走访", "纠纷与任务", "历史版本")))
        card = Card()
        scroll.body.addWidget(card)
        name = Line("户主姓名")
        card.body.addWidget(FormRow("户主", name, required=True))
        number = Line()
        number.setText("330683199001011234")
        row = FormRow("身份证号", number, hint="18 位")
        row.set_wrong("第 18 位对不上，请核对。")
        card.body.addWidget(row)
        kind, day, count, when = QComboBox(), QDateEdit(QDate(2026, 11, 21)), QSpinBox(), QTimeEdit()
        kind.addItems(["邻里", "物业", "婚姻家庭"])
        day.setCalendarPopup(True)
        for title, field in (("类型", kind), ("日期", day), ("人数", count), ("时间", when)):
            field.setAccessibleName(title)
            card.body.addWidget(FormRow(title, field))
        choice = Row(gap=16)
        for n, words in enumerate(("低", "中", "高")):
            radio = QRadioButton(words)
            radio.setChecked(n == 1)
            radio.setAccessibleName(words)
            choice.addWidget(radio)
        for words in ("需要跟进", "已告知"):
            tick = Check(words)
            tick.setChecked(words == "需要跟进")
            choice.addWidget(tick)
        off = QuietButton("不可用", nothing)
        off.setEnabled(False)
        choice.addWidget(off)
        choice.addWidget(Button("移到回收站", nothing, kind="danger", icon_name="delete"))
        choice.addStretch(1)
        card.body.addLayout(choice)
        scroll.body.addWidget(DayCalendar(date(2026, 11, 21)))
        scroll.body.addStretch(1)
        return scroll


class EmptySample(Page):
    def __init__(self, key: str, title: str, icon: str, place: str = "rail") -> None:
        self.key, self.title, self.icon = key, title, icon
        self.place = place  # type: ignore[assignment]

    def build(self, frame: Frame, head: PageHead) -> QWidget:
        return EmptyState(
            "search",
            "没有找到符合的住户",
            "试试减少几个字，或只输入姓名的拼音首字母。",
            ways_out=[("清空筛选", nothing), ("新建住户", nothing)],
        )


def visit_drawer() -> Drawer:
    drawer = Drawer("记走访")
    who = Card(sunken=True, margins=(12, 10, 8, 10))
    line = Row(gap=12)
    line.addWidget(Avatar("王桂英"))
    words = Column(gap=2)
    top = Row(gap=6)
    top.addWidget(Elide("王桂英", "strong"))
    top.addWidget(Chip("独居老人", "warn"))
    top.addStretch(1)
    words.addLayout(top)
    words.addWidget(Elide("建设路 18 号 3 栋 2 单元 501", "hint2"))
    line.addLayout(words, 1)
    line.addWidget(LinkButton("换一户", nothing))
    who.body.addLayout(line)
    drawer.body.addWidget(who)
    how = SegmentedChoice(
        "方式",
        [
            ("door", "上门", "home"),
            ("phone", "电话", "call"),
            ("street", "路遇", "people"),
            ("office", "来访", "building_people"),
        ],
    )
    how.choose("door")
    drawer.body.addWidget(FormRow("方式", how))
    text = TextBox("今天看到了什么、听到了什么", least=7)
    text.set_text("身体尚可，血压药已续。煤气灶老化，已提醒更换，需帮忙联系燃气公司。")
    drawer.body.addWidget(FormRow("情况", text))
    phrases = PhraseChips(["一切正常", "身体不适", "反映问题", "需要帮助"])
    phrases.picked.connect(text.insert)
    drawer.body.addWidget(phrases)
    follow = Row(gap=10)
    check = Check("需要跟进")
    check.setChecked(True)
    follow.addWidget(check)
    follow.addStretch(1)
    when = DateChoice(date(2026, 11, 21))
    when.set_value(date(2026, 11, 28))
    follow.addWidget(when)
    drawer.body.addLayout(follow)
    drawer.body.addStretch(1)
    drawer.foot.addWidget(QuietButton("保存，记下一户", nothing))
    drawer.foot.addStretch(1)
    drawer.foot.addWidget(PrimaryButton("保存", nothing, icon_name="checkmark"))
    return drawer


def sample_window(background: Background) -> MainWindow:
    """A window with every widget on some page."""
    window = MainWindow(background)
    window.add_page(TodaySample())
    window.add_page(HomesSample())
    window.add_page(FieldsSample())
    for key, title, icon in (
        ("disputes", "纠纷", "handshake"),
        ("sync", "同步", "arrow_sync"),
    ):
        window.add_page(EmptySample(key, title, icon))
    window.add_page(BoardSample())
    window.add_page(EmptySample("help", "帮助", "question_circle", "foot"))
    window.add_page(EmptySample("settings", "设置", "settings", "foot"))
    window.add_page(CaseSample())
    window.acts.bind("visit", nothing)
    window.acts.bind("sync", nothing)
    window.rail.set_count("sync", 6)
    window.status.show_sync("running", "正在同步 4/9")
    window.status.show_counts(5, 1)
    window.status.show_person("李秀兰·网格员")
    window.palette_box.add_provider(found)
    return window


def found(text: str) -> Sequence[Hit]:
    if not text:
        return ()
    return [
        Hit("王霞洋", nothing, "解放街231号8栋5单元0503室", "person", "住户（134）", second=("记走访", nothing)),
        Hit("吴霞云", nothing, "建设路171号12栋3单元3104室", "person", "住户（134）"),
        Hit("王晓燕与邻居噪音纠纷", nothing, "红旗民调〔2026〕011 号", "handshake", "案件"),
    ]


def main(out: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    app = QApplication([])
    theme = Theme(app)
    theme.dress()
    window = sample_window(Background())
    window.resize(1366, 768)
    window.show()
    window.activateWindow()

    def shoot(name: str) -> None:
        for _ in range(3):
            app.processEvents()
        window.grab().save(str(out / f"{name}.png"))

    def all_pages(prefix: str) -> None:
        window.go("today")
        shoot(f"{prefix}_today")
        window.go("case")
        shoot(f"{prefix}_case")
        if prefix == "light":
            window.go("homes")
            field = window.page_head("homes").search_field
            assert field is not None
            field.setText("学府 zz")
            field.search_now()
            shoot(f"{prefix}_search")
            field.setText("zzzz")
            field.search_now()
            shoot(f"{prefix}_nohits")
            field.clear()
            field.search_now()
        window.go("homes")
        shoot(f"{prefix}_homes")
        window.go("board")
        shoot(f"{prefix}_board")
        window.go("visits")
        shoot(f"{prefix}_fields")
        window.go("today")
        window.open_drawer(visit_drawer())
        shoot(f"{prefix}_form")
        window.close_drawer()

    all_pages("light")
    window.open_palette("w")
    shoot("light_palette")
    window.palette_box.close_over()
    window.acts.trigger("shortcuts")
    shoot("light_keys")
    window._sheet.close_over()
    window.say(Message("已移到回收站：王桂英", act=("撤销", nothing)))
    shoot("light_message")
    window.messages.dismiss()
    window.resize(1366, 690)
    shoot("light_690")
    window.resize(1024, 640)
    shoot("light_1024")
    window.resize(1366, 768)
    theme.set_mode("dark")
    all_pages("dark")
    theme.set_mode("light")
    for scale in (1.2, 1.4):
        theme.set_scale(scale)
        all_pages(f"x{scale}")
    window.close()
    window.background.shutdown()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
