"""Automatic checks of answers: against real TLS servers of a pretended internet."""

import gzip
import logging
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone, translation

from portal.approvals import actions, reviewing
from portal.approvals.answer_checks import pages, running
from portal.approvals.answer_checks.asking import check_answers
from portal.approvals.answer_checks.domains import PATH, token_of
from portal.approvals.answer_checks.models import AnswerCheck, Kind
from portal.approvals.answer_checks.results import Result, results_of
from portal.approvals.answer_checks.running import run_due
from portal.approvals.desk.reading import read
from portal.approvals.models import AccessRequest, Reviewer
from portal.approvals.moving import NotAllowedError
from portal.approvals.policies import submitted_request
from portal.approvals.questionnaire import CHECKS
from portal.audit.models import Decision
from portal.outbound import addresses, fetching
from tests.approvals.requests import BY_DEVELOPER, BY_REVIEWER, claimed, draft, reviewer, submitted
from tests.cast import Cast
from tests.outbound.internet import Authority, Handler, Internet, Server, answering

PUBLIC = "93.184.215.14"
HOST = "st-raphael.example"
POLICY = b"<html><head><title>Privacy policy</title></head><body>" + b"<p>We keep personal data safe.</p>" * 40
HTML = {"Content_Type": "text/html; charset=utf-8"}


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


@pytest.fixture
def internet(authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Internet]:
    trusted = tmp_path / "authority.pem"
    trusted.write_bytes(authority.pem())
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    server = Server(authority.write(tmp_path, HOST, "www.st-raphael.example"))
    made = Internet(server, {HOST: [[PUBLIC]], "www.st-raphael.example": [[PUBLIC]], "inside.example": [["10.0.0.7"]]})
    monkeypatch.setattr(addresses, "lookup", made.lookup)
    monkeypatch.setattr(fetching, "dial", made.dial)
    yield made
    server.close()


def by_path(**handlers: Handler) -> Handler:
    """Answer by the last word of the path; elsewhere with 404."""

    def answer(connection: Any, head: str) -> None:
        name = head.split()[1].rpartition("/")[2].partition(".")[0].replace("-", "_")
        handlers.get(name, answering(b"no", status="404 Not Found"))(connection, head)

    return answer


def checked(cast: Cast, access: AccessRequest | None = None, **answers: str) -> dict[str, Result]:
    """Return the results of the checks of the privacy policy, once a worker has run them."""
    access = access or draft(cast)
    actions.save_request(by=BY_DEVELOPER, request=access, answers=answers)
    check_answers(by=BY_DEVELOPER, request=access)
    run_due()
    access.refresh_from_db()
    return {str(result.kind): result for result in results_of(access)["privacy_policy"]}


def words(result: Result) -> str:
    assert result.last is not None
    return f"{result.last.said} {result.last.advised}"


def test_a_privacy_page_on_the_organisations_domain_passes(cast: Cast, internet: Internet) -> None:
    token = token_of(cast.organisation)
    internet.server.handler = by_path(
        privacy=answering(POLICY, **HTML), opescare_domain=answering(f"{token}\n".encode(), Content_Type="text/plain")
    )
    found = checked(cast)
    assert {name: result.outcome for name, result in found.items()} == dict.fromkeys(
        ("reachable", "privacy_page", "domain"), "pass"
    )
    assert "a reviewer reads" in words(found["privacy_page"])
    assert all(result.last and result.last.done_at for result in found.values())


def redirect(where: str) -> Handler:
    return answering(b"", status="302 Found", Location=where)


def slowly(connection: Any, head: str) -> None:
    time.sleep(0.2)
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    time.sleep(5)


@pytest.mark.parametrize(
    ("handler", "outcome", "says"),
    [
        (answering(b"hello"), "pass", "200 over TLS"),
        (answering(b"no", status="404 Not Found"), "fail", "404 instead of 200"),
        (answering(b"", status="405 Method Not Allowed"), "warn", "405 instead of 200"),
        (answering(b"", status="500 Internal Server Error"), "fail", "500 instead of 200"),
        (redirect("https://inside.example/"), "fail", "leads into a private network"),
        (redirect("https://127.0.0.1/"), "fail", "public host"),
        (redirect("http://st-raphael.example/"), "fail", "must begin with https"),
        (redirect("/again"), "fail", "leads from one address to the next"),
        (answering(b"x" * 3000), "warn", "too large"),
        (answering(gzip.compress(POLICY), Content_Encoding="gzip"), "warn", "compresses its answer"),
    ],
)
def test_what_an_address_answers(
    cast: Cast, internet: Internet, monkeypatch: pytest.MonkeyPatch, handler: Handler, outcome: str, says: str
) -> None:
    monkeypatch.setattr(pages, "LARGEST", 2000)
    internet.server.handler = handler
    result = checked(cast)["reachable"]
    assert (result.outcome, says in words(result)) == (outcome, True), words(result)


def test_a_slow_server_is_left_at_the_deadline_of_the_check(
    cast: Cast, internet: Internet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "SECONDS", 0.3)
    internet.server.handler = slowly
    result = checked(cast)["reachable"]
    assert (result.outcome, "too long" in words(result)) == ("fail", True)


def test_a_certificate_that_nobody_trusts_fails(
    cast: Cast, internet: Internet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stranger = tmp_path / "stranger.pem"
    stranger.write_bytes(Authority().pem())
    monkeypatch.setenv("SSL_CERT_FILE", str(stranger))
    result = checked(cast)["reachable"]
    assert (result.outcome, "certificate is not valid" in words(result)) == ("fail", True)


@pytest.mark.parametrize(
    ("body", "kind", "outcome", "says"),
    [
        (POLICY, "text/html", "pass", "speaks of “privacy”"),
        ("<p>Nous protégeons votre vie privée.</p>".encode() * 30, "text/html", "pass", "vie privée"),
        ("<p>Politique de confidentialité</p>".encode("cp1252") * 30, "text/html", "pass", "confidentialité"),
        (b"<p>We make very good bread, every day.</p>" * 30, "text/html", "warn", "neither of privacy"),
        (b"<p>Privacy</p>", "text/html", "warn", "only 7 characters"),
        (
            b"<div id=app></div><script>var a = 'privacy <b>';" + b"x" * 5000 + b"</script>",
            "text/html",
            "warn",
            "script",
        ),
        (b"<h1>404 Not Found</h1>" + POLICY, "text/html", "warn", "not found"),
        (b"%PDF-1.7 ...", "application/pdf", "warn", "A reviewer must open it"),
        (b"MZ...", "application/pdf", "fail", "neither a web page nor a PDF"),
        (b"{}", "application/json", "fail", "neither a web page nor a PDF"),
    ],
    ids=lambda value: "body" if isinstance(value, bytes) else None,
)
def test_what_is_a_privacy_page(
    cast: Cast, internet: Internet, body: bytes, kind: str, outcome: str, says: str
) -> None:
    internet.server.handler = by_path(privacy=answering(body, Content_Type=kind))
    result = checked(cast)["privacy_page"]
    assert (result.outcome, says in words(result)) == (outcome, True), words(result)


def test_markup_without_end_is_read_in_one_pass() -> None:
    """Each of these would take minutes where every opening is followed to the end."""
    for evil in (b"<script>" * 250_000, b"<" * 2_000_000, b"&" * 2_000_000, b"<!--" * 500_000):
        pages.text_of(evil)


@pytest.mark.parametrize(
    ("written", "kind", "outcome", "says"),
    [
        ("{token}", "text/plain", "pass", "token stands on st-raphael.example"),
        ("{token}\r\n\r\n", "text/plain", "pass", ""),
        ("\ufeff{token}\n", "text/plain; charset=utf-8", "pass", ""),
        ("opescare-another-organisation\n{token}\n", "application/octet-stream", "pass", ""),
        ("opescare-another-organisation", "text/plain", "fail", "does not hold this organisation's token"),
        ("x{token}", "text/plain", "fail", "does not hold"),
        ("", "text/plain", "fail", "does not hold"),
        ("<!doctype html><p>No such page, but you may like our news", "text/html", "fail", "web page stands where"),
        ("<!doctype html><p> {token} </p>", "text/html", "fail", "web page stands where"),
        ("{token}" + "x" * 20_000, "text/plain", "fail", "too large"),
    ],
    ids=lambda value: "written" if "token" in value else None,
)
def test_whose_domain_it_is(cast: Cast, internet: Internet, written: str, kind: str, outcome: str, says: str) -> None:
    body = written.replace("{token}", token_of(cast.organisation)).encode()
    internet.server.handler = by_path(opescare_domain=answering(body, Content_Type=kind))
    result = checked(cast)["domain"]
    assert (result.outcome, says in words(result)) == (outcome, True), words(result)
    assert outcome == "pass" or f"https://{HOST}{PATH}" in words(result)


def test_another_host_proves_nothing_about_this_one(cast: Cast, internet: Internet) -> None:
    token = token_of(cast.organisation).encode()
    to_another = redirect(f"https://www.st-raphael.example{PATH}")

    def answer(connection: Any, head: str) -> None:
        handler = answering(token) if "Host: www." in head else to_another
        handler(connection, head)

    internet.server.handler = answer
    result = checked(cast)["domain"]
    assert (result.outcome, "another host" in words(result)) == ("fail", True)


def test_the_token_of_another_organisation_proves_nothing(cast: Cast, internet: Internet) -> None:
    theirs = token_of(cast.elsewhere)
    assert theirs != token_of(cast.organisation)
    internet.server.handler = by_path(opescare_domain=answering(theirs.encode()))
    assert checked(cast)["domain"].outcome == "fail"


def test_a_domain_that_was_proved_and_lost_its_file_is_looked_at_by_a_person(cast: Cast, internet: Internet) -> None:
    internet.server.handler = by_path(opescare_domain=answering(token_of(cast.organisation).encode()))
    access = draft(cast)
    assert checked(cast, access)["domain"].outcome == "pass"
    internet.server.handler = by_path()
    lost = checked(cast, access)["domain"]
    assert (lost.outcome, "was proved before" in words(lost)) == ("warn", True)
    assert checked(cast, access, privacy_policy="https://www.st-raphael.example/privacy")["domain"].outcome == "fail"


def test_a_submission_has_its_answers_checked_by_itself(cast: Cast, internet: Internet) -> None:
    access = submitted(cast)
    assert [result.waits for result in results_of(access)["privacy_policy"]] == [True, True, True]
    assert "terms" not in {check.question for check in access.checks.all()}, "it is not answered"
    run_due()
    assert not any(result.waits for result in results_of(access)["privacy_policy"])


def test_an_answer_that_changed_makes_its_results_stale(cast: Cast, internet: Internet) -> None:
    access = draft(cast)
    assert not checked(cast, access)["reachable"].is_stale
    actions.save_request(
        by=BY_DEVELOPER, request=access, answers={"privacy_policy": "https://www.st-raphael.example/p"}
    )
    access.refresh_from_db()
    [result, *_others] = results_of(access)["privacy_policy"]
    assert (result.is_stale, result.outcome) == (True, "")
    page = cast.vera.client.get(f"/applications/{cast.application.public_id}/production/checks/")
    assert b"The answer has changed since the last result: Pass" in page.content


def test_an_answer_that_changes_while_its_check_waits_is_checked_as_it_is_then(cast: Cast, internet: Internet) -> None:
    access = draft(cast)
    check_answers(by=BY_DEVELOPER, request=access)
    found = checked(cast, access, privacy_policy="https://www.st-raphael.example/privacy")["reachable"]
    assert found.last
    assert found.last.answer == "https://www.st-raphael.example/privacy"
    assert access.checks.filter(kind="reachable").count() == 1


def test_results_are_one_query_and_what_was_before_is_kept(
    cast: Cast, internet: Internet, django_assert_num_queries: Any
) -> None:
    access = draft(cast)
    for _ in range(3):
        checked(cast, access)
    assert access.checks.filter(question="privacy_policy", kind="reachable").count() == 3
    access.application  # noqa: B018 - pages have it already
    with django_assert_num_queries(1):
        [reachable, *_others] = results_of(access)["privacy_policy"]
    assert reachable.last == access.checks.filter(kind="reachable").latest("pk")


def test_what_a_killed_worker_had_begun_is_done_by_another(
    cast: Cast, internet: Internet, monkeypatch: pytest.MonkeyPatch
) -> None:
    access = draft(cast)
    check_answers(by=BY_DEVELOPER, request=access, only=["privacy_policy.reachable"])
    assert running._take()  # and here it is killed
    assert run_due() == 0, "it is the other worker's for the time of the lease"
    AnswerCheck.objects.update(due_at=timezone.now())
    assert run_due() == 1
    assert AnswerCheck.objects.get().outcome == "pass"


def test_what_no_worker_survives_is_given_up(cast: Cast, internet: Internet) -> None:
    access = draft(cast)
    check_answers(by=BY_DEVELOPER, request=access, only=["privacy_policy.reachable"])
    for _ in range(running.ATTEMPTS):
        assert running._take()
        AnswerCheck.objects.update(due_at=timezone.now())
    assert run_due() == 1
    assert AnswerCheck.objects.get().said == "This check could not be finished, for a reason on our side."
    assert internet.dialled == []


def test_whoever_may_build_has_them_run_again_one_or_all_and_not_for_ever(cast: Cast) -> None:
    draft(cast)
    address = f"/applications/{cast.application.public_id}/production/checks/run/"
    assert cast.vera.client.post(address).status_code == 403
    assert cast.charlie.client.post(address).status_code == 404
    assert cast.bob.client.post(address, {"check": "privacy_policy.domain"}).status_code == 302
    assert [str(check) for check in AnswerCheck.objects.all()] == ["privacy_policy.domain"]
    decision = Decision.objects.get(verb="approvals.check_answers")
    assert decision.after == {"checks": ["privacy_policy.domain"]}
    for _ in range(60):
        page = cast.bob.client.post(address, follow=True)
    assert b"That was often enough for now" in page.content
    assert AnswerCheck.objects.count() == 4, "what waits is not asked for twice"


def test_results_stand_beside_the_answers_of_the_whole_request(cast: Cast, internet: Internet) -> None:
    internet.server.handler = answering(b"no", status="503 Service Unavailable")
    access = draft(cast)
    checked(cast, access)
    address = f"/applications/{cast.application.public_id}/production/"
    page = cast.vera.client.get(f"{address}requests/{access.public_id}/").content.decode()
    assert "It answered with 503 instead of 200." in page
    assert f'href="{address}checks/"' in page
    actions.withdraw(by=BY_DEVELOPER, request=access)
    page = cast.vera.client.get(f"{address}requests/{access.public_id}/").content.decode()
    assert "It answered with 503 instead of 200." in page
    assert f'href="{address}checks/"' not in page


def test_reviewers_have_answers_checked_again_but_not_their_own_organisations(cast: Cast) -> None:
    access, rita = submitted(cast), reviewer()
    AnswerCheck.objects.all().delete()
    Reviewer.objects.create(user=cast.vera.user, added_by="test")
    address = f"/review/requests/{access.public_id}/checks/"
    for outsider in (cast.bob, cast.sam):
        assert outsider.client.post(address).status_code == 404
    cast.vera.client.post(address)
    assert not access.checks.exists()
    assert rita.client.post(address).headers["Location"] == f"/review/requests/{access.public_id}/"
    assert {check.asked_by for check in access.checks.all()} == {"Rita of OpesCare"}
    assert Decision.objects.get(verb="approvals.check_answers").actor_kind == "staff"


def test_the_open_page_learns_when_its_checks_are_done(cast: Cast, internet: Internet) -> None:
    access = draft(cast)
    check_answers(by=BY_DEVELOPER, request=access, only=["privacy_policy.reachable"])
    address = f"/applications/{cast.application.public_id}/production/checks/"
    assert b"1 check is running" in cast.vera.client.get(address).content
    assert cast.vera.client.get(f"{address}progress/?seen=1").status_code == 204
    run_due()
    told = cast.vera.client.get(f"{address}progress/?seen=1").content.decode()
    assert ('data-seen="0"' in told, "data-running" in told) == (True, False)


def test_every_check_that_a_questionnaire_can_name_is_one_of_ours() -> None:
    assert {name for names in CHECKS.values() for name in names} == set(Kind.values)


def test_decided_requests_are_not_checked(cast: Cast) -> None:
    access = draft(cast)
    actions.withdraw(by=BY_DEVELOPER, request=access)
    with pytest.raises(NotAllowedError, match="decided"):
        check_answers(by=BY_DEVELOPER, request=access)


def test_an_application_without_a_request_says_what_comes_here(cast: Cast) -> None:
    page = cast.vera.client.get(f"/applications/{cast.application.public_id}/production/checks/")
    assert b"no request for production access yet" in page.content


def test_results_are_said_in_the_readers_language_and_logs_name_no_host(
    cast: Cast, internet: Internet, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with translation.override("fr"):
        result = checked(cast, privacy_policy="https://inside.example/")["reachable"]
    assert result.last
    assert result.last.reason == "This address leads into a private network. Use one that everybody can reach."
    with translation.override("fr"):
        assert "réseau privé" in result.last.said
    assert "inside.example" not in caplog.text


def test_reviewers_read_no_result_of_a_draft(cast: Cast, internet: Internet) -> None:
    rita = reviewer()
    request = claimed(cast, rita)
    reviewing.ask_for_changes(by=BY_REVIEWER, request=request, reviewer=rita.user, message="Say more.")
    internet.server.handler = by_path(policy=answering(POLICY, **HTML))
    draft_of = checked(cast, request, privacy_policy=f"https://{HOST}/policy")
    assert draft_of["privacy_page"].outcome == "pass"
    shown = read(submitted_request(request.public_id)).answers
    results = next(each.checks for each in shown if each.key == "privacy_policy")
    assert {result.outcome for result in results} == {""}
