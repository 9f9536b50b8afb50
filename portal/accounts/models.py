"""Who owns applications."""

from django.db import models
from django.utils import timezone


class Organisation(models.Model):
    """A hospital, a laboratory, a software house: the owner of applications."""

    name = models.CharField(max_length=120)
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.name
