"""The audit log of an organisation: read, filtered, exported."""

import csv
import io
import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from portal.audit import reading
from portal.audit.actions import Actor, record_decision
from portal.audit.models import Decision
from tests.cast import Cast, Person


def page(cast: Cast, **asked: str) -> Any:
    return cast.alice.client.get(reverse("organisation-audit", args=[cast.organisation.public_id]), asked)


def export(cast: Cast, ending: str, **asked: str) -> Any:
    return cast.alice.client.get(reverse(f"organisation-audit-{ending}", args=[cast.organisation.public_id]), asked)


def body(answer: Any) -> str:
    return b"".join(answer.streaming_content).decode()


def table(answer: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(body(answer).removeprefix("\ufeff"))))


def decide(cast: Cast, verb: str = "accounts.invite", **fields: Any) -> Decision:
    given: dict[str, Any] = {
        "by": Actor("user", "Bob", "1", "10.2.0.4"),
        "object_type": "Organisation",
        "object_id": "x",
    } | fields
    return record_decision(verb=verb, organisation_id=cast.organisation.pk, **given)


def test_it_says_who_did_what_from_where_and_what_changed(cast: Cast) -> None:
    decide(
        cast,
        "accounts.change_organisation",
        object_label="St. Raphael Health",
        before={"name": "Old", "country": "KE"},
        after={"name": "New", "country": "KE"},
    )
    text = page(cast).text
    assert "Bob changed the settings of St. Raphael Health" in text
    assert "from 10.2.0.4" in text
    assert '<th scope="row">Name</th><td>Old</td><td>New</td>' in text
    assert "Country</th>" not in text
    assert f"Alice added the secret …{cast.secret[-4:]}" not in text
    assert f"test added the secret …{cast.secret[-4:]} to St. Raphael HIS" in text
    assert "{&#x27;" not in text


@pytest.mark.parametrize("name", ["bob", "vera"])
def test_only_owners_read_it(cast: Cast, name: str) -> None:
    person: Person = getattr(cast, name)
    address = reverse("organisation-audit", args=[cast.organisation.public_id])
    assert person.client.get(address).status_code == 403


def test_another_organisations_decisions_are_not_in_it(cast: Cast) -> None:
    assert "Elsewhere Labs" not in page(cast).text
    assert "Elsewhere Labs" not in body(export(cast, "csv"))


@pytest.mark.parametrize(
    ("asked", "there", "gone"),
    [
        ({"who": "bob"}, "Bob invited", "test created"),
        ({"what": "credentials"}, "test added the secret", "Bob invited"),
        ({"until": "2001-01-01"}, "Nothing was decided that fits", "Bob invited"),
        ({"since": "2001-01-01"}, "Bob invited", "Nothing was decided"),
    ],
)
def test_it_is_filtered(cast: Cast, asked: dict[str, str], there: str, gone: str) -> None:
    decide(cast, after={"email": "zoe@example.org", "role": "viewer"})
    text = page(cast, **asked).text
    assert there in text
    assert gone not in text
    said = body(export(cast, "csv", **asked))
    assert ("Bob invited" in said) == (there == "Bob invited")


@pytest.mark.usefixtures("noon")
def test_a_day_is_a_whole_day(cast: Cast) -> None:
    today = f"{timezone.now():%Y-%m-%d}"
    tomorrow = f"{timezone.now() + timedelta(days=1):%Y-%m-%d}"
    assert "test created" in page(cast, since=today, until=today).text
    assert "test created" not in page(cast, since=tomorrow).text


@pytest.mark.parametrize(
    "asked", [{"since": "yesterday"}, {"what": "everything' OR 1"}, {"before": "x"}, {"who": "\0"}]
)
def test_nonsense_breaks_nothing(cast: Cast, asked: dict[str, str]) -> None:
    assert page(cast, **asked).status_code == 200


def test_older_pages_are_reached_by_a_cursor(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "PAGE", 3)
    known = Decision.objects.filter(organisation_id=cast.organisation.pk)
    seen: list[str] = []
    address = reverse("organisation-audit", args=[cast.organisation.public_id])
    query = "?"
    for _ in range(10):
        answer = cast.alice.client.get(address + query)
        seen += [line.row.pk for line in answer.context["lines"]]
        older = answer.context["older"]
        if older is None:
            break
        assert f"before={older}" in answer.text
        query = f"?before={older}"
    assert seen == list(known.order_by("-id").values_list("pk", flat=True))


def test_a_page_is_one_query_of_the_trail_by_its_index(cast: Cast) -> None:
    others = {"actor_kind": "operator", "actor_label": "test", "verb": "applications.create_application"}
    Decision.objects.bulk_create(
        Decision(**others, object_type="application", object_id=str(n), organisation_id=10**6 + n) for n in range(2_000)
    )
    with CaptureQueriesContext(
        connection,
    ) as queries:
        page(cast)
    asked = [query["sql"] for query in queries if "audit_decision" in query["sql"]]
    assert len(asked) == 1
    with connection.cursor() as cursor:
        explain = "EXPLAIN QUERY PLAN" if connection.vendor == "sqlite" else "EXPLAIN"
        cursor.execute("ANALYZE audit_decision")
        if connection.vendor != "sqlite":
            cursor.execute("SET enable_seqscan = off")
            cursor.execute("SET enable_bitmapscan = off")
        cursor.execute(f"{explain} {asked[0]}")
        plan = str(cursor.fetchall())
    assert "decision_of_organisation" in plan
    assert "TEMP B-TREE" not in plan
    assert "Sort" not in plan


def test_the_export_names_its_file_and_holds_every_address(cast: Cast) -> None:
    decide(cast, after={"email": "zoe@example.org", "role": "viewer"}, reason="asked by Alice")
    answer = export(cast, "csv")
    assert answer.streaming
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="audit-')
    assert answer.headers["Content-Disposition"].endswith('.csv"')
    rows = table(answer)
    invited = next(row for row in rows if row["verb"] == "accounts.invite")
    assert invited["address"] == "10.2.0.4"
    assert invited["sentence"] == "Bob invited zoe@example.org to x as viewer"
    assert json.loads(invited["after"]) == {"email": "zoe@example.org", "role": "viewer"}
    assert invited["reason"] == "asked by Alice"
    assert len(rows) == Decision.objects.filter(organisation_id=cast.organisation.pk).count()


def test_the_json_export_says_the_same(cast: Cast) -> None:
    decide(cast, after={"email": "zoé@example.org", "role": "viewer"})
    answer = export(cast, "json")
    assert answer.headers["Content-Type"] == "application/json"
    found = json.loads(body(answer))
    assert [one["verb"] for one in found][:2] == ["accounts.export_audit", "accounts.invite"]
    assert found[1]["after"]["email"] == "zoé@example.org"


def test_an_empty_export_is_still_json(cast: Cast) -> None:
    assert json.loads(body(export(cast, "json", until="2001-01-01"))) == []


@pytest.mark.parametrize("evil", ['=HYPERLINK("http://x")', "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1"])  # noqa: RUF001
def test_no_cell_is_a_formula(cast: Cast, evil: str) -> None:
    decide(cast, by=Actor("user", evil, "1"), reason=evil, object_label=evil)
    [row] = [row for row in table(export(cast, "csv")) if row["verb"] == "accounts.invite"]
    for name in ("actor", "reason", "object", "sentence"):
        assert row[name][:1] in {"'"}, row[name]


def test_the_export_is_written_down(cast: Cast) -> None:
    export(cast, "csv")
    row = Decision.objects.get(verb="accounts.export_audit")
    assert (row.actor_label, row.organisation_id) == ("Alice", cast.organisation.pk)
    cast.alice.client.head(reverse("organisation-audit-csv", args=[cast.organisation.public_id]))
    assert Decision.objects.filter(verb="accounts.export_audit").count() == 1
