"""What may stand on the command line, and what it means; imports nothing that takes time."""

import argparse
from collections.abc import Sequence
from pathlib import Path

ALSO = """\
serve 和 centre 是中心的命令，见 python main.py serve --help 和 python main.py centre --help。
不带命令时打开窗口。密码从环境变量 GRIDWORKER_PASSWORD 读取，没有时当场询问，从不写在命令行里。
退出码：0 完成；1 被拒绝或没有做成，原因在标准错误里；2 用法不对。"""


def parsed(arguments: Sequence[str]) -> argparse.Namespace:
    """The arguments, understood. Raises ``SystemExit`` (0 after ``--help``, 2 when used wrongly)."""
    return _parser().parse_args(arguments)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="main.py",
        description="民情日记：网格员、调解员、督导的工作台。",
        epilog=ALSO,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    _add_common(parser, first=True)
    commands = parser.add_subparsers(dest="command", metavar="命令", title="命令")
    _add_sign_in(_command(commands, "sign-in", "登录；这台电脑第一次登录要用登记码"))
    _command(commands, "sync", "和中心同步一次")
    _command(commands, "status", "还有多少没有上传、被退回、需要核对")
    _add_records(_command(commands, "records", "查、存、移除、恢复台账记录"))
    search = _command(commands, "search", "在全部记录里查找：姓名、拼音、首字母、地址、电话")
    search.add_argument("text", metavar="TEXT")
    search.add_argument("--kind", action="append", default=[], help="只查这一类，可以重复")
    search.add_argument("--limit", type=_positive, default=50, help="最多几条（默认 50）")
    _add_conflicts(_command(commands, "conflicts", "需要核对的内容"))
    _add_cases(_command(commands, "cases", "限定一个案件由谁查看"))
    _add_courier(_command(commands, "courier", "没有网络时用U盘带数据包和回执"))
    demo = _command(commands, "demo", "装一个虚构的片区并打开；没有显示器时自动演示一遍")
    demo.add_argument("--headless", action="store_true", help="不打开窗口，自动演示")
    demo.add_argument("--out", type=Path, default=Path("demo-output"), help="截图放在哪里（默认 demo-output）")
    return parser


def _add_sign_in(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--centre", default="", metavar="URL", help="中心的地址；登记码里带着地址时可以不写")
    parser.add_argument("--code", default="", help="管理员给的一次性登记码，第一次登录时用")
    parser.add_argument("--ca", type=Path, default=None, metavar="FILE", help="中心自有的根证书文件（PEM）")


def _add_records(parser: argparse.ArgumentParser) -> None:
    acts = parser.add_subparsers(dest="act", metavar="做什么", required=True)
    _command(acts, "kinds", "每一类记录有哪些项目")
    listed = _command(acts, "list", "列出记录")
    listed.add_argument("kind", metavar="KIND")
    listed.add_argument(
        "--where", action="append", default=[], metavar="FIELD=VALUE", help="只列这一项等于此值的，可以重复"
    )
    listed.add_argument("--limit", type=_positive, default=None, metavar="N", help="最多几条（默认全部）")
    save = _command(acts, "save", "新建记录；内容里有 id 时只改其中写到的项目")
    save.add_argument("kind", metavar="KIND")
    save.add_argument("--data", required=True, metavar="JSON|@FILE|-", help="内容；@文件名，或 - 从标准输入读")
    for act, words in (("show", "一条记录和它的历史"), ("remove", "移除"), ("restore", "恢复被移除的记录")):
        one = _command(acts, act, words)
        one.add_argument("kind", metavar="KIND")
        one.add_argument("id", metavar="ID")


def _add_conflicts(parser: argparse.ArgumentParser) -> None:
    acts = parser.add_subparsers(dest="act", metavar="做什么", required=True)
    _command(acts, "list", "列出需要核对的内容，两边的版本都在")
    settle = _command(acts, "settle", "核对一处")
    settle.add_argument("id", metavar="ID")
    how = settle.add_mutually_exclusive_group(required=True)
    how.add_argument("--keep", metavar="shown|N|all", help="保留现值，改用第 N 份，或两份都留")
    how.add_argument("--value", metavar="JSON", help="另写一个值")


def _add_cases(parser: argparse.ArgumentParser) -> None:
    acts = parser.add_subparsers(dest="act", metavar="做什么", required=True)
    restrict = _command(acts, "restrict", "只让指定的人查看（您自己总在其中），要联网")
    restrict.add_argument("id", metavar="ID", help="案件的编号，见 records list mediation_case")
    restrict.add_argument("--to", action="append", required=True, metavar="NAME", help="工作人员的登录名，可以重复")
    _command(acts, "lift", "取消限定").add_argument("id", metavar="ID")


def _add_courier(parser: argparse.ArgumentParser) -> None:
    acts = parser.add_subparsers(dest="act", metavar="做什么", required=True)
    for act, words, name in (
        ("look", "看看有多少内容和照片要带，U盘还有多少空间", "DIR"),
        ("export", "把等待上传的内容导出成数据包", "FILE|DIR"),
        ("take", "收下别的电脑的数据包或照片包，自己的回执，或中心的命令", "FILE"),
        ("receipts", "把代交的回执导出到文件夹", "DIR"),
    ):
        command = _command(acts, act, words)
        command.add_argument("path", type=Path, metavar=name)
        if act == "export":
            command.add_argument("--files", action="store_true", help="带上照片和文件")


def _command(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, words: str
) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=words, description=words)
    _add_common(parser, first=False)
    return parser


def _add_common(parser: argparse.ArgumentParser, *, first: bool) -> None:
    """May stand before the command and after it."""
    missing = None if first else argparse.SUPPRESS
    parser.add_argument("--home", type=Path, default=missing, metavar="DIR", help="工作台的全部资料放在哪里")
    parser.add_argument("--user", default=missing, metavar="NAME", help="登录名；不写时是上一次登录的人")
    parser.add_argument(
        "--json", action="store_true", default=False if first else argparse.SUPPRESS, help="只输出一份 JSON"
    )


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("要大于 0")
    return number
