"""The data agreement: docs_content/*/legal/data-agreement.md, accepted by an owner for the organisation."""

from django.conf import settings
from django.db import transaction

from portal.accounts.models import Organisation, User
from portal.approvals.grants import letters
from portal.approvals.models import AgreementAcceptance
from portal.audit.actions import Actor, record_decision


def accepted(organisation: Organisation) -> AgreementAcceptance | None:
    """Return who accepted the present version, and when; None where nobody has."""
    return AgreementAcceptance.objects.filter(organisation=organisation, version=settings.AGREEMENT_VERSION).first()


@transaction.atomic
def accept_agreement(*, by: Actor, organisation: Organisation, user: User | None) -> None:
    """Accept the present version for the organisation, and tell its owners. Twice changes nothing."""
    version = settings.AGREEMENT_VERSION
    kept, new = AgreementAcceptance.objects.get_or_create(
        organisation=organisation, version=version, defaults={"by": user, "by_label": by.label}
    )
    if not new:
        return
    record_decision(
        by=by,
        verb="approvals.accept_agreement",
        object_type="Organisation",
        object_id=organisation.public_id,
        object_label=organisation.name,
        organisation_id=organisation.pk,
        after={"version": version},
    )
    letters.agreement_accepted(kept)
