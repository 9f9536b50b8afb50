"""Facilities, what they offer, and what they have on their shelves."""

from django.db import models
from django.db.models import Q

from portal.connect.models.datasets import Dataset
from portal.connect.querysets import FacilityQuerySet, HeldQuerySet

FACILITY_KINDS = ("hospital", "clinic", "laboratory", "pharmacy", "blood-bank")
ABO = ("A", "B", "AB", "O")
RH = ("positive", "negative")
COMPONENTS = ("whole-blood", "red-cells", "plasma", "platelets", "cryoprecipitate")


class Facility(models.Model):
    """A place of care. `as_of`: the moment that its last sync describes."""

    dataset = models.ForeignKey(Dataset, on_delete=models.PROTECT, related_name="facilities")
    code = models.CharField(max_length=40)
    name = models.CharField(max_length=160)
    kind = models.CharField(max_length=10, choices=[(kind, kind) for kind in FACILITY_KINDS])
    country = models.CharField(max_length=2, help_text="ISO 3166-1 alpha-2")
    region = models.CharField(max_length=6, blank=True, help_text="ISO 3166-2")
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    services = models.JSONField(default=list)
    as_of = models.DateTimeField()
    fingerprint = models.CharField(max_length=64, blank=True, help_text="SHA-256 of its last sync")

    objects = FacilityQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code", "dataset"], name="facility_code_once_per_dataset"),
            models.CheckConstraint(condition=Q(kind__in=FACILITY_KINDS), name="facility_kind_known"),
            models.CheckConstraint(
                condition=Q(latitude__isnull=True, longitude__isnull=True)
                | Q(latitude__range=(-90, 90), longitude__range=(-180, 180)),
                name="facility_lies_on_earth",
            ),
        ]
        indexes = [
            models.Index(fields=["dataset", "region"], name="facility_by_region"),
            models.Index(fields=["dataset", "latitude"], name="facility_by_latitude"),
        ]

    def __str__(self) -> str:
        return self.code


class StockItem(models.Model):
    """How much of a medicine a facility has. The dataset is its facility's."""

    facility = models.ForeignKey(Facility, on_delete=models.CASCADE, related_name="stock")
    atc = models.CharField(max_length=7, blank=True)
    local_code = models.JSONField(null=True, help_text="system, code, display; where the facility sent one")
    display = models.CharField(max_length=160)
    form = models.CharField(max_length=60, blank=True)
    strength = models.CharField(max_length=80, blank=True)
    unit = models.CharField(max_length=30)
    quantity = models.PositiveIntegerField()
    as_of = models.DateTimeField()

    objects = HeldQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["atc", "facility"], name="stock_by_atc")]

    def __str__(self) -> str:
        return f"{self.facility_id} {self.atc}"


class BloodUnits(models.Model):
    """How many units of a component and blood group a facility has. The dataset is its facility's."""

    facility = models.ForeignKey(Facility, on_delete=models.CASCADE, related_name="blood")
    abo = models.CharField(max_length=2, choices=[(group, group) for group in ABO])
    rh = models.CharField(max_length=8, choices=[(factor, factor) for factor in RH])
    component = models.CharField(max_length=15, choices=[(component, component) for component in COMPONENTS])
    units = models.PositiveIntegerField()
    as_of = models.DateTimeField()

    objects = HeldQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["facility", "abo", "rh", "component"], name="blood_units_counted_once"),
            models.CheckConstraint(
                condition=Q(abo__in=ABO, rh__in=RH, component__in=COMPONENTS), name="blood_group_and_component_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.facility_id} {self.component} {self.abo} {self.rh}"
