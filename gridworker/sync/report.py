"""What a sync tells of itself when it is over, and while it runs."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Report:
    """What a sync brought about."""

    ok: bool = False
    pushed: int = 0
    """Changes that the centre took."""
    pulled: int = 0
    """Rows that came."""
    conflicts: int = 0
    """Conflicts that our changes ran into."""
    refused: int = 0
    """Changes that came back, refused or put aside; each shows its reason."""
    held: int = 0
    """Changes that wait at the centre's wish, behind one that came back."""
    dropped: int = 0
    """Buckets that left this desk."""
    kept_back: int = 0
    """Buckets that would have left, were there not unsent work in them."""
    put_aside: int = 0
    """Rows that could not be read here; kept, and tried again at the next start."""
    fetched: int = 0
    """Bytes of snapshots that lie here or were laid, and of those that are to come in this sync."""
    to_fetch: int = 0
    refused_snapshots: int = 0
    """Snapshots that were not what they said; their buckets came as pages."""
    kinds: set[str] = field(default_factory=set)
    """Kinds of which something changed here: what a window draws anew."""
