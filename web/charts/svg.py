"""SVG elements as escaped markup."""

from markupsafe import Markup, escape

Value = str | float | int


def element(name: str, /, *children: str, **attributes: Value | None) -> Markup:
    """Return an element; text children and attribute values are escaped unless they are markup already.

    ``text_anchor`` becomes ``text-anchor``, ``class_`` becomes ``class``; None leaves an attribute out. Numbers are
    written with at most two decimals, which is finer than a screen shows.
    """
    written = Markup("").join(
        Markup(' {}="{}"').format(key.rstrip("_").replace("_", "-"), _short(value))
        for key, value in attributes.items()
        if value is not None
    )
    content = Markup("").join(escape(child) for child in children)
    return Markup("<{0}{1}>{2}</{0}>").format(name, written, content)


def chart(
    name: str,
    title: str,
    description: str,
    *children: str,
    height: float | None = None,
    view: str | None = None,
    fixed: bool = False,
) -> Markup:
    """Return a whole chart, named and described for those who do not see it; ``name`` is unique on its page.

    Without ``view`` the chart is as wide as its place and positions across are percentages, so that text keeps its
    size on every screen. A ``fixed`` one has the size of its view, in CSS pixels, and its page lets it be scrolled: for
    cells with text in them, which would become too small to read.
    """
    style = "chart fixed" if fixed else "chart map" if view else "chart"
    return element(
        "svg",
        element("title", title, id=f"{name}-title"),
        element("desc", description, id=f"{name}-desc"),
        *children,
        class_=style,
        role="img",
        aria_labelledby=f"{name}-title",
        aria_describedby=f"{name}-desc",
        viewBox=view,
        width=view.split()[2] if view and fixed else None if view else "100%",
        height=view.split()[3] if view and fixed else height,
    )


def across(share: float) -> str:
    """Return a share of the width (0–1) as a percentage."""
    return f"{_short(max(0.0, min(1.0, share)) * 100)}%"


def _short(value: Value) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
