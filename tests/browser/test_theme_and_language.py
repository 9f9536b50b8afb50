"""Theme and language are the reader's choice; the page is usable by keyboard and on a phone."""

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.test_every_page import SIZES
from tests.browser.windows import Theme, Window, group, open_window, settle
from tests.servers import Server

GUIDE = "/guides/getting-started/"
PAPER = {"light": "rgb(251, 250, 246)", "dark": "rgb(16, 22, 20)"}
FRAMES = """
window.__frames = new Set();
(function look() {
  if (document.body) window.__frames.add(getComputedStyle(document.body).backgroundColor);
  requestAnimationFrame(look);
})();
"""
OUTLINE = """() => {
  const one = document.activeElement, style = getComputedStyle(one), box = one.getBoundingClientRect();
  return {
    name: one.outerHTML.slice(0, 80), done: one === document.body,
    outline: style.outlineStyle === 'none' ? 0 : parseFloat(style.outlineWidth),
    inside: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
  };
}"""


def paper(page: Page) -> str:
    colour: str = page.evaluate("getComputedStyle(document.body).backgroundColor")
    return colour


def toggle(page: Page) -> Locator:
    return page.locator("[data-theme-toggle]")


@pytest.mark.parametrize("device", ["light", "dark"])
def test_the_theme_goes_round_and_is_kept(chromium: Browser, live: Server, device: Theme) -> None:
    with open_window(chromium, live.url, theme=device) as window:
        page = window.page
        page.goto("/")
        assert paper(page) == PAPER[device]
        expect(toggle(page)).to_have_accessible_name("Theme: as on this device")
        for name, colour in (("light", PAPER["light"]), ("dark", PAPER["dark"]), ("as on this device", PAPER[device])):
            toggle(page).click()
            expect(toggle(page)).to_have_accessible_name(f"Theme: {name}")
            assert paper(page) == colour
            page.goto(GUIDE)
            expect(toggle(page)).to_have_accessible_name(f"Theme: {name}")
            assert paper(page) == colour
        assert window.faults() == []


@pytest.mark.parametrize(("device", "chosen"), [("light", "dark"), ("dark", "light")])
def test_the_other_theme_never_flashes(chromium: Browser, live: Server, device: Theme, chosen: Theme) -> None:
    with open_window(chromium, live.url, theme=device) as window:
        page = window.page
        page.goto("/")
        page.evaluate("chosen => localStorage.setItem('theme', chosen)", chosen)
        page.add_init_script(FRAMES)
        page.goto(GUIDE)
        settle(page)
        assert page.evaluate("[...window.__frames]") == [PAPER[chosen]]


def test_the_theme_works_without_storage(window: Window) -> None:
    page = window.page
    page.add_init_script(
        "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('no', 'SecurityError'); } })"
    )
    page.goto(GUIDE)
    toggle(page).click()
    toggle(page).click()
    assert paper(page) == PAPER["dark"]
    group(page, 0).locator('[data-code="php"]').first.click()
    expect(group(page, 0).locator('.code-panel[data-code="php"]')).to_be_visible()


@pytest.mark.parametrize("address", ["/", GUIDE, "/errors/", "/errors/token_missing/"])
def test_the_language_switch_keeps_the_page(page: Page, address: str) -> None:
    page.goto(address)
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.get_by_role("link", name="Français").click()
    expect(page).to_have_url(f"/fr{address}")
    expect(page.locator("html")).to_have_attribute("lang", "fr")
    page.get_by_role("link", name="English").click()
    expect(page).to_have_url(address)
    expect(page.locator("html")).to_have_attribute("lang", "en")


def test_the_language_switch_keeps_theme_and_code(page: Page) -> None:
    page.goto(GUIDE)
    toggle(page).click()
    toggle(page).click()
    group(page, 0).get_by_role("tab", name="Java", exact=True).click()
    page.get_by_role("link", name="Français").click()
    expect(page).to_have_url(f"/fr{GUIDE}")
    assert paper(page) == PAPER["dark"]
    expect(group(page, 0).get_by_role("tab", selected=True)).to_have_text("Java")


@pytest.mark.parametrize("address", ["/", GUIDE, "/errors/"])
def test_the_first_key_skips_to_the_text(page: Page, address: str) -> None:
    page.goto(address)
    link = page.locator(".skip")
    expect(link).not_to_be_in_viewport()
    page.keyboard.press("Tab")
    expect(link).to_be_focused()
    expect(link).to_be_in_viewport(ratio=1)
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")


@pytest.mark.parametrize(("theme", "width"), SIZES)
@pytest.mark.parametrize("address", ["/", GUIDE, "/errors/"])
def test_focus_is_visible_everywhere(chromium: Browser, live: Server, address: str, theme: Theme, width: int) -> None:
    with open_window(chromium, live.url, width=width, theme=theme) as window:
        window.page.goto(address)
        visited = 0
        while visited < 300:
            window.page.keyboard.press("Tab")
            focused = window.page.evaluate(OUTLINE)
            if focused["done"]:
                break
            assert focused["outline"] >= 2, focused
            assert focused["inside"], focused
            visited += 1
        assert 10 < visited < 300


def test_on_a_phone_the_list_of_guides_is_closed_at_first(phone: Window) -> None:
    phone.page.goto(GUIDE)
    links = phone.page.get_by_role("navigation", name="Guides").get_by_role("link")
    expect(links).to_have_count(0)
    phone.page.get_by_text("All guides").click()
    expect(links.first).to_be_visible()
    expect(links.and_(phone.page.locator("[aria-current=page]"))).to_have_text("Getting started with OpesCare APIs")
    phone.page.keyboard.press("Enter")
    expect(links).to_have_count(0)


@pytest.mark.parametrize("width", [390, 1440])
def test_the_list_of_guides_works_without_scripts(chromium: Browser, live: Server, width: int) -> None:
    with open_window(chromium, live.url, width=width, scripts=False) as window:
        window.page.goto(GUIDE)
        links = window.page.get_by_role("navigation", name="Guides").get_by_role("link")
        if width == 390:
            window.page.get_by_text("All guides").click()
        expect(links.first).to_be_visible()
        links.last.click()
        expect(window.page.locator("h1")).to_be_visible()
        assert window.faults() == []


def test_on_a_wide_screen_the_list_of_guides_is_open(page: Page) -> None:
    page.goto(GUIDE)
    expect(page.get_by_role("navigation", name="Guides").get_by_role("link").first).to_be_visible()
    expect(page.get_by_text("All guides")).to_be_hidden()
