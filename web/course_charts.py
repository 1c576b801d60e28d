"""The course of a run as a picture and as rows of a file."""

from collections.abc import Iterator

from markupsafe import Markup

from hub.workflows.run_courses import Course
from web.chart_files import plain
from web.charts.curve import Moment, Named, curve
from web.language import Language


def course_chart(course: Course, spoken: Language) -> Markup:
    """Return the value and the bound over the seconds; nothing where the run told nothing."""
    if not course:
        return Markup("")
    say, formats = spoken.say, spoken.formats
    told = [number for point in course for number in (point.value, point.bound) if number is not None]
    last = course[-1]
    named = Named(
        value=say("計画の値 %(value)s", value=formats.number(last.value, 2)),
        bound=say("証明した上限 %(bound)s", bound=formats.number(last.bound, 2)),
        low=formats.number(min(told), 1),
        high=formats.number(max(told), 1),
        start=say("%(seconds)s秒", seconds="0"),
        end=say("%(seconds)s秒", seconds=formats.number(last.seconds, 1)),
    )
    description = say("横が経過した秒、縦が点です。実線が計画の値、破線が証明した上限です。同じ内容が表にあります。")
    moments = [Moment(point.seconds, point.value, point.bound) for point in course]
    return curve("course", say("計算の経過"), description, moments, named)


def course_rows(course: Course, spoken: Language) -> Iterator[list[str]]:
    """Yield the heads, then a row for each point."""
    yield [spoken.say("経過（秒）"), spoken.say("計画の値"), spoken.say("証明した上限")]
    for point in course:
        yield [plain(number) for number in (point.seconds, point.value, point.bound)]
