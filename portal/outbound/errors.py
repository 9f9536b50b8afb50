"""Why nothing was fetched, in words fit for a form. They never repeat what a server said."""

from django.utils.functional import Promise


class OutboundError(Exception):
    """The address cannot be used; `message` says why and what to do."""

    def __init__(self, message: Promise | str) -> None:
        super().__init__(message)
        self.message = message

    def __str__(self) -> str:
        return str(self.message)


class RefusedError(OutboundError):
    """We do not even ask: the address is not one that we fetch from."""


class UnreachableError(OutboundError):
    """The server cannot be found, reached or trusted, or takes too long."""


class UnusableError(OutboundError):
    """The server answered, with something that cannot be used."""


class UnreadableError(UnusableError):
    """It answered properly, and with more than is read, or compressed."""
