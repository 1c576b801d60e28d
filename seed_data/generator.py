"""Samples of any size: ``generate(experts, requests, seed, months)``.

Each record depends on the seed and its own number only: the same call gives the same sample, and a larger sample with
the same seed and months begins with the smaller one.
"""

from seed_data.experts import invent_expert
from seed_data.months import months_from, refuse_gaps
from seed_data.requests import invent_request
from seed_data.samples import Sample

FISCAL_YEAR_2026 = months_from("2026-04", 12)


def generate(
    experts: int = 60, requests: int = 40, seed: int = 0, months: tuple[str, ...] = FISCAL_YEAR_2026
) -> Sample:
    """Return ``experts`` invented people and ``requests`` invented needs over ``months`` (``YYYY-MM``, no gaps).

    Raises:
        ValueError: a negative number, or months that do not follow one another.
    """
    for name, number in (("experts", experts), ("requests", requests), ("seed", seed)):
        if number < 0:
            raise ValueError(f"{name} は 0 以上にしてください / {name} must not be negative: {number}")
    refuse_gaps(months)
    return Sample(
        experts=tuple(invent_expert(seed, number, months) for number in range(experts)),
        requests=tuple(invent_request(seed, number, months) for number in range(requests)),
        months=tuple(months),
    )
