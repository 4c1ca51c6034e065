"""What is said of a value that cannot be kept."""


class Wrong(ValueError):
    """A value does not fit its field. The text is Chinese and says the remedy; it never repeats the value."""

    def __init__(self, reason: str, field: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.field = field
