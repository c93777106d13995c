"""Finding records by a field, for a batch of rows at a time: first those this import made, then the tenant's others."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from services.integration.jobs.job_store import JobFile
from services.integration.mapping.prepared import KEY_KINDS, PreparedStep
from shared.errors import Forbidden, Invalid
from shared.kernel.catalogue import Catalogue
from shared.kernel.custom_fields import CustomFields
from shared.messages import say, shown
from shared.messages.named import types_named
from shared.security.permissions import Access
from shared.texts import clean_line
from shared.views.entries import entry_of
from shared.views.port import Condition, Document, Field, Kind, Op, Query, ReadableViews
from shared.views.values import comparable, index_value

CHUNK = 100  # values asked for in one query
CACHED = 50_000
Wanted = tuple[str, str, str]  # resource, field, text


def record_id(import_id: str, step: int, row: int) -> str:
    """The id of the record that a row makes: the same at every attempt, ordered by time and row (a UUIDv7)."""
    base = UUID(import_id).int
    head = base >> 64 << 64  # the time and the counter of the import itself
    tail = (2 << 62) | ((base & 0x3FFFFF) << 40) | ((step & 0xFF) << 32) | (row & 0xFFFFFFFF)
    return str(UUID(int=head | tail))


class Finder:
    """`fetch` asks the views, `ids` then answers from memory: planning stays pure."""

    def __init__(
        self, views: ReadableViews, catalogue: Catalogue, access: Access, job: JobFile, steps: Iterable[PreparedStep]
    ) -> None:
        self._views, self._catalogue, self.access, self._job = views, catalogue, access, job
        self._makers: dict[tuple[str, str], list[int]] = {}
        for step in steps:
            if step.spec.key is not None:
                self._makers.setdefault((step.spec.resource, step.spec.key), []).append(step.index)
        self._found: dict[Wanted, list[str]] = {}
        self._recent: list[dict[Wanted, list[str]]] = [{}, {}]  # what the rows of the last two batches were about
        self._own: dict[tuple[str, str], Field] = {}

    async def know(self, custom: CustomFields, tenant: str, steps: Iterable[PreparedStep]) -> None:
        """Find out of which kinds the custom fields are by which records are found. Raises Invalid for one that is not
        defined, or by which nothing can be found."""
        for resource, field in {found for step in steps for found in step.found_by if found[1].startswith("custom.")}:
            (declared,) = await custom.entries(tenant, resource, [field])
            if (kind := declared.kind) not in KEY_KINDS:
                message = say("records cannot be found by {field}, which is of kind {kind}", field=field, kind=kind)
                raise Invalid.field("key", "bad-key", message)
            self._own[resource, field] = declared

    def ids(self, resource: str, field: str, text: str) -> list[str]:
        """What `fetch` found: none, one, or two where several have this value."""
        return self._found.get((resource, field, self.canonical(resource, field, text)), [])

    def canonical(self, resource: str, field: str, text: str) -> str:
        """The form in which values of a field are compared; "" for a text that is none of its kind."""
        try:
            declared = self._declared(resource, field)
            one = comparable if declared.kind is Kind.KEYWORDS else index_value
            value = one(declared, clean_line(text))
        except ValueError:
            return ""
        return "" if value is None else str(value)

    def _declared(self, resource: str, field: str) -> Field:
        declared = self._own.get((resource, field)) or self._catalogue[resource].collection.field(field)
        assert declared is not None, "checked when the mapping was prepared"
        return declared

    async def fetch(self, wanted: Iterable[Wanted]) -> None:
        """Look up what is not known yet. Raises Forbidden for a resource the importer may not read."""
        if len(self._found) > CACHED:
            self._found = {**self._recent[0], **self._recent[1]}
        self._recent = [self._recent[1], {}]
        groups: dict[tuple[str, str], dict[str, str]] = {}
        for resource, field, text in wanted:
            form = self.canonical(resource, field, text)
            if form and (resource, field, form) not in self._found:
                groups.setdefault((resource, field), {})[form] = clean_line(text)
        for (resource, field), texts in groups.items():
            for form, id in self._made(resource, field, texts).items():
                self._found[resource, field, form] = [id]
                del texts[form]
            forms = list(texts)
            for start in range(0, len(forms), CHUNK):
                await self._ask(resource, field, {f: texts[f] for f in forms[start : start + CHUNK]})

    def _made(self, resource: str, field: str, forms: Iterable[str]) -> dict[str, str]:
        makers = self._makers.get((resource, field), [])
        digests = {self._job.key_of(form): form for form in forms} if makers else {}
        return {digests[key]: id for key, id in self._job.made(makers, list(digests)).items()}

    async def _ask(self, resource: str, field: str, texts: dict[str, str]) -> None:
        found: dict[str, list[str]] = {form: [] for form in texts}
        declared = self._declared(resource, field)
        if not self.access.may_see(resource, field):
            raise Forbidden(
                say(
                    "records of {resource} cannot be found by {field}",
                    resource=types_named(resource),
                    field=shown(field),
                )
            )
        await self._ask_by(resource, declared, texts, found)
        if declared.listed and (left := {form: text for form, text in texts.items() if not found[form]}):
            await self._ask_by(resource, self._declared(resource, declared.listed), left, found)
        if declared.key is not None:
            await self._ask_merged(resource, field, {f: texts[f] for f, ids in found.items() if not ids}, found)
        for form, ids in found.items():
            self._found[resource, field, form] = ids[:2]

    async def _ask_by(self, resource: str, declared: Field, texts: dict[str, str], found: dict[str, list[str]]) -> None:
        """Add the records whose field has one of the values, or has it among others."""
        collection, scope = self._catalogue[resource].collection.name, self.access.scope(resource)
        page = await self._views.find(collection, self._query(declared, "in", list(texts.values()), 200), scope)
        for document in page.items:
            value = _value(document, declared)
            for one in value if isinstance(value, list) else [value]:
                form = self.canonical(resource, declared.name, str(one))
                if not isinstance(value, list) or form in texts:
                    found.setdefault(form, []).append(document["id"])
        if page.next is not None:  # very many have these values: ask one by one
            op: Op = "contains" if declared.kind is Kind.KEYWORDS else "eq"
            for form, text in texts.items():
                few = await self._views.find(collection, self._query(declared, op, text, 2), scope)
                found[form] = [d["id"] for d in few.items]

    async def _ask_merged(self, resource: str, field: str, texts: dict[str, str], found: dict[str, list[str]]) -> None:
        """Look among merged records, whose values no other record may take: each stands for its survivor."""
        collection, scope = self._catalogue[resource].collection, self.access.scope(resource)
        if not texts or collection.field("merged_into") is None:
            return
        where = (Condition(field, "in", list(texts.values())), Condition("merged_into", "empty", False))
        page = await self._views.find(collection.name, Query(where=where, limit=200), scope)
        for merged in page.items:
            last: Document | None = merged
            while last is not None and last["merged_into"]:
                last = await self._views.get(collection.name, last["merged_into"], scope)
            ids = found.setdefault(self.canonical(resource, field, str(merged[field])), [])
            if last is not None and not last["archived"] and last["id"] not in ids:
                ids.append(last["id"])

    def _query(self, field: Field, op: Op, value: object, limit: int) -> Query:
        here = Condition("archived", "eq", False)
        return Query((Condition(field.name, op, value), here), limit=limit, entries=(field,) if field.is_entry else ())

    def remember(self, resource: str, field: str, form: str, id: str) -> None:
        """A row of this batch makes (or is about) this record; the job store knows it only when the batch is done."""
        self._found[resource, field, form] = self._recent[1][resource, field, form] = [id]

    def drop(self, resource: str, field: str | None, text: str) -> None:
        """The row that was to make this record was rejected."""
        if field is not None and text:
            for known in (self._found, *self._recent):
                known.pop((resource, field, self.canonical(resource, field, text)), None)

    def forget(self) -> None:
        """What was not there may be there now."""
        self._found.clear()


def _value(document: Document, field: Field) -> object:
    return entry_of(document, field) if field.is_entry else document[field.name]
