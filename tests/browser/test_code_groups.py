"""Tabs over one call in five languages: remembered, never flashing, usable by keyboard and without scripts."""

import json

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from portal.guides.library import library
from portal.samples.languages import LANGUAGES, samples
from tests.browser.windows import Window, group, late, open_window, shown
from tests.servers import Server

GUIDE = "/guides/getting-started/"
KEYS = [language.key for language in LANGUAGES]
CALLS = [placed.call for placed in library().pages["en"]["getting-started"].calls]
FRAMES = """
window.__frames = [];
(function look() {
  const panels = [...document.querySelectorAll('.code-panel')].filter(panel => panel.checkVisibility());
  if (panels.length) window.__frames.push([...new Set(panels.map(panel => panel.dataset.code))].join());
  requestAnimationFrame(look);
})();
"""


def tab(page: Page, language: str, number: int = 0) -> Locator:
    return group(page, number).locator(f'.code-tabs [data-code="{language}"]')


def expect_chosen(page: Page, language: str) -> None:
    """Expect every group of the page to show this language, and its tabs to say so."""
    groups = page.locator("code-group")
    expect(groups.first.get_by_role("tab", selected=True)).to_have_attribute("data-code", language)
    for one in groups.all():
        states = [
            (found.get_attribute("data-code"), found.get_attribute("aria-selected"), found.get_attribute("tabindex"))
            for found in one.get_by_role("tab").all()
        ]
        assert states == [(key, str(key == language).lower(), "0" if key == language else "-1") for key in KEYS]
    assert shown(page) == [[language]] * groups.count()


def test_curl_comes_first(page: Page) -> None:
    page.goto(GUIDE)
    expect_chosen(page, "curl")


def test_the_choice_is_kept_in_all_groups_on_all_pages(page: Page) -> None:
    page.goto(GUIDE)
    assert page.locator("code-group").count() >= 2
    tab(page, "python", 1).click()
    expect_chosen(page, "python")
    page.reload()
    expect_chosen(page, "python")
    for address in ("/", f"/fr{GUIDE}", "/styleguide/"):
        page.goto(address)
        expect_chosen(page, "python")


def test_another_open_tab_follows(context: BrowserContext, page: Page) -> None:
    other = context.new_page()
    other.goto("/")
    page.goto(GUIDE)
    tab(page, "java").click()
    expect(tab(other, "java")).to_have_attribute("aria-selected", "true")
    expect_chosen(other, "java")


def test_a_language_that_there_is_no_more_gives_the_first(page: Page) -> None:
    page.goto(GUIDE)
    page.evaluate("localStorage.setItem('code', 'cobol')")
    page.reload()
    expect_chosen(page, "curl")


def test_arrows_home_and_end(page: Page) -> None:
    page.goto(GUIDE)
    tab(page, "curl").focus()
    for key, language in (
        ("ArrowRight", "php"),
        ("ArrowRight", "javascript"),
        ("ArrowLeft", "php"),
        ("Home", "curl"),
        ("ArrowLeft", "java"),
        ("ArrowRight", "curl"),
        ("End", "java"),
    ):
        page.keyboard.press(key)
        expect(tab(page, language)).to_be_focused()
        expect_chosen(page, language)
    page.keyboard.press("Tab")
    expect(group(page, 0).locator("[data-copy]")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    expect(tab(page, "java")).to_be_focused()


def test_tabs_and_panels_name_each_other(page: Page) -> None:
    page.goto(GUIDE)
    identifiers = page.evaluate("[...document.querySelectorAll('[id]')].map(one => one.id)")
    assert len(identifiers) == len(set(identifiers))
    for one in page.locator("code-group").all():
        expect(one.get_by_role("tablist")).to_have_attribute("aria-label", "Language")
        assert one.get_by_role("tab").all_inner_texts() == [language.label for language in LANGUAGES]
        for found in one.get_by_role("tab").all():
            panel = one.locator(f'[id="{found.get_attribute("aria-controls")}"]')
            expect(panel).to_have_attribute("role", "tabpanel")
            expect(panel).to_have_attribute("aria-labelledby", found.get_attribute("id") or "")
            expect(panel).to_have_attribute("data-code", found.get_attribute("data-code") or "")


def test_what_was_clicked_stays_where_it_is(page: Page) -> None:
    page.goto(GUIDE)
    clicked = tab(page, "java", 1)
    clicked.scroll_into_view_if_needed()
    before = clicked.bounding_box()
    clicked.click()
    after = clicked.bounding_box()
    assert before is not None
    assert after is not None
    assert abs(before["y"] - after["y"]) < 2


def test_no_wrong_panel_is_painted(page: Page) -> None:
    page.goto(GUIDE)
    page.evaluate("localStorage.setItem('code', 'php')")
    page.add_init_script(FRAMES)
    page.route("**/code-group*.js", late(page, 300))
    page.reload()
    expect_chosen(page, "php")
    frames = page.evaluate("window.__frames")
    assert len(frames) > 3
    assert set(frames) == {"php"}


def test_the_right_panel_shows_before_the_module_runs(page: Page) -> None:
    page.goto(GUIDE)
    page.evaluate("localStorage.setItem('code', 'php')")
    page.route("**/code-group*.js", lambda route: route.abort())
    page.reload()
    assert shown(page) == [["php"]] * page.locator("code-group").count()


def test_copy_copies_the_sample(context: BrowserContext, page: Page, live: Server) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(GUIDE)
    for key in KEYS:
        tab(page, key).click()
        for number, call in enumerate(CALLS[:2]):
            group(page, number).locator("[data-copy]").click()
            wanted = next(
                one.text for one in samples(call, live.base_url, after=CALLS[:number]) if one.language.key == key
            )
            expect_clipboard(page, wanted.rstrip())


def expect_clipboard(page: Page, wanted: str) -> None:
    """Expect the clipboard to hold this soon: the page writes it without waiting."""
    found = ""
    for _ in range(40):
        found = page.evaluate("navigator.clipboard.readText()")
        if found == wanted:
            return
        page.wait_for_timeout(50)
    assert found == wanted


def test_copy_says_so_for_a_while(context: BrowserContext, page: Page) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(GUIDE)
    button = group(page, 0).locator("[data-copy]")
    button.click()
    expect(button).to_have_text("Copied")
    expect(group(page, 0).get_by_role("status")).to_have_text("Copied")
    button.click()
    expect(button).to_have_text("Copy")


def test_without_a_clipboard_the_sample_is_selected(page: Page) -> None:
    """Browsers give none to pages that came over plain HTTP from another machine."""
    page.add_init_script("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    page.goto(GUIDE)
    group(page, 0).locator("[data-copy]").click()
    expect(group(page, 0).get_by_role("status")).to_contain_text("Ctrl+C")
    selected = page.evaluate("getSelection().toString()")
    assert selected.strip() == group(page, 0).locator(".code-panel[data-code=curl] code").inner_text().strip()


@pytest.mark.parametrize("address", ["/", GUIDE, f"/fr{GUIDE}"])
def test_without_scripts_all_languages_stand_below_each_other(chromium: Browser, live: Server, address: str) -> None:
    with open_window(chromium, live.url, scripts=False) as window:
        window.page.goto(address)
        groups = window.page.locator("code-group")
        assert groups.count() >= 1
        for one in groups.all():
            panels = one.locator(".code-panel")
            assert [panel.get_attribute("data-code") for panel in panels.all()] == KEYS
            assert panels.locator("> p").all_inner_texts() == [language.label for language in LANGUAGES]
            tops = [(panel.bounding_box() or {"y": -1.0})["y"] for panel in panels.all()]
            assert tops == sorted(set(tops))
            expect(one.locator(".code-answer")).to_be_visible()
        assert [button for button in window.page.locator("button").all() if button.is_visible()] == []
        assert window.faults() == []


def test_recorded_answers_are_json(window: Window) -> None:
    window.page.goto(GUIDE)
    for text in window.page.locator(".code-answer code").all_inner_texts():
        json.loads(text)
