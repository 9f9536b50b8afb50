"""The pages of a draft in their order, and what each of them still lacks."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from portal.approvals.actions import missing
from portal.approvals.asking.forms import anchor
from portal.approvals.models import AccessRequest
from portal.approvals.questionnaire import questionnaire


@dataclass(frozen=True)
class Step:
    """One page. `missing`: what must still be filled in, as people read it, with the anchor of each on the page."""

    key: str
    title: str
    url: str
    missing: tuple[tuple[str, str], ...] = ()


def steps_of(access: AccessRequest) -> list[Step]:
    """Return the scopes and each section that is asked of the application. Two queries."""
    questions, scopes = missing(access)
    ids = (access.application.public_id, access.public_id)
    lacking = {each.key for each in questions}
    found = [Step("scopes", _("Scopes"), reverse("access-scopes", args=ids), tuple(_scopes(scopes)))]
    for section in questionnaire().sections:
        asked = [each for each in section.questions if each.is_asked_of(access.application.integration)]
        if asked:
            lacks = tuple((each.label, f"q-{each.key}") for each in asked if each.key in lacking)
            found.append(Step(section.key, section.title, reverse("access-section", args=[*ids, section.key]), lacks))
    return found


def _scopes(names: list[str]) -> Iterator[tuple[str, str]]:
    for name in names:
        if name:
            yield _("Why %(scope)s is needed") % {"scope": name}, anchor(name)
        else:
            yield _("At least one scope"), "scopes"


def after(steps: list[Step], key: str, whole: str) -> str:
    """Return the address of the page that follows; after the last one, that of the whole request."""
    keys = [each.key for each in steps]
    position = keys.index(key) + 1
    return steps[position].url if position < len(steps) else whole
