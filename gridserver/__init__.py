"""The centre: where the desks of a district come to agree."""
