"""Reads find their rows by an index, so that they cost the same among 500 and among 500,000 patients."""

import re

import pytest
from django.test import Client

from portal.connect.models import Patient
from portal.management.bench.crowd import grow
from tests.callers import token

PATIENTS = 3_000
SCANS = re.compile(r"^SCAN |Seq Scan on ", re.MULTILINE)


@pytest.mark.usefixtures("full_sandbox")
def test_a_patient_and_their_results_are_found_by_an_index_among_many(api: Client) -> None:
    grown = grow(PATIENTS, token(api, scope="patient:profile:read lab:results:read"))
    assert Patient.objects.filter(merged_into=None).count() == PATIENTS
    assert len(set(grown.everybody)) >= 1_500
    for table in ("connect_patient", "connect_patientidentifier", "connect_labresult"):
        assert any(re.search(rf"\b{table}\b", plan) for plan in grown.plans), f"nobody asked {table}"
    assert not [plan for plan in grown.plans if SCANS.search(plan)]
