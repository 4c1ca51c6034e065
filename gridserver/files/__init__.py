"""Where the bytes of attached files come in, piece by piece, and go out again."""
