"""The search at national size: prices that prove a bound over every pair, and a plan improved by compiled moves.

Only this package knows numba, and ``matching.search`` imports it only for problems that are large enough.
"""
