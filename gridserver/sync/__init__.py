"""Where desks hand in their changes and fetch what is new."""
