"""What a person can do with records, online or off; it knows the storage, and nothing of sync."""

from gridworker.ledger.ground import Changed, Edit, Me, MoveTo, NewRecord, Saved
from gridworker.ledger.ledger import Ledger

__all__ = ["Changed", "Edit", "Ledger", "Me", "MoveTo", "NewRecord", "Saved"]
