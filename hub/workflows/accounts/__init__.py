"""Accounts: who there is and in which roles, how they sign in, and how systems do. Everything is in the audit log."""
