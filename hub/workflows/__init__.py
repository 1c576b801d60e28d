"""Use cases of the hub: plain functions taking a session. They never commit; reads return frozen dataclasses."""
