"""Forms made from a kind's declaration: an editor for each type of field, a form for each kind."""
