"""Calls to other systems: the one HTTP client of the hub, which reaches public addresses alone (ADR 0019).

``addresses`` says which addresses are public, ``targets`` reads URLs, ``client`` sends one request to an address that
was looked up once, within bounds of time and size, and ``faults`` says why a call was refused or failed.
"""
