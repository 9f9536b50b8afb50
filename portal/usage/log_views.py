"""The request log and one call of it."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import OuterRef, Subquery, prefetch_related_objects
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from portal.accounts.policies import May, SignedInRequest, may
from portal.applications.models import Application, Client, ClientSecret
from portal.applications.policies import application_for
from portal.audit.models import ApiCall
from portal.edge.environments import Environment, base_url
from portal.samples.calls import Call
from portal.samples.languages import samples
from portal.usage.entries import Entry
from portal.usage.forms import LogForm
from portal.usage.log import Page, Place, calls_of, issuers, page_after, page_before


@dataclass(frozen=True)
class Visit:
    """An application as somebody sees it: with its clients, and with its secrets if they may know them."""

    application: Application
    secrets: Sequence[ClientSecret]

    @property
    def known(self) -> Mapping[str, ClientSecret]:
        """Return the secrets by the names that the ledger has for them."""
        return {f"secret:{secret.pk}": secret for secret in self.secrets}

    def entries(self, calls: Sequence[ApiCall]) -> list[Entry]:
        """Return the calls with what the visitor may know of their credentials."""
        tokens = issuers(self.application.pk, calls)
        return [Entry(call, self.known, tokens) for call in calls]


def _visit(request: SignedInRequest, application_id: str) -> Visit:
    application, membership = application_for(request, application_id, May.SEE)
    prefetch_related_objects([application], "clients")
    if not may(membership, May.BUILD):
        return Visit(application, ())
    secrets = ClientSecret.objects.filter(client__application=application).order_by("-pk")
    clients = {client.pk: client for client in application.clients.all()}
    for secret in secrets:
        secret.client = clients[secret.client_id]
    return Visit(application, list(secrets))


@require_safe
def log(request: SignedInRequest, application_id: str) -> HttpResponse:
    """Show a page of the log."""
    visit = _visit(request, application_id)
    form = LogForm(request.GET, list(visit.application.clients.all()), visit.secrets)
    after, before = (Place.read(request.GET.get(name, "")) for name in ("after", "before"))
    page: Page | None = Page(())
    if form.is_valid():
        key = visit.application.pk
        page = page_after(key, form, after) if after else page_before(key, form, before)
    if page is None:
        return redirect(f"{request.path}?{_filters(request)}")
    entries = visit.entries(page.calls)
    context = {
        "application": visit.application,
        "form": form,
        "page": page,
        "entries": entries,
        "filters": _filters(request),
        "seen": _seen(entries),
        "live": not (after or before) and form.is_valid(),
        "first_call": None if entries or form.is_narrow else _first_call(visit.application),
        "tab": "log",
        "area": "applications",
    }
    return render(request, "usage/log.html", context)


@require_safe
def rows(request: SignedInRequest, application_id: str) -> HttpResponse:
    """Return the first page's rows for the script of the log, or 204 where it has them all (`seen`)."""
    visit = _visit(request, application_id)
    form = LogForm(request.GET, list(visit.application.clients.all()), visit.secrets)
    if not form.is_valid():
        raise Http404
    entries = visit.entries(page_before(visit.application.pk, form, None).calls)
    seen = _seen(entries)
    if seen == request.GET.get("seen"):
        return HttpResponse(status=204)
    context = {"application": visit.application, "entries": entries}
    response = render(request, "usage/rows.html", context)
    response["Log-Seen"] = seen
    return response


@require_safe
def call(request: SignedInRequest, application_id: str, place: str) -> HttpResponse:
    """Show all that the ledger holds of one call."""
    visit = _visit(request, application_id)
    wanted = Place.read(place)
    if wanted is None:
        raise Http404
    found = calls_of(visit.application.pk).filter(at=wanted.at, request_id=wanted.request_id)
    row = found.annotate(**_neighbours(visit.application)).first()
    if row is None:
        raise Http404
    context = {
        "application": visit.application,
        "entry": visit.entries([row])[0],
        "newer": Place(row.newer_at, row.newer_request_id) if row.newer_at else None,
        "older": Place(row.older_at, row.older_request_id) if row.older_at else None,
        "tab": "log",
        "area": "applications",
    }
    return render(request, "usage/call.html", context)


def _filters(request: SignedInRequest) -> str:
    """Return the filters of the address, without the place in the list."""
    kept = [(name, value) for name, value in request.GET.items() if name in LogForm.base_fields and value]
    return urlencode(kept)


def _seen(entries: Sequence[Entry]) -> str:
    return hashlib.sha256(" ".join(entry.place for entry in entries).encode()).hexdigest()[:16]


def _neighbours(application: Application) -> dict[str, Subquery]:
    """Return the places of the calls before and after a row, as expressions on it."""
    rows = {
        "newer": calls_of(application.pk).filter(at__gt=OuterRef("at")).order_by("at"),
        "older": calls_of(application.pk).filter(at__lt=OuterRef("at")).order_by("-at"),
    }
    return {
        f"{side}_{column}": Subquery(found.values(column)[:1])
        for side, found in rows.items()
        for column in ("at", "request_id")
    }


def _first_call(application: Application) -> str:
    """Return the command that makes an application's first call."""
    client: Client | None = application.clients.first()
    if client is None:
        return ""
    environment: Environment = client.environment  # type: ignore[assignment]
    arguments = {
        "grant_type": "client_credentials",
        "client_id": client.client_id,
        "client_secret": "YOUR_CLIENT_SECRET",
    }
    return samples(Call("createToken", arguments), base_url(environment))[0].text
