"""Signing in: through the page, as people do, or by a session that the test makes; and what is asked in the shell."""

from playwright.sync_api import Page, expect

from portal.accounts.published import PASSWORD, PublishedPerson
from tests.servers import Server

SESSION = """
import time
from importlib import import_module
from django.conf import settings
from django.contrib import auth
from portal.accounts.models import User
user = User.objects.get(email={email!r})
keys = []
for _ in range({many}):
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[auth.SESSION_KEY] = str(user.pk)
    session[auth.BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[auth.HASH_SESSION_KEY] = user.get_session_auth_hash()
    session["account_authentication_methods"] = [{{"method": "password", "at": time.time()}}]
    session.save()
    keys.append(session.session_key)
print("\\n" + " ".join(keys))
"""

_sessions: dict[tuple[str, str], list[str]] = {}
"""Sessions that nobody has used yet, by server and address: one costs as much as many."""


def unused_session(live: Server, email: str) -> str:
    """Return the key of a session of this person."""
    unused = _sessions.setdefault((live.url, email), [])
    if not unused:
        unused += shell(live, SESSION, email=email, many=20).split()
    return unused.pop()


def shell(live: Server, code: str, **values: object) -> str:
    return live.manage("shell", "-v", "0", "-c", code.format(**values)).strip().rpartition("\n")[2]


def sign_in(page: Page, person: PublishedPerson) -> None:
    """Sign in on the sign-in page."""
    page.goto("/accounts/login/")
    page.get_by_label("Email").first.fill(person.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.locator("main").get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", level=1, name=person.organisation)).to_be_visible()
