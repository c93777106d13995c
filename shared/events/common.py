"""Shapes that every record's events share. Each domain registers them under its own names."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any, Final

from shared.events.registry import Personal, Subject, Taken
from shared.events.sealing import Sealed
from shared.events.taken import Whose

USER: Final = "user"  # the record type of actors and owners

Changes = dict[str, dict[str, Any]]  # field → {"from": before, "to": after}
Notes = Sealed("description", "next_step", gone=("custom", "custom."))  # free text


@dataclass(frozen=True, slots=True)
class DetailsChanged:
    """Plain fields edited. `custom.<name>` is a custom field."""

    changes: Annotated[Changes, Notes]


@dataclass(frozen=True, slots=True)
class PersonalDetailsChanged:
    """The same for a record about a person."""

    subject_id: Annotated[str, Subject]
    changes: Annotated[dict[str, Any], Personal]


@dataclass(frozen=True, slots=True)
class Transferred:
    """The record has another owner; `owner` None = nobody's."""

    owner: str | None
    previous: str | None


@dataclass(frozen=True, slots=True)
class TagsChanged:
    added: list[str]
    removed: list[str]


@dataclass(frozen=True, slots=True)
class PersonalTagsChanged(TagsChanged):
    """The same for a record about a person."""

    added: Annotated[list[str], Sealed()]
    removed: Annotated[list[str], Sealed()]


@dataclass(frozen=True, slots=True)
class Archived:
    """Out of every list, nothing lost. `cause` says of what act it was a part (an import's revert, say)."""

    cause: Annotated[str, Sealed()] = ""


@dataclass(frozen=True, slots=True)
class Restored:
    pass


@dataclass(frozen=True, slots=True)
class ChangeUndone:
    """The effect of the event with `undone_version` was taken back: fields as they were before it."""

    undone_version: int
    undone_event: str
    changes: Annotated[Changes, Notes]


@dataclass(frozen=True, slots=True)
class PersonalChangeUndone:
    """The same for a record about a person."""

    subject_id: Annotated[str, Subject]
    undone_version: int
    undone_event: str
    changes: Annotated[dict[str, Any], Personal]


@dataclass(frozen=True, slots=True)
class Erased:
    """The person's key is destroyed: every personal value of this record reads as a mask from now on."""

    subject_id: str


@dataclass(frozen=True, slots=True)
class Merged:
    """The survivor's half of a merge: whom it absorbed, and which of its fields took another value.

    choices: field → id of the record whose value was taken. through: absorbed id → what that one had absorbed before.
    """

    absorbed: list[str]
    choices: dict[str, str]
    through: dict[str, list[str]]
    changes: Annotated[Changes, Notes]


@dataclass(frozen=True, slots=True)
class PersonalMerged:
    """The same for records about persons. whose: the person that each value belongs to."""

    subject_id: Annotated[str, Subject]
    absorbed: list[str]
    choices: dict[str, str]
    through: dict[str, list[str]]
    changes: Annotated[dict[str, Any], Personal]
    whose: Annotated[Whose, Taken] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Unmerged:
    """The survivor lets records go again. changes: the values it had before; kept: fields changed since, left alone."""

    released: list[str]
    through: dict[str, list[str]]
    changes: Annotated[Changes, Notes]
    kept: list[str]


@dataclass(frozen=True, slots=True)
class PersonalUnmerged:
    """The same for records about persons. whose: the person that each value belongs to."""

    subject_id: Annotated[str, Subject]
    released: list[str]
    through: dict[str, list[str]]
    changes: Annotated[dict[str, Any], Personal]
    kept: list[str]
    whose: Annotated[Whose, Taken] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Absorbed:
    """The other half of a merge: this record lives on in `into`."""

    into: str


@dataclass(frozen=True, slots=True)
class Released:
    """This record stands by itself again."""

    previous: str
