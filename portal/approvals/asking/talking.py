"""What both sides said about a request, as its developers read it; and their answers."""

from itertools import groupby
from typing import Any

from django import forms
from django.contrib import messages as notes
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from portal.accounts.actors import actor
from portal.accounts.policies import May, SignedInRequest, may
from portal.approvals import messages
from portal.approvals.models import AccessRequest, Message
from portal.approvals.moving import NotAllowedError
from portal.approvals.policies import request_for
from portal.approvals.questionnaire import topic
from portal.approvals.states import Side


class MessageForm(forms.Form):
    """What a developer writes: an answer to `question`, or about the whole request."""

    text = forms.CharField(
        label=gettext_lazy("Message"), max_length=messages.LONGEST, widget=forms.Textarea(attrs={"rows": 4})
    )
    question = forms.IntegerField(required=False, widget=forms.HiddenInput)


@require_http_methods(["GET", "HEAD", "POST"])
def talk(request: SignedInRequest, application_id: str, access_id: str) -> HttpResponseBase:
    """Show what was said, by what it is about, and send an answer or a message."""
    what = May.BUILD if request.method == "POST" else May.SEE
    access, application, membership = request_for(request, application_id, access_id, what)
    form = MessageForm(request.POST) if request.method == "POST" else None
    if form and form.is_valid() and _sent(request, access, form):
        return redirect(request.path)
    builds = may(membership, May.BUILD)
    threads = _threads(access, form if builds else None)
    if form and all(each["form"] is not form for each in threads):
        del form.fields["question"]  # nothing waits there: what was typed can be sent as a message
        general = form
    else:
        general = MessageForm()
    context = {
        "access": access,
        "application": application,
        "threads": threads,
        "may_answer": builds and access.state not in messages.SILENT,
        "form": general,
        "tab": "production",
        "area": "applications",
    }
    return render(request, "production/talk.html", context)


def _sent(request: SignedInRequest, access: AccessRequest, form: MessageForm) -> bool:
    said: dict[str, Any] = {"by": actor(request), "request": access, "author": request.user}
    text, asked = form.cleaned_data["text"], form.cleaned_data["question"]
    question = access.messages.filter(pk=asked, asks=True).first() if asked else None
    if asked and question is None:
        form.add_error("text", _("There is no such question. Look at the page again."))
        return False
    try:
        if question:
            messages.answer(**said, question=question, text=text)
        else:
            messages.say(**said, side=Side.DEVELOPER, text=text)
    except NotAllowedError as exc:
        form.add_error("text", str(exc))
        return False
    notes.success(request, _("Sent. The reviewers get a mail."))
    return True


def _threads(access: AccessRequest, form: MessageForm | None) -> list[dict[str, Any]]:
    """Return what was said about each thing, the newest last; first those in which a question waits."""
    rows = sorted(access.messages.order_by("at", "pk"), key=lambda each: each.about)
    found = []
    for about, group in groupby(rows, key=lambda each: each.about):
        said: list[Message] = list(group)
        waits = next((each for each in said if each.asks and each.answered_at is None), None)
        shown = MessageForm(initial={"question": waits.pk}, auto_id=f"answer-{waits.pk}-%s") if waits else None
        if form and waits and form.cleaned_data.get("question") == waits.pk:
            form.auto_id = shown.auto_id if shown else form.auto_id
            shown = form
        found.append({"topic": topic(about), "messages": said, "waits": waits, "form": shown})
    return sorted(found, key=lambda each: each["waits"] is None)
