"""Everything that can go wrong and that a person can do something about; all else is a bug and loud.

GridworkerError
├── NotAccepted            what was typed does not fit
│   ├── NotAllowed         the role or the record's state forbids it
│   └── WeakPassword       too easy to guess on this machine
├── NotFound               the record is not here
├── StoreError             the local store
│   └── WrongPassword · LockedOut · KeyringNeeded · LeaseOver · StoreBusy · StoreTooNew · StoreDamaged · DiskFull
├── SignInError            the centre says no
│   ├── SignInRefused · SignInNeeded · DeviceRevoked · DeviceWiped · TooManyTries
├── CentreError            the way to the centre
│   ├── CentreUnreachable (TooSlow) · NameNotFound · TlsFailed · ProxyInTheWay · NotTheCentre · CentreBusy
│   └── BrokenAnswer · TooOld · InsecureAddress
├── NotThisFile            a package or receipt that is of no use here
├── StickFault             what was to go on a stick did not get there
│   └── StickFull
└── Cancelled              a person stopped it
"""

import errno
from typing import ClassVar


class GridworkerError(Exception):
    """Something a person can act on. ``detail`` is for the log and never holds personal data."""

    title: ClassVar[str] = "操作没有完成"
    advice: ClassVar[str] = "您的内容没有丢，请稍后再试。"

    def __init__(self, detail: str = "", *, advice: str = "") -> None:
        super().__init__(detail or self.title)
        self.detail = detail
        self.remedy = advice or self.advice

    def __str__(self) -> str:
        return f"{self.title}：{self.remedy}"


class NotAccepted(GridworkerError):
    """What was typed does not fit its field; ``field`` is its path."""

    title = "内容需要改一下"
    advice = "请按提示修改后再保存，已填的内容都还在。"

    def __init__(self, reason: str = "", *, field: str = "") -> None:
        super().__init__("", advice=reason)
        self.field = field


class NotAllowed(NotAccepted):
    """The role, or the state of the record, forbids the act."""

    title = "不能这样办理"
    advice = "您的岗位没有这项权限，请联系督导或管理员。"


class WeakPassword(NotAccepted):
    """The password or PIN would be guessed too soon; the remedy says what it needs."""

    title = "密码太容易猜到"
    advice = "请换一个长一些的密码。"


class NotFound(GridworkerError):
    """The record is not in this store."""

    title = "找不到这条记录"
    advice = "它可能不在您的范围内，或者还没有下载，请同步后再试。"


class StoreError(GridworkerError):
    """The local store cannot do what was asked."""

    title = "本机资料打不开"
    advice = "请重新启动程序；仍然不行时，用“设置、备份和恢复”恢复最近的备份。"


class WrongPassword(StoreError):
    """The password opens no key slot."""

    title = "密码不对"
    advice = "请检查大小写和输入法后再试。忘记密码可请管理员重置，未上传的内容不会丢。"


class LockedOut(StoreError):
    """Too many wrong passwords on this machine."""

    title = "密码错误次数太多"
    advice = "请过 15 分钟再试，资料没有受影响。"


class KeyringNeeded(StoreError):
    """The password alone opens nothing here: its other half lies in the system's keyring, and is not to be had."""

    title = "系统钥匙串没有打开"
    advice = "请先解锁系统钥匙串，再输入密码。钥匙串换过或重装过系统的，请用“忘记密码”进入，资料不会丢。"


class LeaseOver(StoreError):
    """The store has not heard from its centre for longer than the centre allows."""

    title = "太久没有连接中心"
    advice = (
        "为了保护资料，需要先连接一次中心才能打开。请接通网络，输入密码（不是 PIN）后按“连接中心并打开”。"
        "草稿和没有上传的内容都在，不会丢。"
    )


class StoreBusy(StoreError):
    """Another window or command holds the store."""

    title = "资料正在被另一个窗口使用"
    advice = "请切换到已经打开的窗口，或等它做完再试。"


class StoreTooNew(StoreError):
    """The store was written by a newer program."""

    title = "本机资料来自更新的版本"
    advice = "请安装新版程序后再打开，资料完好，没有改动。"


class StoreDamaged(StoreError):
    """The file is not a store, or was damaged."""

    title = "资料文件有损坏"
    advice = "请用“恢复备份”找回最近一天的资料，原文件会留着备查。"


class DiskFull(StoreError):
    """The disk took no more."""

    title = "保存失败：磁盘空间不足"
    advice = "请先腾出一些空间：清空回收站，删掉不用的大文件，再试一次。您填的内容还在。"


class SignInError(GridworkerError):
    """The centre does not let this person or device in."""

    title = "没有登录成功"
    advice = "请稍后再试；一直不行请联系管理员，您的内容都在本机。"


class SignInRefused(SignInError):
    """Wrong name, password or code; the centre does not say which."""

    title = "中心没有接受登录"
    advice = "请核对登录名、密码和一次性登记码；登记码 7 天内有效，只能用一次。"


class SignInNeeded(SignInError):
    """The tokens of this device are no longer accepted."""

    title = "请重新登录"
    advice = "登录已过期，请输入密码重新登录。已填的内容都在本机。"


class DeviceRevoked(SignInError):
    """The administrator has cut this device off."""

    title = "这台电脑已被停用"
    advice = "请联系管理员。停用前填写的内容会交给督导核对，不会丢。"


class DeviceWiped(SignInError):
    """The centre ordered this store destroyed, and it is."""

    title = "本机资料已清除"
    advice = "管理员已让这台电脑清除您的资料。已交到中心的内容都在中心。需要重新使用时，请向管理员要登记码。"


class TooManyTries(SignInError):
    """Throttled at the centre."""

    title = "尝试次数太多"
    advice = "请过几分钟再试。"


class CentreError(GridworkerError):
    """The centre cannot be reached or spoken with."""

    title = "连不上中心"
    advice = "内容已存在本机，联网后会自动上传。"


class CentreUnreachable(CentreError):
    """No network, or the centre is down: work goes on, sync tries again."""


class TooSlow(CentreUnreachable):
    """The line is there, but the answer did not come in time: sync sends smaller pieces."""

    title = "网络太慢"
    advice = "内容已存在本机，稍后会分成小块自动再传。"


class NameNotFound(CentreError):
    """The name in the address is not known (DNS)."""

    title = "找不到中心的地址"
    advice = "请检查地址有没有写错；地址没错时，请检查网络是否接通。"


class TlsFailed(CentreError):
    """The certificate is expired, for another name, or from an unknown authority."""

    title = "中心的证书不可信"
    advice = "请核对电脑的日期和时间；日期正确时请联系管理员，暂时不要输入密码。"


class ProxyInTheWay(CentreError):
    """A login page or a proxy answered instead of the centre."""

    title = "网络需要先登录"
    advice = "请打开浏览器完成上网认证，再回来同步。内容已存在本机。"


class NotTheCentre(CentreError):
    """Something answered, but not a centre."""

    title = "这个地址不是中心"
    advice = "请核对地址和端口，或请管理员重新发一份。"


class BrokenAnswer(CentreError):
    """The answer was cut or garbled on its way."""

    title = "网络中断，没有收完"
    advice = "已收到的部分都保存好了，再次同步会从断开的地方继续。"


class CentreBusy(CentreError):
    """The centre asks to come back later."""

    title = "中心暂时忙"
    advice = "稍后会自动再试，内容已存在本机。"

    def __init__(self, detail: str = "", *, advice: str = "", wait: int = 0) -> None:
        super().__init__(detail, advice=advice)
        self.wait = wait
        """ms that the centre asks to wait."""


class TooOld(CentreError):
    """The centre no longer speaks with this version."""

    title = "程序版本太旧"
    advice = "请向管理员要新版程序，装好后会自动上传。没有上传的内容都还在；急用的，可以先用U盘交给中心。"


class InsecureAddress(CentreError):
    """Plain http to a machine that is not this one."""

    title = "地址不安全"
    advice = "中心的地址要以 https:// 开头，请向管理员核对。"


class NotThisFile(GridworkerError):
    """A data package or a receipt that was damaged, or is for somebody else; the remedy says which."""

    title = "这个文件不能用"
    advice = "请重新拷贝一份再试；原来电脑里的内容都还在。"


class StickFault(GridworkerError):
    """The stick was pulled out, is write-protected, or lies."""

    title = "没有写到U盘上"
    advice = "请检查U盘是否插好、是否写保护，再导出一次。内容都在本机，一个也没有丢。"


class StickFull(StickFault):
    """What was to go on the stick finds no room there."""

    title = "U盘空间不够"
    advice = "请换一个U盘，或清理后再导出一次。内容都在本机，一个也没有丢。"


class Cancelled(GridworkerError):
    """A person stopped it; what was done so far stays."""

    title = "已取消"
    advice = "已经完成的部分都保存好了，可以随时继续。"


BAD_DISK = "读写磁盘时出错，请检查磁盘；没有保存的内容还在窗口里。"
READ_ONLY = "资料文件不能写入，请检查磁盘是否只读、文件夹权限是否被改动。"
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
"""The disk, a person's share of it, or the largest file that it can hold."""
_ADVICE = {errno.EIO: BAD_DISK, errno.EROFS: READ_ONLY}


def of_the_system(fault: OSError) -> StoreError | None:
    """The error of ours that says what is wrong with the disk; None for what is a bug."""
    name = errno.errorcode.get(fault.errno or 0, "")
    if fault.errno in _FULL:
        return DiskFull(name)
    advice = _ADVICE.get(fault.errno or 0)
    return None if advice is None else StoreError(name, advice=advice)
