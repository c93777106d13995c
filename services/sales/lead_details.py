"""Commands that capture a lead and change its plain fields."""

from __future__ import annotations

from pydantic import Field as F

from services.sales.lead import EDITABLE, LEAD, PERSON, Lead, require_editable
from shared.domain.aggregate import Commands
from shared.domain.command import CommandModel, Context
from shared.domain.lifecycle import changed_fields
from shared.domain.money import fit
from shared.domain.names import full_name
from shared.domain.types import Custom, Reference
from shared.errors import Invalid
from shared.events import sales_leads as events
from shared.events.envelope import Event
from shared.kernel.lookups import Lookups

COMMANDS = Commands(LEAD, __name__)


class LeadDetails(CommandModel, plain=Lead):
    """The plain fields, all optional: in a PATCH only those sent change. name "" = made of the two parts."""

    custom: Custom = F(default_factory=dict)


class CaptureLead(LeadDetails):
    owner: Reference | None = None

    model_config = {
        "json_schema_extra": {
            "examples": [{"name": "李雷", "company": "Acme 有限公司", "email": "li@acme.example", "source": "web"}]
        }
    }


async def owner_exists(cmd: CaptureLead, lookups: Lookups) -> None:
    await lookups.owner(cmd.owner)


@COMMANDS.command("CaptureLead", action="create", verb="", creates=True, prepare=owner_exists)
def capture(cmd: CaptureLead, state: Lead, ctx: Context) -> list[Event]:
    """A new lead, owned by its creator unless said otherwise; owner null = nobody's yet."""
    given = cmd.model_dump(exclude_unset=True, exclude={"owner"})
    if not any(given.get(f) for f in ("name", "given_name", "family_name", "company", "email", "phone", "mobile")):
        raise Invalid.field("name", "required", "a name, a company, an e-mail address or a phone number is needed")
    if not given.get("name"):
        given["name"] = full_name(given.get("family_name", ""), given.get("given_name", ""))
    person = {f: v for f, v in given.items() if f in PERSON}
    details = fit(LEAD.collection, {f: v for f, v in given.items() if f not in PERSON}, state)
    owner = cmd.owner if "owner" in cmd.model_fields_set else ctx.actor
    return [events.LeadCaptured(ctx.id, person, details, owner)]


class ChangeLeadDetails(LeadDetails):
    pass


@COMMANDS.command("ChangeLeadDetails", action="edit", verb="PATCH", when=EDITABLE)
def change_details(cmd: ChangeLeadDetails, state: Lead, ctx: Context) -> list[Event]:
    require_editable(state)
    wanted = cmd.model_dump(exclude_unset=True)
    if not wanted.get("name") and wanted.keys() & {"name", "given_name", "family_name"}:
        parts = (wanted.get(part, getattr(state, part)) for part in ("family_name", "given_name"))
        wanted["name"] = full_name(*parts)
    changes = changed_fields(state, fit(LEAD.collection, wanted, state))
    personal = {f: c for f, c in changes.items() if f.partition(".")[0] in PERSON}
    plain = {f: c for f, c in changes.items() if f not in personal}
    made: list[Event] = [events.LeadDetailsChanged(plain)] if plain else []
    return [*made, events.LeadPersonChanged(ctx.id, personal)] if personal else made
