"""Import mapping: how files become records, saved so that the next file of the same shape is one call."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, TypeVar

from pydantic import Field as F

from services.integration.mapping.prepared import prepare
from services.integration.mapping.source import MAX_BYTES
from services.integration.mapping.spec import parse_mapping
from shared.domain.aggregate import Aggregate
from shared.domain.command import VERBATIM, CommandModel, Context
from shared.domain.fields import displayed, plain, record_fields
from shared.domain.lifecycle import Lifecycle, add_lifecycle, changed_fields, require_live
from shared.domain.record import Record
from shared.events import integration as events
from shared.events.envelope import Event
from shared.kernel.lookups import Lookups
from shared.security.permissions import Level
from shared.security.roles import grant
from shared.views.port import Collection, Kind

# --- state ------------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class ImportMapping(Record):
    name: Annotated[
        str,
        F(min_length=1, max_length=200),
        plain(Kind.TEXT, "名称", "Name", indexed=True, searchable=True, required=True),
    ] = ""
    description: Annotated[
        str, VERBATIM, F(max_length=2000), plain(Kind.TEXT, "说明", "Description", searchable=True)
    ] = ""
    mapping: Annotated[str, displayed(Kind.TEXT, "映射", "Mapping")] = ""


def evolve(state: ImportMapping, event: Event) -> None:
    match event:
        case events.ImportMappingSaved(name=name, description=description, mapping=mapping, owner=owner):
            state.name, state.description, state.mapping, state.owner = name, description, mapping, owner


_KEPT = {**grant(Level.ALL, "read", "create"), **grant(Level.OWN, "edit", "archive")}

IMPORT_MAPPING = Aggregate(
    name="import_mapping",
    service="integration",
    noun="imports/mappings",
    state=ImportMapping,
    evolve=evolve,
    grants={"sales_manager": _KEPT, "marketing": _KEPT},
    collection=Collection(
        "import_mappings",
        1,
        record_fields(
            ImportMapping,
        ),
    ),
    not_undoable=frozenset({"integration.ImportMappingArchived", "integration.ImportMappingRestored"}),
)

add_lifecycle(
    IMPORT_MAPPING,
    "ImportMapping",
    Lifecycle(
        events.ImportMappingTransferred,
        events.ImportMappingTagsChanged,
        events.ImportMappingArchived,
        events.ImportMappingRestored,
        events.ImportMappingChangeUndone,
    ),
)


# --- commands and their decisions -------------------------------------------------------------------------------------

MappingText = Annotated[str, F(min_length=1, max_length=MAX_BYTES)]


class SaveImportMapping(CommandModel, plain=ImportMapping, required=("name",)):
    """mapping: the YAML (or JSON) text, see the import guide."""

    mapping: MappingText

    model_config = {
        "json_schema_extra": {
            "examples": [
                {
                    "name": "Accounts of the trade fair",
                    "mapping": "name: Trade fair\nsteps:\n- name: accounts\n  file: accounts.csv\n  resource: account\n"
                    "  fields: {name: Company}\n",
                }
            ]
        }
    }


Given = TypeVar("Given", bound="SaveImportMapping | ChangeImportMapping")


async def fits(cmd: Given, lookups: Lookups) -> None:
    """Raises Invalid naming the line of whatever is wrong in the mapping."""
    if cmd.mapping:
        prepare(*parse_mapping(cmd.mapping), lookups.catalogue)


@IMPORT_MAPPING.command("SaveImportMapping", action="create", verb="", creates=True, prepare=fits)
def save(cmd: SaveImportMapping, state: ImportMapping, ctx: Context) -> list[Event]:
    new = cmd.onto(ImportMapping())
    return [events.ImportMappingSaved(new.name, new.description, new.mapping, ctx.actor)]


class ChangeImportMapping(CommandModel, plain=ImportMapping):
    mapping: Annotated[str, VERBATIM, F(max_length=MAX_BYTES)] = ""


@IMPORT_MAPPING.command("ChangeImportMapping", action="edit", verb="PATCH", prepare=fits)
def change(cmd: ChangeImportMapping, state: ImportMapping, ctx: Context) -> list[Event]:
    require_live(state)
    changes = changed_fields(state, cmd.model_dump(exclude_unset=True))
    return [events.ImportMappingChanged(changes)] if changes else []
