"""The steps by which the centre's tables came to be; appended, never edited."""
