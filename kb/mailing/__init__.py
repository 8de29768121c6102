"""Mails: written in the transaction of what causes them, and sent once."""
