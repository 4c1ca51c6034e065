"""T4: real processes, real files, a real line; all of them may be killed at any moment."""
