"""PDFs that answer a question: what is taken, who gets it, and what a submitted version keeps."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from portal.approvals import actions, attachments, reviewing
from portal.approvals.models import AccessRequest, Attachment
from portal.approvals.moving import NotAllowedError
from portal.approvals.statements import Statement
from portal.audit.models import Decision
from tests.approvals.requests import BY_DEVELOPER, BY_REVIEWER, draft, reviewer
from tests.approvals.test_answer_questionnaire import Page, answers
from tests.cast import Cast

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def file(name: str = "contract.pdf", content: bytes = PDF) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, "application/pdf")


@pytest.fixture
def access(cast: Cast) -> AccessRequest:
    return draft(cast)


def add(access: AccessRequest, name: str = "contract.pdf", content: bytes = PDF) -> Attachment:
    return attachments.add(by=BY_DEVELOPER, request=access, question="mandate", file=file(name, content))


def address(attachment: Attachment) -> str:
    access = attachment.request
    return reverse("attachment", args=[access.application.public_id, access.public_id, attachment.public_id])


def test_a_pdf_is_added_with_the_text_of_its_page(cast: Cast, access: AccessRequest) -> None:
    page = Page(access, cast.bob, "care")
    response = page.send(**answers(mandate="Contract 7.", facilities="NG-LOS-H1"), **{"file-mandate": file()})
    assert response.status_code == 302
    access.refresh_from_db()
    assert access.answers["mandate"] == "Contract 7."
    added = access.attachments.get()
    assert (added.name, added.question, bytes(added.content)) == ("contract.pdf", "mandate", PDF)
    assert "contract.pdf" in cast.bob.client.get(page.address).content.decode()
    row = Decision.objects.get(verb="approvals.add_attachment")
    assert "contract" not in str(row.after), "names may tell of people"


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"\x89PNG\r\n\x1a\n" + b"0" * 200, "not a whole PDF"),
        (b"%PDF-1.7\n" + b"0" * 4000, "not a whole PDF"),
        (b"", "not a whole PDF"),
        (PDF.ljust(6 * 1024 * 1024, b"\n"), "larger than 5 MB"),
    ],
    ids=["png", "cut off", "empty", "6 MB"],
)
def test_what_is_no_small_pdf_is_refused_and_the_text_is_saved(
    cast: Cast, access: AccessRequest, content: bytes, complaint: str
) -> None:
    response = Page(access, cast.bob, "care").send(
        **answers(mandate="Typed."), **{"file-mandate": file("a.pdf", content)}
    )
    assert response.status_code == 200
    assert complaint in response.content.decode()
    assert not access.attachments.exists()
    access.refresh_from_db()
    assert access.answers["mandate"] == "Typed."


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\plans\\breach plan.PDF", "breach_plan.pdf"),
        ('a"; filename="evil.exe', "a_filename_evil.exe.pdf"),
        ("line\r\nSet-Cookie: x=1.pdf", "line_Set-Cookie_x_1.pdf"),
        ("\u202efdp.exe", "fdp.exe.pdf"),
        ("<script>.pdf", "script.pdf"),
        ("..pdf", "document.pdf"),
        ("x" * 300 + ".pdf", "x" * 100 + ".pdf"),
    ],
)
def test_a_hostile_name_is_cleaned(name: str, kept: str) -> None:
    assert attachments.safe_name(name) == kept


def test_more_than_ten_are_refused(cast: Cast, access: AccessRequest) -> None:
    for number in range(10):
        add(access, f"{number}.pdf")
    page = Page(access, cast.bob, "care").send(**answers(mandate="x"), **{"file-mandate": file()}).content.decode()
    assert "at most 10 files" in page
    assert access.attachments.count() == 10


def test_it_is_a_download_that_nothing_opens_and_nobody_keeps(cast: Cast, access: AccessRequest) -> None:
    response = cast.vera.client.get(address(add(access)))
    assert response.content == PDF
    assert response.headers["Content-Type"] == "application/pdf"
    assert response.headers["Content-Disposition"] == 'attachment; filename="contract.pdf"'
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert {"private", "no-store"} <= set(response.headers["Cache-Control"].split(", "))


def test_outsiders_and_strangers_get_nothing(cast: Cast, access: AccessRequest) -> None:
    found = address(add(access))
    for person in (cast.charlie, cast.sam, reviewer()):
        assert person.client.get(found).status_code == 404
    assert cast.nobody.get(found).status_code == 302


def test_a_file_of_another_request_is_not_found_below_this_one(cast: Cast, access: AccessRequest) -> None:
    added = add(access)
    actions.withdraw(by=BY_DEVELOPER, request=access)
    other = draft(cast)
    ids = [cast.application.public_id, other.public_id, added.public_id]
    assert cast.bob.client.get(reverse("attachment", args=ids)).status_code == 404


def test_a_removed_file_can_be_put_back(cast: Cast, access: AccessRequest) -> None:
    added, page = add(access), Page(access, cast.bob, "care")
    page.send(**answers(mandate="Typed meanwhile."), remove=added.public_id)
    assert not attachments.of_draft(access).exists()
    access.refresh_from_db()
    assert access.answers["mandate"] == "Typed meanwhile.", "removing a file loses nothing that was typed"
    page = Page(access, cast.bob, "care")
    assert "contract.pdf is removed" in cast.bob.client.get(page.address).content.decode()
    page.send(**answers(mandate="x"), restore=added.public_id)
    assert attachments.of_draft(access).get() == added


def test_a_version_keeps_what_it_was_submitted_with(cast: Cast, access: AccessRequest) -> None:
    added, rita = add(access), reviewer()
    version = actions.submit(by=BY_DEVELOPER, request=access, user=cast.bob.user)
    reviewing.claim(by=BY_REVIEWER, request=access, reviewer=rita.user)
    reviewing.ask_for_changes(by=BY_REVIEWER, request=access, reviewer=rita.user, message="Another contract.")
    attachments.remove(by=BY_DEVELOPER, request=access, attachment=added)
    add(access, "new.pdf")
    access.refresh_from_db()
    assert [each.name for each in attachments.of_version(version)] == ["contract.pdf"]
    change = Statement.now(access).since(Statement.of(version))
    assert [(each.about, each.before, each.after) for each in change] == [
        ("question:mandate", "We run both.\ncontract.pdf", "We run both.\nnew.pdf")
    ]
    assert cast.bob.client.get(address(added)).status_code == 200


def test_a_version_never_gains_a_file_afterwards(cast: Cast, access: AccessRequest) -> None:
    added, rita = add(access), reviewer()
    attachments.remove(by=BY_DEVELOPER, request=access, attachment=added)
    version = actions.submit(by=BY_DEVELOPER, request=access, user=cast.bob.user)
    reviewing.claim(by=BY_REVIEWER, request=access, reviewer=rita.user)
    reviewing.ask_for_changes(by=BY_REVIEWER, request=access, reviewer=rita.user, message="The contract?")
    added.refresh_from_db()
    response = Page(access, cast.bob, "care").send(**answers(mandate="x"), restore=added.public_id)
    assert "submitted without this file" in response.content.decode()
    assert not attachments.of_version(version).exists()


def test_nothing_is_added_to_what_waits_for_a_reviewer(cast: Cast, access: AccessRequest) -> None:
    page = Page(access, cast.bob, "care")
    actions.submit(by=BY_DEVELOPER, request=access, user=cast.bob.user)
    page.send(**{"file-mandate": file()})
    assert not access.attachments.exists()


def test_nobody_fills_the_disk_by_adding_and_removing(cast: Cast, access: AccessRequest) -> None:
    for number in range(attachments.EVER):
        attachments.remove(by=BY_DEVELOPER, request=access, attachment=add(access, f"{number}.pdf"))
    with pytest.raises(NotAllowedError, match="too often"):
        add(access)
    Attachment.objects.update(removed_at=timezone.now() - attachments.UNDO * 2)
    kept = add(access)
    assert Attachment.objects.get() == kept


def test_what_a_version_names_is_not_forgotten(cast: Cast, access: AccessRequest) -> None:
    named = add(access)
    actions.submit(by=BY_DEVELOPER, request=access, user=cast.bob.user)
    access.refresh_from_db()
    rita = reviewer()
    reviewing.claim(by=BY_REVIEWER, request=access, reviewer=rita.user)
    reviewing.ask_for_changes(by=BY_REVIEWER, request=access, reviewer=rita.user, message="Another one.")
    attachments.remove(by=BY_DEVELOPER, request=access, attachment=named)
    long_ago = timezone.now() - attachments.UNDO * 3
    Attachment.objects.update(added_at=long_ago, removed_at=long_ago + attachments.UNDO)
    access.versions.update(at=long_ago + attachments.UNDO / 2)
    add(access)
    assert Attachment.objects.filter(pk=named.pk).exists()
    actions.withdraw(by=BY_DEVELOPER, request=access)
    assert Attachment.objects.count() == 2


def test_the_files_of_a_draft_go_with_it(cast: Cast, access: AccessRequest) -> None:
    add(access)
    actions.withdraw(by=BY_DEVELOPER, request=access)
    assert not Attachment.objects.exists()
