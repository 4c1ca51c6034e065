"""Who may come in: enrolment, sign-in, tokens, passwords."""
