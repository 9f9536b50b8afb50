"""All production clients: what each may do, whether it is used, and its suspension."""

from datetime import timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import CharField, Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from portal.accounts.policies import SignedInRequest
from portal.accounts.reauthentication import recently_authenticated
from portal.applications import rotation
from portal.applications.models import Client, ClientSecret
from portal.approvals.grants.operating import restore, suspend
from portal.approvals.moving import NotAllowedError
from portal.approvals.policies import reviewer_actor, reviewers_only
from portal.audit.models import ApiCall, Decision
from portal.audit.sentences import sentence
from portal.edge.environments import PRODUCTION

PAGE = 25
HISTORY = 25
SOON = timedelta(days=30)
WHICH = [
    ("", _("All")),
    ("unused", _("With a secret that nobody uses")),
    ("suspended", _("Suspended")),
    ("ending", _("Ending within 30 days")),
]


class ClientsForm(forms.Form):
    """What narrows the list."""

    q = forms.CharField(
        label=_("App, organisation or client_id"),
        required=False,
        max_length=120,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    which = forms.ChoiceField(label=_("Which"), required=False, choices=WHICH)


class ReasonForm(forms.Form):
    """Why a client is suspended or restored."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        help_text=_("Its developers read it on their page and in a mail, and it stands in their audit log."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )


def unused_secrets() -> QuerySet[ClientSecret]:
    """Return the live secrets of production clients that nobody has used for `UNUSED_DAYS`."""
    now = timezone.now()
    since = now - timedelta(days=settings.UNUSED_DAYS)
    name = Concat(Value("secret:"), Cast(OuterRef("pk"), CharField()))
    calls = ApiCall.objects.filter(client_id=OuterRef("client__client_id"), credential=name, at__gte=since)
    live = Q(expires_at=None) | Q(expires_at__gt=now)
    found = ClientSecret.objects.filter(live, client__environment=PRODUCTION, revoked_at=None, created_at__lt=since)
    return found.exclude(Exists(calls.filter(~Q(credential=""))))


@reviewers_only
@require_safe
def index(request: SignedInRequest) -> HttpResponse:
    """List the production clients, those that are suspended last."""
    form = ClientsForm(request.GET)
    asked = form.cleaned_data if form.is_valid() else {"q": "", "which": ""}
    found = _narrowed(" ".join(asked["q"].split()), asked["which"])
    page = Paginator(found.order_by("suspended_at", "application__name", "pk"), PAGE).get_page(request.GET.get("page"))
    for client in page:
        _note(client)
    context = {"form": form, "page": page, "is_narrow": bool(asked["q"] or asked["which"]), "area": "clients"}
    return render(
        request,
        "review/clients.html",
        context | {"days": settings.UNUSED_DAYS, "which": WHICH, "asked_which": asked["which"]},
    )


def _narrowed(words: str, which: str) -> QuerySet[Client]:
    found = Client.objects.filter(environment=PRODUCTION).select_related("application__organisation")
    if words:
        named = Q(application__name__icontains=words) | Q(application__organisation__name__icontains=words)
        found = found.filter(named | Q(client_id__icontains=words))
    if which == "unused":
        return found.filter(pk__in=unused_secrets().values("client_id"))
    if which == "suspended":
        return found.filter(suspended_at__isnull=False)
    if which == "ending":
        return found.filter(grants__ended_at=None, grants__ends_on__lte=(timezone.now() + SOON).date())
    return found


def _note(client: Client) -> None:
    """Note on a client what its row shows: its grant, its secrets and their last use. Four queries."""
    secrets = [secret for secret in rotation.live_first(client) if secret.revoked_at is None]
    uses = rotation.last_uses(client, [rotation.credential_of(secret) for secret in secrets])
    unused = set(unused_secrets().filter(client=client).values_list("pk", flat=True))
    known: Any = client
    known.grant = client.grants.order_by("-pk").first()
    known.rows = [
        {"secret": secret, "use": uses.get(rotation.credential_of(secret)), "unused": secret.pk in unused}
        for secret in secrets
    ]
    known.last_use = max((use.at for use in uses.values()), default=None)
    known.unused = len(unused)


@reviewers_only
@require_http_methods(["GET", "HEAD", "POST"])
@recently_authenticated
def show(request: SignedInRequest, live_client: str) -> HttpResponseBase:
    """Show one production client; suspend it, or restore it."""
    found = Client.objects.select_related("application__organisation").filter(environment=PRODUCTION)
    client = get_object_or_404(found, client_id=live_client)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            said = _act(request, client, form.cleaned_data["reason"])
        except NotAllowedError as exc:
            form.add_error(None, str(exc))
        else:
            messages.success(request, said)
            return redirect("review-client", live_client)
    _note(client)
    rows = Decision.objects.filter(object_type="Client", object_id=client.client_id).order_by("-pk")[:HISTORY]
    history = [(row, sentence(row)) for row in rows]
    context = {"client": client, "form": form, "history": history, "area": "clients", "which": WHICH}
    return render(request, "review/client.html", context)


def _act(request: SignedInRequest, client: Client, reason: str) -> str:
    """Do what the button said when the page was read: a colleague, or a second click, may have done it meanwhile."""
    by, wanted = reviewer_actor(request), request.POST.get("verb") != "restore"
    if wanted == client.suspended_by_operator:
        raise NotAllowedError(say("Somebody has just done this. Look at what happened below."))
    if wanted:  # what its members suspended, only they restore; we can take it over
        suspend(by=by, client=client, reason=reason)
        return say("%s is suspended. It is refused everywhere within two seconds.") % client
    restore(by=by, client=client, reviewer=request.user, reason=reason)
    return say("%s is restored.") % client
