"""The scenarios: what each shows, what to do, its steps, and how it can fail."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal.approvals.scenarios import scripts
from portal.approvals.scenarios.judging import Script
from portal.approvals.scenarios.models import ScenarioRun
from portal.approvals.scenarios.values import halimat, misheard_amina, newcomer

Text = str | Promise
TIME_UP: Final = "time_up"
OF_EVERY_SCENARIO: Final[Mapping[str, Text]] = {
    TIME_UP: _("The time was up before all steps were done."),
}


@dataclass(frozen=True)
class Scenario:
    """One of them. Whoever changes what is demanded raises `version`: what was shown before does not count then."""

    key: str
    version: int
    title: Text
    shows: Text
    todo: tuple[Text, ...]
    steps: Mapping[str, Text]
    faults: Mapping[str, Text]
    """Why a run failed, and what to do about it, by the name of the trap."""
    script: Script
    values: Callable[[ScenarioRun], Mapping[str, Any]] = field(default=lambda run: {})
    """What to send in this run."""
    rehearses: bool = False
    """While it runs the sandbox refuses a call of the application with 429."""

    def fault(self, reason: str) -> Text:
        """Return why a run failed."""
        return {**OF_EVERY_SCENARIO, **self.faults}.get(reason, reason)


ALL: Final = (
    Scenario(
        key="no-match-creates",
        version=1,
        title=_("No match: a Health ID is made"),
        shows=_("Somebody whom nobody knows gets a Health ID, and your client works with it."),
        todo=(
            _("Let your client resolve the person below. Nobody knows them, so the answer is 201."),
            _("Go on as your client would: read the patient, or push a record, with the new Health ID."),
        ),
        steps={
            "created": _("A resolve is answered with 201: a new Health ID"),
            "used": _("A read or a push with this Health ID succeeds"),
        },
        faults={},
        script=scripts.no_match_creates,
        values=lambda run: newcomer(run.public_id),
    ),
    Scenario(
        key="duplicate-matches",
        version=1,
        title=_("The same person again: matched"),
        shows=_("Somebody who comes a second time stays one patient."),
        todo=(
            _("Let your client resolve the person below. The answer is 201."),
            _("Let it resolve the same person again, as at their next visit. The local number may be another one."),
            _("Resolve nobody else meanwhile: a second new Health ID ends the run."),
        ),
        steps={
            "created": _("A resolve is answered with 201: a new Health ID"),
            "matched": _("A second resolve is answered with 200 and the same Health ID"),
        },
        faults={
            "second_patient": _(
                "A second Health ID was made. Send the same names, sex and birth date both times, and nobody else."
            )
        },
        script=scripts.duplicate_matches,
        values=lambda run: newcomer(run.public_id),
    ),
    Scenario(
        key="ambiguous-is-not-guessed",
        version=1,
        title=_("Ambiguous: nobody is guessed"),
        shows=_("Where the answer is 409, your client asks for more or goes on with a provisional Health ID."),
        todo=(
            _("Let your client resolve the person below, without a phone. The answer is 409 `ambiguous_match`."),
            _("Do not repeat it as it was, and push nothing for the candidate `OPC-2024-DEMO1`: she has no card."),
            _("Resolve again with the phone `+2348030000001` (matched), or with `on_ambiguous: provisional`."),
        ),
        steps={
            "ambiguous": _("A resolve is answered with 409: several are plausible"),
            "settled": _("A resolve with more data, or a provisional one, is answered with a Health ID"),
        },
        faults={
            "repeated": _(
                "A second resolve was answered with 409: it told nothing that decides. "
                "Ask for the phone, or send it as provisional."
            ),
            "guessed": _("A record was pushed for the candidate before anybody knew that it is her."),
        },
        script=scripts.ambiguous_is_not_guessed,
        values=lambda run: misheard_amina(run.public_id, run.number),
    ),
    Scenario(
        key="merged-patient-followed",
        version=1,
        title=_("A merged patient is followed"),
        shows=_(
            "Where an answer holds another Health ID than the one that was sent, your client goes on with the new one."
        ),
        todo=(
            _("Let your client hold `OPC-2024-DEMO12` for the person below, as if from before the merge."),
            _(
                "Let it read her, push a record for her, or resolve her. She was merged: the answer holds "
                "`OPC-2024-DEMO11`."
            ),
            _("Go on as at her next visit: read her or push a record, now with the Health ID of the answer."),
        ),
        steps={
            "told": _("A call about her is answered with the Health ID that survives"),
            "followed": _("The next read or push is sent with that Health ID"),
        },
        faults={
            "old_again": _(
                "The old Health ID was sent again. Compare the `health_id` of each answer with the one that was sent, "
                "and store the new one where they differ."
            )
        },
        script=scripts.merged_patient_followed,
        values=lambda run: halimat(run.public_id),
    ),
    Scenario(
        key="push-refused-and-mended",
        version=1,
        title=_("A push is refused, and mended"),
        shows=_("Where a record is refused with 422, your client shows why, and the record arrives once it is mended."),
        todo=(
            _(
                "Let your client push a record with a mistake in it, for example an encounter whose `period.end` lies "
                "before its `period.start`. The answer is 422, and `errors` names the place."
            ),
            _("Mend it as your users would, and let your client push it again. The answer is 201."),
        ),
        steps={
            "refused": _("A push is answered with 422"),
            "mended": _("The same operation succeeds, and is no repetition"),
        },
        faults={
            "refused_again": _("It was refused five times: it seems to be sent again unchanged. Read `errors` first.")
        },
        script=scripts.push_refused_and_mended,
    ),
    Scenario(
        key="429-backed-off",
        version=1,
        title=_("Too many calls: your client waits"),
        shows=_(
            "Where the answer is 429, your client sends nothing until Retry-After is over, and then the same call."
        ),
        todo=(
            _("Wait two seconds after the start. Then let your client make calls of any kind, one after the other."),
            _("After the first, the sandbox answers one with 429 and `Retry-After: 5`, by itself, without a header."),
            _("Let your client wait so long, and make the refused call again. Getting a token meanwhile is no fault."),
        ),
        steps={
            "refused": _("A call is answered with 429"),
            "came_back": _("Nothing comes for five seconds, and then the same operation succeeds"),
        },
        faults={
            "too_early": _(
                "A call came before Retry-After was over. Wait so many seconds with all calls of the client, "
                "in every thread of it."
            )
        },
        script=scripts.backed_off,
        rehearses=True,
    ),
    Scenario(
        key="facility-updated",
        version=1,
        title=_("A facility stays up to date"),
        shows=_("Your client sends the state of a facility, and later a newer one."),
        todo=(
            _("Let your client send the state of one of your facilities."),
            _("Change something, the stock for example, and let it send the newer state, with a later `as_of`."),
            _("Let it read the stock or the blood, or send the newer state once more: it is known already."),
        ),
        steps={
            "synced": _("The state of a facility is stored"),
            "updated": _("A newer state of a known facility is stored"),
            "looked": _("Stock or blood is read, or a state that is known is recognised"),
        },
        faults={
            "older": _(
                "A state was refused with 409: its `as_of` is not later than the one before, though something changed. "
                "Send the moment at which it was counted."
            )
        },
        script=scripts.facility_updated,
    ),
)

SCENARIOS: Final = {scenario.key: scenario for scenario in ALL}
