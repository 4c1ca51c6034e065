"""What the centre orders a desk to do, signed with its own key: a false centre orders nothing."""

from pydantic import BaseModel, ConfigDict


class WipeOrder(BaseModel):
    """The store of this device is to be destroyed. ``proof``: Ed25519 over ``wipe_text`` by the centre's key."""

    model_config = ConfigDict(extra="ignore")

    device: str
    stolen: bool
    """At once; otherwise what waits in it is handed in first."""
    at: int
    """When it was ordered, ms UTC by the centre's clock."""
    proof: str
    """base64url."""


def wipe_text(device: str, stolen: bool, at: int) -> bytes:
    """What the centre signs."""
    return "\0".join(("gridworker centre", "wipe", device, "stolen" if stolen else "departing", str(at))).encode()
