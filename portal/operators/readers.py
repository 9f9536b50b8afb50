"""What operators read of each model, field by field.

No patient and nothing clinical; no digest of a secret, no private key, nothing sealed, no attachment, no session; no
answer of a request and no message: those have pages of their own, for their two sides.
"""

from dataclasses import dataclass
from typing import Final

from django.db.models import Model

from portal.accounts.models import Membership, Organisation, User
from portal.applications.models import Application, Client, ClientSecret
from portal.approvals.models import AccessRequest, AgreementAcceptance, Grant, Reviewer
from portal.audit.models import ApiCall, Checkpoint, Decision
from portal.mail.models import OutgoingMail
from portal.oauth.models import SigningKey
from portal.operators.site import OperatorsSite, Reader


@dataclass(frozen=True)
class Shown:
    """What is read of a model: the columns of its list, what else its page shows, and what the list searches."""

    columns: str
    more: str = ""
    searched: str = ""


READ: Final[dict[type[Model], Shown]] = {
    ApiCall: Shown(
        "at client_id operation status error_code environment",
        "request_id application_id organisation_id credential token_id address method route scope outcome replay "
        "break_glass duration_us",
    ),
    Decision: Shown(
        "at actor_label verb object_type object_label",
        "object_id actor_kind actor_id address organisation_id before after reason",
        "=object_id =verb",
    ),
    Checkpoint: Shown("ledger number first_id last_id rows sealed_at", "previous marks_digest mac pruned"),
    User: Shown("email name is_staff is_superuser is_active created_at", "language", "email name"),
    Organisation: Shown("name country kind created_at closed_at", "public_id security_contact", "name =public_id"),
    Membership: Shown("organisation user role since", "", "organisation__name user__email"),
    Application: Shown(
        "name organisation integration created_at closed_at",
        "public_id description purpose home_page",
        "name =public_id organisation__name",
    ),
    Client: Shown(
        "client_id application environment created_at suspended_at",
        "scopes facilities token_lifetime jwks_url jwks_fault jwks_fetched_at jwks_due_at suspended_reason "
        "suspended_by_operator",
        "=client_id application__name",
    ),
    ClientSecret: Shown(
        "client last_four label created_at expires_at revoked_at",
        "created_by replaced_by",
        "=client__client_id =last_four",
    ),
    AccessRequest: Shown(
        "public_id application state submitted_at reviewer decided_at",
        "state_since created_at created_by decided_by",
        "=public_id application__name",
    ),
    Grant: Shown(
        "client granted_at completed_at attest_by ends_on ended_at",
        "request scopes facilities conditions opened_at opened_by ended_because",
        "=client__client_id",
    ),
    AgreementAcceptance: Shown("organisation version at by_label", "", "organisation__name"),
    Reviewer: Shown("user since added_by"),
    OutgoingMail: Shown(
        "template state queued_at due_at attempts", "message_id expires_at settled_at reason", "=template =state"
    ),
    SigningKey: Shown("kid environment created_at signs_from"),
}


def _reader(model: type[Model], shown: Shown) -> type[Reader]:
    columns, more, searched = (part.split() for part in (shown.columns, shown.more, shown.searched))
    said = {"list_display": columns, "fields": [*columns, *more], "search_fields": searched}
    return type(f"{model.__name__}Reader", (Reader,), said)


site = OperatorsSite(name="admin")
for _model, _shown in READ.items():
    site.register(_model, _reader(_model, _shown))
