"""Tables people fill in (xlsx and CSV): reading them cell by cell, and writing them.

Knows files, cells, columns and notations; knows no database. ``docs/excel.md`` shows what a person writes.
"""
