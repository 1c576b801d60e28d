"""Numbers, money, dates and times as a person reads them, in Japanese or English."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from decimal import ROUND_HALF_EVEN, Decimal

from web.eras import era_year, fiscal_year

JAPAN = timezone(timedelta(hours=9))
"""Japan has no daylight saving time, so a fixed offset is exact and needs no time zone data on the machine."""

MONTHS_EN = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
NOTHING = "–"


@dataclass(frozen=True, slots=True)
class Formats:
    """How values look in ``language`` ("ja" or "en"). None is shown as a dash everywhere."""

    language: str

    def number(self, value: float | None, digits: int = 0) -> str:
        """Return ``value`` with thousands grouped and exactly ``digits`` decimals."""
        if value is None:
            return NOTHING
        return f"{_rounded(value, digits):,f}"

    def amount(self, value: float | None) -> str:
        """Return ``value`` with as many decimals as it has, at most two: 20 hours, 7.5 hours."""
        return NOTHING if value is None else f"{_rounded(value, 2):,f}".rstrip("0").rstrip(".")

    def signed(self, value: float, digits: int = 2) -> str:
        """Return ``value`` with its sign; a true minus, which screen readers say and digits align with."""
        return ("−" if value < 0 else "+") + self.number(abs(value), digits)

    def percent(self, share: float | None, digits: int = 0) -> str:
        """Return a share of 1 as a percentage."""
        return NOTHING if share is None else self.number(share * 100, digits) + "%"

    def yen(self, value: float | None) -> str:
        """Return an amount in whole yen."""
        if value is None:
            return NOTHING
        amount = self.number(abs(round(value)))
        minus = "−" if round(value) < 0 else ""
        return f"{minus}{amount}円" if self.language == "ja" else f"{minus}¥{amount}"

    def duration(self, minutes: float | None) -> str:
        """Return minutes as hours and minutes."""
        if minutes is None:
            return NOTHING
        hours, rest = divmod(round(minutes), 60)
        if self.language == "ja":
            return f"{hours}時間{rest}分" if hours and rest else f"{hours}時間" if hours else f"{rest}分"
        return f"{hours} h {rest} min" if hours and rest else f"{hours} h" if hours else f"{rest} min"

    def seconds(self, value: float | None) -> str:
        """Return seconds, from a minute on as minutes and seconds."""
        if value is None:
            return NOTHING
        if 0 < value < 1:
            return "1秒未満" if self.language == "ja" else "under 1 s"
        minutes, rest = divmod(round(value), 60)
        if self.language == "ja":
            return f"{minutes}分{rest}秒" if minutes and rest else f"{minutes}分" if minutes else f"{rest}秒"
        return f"{minutes} min {rest} s" if minutes and rest else f"{minutes} min" if minutes else f"{rest} s"

    def day_of_year(self, day: date) -> str:
        """Return a day without its year, for a place that says the year already."""
        return f"{day.month}月{day.day}日" if self.language == "ja" else f"{day.day} {MONTHS_EN[day.month - 1]}"

    def date(self, day: date | None) -> str:
        """Return a day in both calendars: 令和8年10月1日（2026年10月1日）."""
        if day is None:
            return NOTHING
        era = era_year(day)
        if self.language == "ja":
            western = f"{day.year}年{day.month}月{day.day}日"
            return f"{_year_ja(day)}{day.month}月{day.day}日（{western}）" if era else western
        western = f"{day.day} {MONTHS_EN[day.month - 1]} {day.year}"
        return f"{western} ({era[0].name_en} {era[1]})" if era else western

    def moment(self, instant: datetime | None) -> str:
        """Return an instant (aware, or UTC when naive) as day and time in Japan."""
        if instant is None:
            return NOTHING
        local = _in_japan(instant)
        return f"{self.date(local.date())} {local:%H:%M}"

    def day(self, instant: datetime | None) -> str:
        """Return the day in Japan of an instant, without its time."""
        return NOTHING if instant is None else self.date(_in_japan(instant).date())

    def month(self, month: str | None) -> str:
        """Return ``YYYY-MM`` in both calendars."""
        if month is None:
            return NOTHING
        day = first_day(month)
        era = era_year(day)
        if self.language == "ja":
            western = f"{day.year}年{day.month}月"
            return f"{_year_ja(day)}{day.month}月（{western}）" if era else western
        western = f"{MONTHS_EN[day.month - 1]} {day.year}"
        return f"{western} ({era[0].name_en} {era[1]})" if era else western

    def months(self, first: str, last: str) -> str:
        """Return a span of months, both ends included; the second year only where it differs."""
        if first == last:
            return self.month(first)
        start, end = first_day(first), first_day(last)
        if self.language == "ja":
            tail = f"{end.month}月" if start.year == end.year else f"{_year_ja(end)}{end.month}月"
            years = f"{start.year}年" if start.year == end.year else f"{start.year}～{end.year}年"
            return f"{_year_ja(start)}{start.month}月～{tail}（{years}）"
        tail = f"{MONTHS_EN[end.month - 1]} {end.year}"
        head = MONTHS_EN[start.month - 1] + ("" if start.year == end.year else f" {start.year}")
        return f"{head} – {tail}"

    def month_name(self, month: str) -> str:
        """Return the month alone, for a column under its year."""
        day = first_day(month)
        return f"{day.month}月" if self.language == "ja" else MONTHS_EN[day.month - 1]

    def year(self, year: int) -> str:
        """Return a calendar year in both calendars, by the era of its last day."""
        era = era_year(date(year, 12, 31))
        if self.language == "ja":
            return f"{_year_ja(date(year, 12, 31))}（{year}年）" if era else f"{year}年"
        return f"{year} ({era[0].name_en} {era[1]})" if era else str(year)

    def fiscal_year(self, year: int) -> str:
        """Return the fiscal year that begins in April of ``year``."""
        era = era_year(date(year, 5, 1))
        if self.language == "ja":
            return f"{_year_ja(date(year, 5, 1))}度（{year}年度）" if era else f"{year}年度"
        return f"FY{year} ({era[0].name_en} {era[1]})" if era else f"FY{year}"

    def fiscal_year_short(self, year: int) -> str:
        """Return the fiscal year in the reader's calendar alone, where there is no room for both."""
        day = date(year, 5, 1)
        return f"{_year_ja(day)}度" if self.language == "ja" else f"FY{year}"


def first_day(month: str) -> date:
    """Return the first day of ``YYYY-MM``."""
    return date.fromisoformat(f"{month}-01")


def fiscal_years(months: tuple[str, ...]) -> tuple[int, ...]:
    """Return the fiscal years that ``months`` fall in, in order, each once."""
    return tuple(sorted({fiscal_year(first_day(month)) for month in months}))


def _in_japan(instant: datetime) -> datetime:
    aware = instant if instant.tzinfo else instant.replace(tzinfo=timezone.utc)  # noqa: UP017
    return aware.astimezone(JAPAN)


def _year_ja(day: date) -> str:
    era = era_year(day)
    if era is None:
        return f"{day.year}年"
    return f"{era[0].name_ja}{'元' if era[1] == 1 else era[1]}年"


def _rounded(value: float, digits: int) -> Decimal:
    # As it is written, so that 2.675 is 2.68; both languages group by commas and have a decimal point.
    return Decimal(str(value)).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_EVEN)
