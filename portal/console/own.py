"""Marks what a signed-in reader sees their own client in. The page stays the same for everybody: a script fills it."""

import json
import re

from django.utils.safestring import SafeString, mark_safe

from portal.applications.published import DEMO_SANDBOX_CLIENT, SANDBOX_CLIENT

PLACEHOLDER = "your-client-id"
"""Stands in samples that the published client cannot run."""
PUBLISHED_TOKEN_CALL = json.dumps(
    {
        "grant_type": "client_credentials",
        "client_id": SANDBOX_CLIENT.client_id,
        "client_secret": SANDBOX_CLIENT.client_secret,
    }
)
"""How Run gets a token on a page that has no call for it: the body of the request."""
BLOCK = re.compile(r'(?<=<div class="code"><pre>).*?(?=</pre>)', re.DOTALL)


def marked(html: str) -> SafeString:
    """Return a sample's HTML with its client id and secret marked. A client id alone is an answer's: it stays."""
    for published in (SANDBOX_CLIENT, DEMO_SANDBOX_CLIENT):
        client, secret = published.client_id, published.client_secret
        if secret in html:
            html = html.replace(client, _mark("id", client)).replace(secret, _mark("secret", secret))
    return mark_safe(html.replace(PLACEHOLDER, _mark("id", PLACEHOLDER)))  # noqa: S308 - what was there was safe


def marked_blocks(html: str) -> str:
    """Return a page with its plain code blocks marked."""
    return BLOCK.sub(lambda match: marked(match[0]), html)


def _mark(part: str, text: str) -> str:
    return f'<span data-own="{part}">{text}</span>'
