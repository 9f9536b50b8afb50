"""The pages on which a draft is filled in: the scopes, and one for each section of the questionnaire."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from portal.accounts.actors import actor
from portal.accounts.policies import May, SignedInRequest
from portal.applications.scopes import available
from portal.approvals.asking import files, saving
from portal.approvals.asking.forms import ScopesForm, SectionForm
from portal.approvals.asking.saving import ChangedMeanwhileError
from portal.approvals.asking.steps import after, steps_of
from portal.approvals.evidence import evidence_of
from portal.approvals.models import AccessRequest
from portal.approvals.moving import NotAllowedError
from portal.approvals.policies import request_for
from portal.approvals.questionnaire import questionnaire
from portal.approvals.states import EDITABLE
from portal.audit.models import Decision
from portal.edge.environments import PRODUCTION


@require_http_methods(["GET", "HEAD", "POST"])
def scopes(request: SignedInRequest, application_id: str, access_id: str) -> HttpResponseBase:
    """Choose the scopes, with a reason each."""
    access, application, _membership = request_for(request, application_id, access_id, May.BUILD)
    if access.state not in EDITABLE:
        return _closed(request, access)
    form = ScopesForm(request.POST if request.method == "POST" else None, access=access)
    context: dict[str, Any] = {
        "form": form,
        "sensitive": settings.SENSITIVE_SCOPES,
        "evidence": evidence_of(application, available(PRODUCTION)),
        "calls_url": reverse("log", args=[application_id]),
    }
    seen = request.POST.get("seen", "")

    def save() -> None:
        saving.save_scopes(by=actor(request), request=access, scopes=form.asked(), seen=seen)

    if request.method == "POST" and form.is_valid():
        if done := _saved(request, access, "scopes", save, context):
            return done
        context["theirs"] = dict(access.scopes.values_list("scope", "reason"))
    return _page(request, "scopes", access, {"seen": saving.mark_of_scopes(access), **context})


@require_http_methods(["GET", "HEAD", "POST"])
def section(request: SignedInRequest, application_id: str, access_id: str, section: str) -> HttpResponseBase:
    """Answer the questions of one section. What cannot be kept is shown with what is wrong; the rest is saved."""
    access, application, _membership = request_for(request, application_id, access_id, May.BUILD)
    found = next((each for each in questionnaire().sections if each.key == section), None)
    questions = [each for each in found.questions if each.is_asked_of(application.integration)] if found else []
    if found is None or not questions:
        raise Http404
    if access.state not in EDITABLE:
        return _closed(request, access)
    sent = request.POST if request.method == "POST" else None
    form = SectionForm(sent, questions=questions, answers=access.answers)
    keys = list(form.questions)
    context: dict[str, Any] = {"form": form, "section": found}
    seen = request.POST.get("seen", "")
    faults: dict[str, str] = {}
    moved = ""

    def save() -> None:
        saving.save_answers(by=actor(request), request=access, answers=form.sound(), keys=keys, seen=seen)

    if request.method == "POST":
        form.full_clean()
        takes_files = [each for each in questions if each.attachments]
        faults, moved = files.change(request, access, takes_files) if takes_files else (faults, moved)
        context["faults"] = faults
        if done := _saved(request, access, section, save, context):
            return done
    context["rows"] = form.rows(access, access.answers if "is_stale" in context else None, faults)
    return _page(request, "section", access, {"seen": saving.mark_of_answers(access, keys), **context})


def _saved(
    request: SignedInRequest, access: AccessRequest, step: str, save: Callable[[], None], context: dict[str, Any]
) -> HttpResponse | None:
    """Save, and say where to go on; nothing where the page is to be shown again, as after somebody else's changes."""
    try:
        save()
    except ChangedMeanwhileError:
        access.refresh_from_db(fields=["answers"])
        context["is_stale"] = True
        context["meanwhile"] = Decision.objects.filter(
            object_type="AccessRequest", object_id=access.public_id, verb="approvals.save_request"
        ).last()
        return None
    except NotAllowedError as exc:
        messages.error(request, str(exc))
        return redirect("production-access", access.application.public_id)
    access.refresh_from_db(fields=["answers"])
    if context["form"].errors or context.get("faults"):
        return None
    steps = steps_of(access)
    lacks = next(each.missing for each in steps if each.key == step)
    said = _("Saved. Still missing here: %(what)s.") % {"what": ", ".join(label for label, _anchor in lacks)}
    messages.success(request, said if lacks else _("Saved. This page is complete."))
    whole = reverse("access-request", args=[access.application.public_id, access.public_id])
    return redirect(after(steps, step, whole) if request.POST.get("then") == "on" else request.path)


def _closed(request: SignedInRequest, access: AccessRequest) -> HttpResponse:
    said = _("This request is “%(state)s”: it cannot be changed now.") % {"state": access.get_state_display()}
    messages.error(request, said)
    return redirect("production-access", access.application.public_id)


def _page(request: SignedInRequest, name: str, access: AccessRequest, context: dict[str, Any]) -> HttpResponse:
    context |= {
        "access": access,
        "application": access.application,
        "steps": steps_of(access),
        "step": context["section"].key if "section" in context else "scopes",
        "tab": "production",
        "area": "applications",
    }
    return render(request, f"production/{name}.html", context)
