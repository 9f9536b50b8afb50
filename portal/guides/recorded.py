"""The recorded answers to the calls of guides, which take from earlier answers what was recorded there."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from django.conf import settings

from portal.samples import java
from portal.samples.calls import Call, CallError
from portal.samples.references import Reference, references

Recordings = Mapping[str, Mapping[str, Any]]


def recorded_answer(call: Call, before: Sequence[Call]) -> Mapping[str, Any]:
    """Return what the sandbox answered to this call of a page, after those before it.

    :raises CallError: where it has not been recorded, or was refused and should not, or the other way round.
    """
    recorded = _recordings(settings.RECORDINGS.stat().st_mtime_ns)
    name = name_of(call, before, recorded)
    if name is None:
        raise CallError(f"the answer to this {call.operation_id} is not recorded: run `make fix`")
    answer = recorded[name]
    if (answer["status"] if answer["status"] >= 400 else 0) != call.refused:
        raise CallError(
            f"the recorded answer to this {call.operation_id} has the status {answer['status']}: "
            "where an error is meant, write `-> status` behind the call"
        )
    return answer


def values_taken(call: Call, before: Sequence[Call]) -> dict[Reference, str]:
    """Return what the call takes from the recorded answers.

    :raises CallError: where an answer has no such value, or one that the Java sample does not find in it.
    """
    answers = answers_by_name(before, _recordings(settings.RECORDINGS.stat().st_mtime_ns))
    taken = {}
    for each in references(call.arguments):
        try:
            taken[each] = each.value_in(answers[each.name])
        except LookupError:
            raise CallError(f"{each.written} is not in the recorded answer: run `make fix`") from None
        if java.finds(each, json.dumps(answers[each.name], ensure_ascii=False)) != taken[each]:
            raise CallError(f"the Java sample would find another value of the recorded answer than {each.written}")
    return taken


def answers_by_name(before: Sequence[Call], recorded: Recordings) -> dict[str, Any]:
    """Return the recorded bodies of the calls that have a name."""
    names = {call.name: name_of(call, before[:number], recorded) for number, call in enumerate(before) if call.name}
    return {name: recorded[found]["body"] for name, found in names.items() if found is not None}


def name_of(call: Call, before: Sequence[Call], recorded: Recordings) -> str | None:
    """Return the name of the recording of this call, None where there is none yet.

    Two chains may take equal values from different answers: such a call is known by what it is made of.
    """
    if any(references(call.arguments)):
        name = f"{call.operation_id}.{new_name(call, before)}"
        return name if name in recorded else None
    for name, found in recorded.items():
        if found["operation"] == call.operation_id and found["arguments"] == dict(call.arguments):
            return name
    return None


def new_name(call: Call, before: Sequence[Call]) -> str:
    """Return the name, without its operation, under which a guide's call is recorded."""
    return f"guide-{hashlib.sha256(_content(call, before).encode()).hexdigest()[:8]}"


def _content(call: Call, before: Sequence[Call]) -> str:
    content = json.dumps(dict(call.arguments), sort_keys=True)
    taken = {reference.name for reference in references(call.arguments)}
    for number, earlier in enumerate(before):
        if earlier.name in taken:
            content += f"\n{earlier.operation_id} {_content(earlier, before[:number])}"
    return content


@lru_cache(maxsize=1)
def _recordings(_modified: int) -> dict[str, dict[str, Any]]:
    """Return the recorded answers by name; the argument is the file's modification time."""
    recorded: dict[str, dict[str, Any]] = json.loads(settings.RECORDINGS.read_text())
    return recorded
