"""What narrows the request log. Everything stands in the address, so that a view of the log can be kept and sent."""

from collections.abc import Mapping, Sequence
from datetime import UTC
from http import HTTPStatus
from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.applications.models import Client, ClientSecret
from portal.applications.scopes import SCOPES
from portal.openapi.document import operations
from portal.problems.catalogue import KNOWN_ERRORS
from portal.usage.kinds import KINDS, Kind, of_scope

ELSEWHERE = "none"
"""Calls that reached no operation of the API."""
CLASSES = (
    ("2", _("2xx: answered")),
    ("3", _("3xx: not modified")),
    ("4", _("4xx: refused")),
    ("5", _("5xx: failed")),
)


def statuses() -> list[int]:
    """Return every status that the API answers with."""
    return sorted({200, 304, *(problem.status for problem in KNOWN_ERRORS.values())})


class LogForm(forms.Form):
    """The filters of the log. `counted` are those that the counts by hour and day know as well."""

    status = forms.ChoiceField(label=_("Status"), required=False)
    endpoint = forms.ChoiceField(label=_("Endpoint"), required=False)
    environment = forms.ChoiceField(label=_("Environment"), required=False)
    scope = forms.ChoiceField(label=_("Opened by the scope"), required=False)
    kind = forms.ChoiceField(label=_("Kind"), required=False)
    client = forms.ChoiceField(label=_("Client or credential"), required=False)
    since = forms.DateTimeField(label=_("From (UTC)"), required=False)
    until = forms.DateTimeField(label=_("Until (UTC)"), required=False)
    request_id = forms.CharField(label=_("Request id"), required=False, max_length=64)
    error = forms.ChoiceField(required=False, choices=[(code, code) for code in KNOWN_ERRORS], widget=forms.HiddenInput)
    token = forms.RegexField(r"^[0-9a-zA-Z-]{1,64}$", required=False, widget=forms.HiddenInput)

    def __init__(self, data: Mapping[str, Any], clients: Sequence[Client], secrets: Sequence[ClientSecret]) -> None:
        super().__init__(data)
        self.clients = {client.client_id: client for client in clients}
        self.secrets = {f"secret:{secret.pk}": secret for secret in secrets}
        exact = [(str(status), f"{status} {HTTPStatus(status).phrase}") for status in statuses()]
        self._offer("status", _("Any"), [*CLASSES, (_("Exactly"), exact)])
        endpoints = [(one.id, f"{one.method} {one.path}") for one in operations().values()]
        self._offer("endpoint", _("Any"), [*endpoints, (ELSEWHERE, _("None that there is"))])
        self._offer("environment", _("Any"), [(one.environment, one.environment.title()) for one in clients])
        self._offer("scope", _("Any"), [(name, name) for name in SCOPES])
        self._offer("kind", _("Any"), [(name, kind.label) for name, kind in KINDS.items()])
        choices = {client.client_id: self._of_client(client) for client in clients}
        self._offer("client", _("Any"), list(choices.items()))
        self.credentials = {client: {name for name, _label in names[1:]} for client, names in choices.items()}
        for name in ("since", "until"):
            self.fields[name].widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
        self.fields["request_id"].widget.attrs["autocomplete"] = "off"

    def _offer(self, name: str, everything: Any, choices: Sequence[tuple[Any, Any]]) -> None:
        self.fields[name].choices = [("", everything), *choices]  # type: ignore[attr-defined]

    def _of_client(self, client: Client) -> list[tuple[str, str]]:
        secrets = [(name, secret) for name, secret in self.secrets.items() if secret.client_id == client.pk]
        keys = [str(key["kid"]) for key in (client.jwks or {}).get("keys", []) if key.get("kid")]
        return [
            (client.client_id, client.client_id),
            *((name, secret_name(secret)) for name, secret in secrets),
            *((f"key:{kid}", str(_("Key %(kid)s") % {"kid": kid})) for kid in (keys if self.secrets else ())),
        ]

    @property
    def is_narrow(self) -> bool:
        """Say whether anything is filtered by."""
        return any(self.cleaned_data.values()) if self.is_valid() else True

    def bounds(self) -> Q:
        """Return the range of time: the index of the log finds its ends."""
        found, data = Q(), self.cleaned_data
        if data["since"]:
            found &= Q(at__gte=data["since"].astimezone(UTC))
        if data["until"]:
            found &= Q(at__lte=data["until"].astimezone(UTC))
        return found

    def indexed(self) -> Q:
        """Return what has an index of its own."""
        wanted = self.cleaned_data["client"]
        owner = next((client for client, names in self.credentials.items() if wanted in names), None)
        return Q(client_id=owner, credential=wanted) & ~Q(credential="") if owner else Q()

    def counted(self) -> Q:
        """Return what the counts by hour and day know as well."""
        data, found = self.cleaned_data, Q()
        if data["status"] in dict(CLASSES):
            found &= Q(status__gte=int(data["status"]) * 100, status__lt=int(data["status"]) * 100 + 100)
        elif data["status"]:
            found &= Q(status=int(data["status"]))
        if data["endpoint"]:
            found &= Q(operation="" if data["endpoint"] == ELSEWHERE else data["endpoint"])
        if environment := data["environment"] or self._environment_of_client():
            found &= Q(environment=environment)
        if data["error"]:
            found &= Q(error_code=data["error"])
        for kind in self._kinds():
            found &= kind.counted
        return found

    def uncounted(self) -> Q:
        """Return what only the ledger knows."""
        data, found = self.cleaned_data, Q()
        if data["request_id"]:
            found &= Q(request_id=data["request_id"].strip())
        if data["token"]:
            found &= Q(token_id=data["token"])
        for kind in self._kinds():
            found &= kind.uncounted
        return found

    def _kinds(self) -> list[Kind]:
        data = self.cleaned_data
        return [
            *([KINDS[data["kind"]]] if data["kind"] else ()),
            *([of_scope(data["scope"])] if data["scope"] else ()),
        ]

    def _environment_of_client(self) -> str:
        client = self.clients.get(self.cleaned_data["client"])
        return client.environment if client else ""


def secret_name(secret: ClientSecret) -> str:
    """Return what people know the secret by: its end, and its label."""
    return f"…{secret.last_four} {secret.label}".strip()
