"""Events of the customer domain. A landed version is never edited (see registry)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any

from shared.events import common
from shared.events.registry import event

# --- Account ---------------------------------------------------------------------------------------------------------


@event("customer.AccountCreated")
@dataclass(frozen=True, slots=True)
class AccountCreated:
    """`details`: every plain field that was given; `owner`: the user who looks after it."""

    details: Annotated[dict[str, Any], common.Notes]
    owner: str | None


@event("customer.AccountDetailsChanged")
@dataclass(frozen=True, slots=True)
class AccountDetailsChanged(common.DetailsChanged):
    pass


@event("customer.AccountParentSet")
@dataclass(frozen=True, slots=True)
class AccountParentSet:
    parent: str | None
    previous: str | None


@event("customer.AccountTypeChanged")
@dataclass(frozen=True, slots=True)
class AccountTypeChanged:
    type: str
    previous: str


@event("customer.AccountGraded")
@dataclass(frozen=True, slots=True)
class AccountGraded:
    """How much the account matters: A, B, C or D; "" = not graded."""

    grade: str
    previous: str


@event("customer.AccountTransferred")
@dataclass(frozen=True, slots=True)
class AccountTransferred(common.Transferred):
    pass


@event("customer.AccountTagsChanged")
@dataclass(frozen=True, slots=True)
class AccountTagsChanged(common.TagsChanged):
    pass


@event("customer.AccountArchived")
@dataclass(frozen=True, slots=True)
class AccountArchived(common.Archived):
    """forced: even with open opportunities."""

    forced: bool = False


@event("customer.AccountRestored")
@dataclass(frozen=True, slots=True)
class AccountRestored(common.Restored):
    pass


@event("customer.AccountChangeUndone")
@dataclass(frozen=True, slots=True)
class AccountChangeUndone(common.ChangeUndone):
    pass


@event("customer.AccountsMerged")
@dataclass(frozen=True, slots=True)
class AccountsMerged(common.Merged):
    pass


@event("customer.AccountsUnmerged")
@dataclass(frozen=True, slots=True)
class AccountsUnmerged(common.Unmerged):
    pass


@event("customer.AccountAbsorbed")
@dataclass(frozen=True, slots=True)
class AccountAbsorbed(common.Absorbed):
    pass


@event("customer.AccountReleased")
@dataclass(frozen=True, slots=True)
class AccountReleased(common.Released):
    pass


# --- FieldDefinition -------------------------------------------------------------------------------------------------


@event("customer.FieldDefined")
@dataclass(frozen=True, slots=True)
class FieldDefined:
    """A custom field `custom.<name>` of a resource; `kind` as in `domain/custom_values`. ref: the record type
    that a reference names. formula: what it is computed by, and result: the kind of that. titles: by language;
    option_titles: option → titles."""

    resource: str
    name: str
    kind: str
    zh: str
    en: str
    options: list[str]
    required: bool
    ref: str = ""
    formula: str = ""
    result: str = ""
    titles: dict[str, str] = field(default_factory=dict)
    option_titles: dict[str, dict[str, str]] = field(default_factory=dict)
    sensitive: bool = False


@event("customer.FieldDefinitionChanged")
@dataclass(frozen=True, slots=True)
class FieldDefinitionChanged(common.DetailsChanged):
    pass


@event("customer.FieldRetired")
@dataclass(frozen=True, slots=True)
class FieldRetired(common.Archived):
    pass


@event("customer.FieldReinstated")
@dataclass(frozen=True, slots=True)
class FieldReinstated(common.Restored):
    pass


@event("customer.FieldDefinitionChangeUndone")
@dataclass(frozen=True, slots=True)
class FieldDefinitionChangeUndone(common.ChangeUndone):
    pass
