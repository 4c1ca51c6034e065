"""Everything that the centre refuses, and says why; all else is a bug and loud."""

from collections.abc import Mapping

STATUS: Mapping[str, int] = {
    "bad_request": 400,
    "cut": 400,
    "auth": 401,
    "device": 403,
    "not_allowed": 403,
    "not_found": 404,
    "epoch": 409,
    "offset": 409,
    "expired": 410,
    "version": 412,
    "media": 415,
    "locked": 423,
    "checksum": 460,
    "full": 507,
    "fork": 409,
    "gap": 409,
    "vector": 409,
    "too_big": 413,
    "upgrade": 426,
    "throttled": 429,
    "broken": 500,
    "busy": 503,
}
"""The HTTP status of each code that a ``Problem`` may carry."""

REASONS: Mapping[str, str] = {
    "bad_request": "请求的格式不对，请升级程序后再试。",
    "cut": "线路断了，内容没有收完，请重新同步。",
    "auth": "登录已过期，请重新登录。",
    "device": "这台电脑已被停用，请联系管理员。",
    "not_allowed": "您的岗位没有这项权限，请联系督导或管理员。",
    "not_found": "没有这条资料，或者不在您的范围内。",
    "epoch": "中心的资料恢复过备份，请重新同步。",
    "fork": "本机资料恢复过备份，请重新同步。",
    "gap": "中间缺少几条修改，请重新同步。",
    "vector": "请重新同步。",
    "too_big": "一次发送的内容太多，请分几次发送。",
    "upgrade": "程序版本太旧，请安装新版程序。",
    "offset": "文件的这一段接不上，会从断开的地方继续。",
    "expired": "这个文件没有在期限内传完，会重新上传。",
    "version": "上传文件的方式不对，请升级程序后再试。",
    "media": "文件的格式与所报的不一致。",
    "locked": "这个文件正在上传，请稍候。",
    "checksum": "收到的内容与文件的校验不一致，会重新上传。",
    "full": "中心的存储空间不足，文件留在本机，请联系管理员。",
    "throttled": "尝试次数太多，请稍后再试。",
    "broken": "中心出了问题，内容没有丢，稍后会自动再试。",
    "busy": "中心暂时忙，请稍后再试。",
}
"""What a person reads when nothing more exact is known."""


class Refused(Exception):
    """A whole request that is not served. ``error`` is a code of ``STATUS``; ``reason`` Chinese, nothing private."""

    def __init__(
        self, error: str, reason: str = "", *, want: int = 0, retry_after: int = 0, kept: tuple[int, int] = (0, 0)
    ) -> None:
        super().__init__(error)
        self.error = error
        self.reason = reason or REASONS[error]
        self.want = want
        """For ``gap``: the number that should come next."""
        self.kept = kept
        """For ``epoch``: (life, number) up to which what the desk handed in before is still here."""
        self.retry_after = retry_after
        """Seconds after which it is worth trying again; 0 when the caller may choose."""

    @property
    def status(self) -> int:
        """The HTTP status."""
        return STATUS[self.error]


class CommandFailed(Exception):
    """An administrator's command, or the start of the centre, that cannot be done; the text says what to do."""
