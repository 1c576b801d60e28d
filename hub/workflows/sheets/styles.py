"""The looks of cells in a workbook: each look is written once, cells name it by its number."""

from dataclasses import dataclass
from xml.sax.saxutils import quoteattr

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
BUILT_IN = {"General": 0, "0": 1, "0.00": 2, "#,##0": 3, "@": 49}
"""Number formats every spreadsheet program knows by number (ECMA-376, 18.8.30)."""

FIRST_OWN = 164
HEADER_FILL, REQUIRED_FILL, FAULT_FILL = 2, 3, 4
"""Their places among the fills; 0 and 1 are set by the format."""

FILLS = ("0017C1", "8B0000", "FFD6D6")


@dataclass(frozen=True, slots=True)
class Look:
    """How a cell looks. ``quoted``: Excel keeps it text also when it is edited. ``body`` off: a header or a column."""

    number_format: str
    fill: int = 0
    quoted: bool = False
    body: bool = True
    header: bool = False


class Styles:
    """The looks used in one workbook."""

    def __init__(self) -> None:
        self.numbers: dict[Look, int] = {Look("General", body=False): 0}

    def number(self, look: Look) -> int:
        """Return the number by which cells name ``look``."""
        return self.numbers.setdefault(look, len(self.numbers))

    def column(self, number_format: str) -> int:
        """Return the look of a column's empty cells."""
        return self.number(Look(number_format, body=False))

    def xml(self) -> str:
        """Return ``styles.xml``."""
        own: dict[str, int] = {}
        for look in self.numbers:
            if look.number_format not in BUILT_IN:
                own.setdefault(look.number_format, FIRST_OWN + len(own))
        formats = "".join(f'<numFmt numFmtId="{key}" formatCode={quoteattr(code)}/>' for code, key in own.items())
        told = f'<numFmts count="{len(own)}">{formats}</numFmts>' if own else ""
        looks = "".join(xf(look, {**BUILT_IN, **own}) for look in self.numbers)
        solid = "".join(
            f'<fill><patternFill patternType="solid"><fgColor rgb="FF{colour}"/></patternFill></fill>'
            for colour in FILLS
        )
        font = '<sz val="11"/><name val="Calibri"/><family val="2"/>'
        line = "".join(
            f'<{side} style="thin"><color rgb="FFB3B3B3"/></{side}>' for side in ("left", "right", "top", "bottom")
        )
        return (
            f'<styleSheet xmlns="{MAIN}">{told}'
            f'<fonts count="2"><font>{font}</font><font><b/><color rgb="FFFFFFFF"/>{font}</font></fonts>'
            '<fills count="5"><fill><patternFill patternType="none"/></fill>'
            f'<fill><patternFill patternType="gray125"/></fill>{solid}</fills>'
            '<borders count="2"><border><left/><right/><top/><bottom/><diagonal/></border>'
            f"<border>{line}<diagonal/></border></borders>"
            '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
            f'<cellXfs count="{len(self.numbers)}">{looks}</cellXfs>'
            '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
        )


def xf(look: Look, formats: dict[str, int]) -> str:
    """Return the element of one look."""
    parts = [
        f'<xf numFmtId="{formats[look.number_format]}" fontId="{int(look.header)}" fillId="{look.fill}"'
        f' borderId="{int(look.header)}" xfId="0" applyNumberFormat="1"'
    ]
    if look.quoted:
        parts.append(' quotePrefix="1"')
    if look.header:
        parts.append(' applyFont="1" applyBorder="1"')
    if look.fill:
        parts.append(' applyFill="1"')
    if look.header or look.body:
        parts.append(' applyAlignment="1"><alignment vertical="top" wrapText="1"/></xf>')
    else:
        parts.append("/>")
    return "".join(parts)
