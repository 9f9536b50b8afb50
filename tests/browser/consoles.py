"""The console on a page: opened with values, sent, and what it shows."""

import base64
import json
import re
from typing import Any

from playwright.sync_api import Locator, Page, expect

API = "**/api/v1/**"
EMPTY: dict[str, Any] = {"path": {}, "query": {}, "header": {}, "cookie": {}, "media_type": "", "files": {}}
SEARCH = {"query": {"health_id": "OPC-2024-DEMO1"}}
GOOD = re.compile(r"^200 OK$")


def fragment(values: dict[str, Any]) -> str:
    """Return the fragment of a shared link with these values."""
    return "#request=" + base64.urlsafe_b64encode(json.dumps({**EMPTY, **values}).encode()).decode().rstrip("=")


def open_console(page: Page, operation: str, values: dict[str, Any] | None = None, *, language: str = "") -> None:
    """Open an operation's console, filled in, and wait until it can be used."""
    page.goto("about:blank")  # a fragment alone opens nothing
    page.goto(f"{language}/console/operations/{operation}/" + (fragment(values) if values else ""))
    expect(button(page, "send")).to_be_visible()
    expect(page.locator("request-form")).to_be_visible()


def button(page: Page, name: str) -> Locator:
    return page.locator(f".console button[data-{name}]").first


def send(page: Page) -> None:
    """Send, and wait until it is over."""
    button(page, "send").click()
    expect(page.locator(".console-answer")).to_be_visible()
    expect(page.locator("api-console")).to_have_attribute("aria-busy", "false")


def status(page: Page) -> Locator:
    return page.locator(".console-answer [data-status]")


def body(page: Page) -> Locator:
    return page.locator(".console-answer [data-body]")


def match(page: Page) -> Locator:
    return page.locator(".console-answer [data-match]")


def advice(page: Page) -> Locator:
    return page.locator(".console-answer [data-advice]")


def note(page: Page) -> Locator:
    return page.locator(".console [data-note]")


def said(page: Page) -> Locator:
    return page.locator(".console > [data-said]")


def choose_production(page: Page) -> None:
    page.get_by_label("Environment").select_option("production")
    expect(page.locator("api-console")).to_have_attribute("data-environment", "production")


def token_field(page: Page) -> Locator:
    return page.get_by_label("Access token")
