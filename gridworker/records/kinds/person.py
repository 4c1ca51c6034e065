"""人口: one resident, member of a household (GB/T 31000-2015, 实有人口 and 户籍人口)."""

from collections.abc import Mapping
from typing import Any

from gridworker.records.codes import (
    EDUCATION,
    HOUSEHOLD_TAGS,
    MARRIAGE,
    NATIONS,
    POLITICS,
    POPULATION,
    RELATIONS,
    RESIDENCE_MATCH,
    SEX,
)
from gridworker.records.fields import Choice, Day, Flag, IdNumber, Merge, Name, Phone, Privacy, Ref, Searched, Text
from gridworker.records.identity import birth_date, sex
from gridworker.records.kind import Alike, BucketClass, Follows, Kind, Rights, Role, roles
from gridworker.records.several import Entries, Tags


def agrees_with_number(fields: Mapping[str, Any]) -> str:
    """Sex and date of birth must not contradict the citizen's number."""
    number = fields.get("id_number")
    if not number:
        return ""
    born, told = birth_date(number), fields.get("birth_date")
    if born is not None and told and told != born.isoformat():
        return "出生日期与身份证号不一致，请对照证件核对。"
    if fields.get("sex") in ("1", "2") and sex(number) not in (None, fields["sex"]):
        return "性别与身份证号不一致，请对照证件核对。"
    return ""


PERSON = Kind(
    name="person",
    title="人口",
    icon="person",
    home=BucketClass.GRID,
    rights=Rights(
        create=roles(Role.GRID_WORKER, Role.SUPERVISOR),
        edit=roles(Role.GRID_WORKER, Role.SUPERVISOR),
        remove=roles(Role.GRID_WORKER, Role.SUPERVISOR),
    ),
    follows=(Follows("household", "household"),),
    title_fields=("name",),
    columns=("name", "relation", "sex", "birth_date", "phone", "tags"),
    indexes=(("household", "relation"), ("grid", "name"), ("id_number",)),
    alike=(Alike(("id_number",)),),
    rules=(agrees_with_number,),
    fields=(
        Name("name", "姓名", required=True, merge=Merge.GUARDED),
        Name("former_name", "曾用名"),
        Ref("household", "所在户", to=("household",), required=True, merge=Merge.GUARDED),
        Ref("grid", "网格", to=("region",), required=True, merge=Merge.HOME),
        Choice("relation", "与户主关系", choices=RELATIONS, merge=Merge.GUARDED),
        IdNumber("id_number", "身份证号"),
        Choice("sex", "性别", choices=SEX),
        Day("birth_date", "出生日期", privacy=Privacy.B),
        Choice("nation", "民族", choices=NATIONS),
        Phone("phone", "联系电话"),
        Choice("population", "人口类型", choices=POPULATION, default="registered"),
        Choice("residence_match", "人户一致", choices=RESIDENCE_MATCH),
        Text("registered_address", "户籍地址", limit=120, privacy=Privacy.B, searched=Searched.ADDRESS),
        Text("whereabouts", "外出去向", limit=120, privacy=Privacy.B, hint="外出时填：去向和事由"),
        Choice("marriage", "婚姻状况", choices=MARRIAGE, privacy=Privacy.B),
        Choice("politics", "政治面貌", choices=POLITICS),
        Choice("education", "文化程度", choices=EDUCATION),
        Text("occupation", "职业", limit=60),
        Text("workplace", "服务处所", limit=80),
        Tags("tags", "重点标签", choices=HOUSEHOLD_TAGS, privacy=Privacy.B),
        Name("guardian", "监护人或联系人"),
        Phone("guardian_phone", "联系人电话"),
        Flag("away", "外出", default=False),
        Day("moved_out", "迁出日期"),
        Day("died_on", "死亡日期", privacy=Privacy.B),
        Text("note", "备注", limit=1000, lines=True, searched=Searched.TEXT),
        Ref("same_as", "并入", to=("person",), hidden=True),
        Entries("also", "并入的档案", hidden=True, fields=(Ref("record", "档案"),)),
    ),
)
