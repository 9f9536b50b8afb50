"""Files of a request: the page of a section adds, removes and puts back; members download."""

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from portal.accounts.actors import actor
from portal.accounts.policies import May, SignedInRequest
from portal.approvals import attachments
from portal.approvals.models import AccessRequest
from portal.approvals.moving import NotAllowedError
from portal.approvals.policies import request_for
from portal.approvals.questionnaire import Question


@require_safe
def download(request: SignedInRequest, application_id: str, access_id: str, attachment_id: str) -> HttpResponse:
    """Give a file to a member of the organisation, a removed one too: a version may name it."""
    access, _application, _membership = request_for(request, application_id, access_id, May.SEE)
    found = access.attachments.filter(public_id=attachment_id).first()
    if found is None:
        raise Http404
    return attachments.download(found)


def change(request: SignedInRequest, access: AccessRequest, questions: list[Question]) -> tuple[dict[str, str], str]:
    """Do what the page's form says about files, whatever becomes of its answers.

    :returns: what is wrong, by question; and the key of the question whose file was removed or put back.
    """
    faults: dict[str, str] = {}
    moved = ""
    for verb, move in (("remove", attachments.remove), ("restore", attachments.restore)):
        named = request.POST.get(verb, "").replace("\0", "")  # PostgreSQL cannot be asked for a NUL
        found = access.attachments.filter(public_id=named).defer("content").first()
        if found:
            moved = found.question
            try:
                move(by=actor(request), request=access, attachment=found)
            except NotAllowedError as exc:
                faults[found.question] = str(exc)
    for question in questions:
        file = request.FILES.get(f"file-{question.key}")
        if file is None:
            continue
        try:
            attachments.add(by=actor(request), request=access, question=question.key, file=file)
        except NotAllowedError as exc:
            faults[question.key] = _("%(name)s was not added.") % {"name": file.name} + f" {exc}"
    return faults, moved
