"""What axe and a ruler find on the page shown."""

from functools import cache
from pathlib import Path

from playwright.sync_api import Page

from web.vendor import WEB

AXE = WEB / "node_modules" / "axe-core" / "axe.min.js"

RULER = """() => {
  const seen = element => {
    const box = element.getBoundingClientRect();
    return box.width > 1 && box.height > 1 && getComputedStyle(element).visibility !== 'hidden' ? box : null;
  };
  const small = [], low = [], text = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (text.nextNode()) {
    const holder = text.currentNode.parentElement;
    if (!text.currentNode.data.trim() || holder.closest('noscript, title, desc, option') || !seen(holder)) continue;
    const drawn = holder.closest('svg[viewBox]');
    const scale = drawn ? drawn.getBoundingClientRect().width / drawn.viewBox.baseVal.width : 1;
    const size = parseFloat(getComputedStyle(holder).fontSize) * scale;
    if (size < 13.99) small.push(size + ': ' + text.currentNode.data.trim().slice(0, 30));
  }
  for (const target of document.querySelectorAll('a[href], button, input:not([type=hidden]), select, summary')) {
    const box = seen(target), least = target.matches('button, .button') ? 44 : 24;
    if (!box || target.matches('.skip')) continue;
    if (box.height < least - 0.5) low.push(box.height + ': ' + target.outerHTML.slice(0, 80));
  }
  const crossing = [];
  for (const chart of document.querySelectorAll('svg.chart')) {
    const words = [...chart.querySelectorAll('text')].map(word => [word, word.getBoundingClientRect()]);
    words.forEach(([one, a], number) => words.slice(number + 1).forEach(([other, b]) => {
      const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
      if (across > 0 && down > 4) crossing.push(one.textContent + ' × ' + other.textContent);
    }));
  }
  return {small, low, crossing, wide: document.documentElement.scrollWidth - window.innerWidth};
}"""


@cache
def axe_source() -> str:
    """Return the script of axe-core; FileNotFoundError says how to get it."""
    if not AXE.is_file():
        raise FileNotFoundError(f"{AXE}: run python -m web.vendor --force")
    return Path(AXE).read_text("utf-8")


def violations(page: Page) -> list[str]:
    """Return what axe finds: its rule, how bad, and where."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(axe_source())
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']}).then(result => result.violations)")
    return [
        f"{rule['id']} ({rule['impact']}): " + "; ".join(" ".join(node["target"]) for node in rule["nodes"][:5])
        for rule in found
    ]


def measured(page: Page) -> list[str]:
    """Return text under 14 px, targets under 24 px (buttons 44), words of charts that cross, a page too wide."""
    found = page.evaluate(RULER)
    wide = [f"{found['wide']} px wider than the window"] if found["wide"] > 0 else []
    crossing = [f"words of a chart cross: {told}" for told in found["crossing"]]
    small, low = ([f"{what} of {told}" for told in found[key]] for what, key in (("text", "small"), ("target", "low")))
    return [*small, *low, *crossing, *wide]
