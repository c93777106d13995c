"""Whose the text is that each field of each command takes: the answer to "what happens to it when a person is erased".

person: it dies with the record's person (or, for activities, imports and bulk acts, with the persons they are about).
text: it dies with the organisation's text key of the day. word: a name the organisation gives to a thing of its own:
it stays. form: the value is checked against a list or a form that holds no free text.
"""

from __future__ import annotations

PERSONS = ("contact", "lead", "user", "activity", "attachment", "import", "bulk")

# record type → answer → fields, by their last name in the body; `custom` is asked for wherever a command takes it
ANSWERS: dict[str, dict[str, str]] = {
    "*": {"text": "cause custom description", "form": "currency country language time_zone"},
    "contact": {"form": "birthday"},
    "lead": {"word": "source industry opportunity_name", "form": "close_date"},
    "user": {},
    "activity": {"form": "due start"},
    "attachment": {},
    "import": {},
    "bulk": {},
    "organisation": {"word": "name"},
    "exchange_rate": {"form": "day into"},
    "legal_hold": {"form": "resource"},
    "subject_request": {"text": "note", "form": "person_type received due"},
    "retention_rule": {"word": "name value", "form": "resource field"},
    "retention_run": {},
    "retention_notice": {},
    "taking_back": {},
    "team": {"word": "name add remove"},
    "role": {"word": "zh en add remove", "form": "hidden read_only"},
    "account": {
        "word": "name industry website email phone fax tax_id city region postcode address source external_id "
        "add remove"
    },
    "field_definition": {"word": "zh en options name", "form": "resource ref formula"},
    "saved_view": {"text": "name value", "form": "columns field group order path resource sums"},
    "opportunity": {
        "text": "next_step",
        "word": "name source external_id add remove reason",
        "form": "close_date stage checklist",
    },
    "pipeline": {"word": "name zh en key add remove", "form": "back fields roles before keys"},
    "product": {"word": "name code series category unit external_id add remove"},
    "price_book": {"word": "name add remove", "form": "valid_from"},
    "import_mapping": {"text": "mapping", "word": "name add remove"},
}

# routes that are no command of a record: what becomes of the text they take
OTHERS: dict[str, str] = {
    "POST /identity/api-keys": "word",  # its name
    "POST /identity/api-keys/{id}/rotate": "form",
    "POST /customer/calendar-feeds": "word",  # its name
    "PUT /identity/me/preferences": "person",  # under the user's own key
    "POST /identity/me/recents": "form",  # ids, under the user's own key
    "POST /identity/sessions": "form",  # a name that is looked up, a password: neither is kept
    "POST /identity/sessions/refresh": "form",
    "PATCH /identity/me": "person",  # ChangeProfile
    "POST /identity/password": "form",
    "POST /identity/me/second-factor": "form",  # a password
    "POST /identity/me/second-factor/confirm": "form",
    "POST /identity/me/second-factor/recovery-codes": "form",
    "POST /identity/me/second-factor/remove": "form",
    "POST /identity/invitations/accept": "form",
    "POST /identity/me/following": "form",  # a record type and an id, which are looked up
    "POST /identity/setup": "person",  # InviteUser; the organisation's name is a word
    "POST /customer/uploads": "person",  # AttachFile, AddFileVersion: kept under the file's own key
    "PATCH /customer/uploads/{id}": "person",
    "POST /analytics/sql": "text",  # runs; the read log keeps it under the day's text key
    "POST /audit/replays": "form",
    "POST /audit/taking-back": "text",  # StartTakingBack; job and read log keep the conditions under the day's text key
    "POST /audit/taking-back/preview": "text",  # the read log, likewise
    "POST /identity/roles/{id}/preview": "form",  # judged and not kept
    "POST /audit/text-erasures": "form",
    "POST /audit/retention-rules/preview": "form",  # asked and not kept
    "POST /integration/bulk": "person",  # StartBulk
    "POST /integration/bulk/preview": "person",  # kept for a day at most, dropped with the first erasure
    "POST /integration/imports": "person",  # StartImport
    "POST /integration/imports/dry-run": "person",  # kept for a day at most, dropped with the first erasure
    "POST /integration/imports/inspect": "form",
}


def answer(resource: str, field: str) -> str | None:
    """None: nobody has said yet what becomes of it."""
    for known in (ANSWERS.get(resource), ANSWERS["*"]):
        for kind, fields in (known or {}).items():
            if field in fields.split():
                return "person" if kind == "text" and resource in PERSONS else kind
    return "person" if resource in PERSONS else None
