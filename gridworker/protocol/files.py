"""How files travel: tus 1.0, with the words that desk and centre have beside it."""

TUS = "1.0.0"
"""The version of the standard that both speak."""

EXTENSIONS = ("creation", "checksum", "expiration", "termination")
"""What of it both speak."""

PIECE_TYPE = "application/offset+octet-stream"
"""The type of a piece, as the standard has it."""

STORED = "Gridworker-Stored"
"""The header that says: all bytes are here, compared and on the disk; its value is the file's number."""
