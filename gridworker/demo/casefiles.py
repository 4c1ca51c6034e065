"""Writes disputes, the mediators' cases and their sessions, as they stand by today."""

from collections.abc import Mapping
from typing import Any

from gridworker.demo.cast import Cast
from gridworker.demo.chance import Chance, Ids
from gridworker.demo.days import day_of
from gridworker.demo.quarrels import Quarrel, Side
from gridworker.demo.script import DemoMove, DemoRecord
from gridworker.demo.timeline import Timeline

_ELSEWHERE = {"resident": 5, "110": 3, "12345": 1, "court": 1}
_DELEGATED = {"110": "{short}派出所", "12345": "嵊州市12345热线", "court": "{short}法庭"}
_REFUSED = (
    "经了解，{a}已就同一事项向法院起诉，依法不予受理，已当面告知并说明理由。",
    "{b}明确表示不同意调解，依法不予受理，已告知{a}可通过诉讼途径解决。",
)
_WITHDRAWN = (
    "双方在亲戚劝说下自行和好，{a}申请撤回，不再追究。",
    "{b}主动上门赔礼，{a}表示不再计较，申请撤回调解。",
)
_HANDED = (
    "双方情绪激动，有升级苗头，已移送{short}派出所处理，网格员继续跟进。",
    "涉及的问题超出调解范围，经双方同意移送{short}派出所依法处理。",
)


class CaseFiles:
    """Turns quarrels and their timelines into records."""

    def __init__(self, chance: Chance, ids: Ids, cast: Cast, cadres: Mapping[str, str]) -> None:
        self._chance, self._ids, self._cast = chance, ids, cast
        self._cadres = cadres
        """Grid id to the name of the village's own mediator."""

    def records(self, quarrel: Quarrel, line: Timeline) -> list[DemoRecord]:
        """The dispute, then its case and sessions when it was taken up."""
        words = dict(quarrel.words)
        if line.keep_by:
            words["due"] = f"{line.keep_by.month}月{line.keep_by.day}日"
        quarrel.words = words
        if quarrel.slot is None:
            quarrel.source = self._chance.weighted(_ELSEWHERE)
        found = [self._dispute(quarrel, line)]
        if line.accepted is not None:
            case = self._case(quarrel, line, found[0].id)
            found.append(case)
            for number, held in enumerate(line.sessions, 1):
                found.append(self._session(quarrel, line, case, number, held))
        return found

    def _entries(self, at: int, *entries: Mapping[str, Any]) -> dict[str, Any]:
        """Entries with ids that keep their order."""
        return {self._ids.at(at + n): dict(entry) for n, entry in enumerate(entries)}

    def _dispute(self, quarrel: Quarrel, line: Timeline) -> DemoRecord:
        worker, mediator = self._cast.worker(quarrel.home.grid), self._cast.mediator(quarrel.home.grid)
        source = quarrel.source
        author = worker if source in ("visit", "resident") else mediator
        story, hot = quarrel.story, quarrel.story.mark("risk") == "high"
        alarmed = hot and self._chance.yes(0.5)
        fields = {
            "title": self._text(quarrel, "title"),
            "grid": quarrel.home.grid.id,
            "visit": quarrel.visit or None,
            "household": quarrel.home.id,
            "dispute_type": story.mark("type"),
            "source": source,
            "happened_on": quarrel.happened.isoformat(),
            "reported_at": line.reported,
            "place": self._text(quarrel, "place"),
            "summary": self._text(quarrel, "summary"),
            "parties": self._entries(
                line.reported,
                self._party(quarrel.a, "applicant"),
                self._party(quarrel.b, "respondent"),
            ),
            "people": 5 if story.mark("pair") == "incomer" else 2,
            "scale": "01",
            "grade": "03" if hot else "04",
            "risk": story.mark("risk"),
            "escalating": True if alarmed else None,
            "police_report": self._alarm(quarrel) if alarmed else None,
            "reporter": author.id,
            "state": "registered",
        }
        moves = tuple(self._moves(quarrel, line))
        at = line.reported
        return DemoRecord("dispute", self._ids.at(at), fields, author.id, at, moves)

    def _alarm(self, quarrel: Quarrel) -> str:
        when = quarrel.day
        short = quarrel.home.grid.town_name.removesuffix("镇")
        return f"{when.month}月{when.day}日电话报告{short}派出所，社区民警到场了解，双方暂时平息。"

    def _party(self, side: Side, role: str) -> dict[str, Any]:
        return {
            "name": side.name,
            "role": role,
            "person": side.resident.id if side.resident else None,
            "household": side.home.id if side.home else None,
            "phone": side.phone,
            "address": side.address,
        }

    def _moves(self, quarrel: Quarrel, line: Timeline) -> list[DemoMove]:
        mediator = self._cast.mediator(quarrel.home.grid).id
        worker = self._cast.worker(quarrel.home.grid).id
        moves: list[DemoMove] = []
        if line.accepted_at and line.due:
            sets = {"mediator": mediator, "due": line.due.isoformat()}
            moves.append(DemoMove("accepted", line.accepted_at, mediator, sets))
        if line.begun_at:
            first = line.sessions[0] if line.sessions else line.next_session
            moves.append(DemoMove("mediating", line.begun_at, mediator, {"next_at": first}))
        for held, after in zip(line.sessions, [*line.sessions[1:], line.next_session], strict=False):
            if after:
                moves.append(DemoMove("", held + 110 * 60_000, mediator, {"next_at": after}))
        if line.ended_at:
            moves.append(self._ending(quarrel, line, mediator))
        if line.visited_at:
            moves.append(DemoMove("visited", line.visited_at, self._chance.pick((worker, mediator))))
        if line.archived_at:
            moves.append(DemoMove("archived", line.archived_at, mediator))
        return moves

    def _ending(self, quarrel: Quarrel, line: Timeline, mediator: str) -> DemoMove:
        if line.settled:
            sets = {"outcome": self._text(quarrel, "outcome")}
            return DemoMove("agreed", line.ended_at, mediator, sets)
        if quarrel.state == "failed":
            outcome = "两次调解均未谈拢，已书面告知双方可依法向人民法院起诉。"
            return DemoMove("failed", line.ended_at, mediator, {"outcome": outcome})
        ways = {"refused": _REFUSED, "withdrawn": _WITHDRAWN, "transferred": _HANDED}
        short = quarrel.home.grid.town_name.removesuffix("镇")
        outcome = self._chance.pick(ways[quarrel.state]).format_map({**quarrel.words, "short": short})
        sets = {"outcome": outcome}
        if quarrel.state == "transferred":
            day = day_of(line.ended_at)
            sets["police_report"] = f"{day.month}月{day.day}日与{short}派出所当面交接，附走访记录和现场照片。"
        return DemoMove(quarrel.state, line.ended_at, mediator, sets)

    def _case(self, quarrel: Quarrel, line: Timeline, dispute: str) -> DemoRecord:
        assert line.accepted is not None
        assert line.due is not None
        grid = quarrel.home.grid
        mediator = self._cast.mediator(grid)
        story = quarrel.story
        claims = [text.format_map(quarrel.words) for text in story.lines["claim"]]
        delegated = _DELEGATED.get(quarrel.source, "")
        short = grid.town_name.removesuffix("镇")
        at = line.accepted_at + 15 * 60_000
        fields = {
            "title": self._text(quarrel, "title"),
            "dispute": dispute,
            "town": grid.town,
            "case_no": line.case_no,
            "case_source": "delegated" if delegated else self._chance.weighted({"application": 7, "initiative": 3}),
            "delegated_by": delegated.format(short=short) or None,
            "applied_on": day_of(line.reported).isoformat(),
            "accepted_on": line.accepted.isoformat(),
            "due": line.due.isoformat(),
            "mediator": mediator.id,
            "parties": self._entries(
                at,
                self._full_party(quarrel.a, "applicant", line),
                self._full_party(quarrel.b, "respondent", line),
            ),
            "panel": self._panel(quarrel, at),
            "facts": self._text(quarrel, "facts"),
            "claims": _numbered(claims),
            "amount": quarrel.ask * 100 or None,
            "disputed": self._text(quarrel, "point"),
        }
        moves = tuple(self._case_edits(quarrel, line, mediator.id))
        return DemoRecord("mediation_case", self._ids.at(at), fields, mediator.id, at, moves)

    def _full_party(self, side: Side, role: str, line: Timeline) -> dict[str, Any]:
        assert line.accepted is not None
        one = side.resident
        return {
            "name": side.name,
            "role": role,
            "sex": side.sex if side.sex != "9" else None,
            "nation": "01" if one else None,
            "birth_date": one.born.isoformat() if one else None,
            "id_number": one.id_number if one else None,
            "occupation": side.job,
            "phone": side.phone,
            "address": side.address,
            "consents": True,
            "notified_on": line.accepted.isoformat(),
        }

    def _panel(self, quarrel: Quarrel, at: int) -> dict[str, Any]:
        grid = quarrel.home.grid
        worker, mediator = self._cast.worker(grid), self._cast.mediator(grid)
        people: tuple[Mapping[str, Any], ...] = (
            {"staff": mediator.id, "name": mediator.name, "role": "chief", "unit": f"{grid.town_name}调委会"},
            {"staff": worker.id, "name": worker.name, "role": "member", "unit": f"{grid.village_name}网格"},
            {"name": self._cadres[grid.id], "role": "invited", "unit": f"{grid.village_name}调解小组"},
        )
        return self._entries(at, *people)

    def _case_edits(self, quarrel: Quarrel, line: Timeline, by: str) -> list[DemoMove]:
        """What was filled in as the case went on."""
        if not line.ended_at or line.ended is None:
            return []
        if not line.settled:
            reason = {"failed": "not_agreed", "withdrawn": "withdrawn", "transferred": "court"}[quarrel.state]
            sets: dict[str, Any] = {"end_reason": reason, "closed_on": line.ended.isoformat()}
            return [DemoMove("", line.ended_at + 600_000, by, sets)]
        assert line.keep_by is not None
        terms = [text.format_map(quarrel.words) for text in quarrel.story.lines["term"]]
        oral = quarrel.ask == 0 and self._chance.yes(0.4)
        edits = [
            DemoMove(
                "",
                line.ended_at + 600_000,
                by,
                {
                    "agreement_form": "oral" if oral else "written",
                    "agreement": _numbered(terms),
                    "agreed_on": line.ended.isoformat(),
                    "performance": self._text(quarrel, "how"),
                    "performance_due": line.keep_by.isoformat(),
                },
            )
        ]
        if line.visited_at:
            sets = {
                "performed": True,
                "return_visit_on": day_of(line.visited_at).isoformat(),
                "return_visit": self._text(quarrel, "back"),
            }
            edits.append(DemoMove("", line.visited_at + 600_000, by, sets))
        if line.archived_at:
            sets = {"end_reason": "agreed", "closed_on": day_of(line.archived_at).isoformat()}
            edits.append(DemoMove("", line.archived_at + 600_000, by, sets))
        return edits

    def _session(self, quarrel: Quarrel, line: Timeline, case: DemoRecord, number: int, held: int) -> DemoRecord:
        grid = quarrel.home.grid
        mediator = self._cast.mediator(grid)
        last = number == len(line.sessions)
        settles = last and line.settled
        again = line.next_session if last else line.sessions[number]
        failed = last and quarrel.state == "failed"
        result = "agreed" if settles else "not_agreed" if failed else "again"
        at = held + 95 * 60_000
        form, place = self._where(quarrel, number)
        fields = {
            "case": case.id,
            "dispute": case.fields["dispute"],
            "town": grid.town,
            "number": number,
            "held_at": held,
            "place": place,
            "form": form,
            "mediator": mediator.id,
            "participants": self._participants(quarrel, at),
            "process": self._process(quarrel, number, result, again),
            "opinions": self._entries(
                at,
                {"party": quarrel.a.name, "text": self._says(quarrel, "a", number, result)},
                {"party": quarrel.b.name, "text": self._says(quarrel, "b", number, result)},
            ),
            "divergence": None if settles else self._text(quarrel, "split"),
            "result": result,
            "next_at": again if result == "again" else None,
            "signed": True,
            "recorder": self._cast.worker(grid).name,
        }
        return DemoRecord("mediation_session", self._ids.at(at), fields, mediator.id, at)

    def _where(self, quarrel: Quarrel, number: int) -> tuple[str, str]:
        """The form of a session, and its place."""
        grid = quarrel.home.grid
        if quarrel.story.mark("pair") == "client":
            return "video", f"{grid.town_name}人民调解委员会"
        if number == 1 and (quarrel.story.mark("spot") or self._chance.yes(0.2)):
            return "on_site", self._text(quarrel, "place")
        form = self._chance.weighted({"open": 5, "closed": 1})
        town = quarrel.story.mark("type") in ("04", "10") or self._chance.yes(0.4)
        return form, f"{grid.town_name}人民调解委员会" if town else f"{grid.village_name}调解室"

    def _says(self, quarrel: Quarrel, key: str, number: int, result: str) -> str:
        """What a party says: at first what it wants, in the end what it can live with."""
        if result == "not_agreed" and number > 1:
            return _HARD[key]
        if result == "again":
            return self._text(quarrel, f"{key}1")
        if number > 1:
            return self._text(quarrel, f"{key}2")
        return self._text(quarrel, f"{key}1") + "\n最后表示：" + self._text(quarrel, f"{key}2")

    def _process(self, quarrel: Quarrel, number: int, result: str, again: int) -> str:
        text = self._chance.pick(_FIRST if number == 1 else _LATER)
        if result == "not_agreed":
            text += "围绕“" + self._text(quarrel, "split") + "”反复做工作，分开谈、背对背谈都试过，仍谈不拢。"
            return text + "调解员宣布调解终止，告知双方可依法向人民法院起诉，并叮嘱不得有过激行为。"
        if number == 1:
            text += self._text(quarrel, "talk1")
        if result == "agreed":
            return text + self._text(quarrel, "talk2") + self._chance.pick(_SETTLED)
        day = day_of(again)
        return text + f"今天没有谈成，双方同意{day.month}月{day.day}日再调，其间互不争吵。"

    def _participants(self, quarrel: Quarrel, at: int) -> dict[str, Any]:
        grid = quarrel.home.grid
        people = (
            (quarrel.a.name, "申请人"),
            (quarrel.b.name, "被申请人"),
            (self._cast.worker(grid).name, "网格员"),
            (self._cadres[grid.id], "村调解小组"),
        )
        return self._entries(at, *({"name": name, "standing": role} for name, role in people))

    def _text(self, quarrel: Quarrel, key: str) -> str:
        return quarrel.story.line(key).format_map(quarrel.words)


def _numbered(lines: list[str]) -> str:
    return "\n".join(f"{number}. {line}" for number, line in enumerate(lines, 1))


_HARD = {
    "a": "再谈也是这几句，不行就走法律途径。",
    "b": "我的意思上次讲过了，一步也让不了。",
}
_FIRST = (
    "核对到场人员身份，宣读当事人权利义务，双方对调解员无异议。",
    "先问双方是否自愿调解，都表示愿意，告知权利义务后开始。",
    "双方到齐，倒了茶，先各讲各的，讲完再对。",
)
_LATER = (
    "接着上次没谈完的说。",
    "上次之后分别打过电话、上过门，今天再坐到一起。",
    "先把上次已经谈妥的部分念了一遍，双方都认，再谈剩下的。",
)
_SETTLED = (
    "双方当场签字按手印，协议一式三份。",
    "念给双方听了两遍，没有意见，签字。",
    "谈成后两家握了手，当场签了协议。",
)
