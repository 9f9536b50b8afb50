"""The code beside an operation: its request in every language, with a signed-in reader's own client."""

from django.utils.safestring import SafeString

from portal.console.own import marked
from portal.openapi.documents import Operation
from portal.samples.groups import operation_group


def code_group(operation: Operation) -> SafeString:
    """Return the request in every language, as HTML; empty where none can be made."""
    group = operation_group(operation, identifier=f"call-{operation.id}")
    return group if operation.document.slug else marked(group)
