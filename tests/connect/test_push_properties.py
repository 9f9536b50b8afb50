"""Whatever is retried in whatever order: each source's record once, in its newest version."""

from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.connect.models import LabResult, Record, RecordVersion
from tests.connect.pushing import Pusher, report

CALLS = st.lists(
    st.tuples(st.integers(0, 2), st.integers(1, 4), st.sampled_from(["", "key-1", "key-2"])), min_size=1, max_size=14
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(calls=CALLS)
def test_retries_and_reorderings_leave_each_record_once_in_its_newest_version(
    api: Client, calls: list[tuple[int, int, str]]
) -> None:
    pusher = Pusher(api)
    known: dict[int, int] = {}
    keys: dict[str, tuple[int, int]] = {}
    for source, version, key in calls:
        body = report(source_id=f"S{source}", source_version=version)
        body["results"][0]["value_quantity"]["value"] = version
        headers = {"Idempotency_Key": key} if key else {}
        status = pusher.push("lab-results", body, **headers).status_code
        if key in keys:
            assert status == 422 if keys[key] != (source, version) else status in {200, 201}
            continue
        newest = known.get(source, 0)
        assert status == (201 if not newest else 200 if version >= newest else 409)
        known[source] = max(newest, version)
        if key and status < 300:
            keys[key] = (source, version)
    mine = Record.objects.filter(client_id=pusher.credentials["client_id"])
    assert {record.source_id: record.source_version for record in mine} == {
        f"S{source}": version for source, version in known.items()
    }
    for record in mine:
        shown = LabResult.objects.filter(record=record, loinc="718-7").values_list("body", flat=True)
        assert [row["value_quantity"]["value"] for row in shown] == [record.source_version]
        assert RecordVersion.objects.filter(record=record).count() == record.version
