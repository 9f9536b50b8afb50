"""Where allauth asks the project: addresses, mails, encryption at rest."""

from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):
    """allauth's adapter, on the edge's address."""

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return the address that the edge has found."""
        return str(request.META["REMOTE_ADDR"])


class MFAAdapter(DefaultMFAAdapter):
    """allauth's adapter for the second step; passkeys belong to the site's address, never to a request's Host."""

    def _get_site_name(self) -> str:
        return "OpesCare Developers"

    def get_public_key_credential_rp_entity(self) -> dict[str, Any]:
        """Return the relying party (WebAuthn, section 5.4.2)."""
        return {"id": urlsplit(settings.PUBLIC_URL).hostname or "localhost", "name": self._get_site_name()}
