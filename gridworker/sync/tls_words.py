"""What TLS says of a bad certificate, in the words of somebody who has to do something about it."""

from gridworker.errors import BrokenAnswer, CentreError, TlsFailed

_UNKNOWN = "不认识签发证书的机构。请向管理员要中心的根证书文件，登录时一并填上。"
_ANOTHER = "证书属于另一个地址。请核对地址有没有写错，暂时不要输入密码。"

_SAID = (
    ("has expired", "expired", "证书已过期。请先核对电脑的日期和时间；日期正确时请联系管理员。"),
    ("not yet valid", "not yet valid", "证书还没有生效，多半是电脑的日期不对，请核对日期和时间。"),
    ("match", "another name", _ANOTHER),
    ("valid for", "another name", _ANOTHER),
    ("self-signed", "unknown authority", _UNKNOWN),
    ("self signed", "unknown authority", _UNKNOWN),
    ("unable to get", "unknown authority", _UNKNOWN),
)
"""What OpenSSL and Python say, what the log keeps, what the worker reads."""

_CUT = ("UNEXPECTED_EOF", "EOF occurred", "closed (EOF)", "BAD_RECORD_MAC")
"""The line ended in the middle, or changed a byte: nobody's certificate is to blame."""


def tls_failed(said: str) -> CentreError:
    """The error for what was said when the connection was refused, or broke."""
    if any(words in said for words in _CUT):
        return BrokenAnswer("cut on its way")
    if "CERTIFICATE_VERIFY_FAILED" not in said and "doesn't match" not in said:
        return TlsFailed("no handshake", advice="这个地址没有按 https 应答，请核对地址和端口。")
    for words, detail, advice in _SAID:
        if words in said:
            return TlsFailed(detail, advice=advice)
    return TlsFailed("not verified")
