"""The whole hub in one portable file, to move it from one kind of database to the other without loss.

A zip of one file for each table, a row on each line as JSON, and a manifest with the schema's revision and, for each
table, how many rows it has and the SHA-256 of its file. ``writing`` makes it, ``reading`` takes it in.
"""
