"""The queue: every request that was submitted, by whom it waits for, and how long it has waited."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.db.models import Case, Count, DateTimeField, Exists, IntegerChoices, OuterRef, Q, QuerySet, Value, When
from django.utils import timezone
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from portal.accounts.models import Membership, Organisation, User
from portal.applications.scopes import available
from portal.approvals.models import AccessRequest, Message, Review
from portal.approvals.states import WAITING, State
from portal.edge.environments import PRODUCTION


class Place(IntegerChoices):
    """Whom a request waits for, in the order of the queue."""

    YOU = 0, _("Waiting for you")
    ANYBODY = 1, _("Waiting for anybody")
    SECOND = 2, _("Waiting for a second reviewer")
    OTHERS = 3, _("With another reviewer")
    DEVELOPER = 4, _("Waiting for the developer")
    OVER = 5, _("Decided")


Found = QuerySet[Any]
"""Requests with what `requests_for` adds to them."""


@dataclass(frozen=True)
class Age:
    """How a request stands against `REVIEW_TARGET_DAYS`, in words. `kind`: `late`, `today` or `ahead`."""

    kind: str
    words: str


def requests_for(user: User) -> Found:
    """Return all that were submitted, as this reviewer finds them: `place`, `own`, `proposed`, `asked`, `number`."""
    waits = Review.objects.filter(request=OuterRef("pk"), proposed=True, undone_at=None)
    found = AccessRequest.objects.filter(submitted_at__isnull=False).exclude(state=State.DRAFT)
    in_review = Q(state=State.IN_REVIEW)
    return (
        found.select_related("application__organisation", "reviewer")
        .annotate(
            proposed=Exists(waits),
            proposed_by_you=Exists(waits.filter(reviewer=user)),
            own=Exists(Membership.objects.filter(user=user, organisation=OuterRef("application__organisation"))),
            asked=Exists(Message.objects.filter(request=OuterRef("pk"), asks=True, answered_at=None)),
            number=Count("scopes", distinct=True),
        )
        .annotate(
            place=Case(
                When(in_review & Q(proposed=True), then=Place.SECOND),
                When(in_review & Q(reviewer=user), then=Place.YOU),
                When(Q(state=State.SUBMITTED) | in_review & Q(reviewer=None), then=Place.ANYBODY),
                When(in_review, then=Place.OTHERS),
                When(state=State.CHANGES_REQUESTED, then=Place.DEVELOPER),
                default=Place.OVER,
            ),
        )
    )


def in_order(found: Found) -> Found:
    """Return them by place: those that wait from the oldest, those that are over from the last."""
    waited = Case(
        When(place=Place.OVER, then=Value(None, output_field=DateTimeField(null=True))), default="submitted_at"
    )
    return found.order_by("place", waited, "-state_since", "pk")


def waiting_for(user: User) -> Found:
    """Return those in which this reviewer can do something now."""
    mine = Q(place__in=[Place.YOU, Place.ANYBODY]) | Q(place=Place.SECOND, proposed_by_you=False)
    return requests_for(user).filter(mine, own=False)


def age(request: AccessRequest) -> Age | None:
    """Return how a request stands against the target; nothing where it does not wait for reviewers."""
    if request.state not in WAITING or request.submitted_at is None:
        return None
    due = request.submitted_at.date() + timedelta(days=settings.REVIEW_TARGET_DAYS)
    days = (due - timezone.now().date()).days
    if days < 0:
        return Age("late", ngettext("%(days)s day late", "%(days)s days late", -days) % {"days": -days})
    if days == 0:
        return Age("today", say("due today"))
    return Age("ahead", ngettext("due in %(days)s day", "due in %(days)s days", days) % {"days": days})


class QueueForm(forms.Form):
    """What narrows the queue."""

    q = forms.CharField(
        label=_("Find"),
        required=False,
        max_length=120,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": _("App, organisation, client_id, request")}),
    )
    state = forms.ChoiceField(
        label=_("Which"),
        required=False,
        choices=[("", _("All that are open")), *((place.name.lower(), place.label) for place in Place)],
    )
    organisation = forms.ModelChoiceField(
        label=_("Organisation"),
        required=False,
        queryset=Organisation.objects.none(),
        to_field_name="public_id",
        empty_label=_("All"),
    )
    scope = forms.ChoiceField(label=_("Scope"), required=False)
    mine = forms.BooleanField(label=_("Only those that I claimed"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        asking = AccessRequest.objects.filter(submitted_at__isnull=False)
        organisations = Organisation.objects.filter(pk__in=asking.values("application__organisation"))
        self.fields["organisation"].queryset = organisations.order_by("name")  # type: ignore[attr-defined]
        scopes = [("", _("All")), *((name, name) for name in available(PRODUCTION))]
        self.fields["scope"].choices = scopes  # type: ignore[attr-defined]

    @property
    def is_narrow(self) -> bool:
        """Say whether there may be others that were not asked for."""
        return any(self.cleaned_data.values())

    def narrowed(self, user: User) -> Found:
        """Return what was asked for. Words are looked for among those that are over, too."""
        self.full_clean()
        asked, found = self.cleaned_data, requests_for(user)
        if name := asked.get("state"):
            found = found.filter(place=Place[name.upper()])
        elif not asked.get("q"):
            found = found.exclude(place=Place.OVER)
        if asked.get("organisation"):
            found = found.filter(application__organisation=asked["organisation"])
        if asked.get("scope"):
            # Not by a join: that would count this scope alone.
            found = found.filter(pk__in=AccessRequest.objects.filter(scopes__scope=asked["scope"]).values("pk"))
        if asked.get("mine"):
            found = found.filter(reviewer=user)
        return in_order(_with_words(found, asked.get("q", "")))


def _with_words(found: Found, words: str) -> Found:
    if not words:
        return found
    fitting = AccessRequest.objects.filter(
        Q(public_id__iexact=words)
        | Q(application__name__icontains=words)
        | Q(application__organisation__name__icontains=words)
        | Q(application__clients__client_id__iexact=words)
    )
    return found.filter(pk__in=fitting.values("pk"))
