"""What the tests of this room do on pages, as people do it: open the form, fill it in, send it."""

import html
import re
from datetime import timedelta
from typing import Any

from django.test import Client as Browser
from django.utils import timezone

from portal.applications.models import Client
from portal.applications.secrets import PATTERN
from portal.audit.models import ApiCall
from tests.oauth.calls import PATIENT, TOKEN, post_json


def text_of(answer: Any) -> str:
    """Return what the page says, without its marks."""
    text = re.sub(r"<[^>]+>", " ", answer.content.decode())
    text = " ".join(html.unescape(text).replace("\xa0", " ").split())
    return re.sub(r" ([.,;:])", r"\1", text)


def hidden(answer: Any) -> dict[str, str]:
    """Return the hidden fields of the page's forms."""
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', answer.content.decode())
    return {name: html.unescape(value) for name, value in found if name != "csrfmiddlewaretoken"}


def send(browser: Browser, path: str, **fields: str) -> Any:
    """Open the page, fill in its form and send it."""
    page = browser.get(path)
    assert page.status_code == 200, page.status_code
    return browser.post(path, {**hidden(page), **fields})


def secrets_in(answer: Any) -> set[str]:
    """Return the secrets that stand in the answer."""
    return set(PATTERN.findall(answer.content.decode()))


def the_secret(answer: Any) -> str:
    """Return the one secret that the answer shows."""
    assert answer.status_code == 200, answer.status_code
    [secret] = secrets_in(answer)
    return secret


def token_of(api: Browser, client_id: str, secret: str, **extra: Any) -> Any:
    """Ask for a token."""
    return post_json(api, TOKEN, grant_type="client_credentials", client_id=client_id, client_secret=secret, **extra)


def status_with(api: Browser, token: str) -> int:
    """Return the status of a call with the token."""
    status: int = api.get(PATIENT, headers={"authorization": f"Bearer {token}"}).status_code
    return status


def used(client: Client, credential: str, *, hours_ago: float, address: str = "10.2.0.4", operation: str = "x") -> None:
    """Put a call into the ledger."""
    ApiCall.objects.create(
        at=timezone.now() - timedelta(hours=hours_ago),
        request_id="test",
        client_id=client.client_id,
        application_id=client.application_id,
        credential=credential,
        address=address,
        method="GET",
        operation=operation,
        outcome="allowed",
        status=200,
        duration_us=1,
    )
