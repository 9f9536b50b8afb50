"""One value of an operation or a schema, as pages and their Markdown twins show it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Node:
    """One value. `anchor` is its address on the page: `body.period.start`, `body.diagnoses[].icd10`."""

    name: str
    anchor: str
    types: tuple[str, ...]
    reference: str
    """What stands in addresses for the schema that it is; empty where it has no page."""
    description: str
    required: bool
    deprecated: bool
    read_only: bool
    write_only: bool
    facts: tuple[tuple[str, str], ...]
    values: tuple[str, ...]
    examples: tuple[str, ...]
    children: tuple["Node", ...]
    alternatives: tuple["Node", ...]
    joined_by: str
    """`oneOf` or `anyOf`, where there are alternatives."""
    cut: bool
    """Its insides stand on the page of `reference`, or nowhere."""
    title: str = ""
    meanings: tuple[str, ...] = ()
    """What each of `values` means; empty where none says so."""
    chosen_by: str = ""
    """The field that says which alternative it is."""
    chosen_as: str = ""
    """What that field then holds: of an alternative."""
    conditions: tuple[tuple[str, "Node"], ...] = ()
    """What else must, or must not, hold: by the keyword that says so (`not`, `if`, `then`, `else`, `contains`…)."""
    more: int = 0
    """So many of its children are left out."""
    more_values: int = 0
    more_alternatives: int = 0

    @property
    def unfolds(self) -> bool:
        """Say whether there is anything inside."""
        return bool(self.children or self.alternatives or self.conditions)

    @property
    def meant(self) -> tuple[tuple[str, str], ...]:
        """Return each value with what it means."""
        return tuple(zip(self.values, self.meanings or [""] * len(self.values), strict=True))
