"""What there is to say of one kind of error."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ProblemType:
    """One kind of error. `mend` is addressed to the developer who met it."""

    code: str
    status: int
    title: str
    meaning: str
    mend: str
