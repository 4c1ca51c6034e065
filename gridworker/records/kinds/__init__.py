"""One module a kind; no kind imports another, they point by id."""
