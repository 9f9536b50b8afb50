"""Mails about what was granted. None holds a secret, an answer of the request, or a patient's data."""

from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple

from django.urls import reverse
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import Organisation, User
from portal.accounts.policies import May, memberships_that_allow
from portal.applications.models import Client
from portal.approvals.models import AgreementAcceptance, Grant
from portal.mail.sending import send


class Words(NamedTuple):
    """What a mail says: the subject, what happened, what its button leads to, and what else there is to say."""

    heading: Any
    first: Any
    label: Any
    page: str = "grant"
    """The name of an address: of the application or the request, or of a guide, whose slug follows a colon."""
    last: Any = ""


WORDS: dict[str, Words] = {
    "agreement_accepted": Words(
        _("%(organisation)s has accepted the data agreement"),
        _("%(who)s accepted version %(version)s. It says what your organisation promises."),
        _("The data agreement"),
        "guide:data-agreement",
        _("If you did not expect this, talk to %(who)s."),
    ),
    "opened": Words(
        _("%(app)s has its first production secret"),
        _("%(who)s made it. It was shown once, and can act for your organisation on real patients from now on."),
        _("What was granted"),
        last=_(
            "If you did not expect this, suspend the client at once on the credentials page, and revoke the secret."
        ),
    ),
    "completed": Words(
        _("%(app)s has production access"),
        _("The probe went well: its credential gets a token, may do what was granted, and nothing else."),
        _("What was granted"),
    ),
    "completed_review": Words(
        _("%(app)s of %(organisation)s has production access"),
        _("The request that you reviewed is complete: a probe with its credential went well. There is nothing to do."),
        _("The request"),
        "review-request",
    ),
    "attest": Words(
        _("%(app)s: confirm that what you answered still holds"),
        _("Once a year an owner confirms it, this time by %(day)s. Read the answers, then confirm."),
        _("Read and confirm"),
        "grant-attest",
    ),
    "attest_late": Words(
        _("%(app)s loses production access on %(last)s"),
        _("An owner was to confirm by %(day)s that what you answered still holds. Without that it is suspended."),
        _("Read and confirm"),
        "grant-attest",
    ),
    "lapsed": Words(
        _("%(app)s: the production client is suspended"),
        _("Nobody has confirmed in time that what you answered still holds. An owner can do so now."),
        _("Read and confirm"),
        "grant-attest",
    ),
    "attested": Words(
        _("%(app)s: what you answered still holds"),
        _("%(who)s has confirmed it for another year."),
        _("What was granted"),
    ),
    "ends": Words(
        _("%(app)s: production access ends on %(day)s"),
        _("From then on its client is refused. To go on, ask again in time: the request begins with the same answers."),
        _("What was granted"),
    ),
    "ended": Words(
        _("%(app)s: production access has ended"),
        _("The time of the grant is over, and its client is refused. A new request begins with the same answers."),
        _("What was granted"),
    ),
    "unopened": Words(
        _("%(app)s: production access waits for you"),
        _("It is approved, and nobody has made its first secret yet."),
        _("What was granted"),
    ),
    "incomplete": Words(
        _("%(app)s: production access is not complete"),
        _("Its first secret was made, but no probe has gone well yet. Run it again, and see what fails."),
        _("What was granted"),
    ),
    "suspended": Words(
        _("%(app)s: OpesCare has suspended the production client"),
        _("%(who)s suspended it: it and its tokens are refused. The reason:"),
        _("The credentials"),
        "application",
        _("Mend what the reason names, then write to our support: only OpesCare can restore it."),
    ),
    "restored": Words(
        _("%(app)s: the production client works again"),
        _("%(who)s restored it. The reason:"),
        _("The credentials"),
        "application",
    ),
    "probe_failed": Words(
        _("%(app)s: the probe of its production access did not go well"),
        _("It was made with the secret …%(four)s. The page says what failed, and what to do."),
        _("See what failed"),
    ),
}


def agreement_accepted(acceptance: AgreementAcceptance) -> None:
    """Tell the owners what one of them has promised for all."""
    organisation = acceptance.organisation
    names = {"organisation": organisation.name, "who": acceptance.by_label, "version": acceptance.version}
    _tell(_members(organisation, May.MANAGE), "agreement_accepted", names, "", to_owner=True)


def to_owners(grant: Grant, event: str, **names: Any) -> None:
    """Tell the owners what happened.

    :param event: a key of `WORDS`.
    """
    _tell_of(grant, event, May.MANAGE, names)


def about_client(client: Client, event: str, *, who: str, reason: str) -> None:
    """Tell the owners what was done to a production client, and why.

    :param event: a key of `WORDS`.
    """
    application = client.application
    names = {"app": application.name, "who": who}
    users = _members(application.organisation, May.MANAGE)
    _tell(users, event, names, application.public_id, client=client, reason=reason, to_owner=True)


def to_builders(grant: Grant, event: str, **names: Any) -> None:
    """Tell the owners and developers what happened.

    :param event: a key of `WORDS`.
    """
    _tell_of(grant, event, May.BUILD, names)


def to_reviewer(grant: Grant, event: str) -> None:
    """Tell whoever reviewed the request.

    :param event: a key of `WORDS`.
    """
    reviewer, application = grant.request.reviewer, grant.request.application
    names = {"app": application.name, "organisation": application.organisation.name}
    told = [reviewer] if reviewer and reviewer.is_active else []
    _tell(told, event, names, grant.request.public_id, to_reviewer=True)


def _tell_of(grant: Grant, event: str, what: May, names: dict[str, Any]) -> None:
    application = grant.request.application
    known = {"app": application.name, "organisation": application.organisation.name, **names}
    users = _members(application.organisation, what)
    _tell(users, event, known, application.public_id, client=grant.client, to_owner=what is May.MANAGE)


def _members(organisation: Organisation, what: May) -> list[User]:
    """Return the members who may do that, in the order in which they came."""
    found = memberships_that_allow(what).filter(organisation=organisation)
    return [membership.user for membership in found.select_related("user").order_by("pk")]


def _tell(
    users: Iterable[User],
    event: str,
    names: dict[str, Any],
    about: str,
    **said: Any,
) -> None:
    words = WORDS[event]
    for user in users:
        with translation.override(user.language):
            named = {
                key: date_format(value, "DATE_FORMAT") if isinstance(value, date) else value
                for key, value in names.items()
            }
            spoken = {key: str(getattr(words, key)) % named for key in ("heading", "first", "label", "last")}
            context = {**said, **spoken, "path": _path(words.page, about)}
        send(to=user.email, template="grants/notice", context=context, language=user.language)


def _path(page: str, about: str) -> str:
    kind, _colon, slug = page.partition(":")
    return reverse(kind, args=[slug or about])
