"""What there is to know of an operation beside its parameters and answers: who may call it, where, and how often."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.utils.translation import gettext as _

from portal.applications.scopes import SCOPES
from portal.edge.environments import ENVIRONMENTS, Environment, base_url
from portal.openapi.documents import Document, Operation, as_dict
from portal.reference.described import Access, Described

IDEMPOTENCY: Final = "Idempotency-Key"
QUOTA: Final = "RateLimit-Policy"


@dataclass(frozen=True)
class Scope:
    """A scope that opens an operation, where that is not everywhere: only in `only`."""

    name: str
    only: Environment | None
    means: str
    has_page: bool


@dataclass(frozen=True)
class Facts:
    """`ways` are how a caller shows who it is, where scopes do not say it all. `environments` are those that have the
    operation, with the URL before its path there; `servers` are those of other documents. `retries` is the anchor of
    the parameter by which a call may be made twice. `quotas` are calls in a minute: of a client, of an address.
    """

    scopes: tuple[Scope, ...]
    ways: tuple[str, ...]
    environments: tuple[tuple[Environment, str], ...]
    servers: tuple[str, ...]
    quotas: tuple[int, int] | None
    retries: str

    @property
    def any_scope(self) -> bool:
        """Say whether every scope opens it."""
        return {scope.name for scope in self.scopes} == set(SCOPES)


def facts(described: Described) -> Facts:
    """Return them. What only our own code knows is empty for other documents."""
    operation = described.operation
    own = not operation.document.slug
    names = [node for _place, nodes in described.parameters for node in nodes if node.name == IDEMPOTENCY]
    counted = any(node.name == QUOTA for answer in described.answers for node in answer.headers)
    return Facts(
        scopes=tuple(_scope(operation.document, name) for name in described.scopes),
        ways=() if described.scopes and own else tuple(_ways(operation, described.access)),
        environments=tuple(_environments(operation, described.scopes)) if own else (),
        servers=() if own or operation.is_webhook else tuple(each.url.rstrip("/") for each in operation.servers),
        quotas=(settings.RATE_LIMIT_CLIENT, settings.RATE_LIMIT_ADDRESS) if own and counted else None,
        retries=names[0].anchor if names else "",
    )


def _environments(operation: Operation, scopes: list[str]) -> Iterator[tuple[Environment, str]]:
    """Yield those of which the document names a server for the operation, and in which a scope of it may be held."""
    for environment in ENVIRONMENTS:
        held = not scopes or any(environment in SCOPES[name].environments for name in scopes if name in SCOPES)
        if held and any(server.description.lower() == environment for server in operation.servers):
            yield environment, base_url(environment)


def _scope(document: Document, name: str) -> Scope:
    if not document.slug and name in SCOPES:
        held = SCOPES[name].environments
        return Scope(name, held[0] if len(held) == 1 else None, _(SCOPES[name].allows), has_page=True)
    for scheme in document.section("components", "securitySchemes").values():
        for flow in as_dict(document.follow(scheme).get("flows")).values():
            if name in (scopes := as_dict(as_dict(flow).get("scopes"))):
                return Scope(name, None, str(scopes[name]), has_page=False)
    return Scope(name, None, "", has_page=False)


def _ways(operation: Operation, access: tuple[Access, ...]) -> Iterator[str]:
    if not access:
        yield _("Open to everybody")
    for one in access:
        if one.schemes:
            yield " + ".join(_scheme(operation.document, name) for name, _scopes in one.schemes)
        elif operation.document.slug:
            yield _("none")
        else:
            yield _("the client's credentials in the body")


def _scheme(document: Document, name: str) -> str:
    found = document.follow(document.section("components", "securitySchemes").get(name))
    match found.get("type"), str(found.get("scheme") or "").lower():
        case "oauth2", _scheme:
            return "OAuth 2.0"
        case "openIdConnect", _scheme:
            return "OpenID Connect"
        case "http", "basic":
            return "HTTP Basic"
        case "http", "bearer":
            return _("Bearer token")
        case "apiKey", _scheme:
            return _("API key %(name)s in the %(place)s") % {"name": found.get("name"), "place": found.get("in")}
        case "mutualTLS", _scheme:
            return _("Client certificate")
        case _:
            return name
