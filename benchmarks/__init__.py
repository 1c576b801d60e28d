"""Measurements of the optimiser against named rivals in one run: ``bin/benchmark``. See ``docs/benchmarks.md``."""
