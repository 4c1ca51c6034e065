"""工作人员: who works where, so that every record can name its author."""

from gridworker.records.fields import Choice, Flag, Merge, Name, Phone, Privacy, Ref, Text
from gridworker.records.kind import ROLE_TITLES, BucketClass, Kind, Rights, Role, roles
from gridworker.records.several import Entries

POSTS = {
    "grid_chief": "网格长",
    "full_time": "专职网格员",
    "part_time": "兼职网格员",
    "instructor": "网格指导员",
    "micro_lead": "微网格长",
    "resident_cadre": "驻村干部",
    "chief_mediator": "调委会主任",
    "mediator": "人民调解员",
    "reviewer": "镇街审核人",
    "county_supervisor": "县级督导",
}

STAFF_MEMBER = Kind(
    name="staff_member",
    title="工作人员",
    icon="person",
    home=BucketClass.REFERENCE,
    home_field="county",
    rights=Rights(create=roles(Role.ADMIN), edit=roles(Role.ADMIN), remove=roles(Role.ADMIN)),
    title_fields=("name",),
    columns=("name", "role", "post"),
    fields=(
        Name("name", "姓名", required=True, privacy=Privacy.C),
        Text("user", "登录名", required=True, limit=40, merge=Merge.FIXED),
        Choice("role", "岗位", required=True, choices={k: v for k, v in ROLE_TITLES.items() if k != Role.CENTRE}),
        Choice("post", "职务", choices=POSTS),
        Phone("phone", "工作电话", privacy=Privacy.C),
        Ref("county", "所属县市", to=("region",), merge=Merge.FIXED, hidden=True),
        Entries("regions", "负责区域", fields=(Ref("region", "区域", to=("region",), required=True),)),
        Flag("active", "在岗", default=True),
    ),
)
