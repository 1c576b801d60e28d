"""Who passes the rules about the person, for whole words of a bit set at once, compiled."""

import numpy as np

from matching.expert_columns import Floats, Marks
from matching.national.compiled import compiled
from matching.pairing.people import People
from matching.pairing.seats import Longs, Seats
from matching.pairing.weighing import AVAILABILITY, is_within

ONE = np.uint64(1)
PAIRS_OF_BITS = np.uint64(0x5555555555555555)
FOURS_OF_BITS = np.uint64(0x3333333333333333)
EIGHTS_OF_BITS = np.uint64(0x0F0F0F0F0F0F0F0F)
ONES = np.uint64(0x0101010101010101)


@compiled
def count_bits(word: np.uint64) -> int:
    """Return how many bits of ``word`` are set."""
    word -= (word >> ONE) & PAIRS_OF_BITS
    word = (word & FOURS_OF_BITS) + ((word >> np.uint64(2)) & FOURS_OF_BITS)
    word = (word + (word >> np.uint64(4))) & EIGHTS_OF_BITS
    return int((word * ONES) >> np.uint64(56))


@compiled
def screen_people(people: People, seats: Seats, s: int, removed: Longs, left: Longs) -> int:
    """Write who passes the rules about the person into ``left``, count the others in ``removed``; return how many."""
    found = 0
    first, end = seats.step_start[s], seats.step_start[s + 1]
    for w in range(len(people.everyone)):
        alive = people.everyone[w]
        for step in range(first, end):
            passed = alive & people.sets[seats.step_set[step], w]
            if passed != alive:
                removed[seats.step_rule[step]] += count_bits(alive ^ passed)
                alive = passed
        while alive != np.uint64(0):
            below = (alive - ONE) & ~alive
            left[found] = w * 64 + count_bits(below)
            found += 1
            alive &= alive - ONE
    return found


@compiled
def _free_enough(have: Floats, first: int, length: int, hours: float, left: Longs, n: int) -> int:
    """Keep those with enough hours for the work alone, since the way there only adds to it; return how many."""
    kept = 0
    for k in range(n):
        least = have[left[k], first]
        for month in range(first + 1, first + length):
            least = min(least, have[left[k], month])
        if is_within(hours, least):
            left[kept] = left[k]
            kept += 1
    return kept


@compiled
def screen_group(
    people: People, seats: Seats, slots: Longs, removed: Longs, left: Longs, ends: Longs, on_site: Marks
) -> None:
    """Screen people for each of ``slots``: who is left goes into ``left`` up to ``ends``, and ``on_site`` is marked.

    Those who lack hours for the work alone are taken out and counted too.

    ``removed``: S × 13. ``on_site``: N, those left for a slot with days on site.
    """
    end = 0
    for position in range(len(slots)):
        s = slots[position]
        found = screen_people(people, seats, s, removed[s], left[end:])
        kept = _free_enough(people.hours, seats.first[s], seats.length[s], seats.hours[s], left[end:], found)
        removed[s, AVAILABILITY] += found - kept
        end += kept
        ends[position] = end
    begin = 0
    for position in range(len(slots)):
        if seats.days[slots[position]] > 0:
            for k in range(begin, ends[position]):
                on_site[left[k]] = True
        begin = ends[position]
