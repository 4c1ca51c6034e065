"""Where the desk keeps it: the encrypted store, its outbox, its feed, and all of the desk's SQL."""
