"""PDFs that answer a question: added to a draft, kept with what was submitted, served to the two sides alone."""

import hashlib
import re
from datetime import timedelta
from io import BytesIO
from typing import Final

from django.core.files.uploadedfile import InMemoryUploadedFile, UploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.approvals.models import AccessRequest, Attachment, SubmittedVersion
from portal.approvals.moving import NotAllowedError, lock, record
from portal.approvals.questionnaire import questionnaire
from portal.approvals.states import EDITABLE
from portal.audit.actions import Actor

LARGEST: Final = 5 * 1024 * 1024
"""Bytes of one file."""
MOST: Final = 10
"""Files of one request."""
EVER: Final = 30
"""Files of one request, with those that were removed: nobody fills the disk by adding and removing."""
UNDO: Final = timedelta(hours=1)
"""For so long the page offers to put a removed file back."""
HEAD, TAIL = b"%PDF-", b"%%EOF"
LOOKED_AT = 1024
"""Bytes at either end in which a PDF says that it is one (ISO 32000-1, 7.5.2 and 7.5.5, as readers take them)."""


class CappedUpload(FileUploadHandler):
    """Keeps an uploaded file in memory up to `LARGEST`, and of a larger one only how large it is."""

    def new_file(self, *args: object, **kwargs: object) -> None:
        """Begin."""
        super().new_file(*args, **kwargs)  # type: ignore[arg-type]
        self._content = bytearray()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Keep a part."""
        if start + len(raw_data) <= LARGEST:
            self._content += raw_data
        else:
            self._content.clear()

    def file_complete(self, file_size: int) -> "UploadedFile[bytes]":
        """Return the file; the size is what was sent."""
        content = BytesIO(self._content if file_size <= LARGEST else b"")
        return InMemoryUploadedFile(
            content, self.field_name, self.file_name or "file", self.content_type, file_size, self.charset
        )


@transaction.atomic
def add(*, by: Actor, request: AccessRequest, question: str, file: "UploadedFile[bytes]") -> Attachment:
    """Add a PDF to the answer of a question.

    :raises NotAllowedError: where it is no PDF, too large, one too many, or the request cannot be changed now.
    """
    locked = lock(request)
    _require_editable(locked)
    if question not in {each.key for each in questionnaire() if each.attachments}:
        raise NotAllowedError(_("Files cannot be added to this question."))
    if locked.attachments.filter(removed_at=None).count() >= MOST:
        raise NotAllowedError(_("A request holds at most %(most)s files. Remove one first.") % {"most": MOST})
    _forget_unseen(locked)
    if locked.attachments.count() >= EVER:
        raise NotAllowedError(_("Files were added and removed too often. Try again in an hour."))
    content = _pdf(file)
    attachment = Attachment.objects.create(
        request=locked,
        question=question,
        name=safe_name(file.name or ""),
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        content=content,
        added_by=by.label,
    )
    record(by, "add_attachment", locked, after={"question": question, "sha256": attachment.sha256})
    return attachment


@transaction.atomic
def remove(*, by: Actor, request: AccessRequest, attachment: Attachment) -> None:
    """Take a file out of the draft. What was submitted with it keeps it. Doing it twice changes nothing."""
    locked = lock(request)
    _require_editable(locked)
    if locked.attachments.filter(pk=attachment.pk, removed_at=None).update(removed_at=timezone.now()):
        record(by, "remove_attachment", locked, before={"question": attachment.question, "sha256": attachment.sha256})


@transaction.atomic
def restore(*, by: Actor, request: AccessRequest, attachment: Attachment) -> None:
    """Put a removed file back.

    :raises NotAllowedError: where there are too many, it was submitted without it, or it cannot be changed.
    """
    locked = lock(request)
    _require_editable(locked)
    if attachment.removed_at and locked.versions.filter(at__gte=attachment.removed_at).exists():
        raise NotAllowedError(_("The request was submitted without this file. Add it again."))
    if locked.attachments.filter(removed_at=None).count() >= MOST:
        raise NotAllowedError(_("A request holds at most %(most)s files. Remove one first.") % {"most": MOST})
    if locked.attachments.filter(pk=attachment.pk, removed_at__isnull=False).update(removed_at=None):
        record(by, "restore_attachment", locked, after={"question": attachment.question, "sha256": attachment.sha256})


def _forget_unseen(locked: AccessRequest) -> None:
    """Delete the files that cannot be put back any more and that no submitted version names."""
    naming = SubmittedVersion.objects.filter(
        request=OuterRef("request"), at__gte=OuterRef("added_at"), at__lt=OuterRef("removed_at")
    )
    locked.attachments.filter(~Exists(naming), removed_at__lt=timezone.now() - UNDO).delete()


def of_draft(request: AccessRequest) -> QuerySet[Attachment]:
    """Return the files that the request has now, without their content."""
    return request.attachments.filter(removed_at=None).defer("content").order_by("added_at", "pk")


def removed_lately(request: AccessRequest) -> QuerySet[Attachment]:
    """Return the files that were taken out a short while ago and can be put back, without their content."""
    since = timezone.now() - UNDO
    return request.attachments.filter(removed_at__gt=since).defer("content").order_by("removed_at", "pk")


def of_version(version: SubmittedVersion) -> QuerySet[Attachment]:
    """Return the files that it had when this version was submitted, without their content."""
    kept = Q(removed_at=None) | Q(removed_at__gt=version.at)
    return (
        version.request.attachments.filter(kept, added_at__lte=version.at).defer("content").order_by("added_at", "pk")
    )


def download(attachment: Attachment) -> HttpResponse:
    """Return the file as a download that no browser opens on this site, and no cache keeps."""
    response = HttpResponse(bytes(attachment.content), content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{attachment.name}"'
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


def _pdf(file: "UploadedFile[bytes]") -> bytes:
    if (file.size or 0) > LARGEST:
        raise NotAllowedError(_("The file is larger than %(most)s MB.") % {"most": LARGEST // 1024 // 1024})
    content = file.read()
    if HEAD not in content[:LOOKED_AT] or TAIL not in content[-LOOKED_AT:]:
        raise NotAllowedError(_("This is not a whole PDF file. Save the document as PDF and add that."))
    return bytes(content)


def safe_name(name: str) -> str:
    """Return a name that is safe in a header and on every disk: letters, digits, `.`, `-` and `_` of ASCII."""
    last = name.replace("\\", "/").rpartition("/")[2]
    stem = re.sub(r"[^A-Za-z0-9._-]+", "_", re.sub(r"(?i)\.pdf$", "", last)).strip("._-")
    return f"{stem[:100] or 'document'}.pdf"


def _require_editable(locked: AccessRequest) -> None:
    if locked.state not in EDITABLE:
        raise NotAllowedError(
            _("This request is “%(state)s”: it cannot be changed now.") % {"state": locked.get_state_display()}
        )
