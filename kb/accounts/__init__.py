"""People who sign in: accounts, invitations, passwords, sessions, members of plans."""
