"""What operators set about production access must make sense before anybody is asked anything."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from portal.edge.environments import PRODUCTION


@register
def the_questionnaire_can_be_read(**_: Any) -> list[CheckMessage]:
    """Refuse a questionnaire that cannot be used, with the place in the file."""
    from portal.approvals.questionnaire import QuestionnaireError, questionnaire  # noqa: PLC0415 - needs the models

    try:
        questionnaire()
    except QuestionnaireError as exc:
        return [
            Error(
                str(exc), "Mend the file, or remove QUESTIONNAIRE to use the one of the project.", id="approvals.E001"
            )
        ]
    return []


@register
def sensitive_scopes_exist(**_: Any) -> list[CheckMessage]:
    """Refuse a mistyped scope: one reviewer would be enough for the one that was meant."""
    from portal.applications.scopes import available  # noqa: PLC0415 - needs the translations

    wrong = set(settings.SENSITIVE_SCOPES) - set(available(PRODUCTION))
    if not wrong:
        return []
    hint = f"SENSITIVE_SCOPES may hold: {', '.join(available(PRODUCTION))}."
    return [Error(f"No scopes of production: {', '.join(sorted(wrong))}", hint, id="approvals.E002")]


@register
def times_are_days(**_: Any) -> list[CheckMessage]:
    """Refuse a time that nobody could keep to."""
    names = ("REVIEW_TARGET_DAYS", "ANSWER_DAYS", "REATTEST_DAYS", "REATTEST_GRACE_DAYS", "UNUSED_DAYS")
    return [
        Error(f"{name} is {getattr(settings, name)}.", "Set it to a number of days, 1 or more.", id="approvals.E003")
        for name in names
        if getattr(settings, name) < 1
    ]
