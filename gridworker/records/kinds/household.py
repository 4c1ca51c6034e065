"""户: one household of the 民情档案, as a village roster lists it."""

from gridworker.records.codes import HOUSEHOLD_TAGS, RESIDENCE_MATCH
from gridworker.records.fields import Choice, Day, Flag, Merge, Name, Phone, Privacy, Ref, Searched, Text, Whole
from gridworker.records.files import Files
from gridworker.records.kind import Alike, BucketClass, Kind, Rights, Role, Summary, roles
from gridworker.records.several import Entries, Tags

HOUSEHOLD_KINDS = {"family": "家庭户", "collective": "集体户", "single": "单人户", "rental": "租住户"}
OWNERSHIP = {"own": "自有", "rent": "租住", "borrow": "借住", "collective": "集体", "other": "其他"}

HOUSEHOLD = Kind(
    name="household",
    title="住户",
    icon="home_person",
    home=BucketClass.GRID,
    rights=Rights(
        create=roles(Role.GRID_WORKER, Role.SUPERVISOR),
        edit=roles(Role.GRID_WORKER, Role.SUPERVISOR, Role.MEDIATOR),
        remove=roles(Role.GRID_WORKER, Role.SUPERVISOR),
        move=roles(Role.GRID_WORKER, Role.SUPERVISOR),
    ),
    title_fields=("head_name",),
    columns=("household_no", "head_name", "address", "members", "tags"),
    indexes=(("grid", "household_no"), ("grid", "address"), ("head_name",), ("household_no",)),
    alike=(Alike(("grid", "household_no")),),
    summaries=(Summary("households_by_grid", by=("grid",)),),
    fields=(
        Text("household_no", "户编号", limit=40, searched=Searched.NUMBER, hint="户口簿号或本村编号，保留前面的 0"),
        Name("head_name", "户主", required=True, merge=Merge.GUARDED),
        Ref("head", "户主档案", to=("person",), merge=Merge.GUARDED, hidden=True),
        Ref("grid", "网格", to=("region",), required=True, merge=Merge.HOME),
        Ref("micro_grid", "微网格", to=("region",)),
        Text("villager_group", "村民小组或自然村", limit=60, searched=Searched.ADDRESS),
        Text("address", "地址", required=True, limit=120, privacy=Privacy.B, searched=Searched.ADDRESS),
        Text("registered_address", "户籍地址", limit=120, privacy=Privacy.B, searched=Searched.ADDRESS),
        Phone("phone", "联系电话"),
        Phone("phone2", "备用电话"),
        Choice("household_kind", "户别", choices=HOUSEHOLD_KINDS, default="family"),
        Choice("residence_match", "人户一致", choices=RESIDENCE_MATCH),
        Whole("members", "人口", most=99),
        Whole("present", "常住人口", most=99),
        Choice("ownership", "房屋性质", choices=OWNERSHIP),
        Flag("is_rental", "有出租", merge=Merge.ORDINARY),
        Whole("floors", "层数", most=60),
        Tags("tags", "重点标签", choices=HOUSEHOLD_TAGS, privacy=Privacy.B, merge=Merge.SET),
        Text("living_state", "居住状况", limit=200, searched=Searched.TEXT),
        Text("difficulty", "主要困难和诉求", limit=1000, lines=True, privacy=Privacy.B, searched=Searched.TEXT),
        Text("safety_notes", "安全隐患", limit=500, lines=True, searched=Searched.TEXT),
        Day("next_visit", "约定下次走访"),
        Day("moved_in", "入住日期"),
        Day("moved_out", "迁出日期"),
        Text("note", "备注", limit=1000, lines=True, searched=Searched.TEXT),
        Ref("same_as", "并入", to=("household",), hidden=True),
        Entries("also", "并入的档案", hidden=True, fields=(Ref("record", "档案"),)),
        Files("photos", "照片"),
    ),
)
