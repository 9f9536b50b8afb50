"""Every pair of colours passes WCAG AA for text, as the browser computes it."""

import re

import pytest
from playwright.sync_api import Browser

from portal.ui.views import COLOURS
from tests.browser.windows import Theme, open_window
from tests.servers import Server

MINIMUM = 4.5
COMPUTED = """names => {
  const probe = document.createElement('i'), found = {};
  document.body.append(probe);
  for (const name of names) {
    probe.style.color = '';
    if (!getComputedStyle(document.documentElement).getPropertyValue(`--${name}`)) continue;
    probe.style.color = `var(--${name})`;
    found[name] = getComputedStyle(probe).color;
  }
  return found;
}"""


def luminance(colour: str) -> float:
    """Return the relative luminance of `rgb(…)` (WCAG 2.2)."""
    channels = [int(part) / 255 for part in re.findall(r"\d+", colour)]
    assert len(channels) == 3, f"{colour} is not opaque"
    red, green, blue = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_the_formula() -> None:
    assert contrast("rgb(0, 0, 0)", "rgb(255, 255, 255)") == pytest.approx(21)
    assert contrast("rgb(118, 118, 118)", "rgb(255, 255, 255)") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("chosen", ["device", "button"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_pair_passes_aa(chromium: Browser, live: Server, theme: Theme, chosen: str) -> None:
    device: Theme = theme if chosen == "device" else {"light": "dark", "dark": "light"}[theme]  # type: ignore[assignment]
    with open_window(chromium, live.url, theme=device) as window:
        window.page.goto("/styleguide/")
        if chosen == "button":
            window.page.evaluate("theme => document.documentElement.dataset.theme = theme", theme)
        names = sorted({name for pair in COLOURS for name in pair})
        colours = window.page.evaluate(COMPUTED, names)
    assert sorted(colours) == names
    poor = {
        pair: round(ratio, 2) for pair in COLOURS if (ratio := contrast(colours[pair[0]], colours[pair[1]])) < MINIMUM
    }
    assert poor == {}
