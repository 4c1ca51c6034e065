"""操作审计: what a person did with other people's data; append-only, uploaded first."""

from gridworker.records.fields import Choice, Merge, Moment, Ref, Text
from gridworker.records.kind import BucketClass, Kind, Rights, Role, roles

ACTS = {
    "sign_in": "登录",
    "sign_in_failed": "登录失败",
    "lock": "锁定",
    "reveal": "查看完整信息",
    "export": "导出",
    "print": "打印",
    "settle": "处理需要核对",
    "backup": "备份",
    "restore": "恢复",
    "password": "修改密码",
}

AUDIT = Kind(
    name="audit",
    title="操作审计",
    icon="shield",
    home=BucketClass.USER,
    home_field="person",
    rights=Rights(create=roles(Role.GRID_WORKER, Role.MEDIATOR, Role.SUPERVISOR, Role.ADMIN)),
    append_only=True,
    title_fields=("act",),
    columns=("at", "act", "reason"),
    indexes=(("at",),),
    fields=(
        Ref("person", "操作人", to=("staff_member",), required=True, merge=Merge.FIXED),
        Choice("act", "操作", required=True, choices=ACTS, merge=Merge.FIXED),
        Moment("at", "时间", required=True, merge=Merge.FIXED),
        Text("record_kind", "记录类型", limit=40, merge=Merge.FIXED),
        Ref("record", "记录", merge=Merge.FIXED),
        Text("reason", "事由", limit=200, merge=Merge.FIXED),
        Text("previous", "前一条的校验", limit=64, merge=Merge.FIXED, hidden=True),
    ),
)
