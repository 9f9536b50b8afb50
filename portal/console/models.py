"""Which client a developer sees in samples."""

from django.db import models

from portal.accounts.models import User
from portal.applications.models import Client


class ChosenClient(models.Model):
    """What somebody picked; without a row it is the client of their newest app."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="chosen_client")
    client = models.ForeignKey(
        Client,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="+",
        help_text="empty: the client that the documentation publishes",
    )

    def __str__(self) -> str:
        return str(self.client_id or "published")
