"""What became of each request of the demo, told by the verbs that the pages use.

Nothing here is older than the demo itself: no verb takes a time, and none is forged.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from portal.accounts.models import User
from portal.applications import secrets
from portal.applications.actions import create_client
from portal.applications.models import ClientSecret
from portal.applications.published import DEMO_PRODUCTION_CLIENT
from portal.approvals import actions, messages, reviewing
from portal.approvals.answer_checks.models import AnswerCheck, Kind
from portal.approvals.answer_checks.running import run
from portal.approvals.grants.agreement import accept_agreement
from portal.approvals.grants.opening import open_grant
from portal.approvals.grants.standing import newest_grant
from portal.approvals.models import AccessRequest
from portal.approvals.questionnaire import Question, questionnaire
from portal.approvals.reviewing import Terms
from portal.audit.actions import Actor
from portal.edge.environments import PRODUCTION
from portal.management.demonstration import organisations as asking
from portal.management.demonstration.organisations import NAMES, Asking


@dataclass(frozen=True)
class Story:
    """A request that has just been started, and everybody who does something with it."""

    by: Actor
    asking: Asking
    request: AccessRequest
    owner: User
    reviewers: Mapping[str, User]

    @property
    def developer(self) -> dict[str, Any]:
        """Return who acts for the organisation."""
        return {"by": Actor("user", str(self.owner), str(self.owner.pk)), "request": self.request}

    def reviewer(self, name: str) -> dict[str, Any]:
        """Return this reviewer as the one who acts."""
        user = self.reviewers[name]
        return {"by": Actor("staff", f"{user} of OpesCare", str(user.pk)), "request": self.request, "reviewer": user}

    def about(self, key: str) -> str:
        """Return the topic of this question; of any other where the operator's questionnaire does not ask it."""
        asked = [each.key for each in questionnaire()]
        return f"question:{key if key in asked else asked[0]}"

    def submit(self) -> None:
        """Answer everything, and hand it in."""
        asked = questionnaire().asked_of(self.asking.integration)
        answers = {question.key: _answer(self.asking, question) for question in asked}
        actions.save_request(**self.developer, answers=answers, scopes=self.asking.scopes)
        actions.submit(**self.developer, user=self.owner)
        if self.asking is not asking.ST_RAPHAEL_HIS:
            self.ask_nobody()

    def ask_nobody(self) -> None:
        """Run the checks of contacts while no mail leaves: a worker would write to addresses that are invented."""
        for check in AnswerCheck.objects.filter(request=self.request, kind=Kind.VERIFIED, done_at=None):
            run(check)

    def claim(self, name: str) -> None:
        """Hand it in, and let this reviewer claim it."""
        self.submit()
        reviewing.claim(**self.reviewer(name))


def _answer(asking: Asking, question: Question) -> Any:
    """Return the organisation's answer; for a question that the operator has added, anything that fits."""
    own = asking.answer(question.key)
    match question.kind:
        case "facilities":
            return [{"code": code, "name": NAMES[code]} for code in asking.facilities]
        case "choice":
            known = [value for value, _label in question.choices]
            return own if own in known else known[0]
        case "url":
            return own or f"https://{asking.domain}/{question.key}"
        case "email":
            return own or asking.email
        case "number":
            return own or 1
        case "yes":
            return True
    return own or "We will show it when you visit us."


def half_filled(story: Story) -> None:
    """Answer the first questions only."""
    first = questionnaire().asked_of(story.asking.integration)[:2]
    answers = {question.key: _answer(story.asking, question) for question in first}
    actions.save_request(**story.developer, answers=answers, scopes=story.asking.scopes)


def submitted(story: Story) -> None:
    """Wait in the queue."""
    story.submit()


def claimed(story: Story) -> None:
    """Lie on Noor's desk."""
    story.claim("Noor")


def proposed(story: Story) -> None:
    """Have a question answered, and wait for a second reviewer."""
    story.claim("Rita")
    about = story.about("leaves_country")
    question = messages.ask(
        **story.reviewer("Rita"), about=about, text="To which country do the backups go, and under which contract?"
    )
    messages.answer(
        **story.developer,
        author=story.owner,
        question=question,
        text="To Dublin, encrypted before they leave. By the contract with the provider only the hospital has the key",
    )
    terms = Terms(
        facilities=story.asking.facilities,
        conditions="Backups stay encrypted under a key that never leaves the hospital.",
        message="Everything is clear now. Thank you for the quick answer.",
    )
    reviewing.approve(**story.reviewer("Rita"), terms=terms)


def changes_requested(story: Story) -> None:
    """Be given back with a question."""
    story.claim("Rita")
    messages.ask(
        **story.reviewer("Rita"),
        about=story.about("breach"),
        text="Who decides at night and at weekends, and within how many hours do you tell us?",
    )
    message = (
        "Nearly there. Please answer the question about breaches, and send a laboratory report in the sandbox: until "
        "then we cannot see that you are ready for lab:push."
    )
    reviewing.ask_for_changes(**story.reviewer("Rita"), message=message)


def approved_in_part(story: Story) -> None:
    """Get one scope of two."""
    story.claim("Sipho")
    refusal = "Nobody needs a medical record to greet a customer. Ask again when you dispense to Health IDs."
    terms = Terms(refusals={"patient:read": refusal}, facilities=story.asking.facilities)
    reviewing.approve(**story.reviewer("Sipho"), terms=terms)


def declined(story: Story) -> None:
    """Get nothing."""
    story.claim("Sipho")
    message = (
        "Records are opened for care, not for claims: an agreement with the insurer is no consent to this. Let the "
        "hospitals send you what a claim needs; they may."
    )
    reviewing.decline(**story.reviewer("Sipho"), message=message)


def withdrawn(story: Story) -> None:
    """Be taken back by its developers."""
    story.submit()
    actions.withdraw(**story.developer)


def approved(story: Story) -> None:
    """Be approved by two reviewers, under the published client id, and be opened: that makes the published secret.

    A demo of before has that secret already; then there is another one, which nobody knows.
    """
    story.claim("Rita")
    application = story.request.application
    if not application.clients.filter(environment=PRODUCTION).exists():
        published = DEMO_PRODUCTION_CLIENT.client_id
        create_client(by=story.by, application=application, environment=PRODUCTION, scopes=(), client_id=published)
    terms = Terms(
        facilities=story.asking.facilities,
        conditions="For the facilities of this demo, on this machine.",
        message="Everything was shown in the sandbox.",
    )
    review = reviewing.approve(**story.reviewer("Rita"), terms=terms)
    if review.proposed:
        reviewing.agree(**story.reviewer("Sipho"))
    by, published = story.developer["by"], DEMO_PRODUCTION_CLIENT.client_secret
    accept_agreement(by=by, organisation=application.organisation, user=story.owner)
    known = ClientSecret.objects.filter(digest=secrets.digest(published)).exists()
    if grant := newest_grant(application):
        open_grant(by=by, grant=grant, label="made for the demo", published_secret=None if known else published)


HISTORIES: Final[tuple[tuple[Asking, Callable[[Story], None]], ...]] = (
    (asking.ST_RAPHAEL_PHARMACY, half_filled),
    (asking.OPESCARE_HIS, approved),
    (asking.SAVANNA, approved_in_part),
    (asking.HARBOUR, declined),
    (asking.TERANGA, withdrawn),
    (asking.KUMASI, proposed),
    (asking.ARUSHA, claimed),
    (asking.CLEARWATER, submitted),
    (asking.GOMA, submitted),
    (asking.ST_RAPHAEL_HIS, changes_requested),
)
"""In the order in which it happens. Samples show Amina the newer of her two apps: so the draft is of the older one."""
