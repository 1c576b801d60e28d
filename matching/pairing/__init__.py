"""Every pair of a large problem screened and scored in compiled loops; ``matching.scoring`` loads it where it pays.

The rules and parts are those of ``docs/fit.md``, and the pairs are the same, bit for bit.
"""
