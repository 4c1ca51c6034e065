"""T3: the real database and the real application, with many desks at once, and a PostgreSQL that falls over."""
