"""The one place that decides which clinical rows a token may see."""

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Case, IntegerField, Q, When

from portal.edge.environments import PRODUCTION
from portal.oauth.tokens import AccessToken

if TYPE_CHECKING:
    from portal.connect.models import Patient


class PatientQuerySet(models.QuerySet["Patient"]):
    """Patients."""

    def visible_to(self, token: AccessToken) -> Self:
        """Narrow to what the token may see.

        Production sees production alone. Sandbox sees the fixtures and its application's own rows, its own first.
        """
        if token.environment == PRODUCTION:
            return self.filter(dataset__kind="production")
        own = Q(dataset__kind="application", dataset__application_id=token.client.application_id)
        own_first = Case(When(own, then=0), default=1, output_field=IntegerField())
        return self.filter(Q(dataset__kind="fixtures") | own).order_by(own_first, "pk")
