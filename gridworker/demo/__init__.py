"""A made-up district on real division codes, so that the whole house can be seen at work."""
