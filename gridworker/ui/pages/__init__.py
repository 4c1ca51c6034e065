"""The pages, one module each; each is imported when it is first visited."""
