"""A guide as Markdown, for readers that are programs: its blocks become tables, commands and answers."""

import json
import re
from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import override

from portal.approvals import diagram
from portal.edge.environments import SANDBOX, base_url
from portal.guides.directives import Directive, call_of, directives
from portal.guides.fields import fields_of
from portal.guides.recipes import steps_of
from portal.guides.recorded import recorded_answer, values_taken
from portal.guides.sources import Source
from portal.guides.tables import TABLES, Cell, Table
from portal.guides.variables import fill
from portal.samples.calls import Call
from portal.samples.languages import LANGUAGES, samples

ATTRIBUTES = re.compile(r"\{: \.[\w-]+ \}")


def markdown(source: Source, values: Mapping[str, str]) -> str:
    """Return a page that has been rendered, with nothing in it that only this site understands."""
    with override(source.language):
        text, found = source.text, list(directives(source))
        calls = [call_of(source, each, values) for each in found if each.kind == "call"]
        before = len(calls)
        for directive in reversed(found):
            before -= directive.kind == "call"
            written = _written(source, directive, calls[: before + 1])
            text = text[: directive.start] + written + text[directive.end :]
    return f"# {source.title}\n\n{source.summary}\n\n{ATTRIBUTES.sub('', fill(text, values)).strip()}\n"


def _written(source: Source, directive: Directive, calls: Sequence[Call]) -> str:
    """Return a block as Markdown. `calls` are those up to it; where it is a call itself, it is their last."""
    match directive.kind:
        case "call":
            return written_call(calls[-1], calls[:-1])
        case "recipe":
            labels = (label for _line, _name, label in steps_of(source, directive))
            steps = "\n".join(f"{number}. {label}" for number, label in enumerate(labels, 1))
            return f"{directive.name}:\n\n{steps}"
        case "table":
            return _table(TABLES[directive.name]())
        case "fields":
            return _table(fields_of(directive.name, source.language))
        case "states":
            return "\n".join(f"- {line}" for line in diagram.said())
        case _:
            steps = "\n".join(f"- {line.strip()}" for line in directive.body.splitlines() if line.strip())
            return f"{directive.name}:\n\n{steps}"


def written_call(call: Call, before: Sequence[Call] = ()) -> str:
    """Return a call as a command for the sandbox, with its recorded answer. `before` stand before it on its page."""
    written = samples(call, base_url(SANDBOX), after=before)
    command = next(sample for sample in written if sample.language is LANGUAGES[0])
    recorded = recorded_answer(call, before)
    body = json.dumps(recorded["body"], indent=2, ensure_ascii=False)
    said = f"{recorded['status']} {_('recorded answer')}:"
    called = {each.name: each.operation_id for each in before}
    taken = "".join(
        f"{_('From an earlier answer:')} `{reference}` ({called[reference.name]}): `{value}`\n\n"
        for reference, value in values_taken(call, before).items()
    )
    return f"```bash\n{command.text}\n```\n\n{taken}{said}\n\n```json\n{body}\n```"


def _table(table: Table) -> str:
    head, rows = table
    lines = [head, ["---"] * len(head), *([_cell(cell) for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cell(cell: Cell) -> str:
    text = f"`{cell['code']}`" if cell.get("code") else cell["text"].replace("|", "\\|")
    return f"[{text}]({cell['href']})" if "href" in cell else text
