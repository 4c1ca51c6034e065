"""The messages by which a device is enrolled and a person signs in."""

from typing import Any

from pydantic import Field, field_validator

from gridworker.protocol.sync import BucketInfo, Message, Standing


class Asked(Message):
    """Base of what a stranger may send: words that any database can look for."""

    @field_validator("*")
    @classmethod
    def _without_nul(cls, value: Any) -> Any:
        if isinstance(value, str) and "\0" in value:
            raise ValueError("NUL in a text")
        return value


class Account(Message):
    """Who somebody is to the centre."""

    person: str
    user: str
    name: str
    role: str
    regions: list[str]
    """Ids of the regions assigned."""
    county: str = ""
    """Id of the county's region."""


class Tokens(Message):
    """What a device shows with its requests."""

    access: str
    access_until: int
    """ms UTC."""
    refresh: str


class Enrol(Asked):
    """First sign-in of a device: name, password and the administrator's one-time code."""

    user: str = Field(max_length=80)
    password: str = Field(max_length=1000)
    code: str = Field(max_length=80)
    machine: str = Field(max_length=80)
    """Groups the devices of one machine."""
    device_key: str = Field(max_length=100)
    """Ed25519 public key, base64url."""
    label: str = Field(default="", max_length=80)


class SignIn(Asked):
    """A later sign-in of an enrolled device. ``proof``: signature over ``proof_text``."""

    user: str = Field(max_length=80)
    password: str = Field(max_length=1000)
    device: str = Field(max_length=40)
    at: int
    proof: str = Field(max_length=200)


class Refresh(Asked):
    """New tokens for a refresh token; worthless without the device's key."""

    device: str = Field(max_length=40)
    refresh: str = Field(max_length=200)
    at: int
    proof: str = Field(max_length=200)


class ChangePassword(Asked):
    """A person changes his password."""

    password: str = Field(max_length=1000)
    new_password: str = Field(max_length=1000)


class SignedIn(Message):
    """The answer to enrolment, sign-in and refresh."""

    device: str
    account: Account
    tokens: Tokens
    standing: Standing
    recovery_key: str
    """The centre's X25519 public key, base64url, to which stores seal their key."""
    centre_key: str
    """The centre's Ed25519 public key, base64url."""
    buckets: list[BucketInfo] = Field(default_factory=list)
    lease_days: int = 0
    """For how many days the store may be opened without having read from the centre; 0: for ever."""
    backups_since: int = 0
    """When the oldest backup was begun from which the centre might be restored, ms UTC; 0: not known."""


class Recover(Asked):
    """A person whose password was reset asks the centre to open the sealed key of his store."""

    user: str = Field(max_length=80)
    password: str = Field(max_length=1000)
    device: str = Field(max_length=40)
    at: int
    sealed: str = Field(max_length=2000)
    """The store key sealed to the centre's recovery key, base64url."""
    reply_key: str = Field(max_length=100)
    """X25519 public key to which the answer is sealed, base64url."""


class Recovered(Message):
    """The store key, sealed to ``reply_key``, base64url."""

    sealed: str


class Wiped(Asked):
    """A desk says that it has carried out the order to wipe. ``proof``: its signature over ``proof_text``."""

    device: str = Field(max_length=40)
    ordered: int
    """``at`` of the order."""
    at: int
    proof: str = Field(max_length=200)


def proof_text(act: str, device: str, secret: str, at: int) -> bytes:
    """What a device signs: act, its id, the token or name it shows, and the time (ms UTC)."""
    return "\0".join(("gridworker", act, device, secret, str(at))).encode()
