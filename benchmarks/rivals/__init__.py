"""The optimiser and its rivals: each takes a problem with ready-made pairs and gives an answer."""

from importlib import import_module

from benchmarks.rivals.answer import Rival

OWN = "matching"
PLAIN_HIGHS = "HiGHS"
CP_SAT = "CP-SAT"
NAIVE = "PuLP+CBC"
NAMES = (OWN, PLAIN_HIGHS, CP_SAT, NAIVE)

_PLACES = {
    OWN: ("own", "solve_with_own"),
    PLAIN_HIGHS: ("plain_highs", "solve_with_plain_highs"),
    CP_SAT: ("cp_sat", "solve_with_cp_sat"),
    NAIVE: ("naive", "solve_with_naive_pulp"),
}


def rival(name: str) -> Rival:
    """Return the rival ``name``.

    Only its own solver is loaded: none should pay for another's memory, and OR-Tools cannot be loaded after highspy,
    since both bring HiGHS under the same names.
    """
    module, function = _PLACES[name]
    found: Rival = getattr(import_module(f"benchmarks.rivals.{module}"), function)
    return found
