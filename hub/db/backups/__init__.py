"""Backups of a whole database while people work: one file, verified when it is put back.

``copying`` makes and restores them; ``sqlite`` and ``postgresql`` know how, ``container`` is the file's form.
"""
