"""Pages about a client's public keys (`private_key_jwt`)."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from portal.accounts.actors import actor
from portal.accounts.policies import May, SignedInRequest
from portal.accounts.reauthentication import recently_authenticated, recently_authenticated_from_the_start
from portal.applications import actions, fetched_keys, rotation
from portal.applications.forms import KeysAddressForm, PastedKeysForm
from portal.applications.jwks import ALGORITHMS, MAXIMUM_KEYS, thumbprint
from portal.applications.models import Client
from portal.applications.pasted_keys import PastedKeysError, read_pasted
from portal.applications.policies import awaits_opening, client_for


@sensitive_post_parameters()
@recently_authenticated_from_the_start
def keys(request: SignedInRequest, application_id: str, environment: str) -> HttpResponseBase:
    """Show the keys, and take new ones: pasted, or the address where the client publishes them."""
    client, _membership = client_for(request, application_id, environment, May.BUILD)
    if awaits_opening(client):
        return redirect("grant-open", application_id)
    if request.method == "POST" and "url" in request.POST:
        return _from_address(request, client)
    if request.method == "POST":
        return _from_text(request, client)
    return _page(request, client)


def _from_text(request: SignedInRequest, client: Client) -> HttpResponse:
    form = PastedKeysForm(request.POST)
    if not form.is_valid():
        return _page(
            request, client, pasted=PastedKeysForm(), fault=PastedKeysError(" ".join(map(str, form.errors["keys"])))
        )
    try:
        jwks = read_pasted(form.cleaned_data["keys"])
    except PastedKeysError as fault:
        return _page(request, client, fault=fault)
    return _use(request, client, jwks)


def _use(request: SignedInRequest, client: Client, jwks: dict[str, Any]) -> HttpResponse:
    actions.set_public_keys(by=actor(request), client=client, jwks=jwks)
    messages.success(request, _("The client's public keys are these now, everywhere within two seconds."))
    return redirect("keys", client.application.public_id, client.environment)


def _from_address(request: SignedInRequest, client: Client) -> HttpResponse:
    form = KeysAddressForm(request.POST)
    if form.is_valid():
        try:
            fetched_keys.use_address(by=actor(request), client=client, url=form.cleaned_data["url"])
        except fetched_keys.FetchedKeysError as fault:
            form.add_error("url", _(str(fault)))
        else:
            messages.success(request, _("The keys were fetched, and will be fetched again by themselves."))
            return redirect("keys", client.application.public_id, client.environment)
    return _page(request, client, address=form)


@require_POST
@recently_authenticated
def refresh(request: SignedInRequest, application_id: str, environment: str) -> HttpResponseBase:
    """Fetch the keys now."""
    client, _membership = client_for(request, application_id, environment, May.BUILD)
    if client.jwks_url:
        fetched_keys.refresh(client)
        client.refresh_from_db()
        if not client.jwks_fault:
            messages.success(request, _("The keys were fetched."))
    return redirect("keys", application_id, environment)


@recently_authenticated
def remove(request: SignedInRequest, application_id: str, environment: str) -> HttpResponseBase:
    """Remove all keys, after saying what that breaks."""
    client, _membership = client_for(request, application_id, environment, May.BUILD)
    if not client.jwks:
        return redirect("keys", application_id, environment)
    if request.method == "POST":
        actions.set_public_keys(by=actor(request), client=client, jwks=None)
        messages.success(request, _("The client has no public keys any more; their tokens are refused."))
        return redirect("application", application_id)
    has_secret = any(map(actions.is_live, client.secrets.all()))
    context = {"rows": _rows(client), "is_last": not has_secret}
    return render(request, "applications/keys_remove.html", _context(client) | context)


def _page(
    request: SignedInRequest,
    client: Client,
    *,
    pasted: PastedKeysForm | None = None,
    address: KeysAddressForm | None = None,
    fault: PastedKeysError | None = None,
) -> HttpResponse:
    context = {
        "rows": _rows(client),
        "pasted": pasted or PastedKeysForm(),
        "address": address or KeysAddressForm(initial={"url": client.jwks_url}),
        "fault": fault,
    }
    return render(request, "applications/keys.html", _context(client) | context)


def _context(client: Client) -> dict[str, Any]:
    return {"application": client.application, "client": client, "tab": "credentials", "area": "applications"}


def _rows(client: Client) -> list[dict[str, Any]]:
    """Return what the page shows of each key."""
    stored = (client.jwks or {}).get("keys", [])[:MAXIMUM_KEYS]
    uses = rotation.last_uses(client, [f"key:{key['kid']}" for key in stored])
    return [
        {
            "kid": key["kid"],
            "kty": key["kty"],
            "alg": ALGORITHMS[key["kty"]],
            "thumbprint": thumbprint(key),
            "use": uses.get(f"key:{key['kid']}"),
        }
        for key in stored
    ]
