"""Where the centre keeps it: PostgreSQL, and all of the centre's SQL."""
