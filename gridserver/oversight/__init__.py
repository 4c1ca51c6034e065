"""How the district stands: desks not heard from, and whether the centre itself is well."""
