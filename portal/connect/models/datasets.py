"""Whose data a row is."""

from django.db import models
from django.db.models import Q

from portal.applications.models import Application


class Dataset(models.Model):
    """Whose data a row is: the sandbox's fixtures, one application's own sandbox data, or production's."""

    FIXTURES, APPLICATION, PRODUCTION = "fixtures", "application", "production"
    KINDS = (FIXTURES, APPLICATION, PRODUCTION)

    kind = models.CharField(max_length=11, choices=[(kind, kind) for kind in KINDS])
    application = models.OneToOneField(
        Application, on_delete=models.PROTECT, null=True, blank=True, related_name="dataset"
    )
    contents = models.CharField(max_length=64, blank=True, help_text="digest of the generated data that was loaded")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="application", application__isnull=False)
                | Q(kind__in=("fixtures", "production"), application__isnull=True),
                name="dataset_belongs_to_an_application_or_to_none",
            ),
            models.UniqueConstraint(
                fields=["kind"], condition=Q(application__isnull=True), name="one_dataset_of_each_shared_kind"
            ),
        ]

    def __str__(self) -> str:
        return self.kind
