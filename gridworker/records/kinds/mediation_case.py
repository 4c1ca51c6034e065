"""调解案件: the confidential part of a dispute, in the town's case bucket (人民调解法 15)."""

from gridworker.records.codes import NATIONS, SEX
from gridworker.records.fields import (
    Choice,
    Day,
    Flag,
    IdNumber,
    Merge,
    Money,
    Name,
    Phone,
    Privacy,
    Ref,
    Searched,
    Text,
)
from gridworker.records.files import Files
from gridworker.records.kind import BucketClass, Kind, Rights, Role, roles
from gridworker.records.several import Entries

CASE_SOURCES = {"application": "当事人申请", "initiative": "主动调解", "delegated": "接受委托移送"}
AGREEMENT_FORMS = {"written": "书面协议", "oral": "口头协议"}
END_REASONS = {
    "agreed": "达成协议",
    "refused": "一方明确拒绝",
    "not_agreed": "期限内未达成",
    "withdrawn": "申请撤回",
    "court": "转诉讼、仲裁或行政处理",
}
PANEL_ROLES = {"chief": "主持", "member": "调解员", "recorder": "记录", "invited": "特邀", "observer": "旁听"}
RETENTION = {"short": "短期", "long": "长期", "permanent": "永久"}

_MEDIATORS = roles(Role.MEDIATOR, Role.SUPERVISOR)

MEDIATION_CASE = Kind(
    name="mediation_case",
    title="案件",
    icon="case",
    home=BucketClass.CASE,
    home_field="town",
    rights=Rights(create=_MEDIATORS, edit=_MEDIATORS, remove=roles(Role.SUPERVISOR)),
    title_fields=("title",),
    columns=("case_no", "title", "accepted_on", "mediator"),
    indexes=(("dispute",), ("town", "accepted_on"), ("mediator",)),
    fields=(
        Text("title", "案由", required=True, limit=100, searched=Searched.TEXT),
        Ref("dispute", "纠纷登记", to=("dispute",), required=True, merge=Merge.FIXED),
        Ref("town", "受理乡镇", to=("region",), required=True, merge=Merge.FIXED),
        Text("case_no", "案号", limit=60, searched=Searched.NUMBER, editors=roles(Role.CENTRE), hint="由中心编号"),
        Text("provisional_no", "暂编号", limit=40, searched=Searched.NUMBER, merge=Merge.FIXED),
        Choice("case_source", "受理方式", choices=CASE_SOURCES, default="application"),
        Text("delegated_by", "委托移送单位", limit=80),
        Day("applied_on", "申请日期"),
        Day("accepted_on", "受理日期", required=True),
        Day("due", "调解期限", merge=Merge.GUARDED),
        Flag("extended", "双方同意延长"),
        Ref("mediator", "主办调解员", to=("staff_member",), required=True),
        Entries(
            "parties",
            "当事人",
            fields=(
                Name("name", "姓名或单位", required=True, merge=Merge.GUARDED),
                Choice(
                    "role", "身份", choices={"applicant": "申请人", "respondent": "被申请人", "other": "其他当事人"}
                ),
                Choice("sex", "性别", choices=SEX),
                Choice("nation", "民族", choices=NATIONS),
                Day("birth_date", "出生日期", privacy=Privacy.B),
                IdNumber("id_number", "身份证号"),
                Text("occupation", "职业或职务", limit=60),
                Phone("phone", "联系电话"),
                Text("address", "单位或住址", limit=120, privacy=Privacy.B, searched=Searched.ADDRESS),
                Flag("consents", "同意调解", hint="人民调解法第 17 条：一方明确拒绝的不得调解"),
                Day("notified_on", "已告知权利义务", hint="人民调解法第 23、24 条"),
                Name("agent", "代理人"),
            ),
        ),
        Entries(
            "panel",
            "调解组",
            fields=(
                Ref("staff", "工作人员", to=("staff_member",)),
                Name("name", "姓名", required=True, searched=Searched.NO),
                Choice("role", "分工", choices=PANEL_ROLES),
                Text("unit", "单位", limit=80),
            ),
        ),
        Text("facts", "纠纷主要事实", limit=4000, lines=True, privacy=Privacy.B, searched=Searched.TEXT),
        Text("claims", "申请事项", limit=2000, lines=True, privacy=Privacy.B),
        Money("amount", "涉及金额"),
        Text("disputed", "争议焦点", limit=1000, lines=True, privacy=Privacy.B),
        Choice("agreement_form", "协议形式", choices=AGREEMENT_FORMS),
        Text("agreement", "协议内容", limit=4000, lines=True, privacy=Privacy.B),
        Day("agreed_on", "协议日期"),
        Text("performance", "履行方式、地点", limit=500, lines=True),
        Day("performance_due", "履行期限"),
        Flag("performed", "已履行"),
        Day("return_visit_on", "回访日期"),
        Text("return_visit", "回访情况", limit=1000, lines=True, privacy=Privacy.B),
        Choice("end_reason", "结案方式", choices=END_REASONS),
        Day("closed_on", "结案日期"),
        Choice("retention", "保管期限", choices=RETENTION, default="long"),
        Text("note", "备注", limit=1000, lines=True),
        Entries(
            "readers",
            "限定知情人",
            hidden=True,
            editors=roles(Role.CENTRE),
            fields=(Ref("staff", "工作人员", to=("staff_member",), required=True),),
        ),
        Files("evidence", "证据材料"),
    ),
)
