"""The assignment library of the digital talent hub: dataclasses in, an explained and checked plan out.

Usable alone: no database, no web. ``docs/matching-model.md`` states the model; ``docs/interchange.md`` the files.
"""
