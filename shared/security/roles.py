"""The roles every organisation starts with. An organisation adds its own beside them."""

from __future__ import annotations

from shared.security.permissions import Grants, Level, Role

_CUSTOMER = ("account", "contact", "activity")
_SALES = ("lead", "opportunity")
_CATALOGUE = ("product", "price_book", "pipeline")
_SHARED = ("user", "team", "role", "field_definition")


def _grants(resources: tuple[str, ...], level: Level, *actions: str) -> dict[str, dict[str, Level]]:
    return {name: dict.fromkeys(actions, level) for name in resources}


_VIEWS = dict.fromkeys(("read", "edit", "archive"), Level.OWN) | {"create": Level.ALL}  # and read what others share
_KEPT = {"read": Level.ALL, "create": Level.ALL, "edit": Level.OWN, "archive": Level.OWN}  # what people keep for use


def _see_shared(level: Level = Level.ALL) -> dict[str, dict[str, Level]]:
    """What everyone may do: read the common records, keep lists of their own."""
    return {**_grants(_CATALOGUE + _SHARED, level, "read"), "saved_view": _VIEWS}


_WORK = ("read", "create", "edit", "archive", "assign", "merge", "export")

_SALES_MANAGER: Grants = {
    **_see_shared(),
    **_grants(_CUSTOMER + _SALES, Level.BELOW, *_WORK, "import", "reopen"),
    **_grants(("product", "price_book"), Level.ALL, "read", "create", "edit", "archive", "export"),
    "analytics": {"read": Level.BELOW},
    "import": {"read": Level.BELOW, "create": Level.ALL, "manage": Level.OWN},
    "import_mapping": _KEPT,
}
_SALES_REPRESENTATIVE: Grants = {
    **_see_shared(),
    **_grants(_CUSTOMER + _SALES, Level.OWN, "read", "create", "edit", "archive", "merge", "export"),
    "account": {"read": Level.TEAM, "create": Level.ALL, "edit": Level.OWN, "archive": Level.OWN, "export": Level.OWN},
    "analytics": {"read": Level.OWN},
}
_MARKETING: Grants = {
    **_see_shared(),
    **_grants((*_CUSTOMER, "opportunity"), Level.ALL, "read"),
    **_grants(("lead",), Level.ALL, "read", "create", "edit", "assign", "export", "import"),
    "analytics": {"read": Level.ALL},
    "import": {"read": Level.OWN, "create": Level.ALL, "manage": Level.OWN},
    "import_mapping": _KEPT,
}
_SERVICE_AGENT: Grants = {
    **_see_shared(),
    **_grants(("account", "contact"), Level.ALL, "read", "edit"),
    **_grants(("contact",), Level.ALL, "read", "create", "edit"),
    **_grants(("activity",), Level.ALL, "read", "create", "edit"),
}
_READ_ONLY: Grants = {
    **_see_shared(),
    **_grants(_CUSTOMER + _SALES, Level.ALL, "read"),
    "analytics": {"read": Level.ALL},
}

BUILT_IN: dict[str, Role] = {
    role.id: role
    for role in (
        Role("administrator", "管理员", "Administrator", {"*": {"*": Level.ALL}}),
        Role("sales_manager", "销售经理", "Sales manager", _SALES_MANAGER),
        Role("sales_representative", "销售代表", "Sales representative", _SALES_REPRESENTATIVE),
        Role("marketing", "市场", "Marketing", _MARKETING),
        Role("service_agent", "客服", "Service agent", _SERVICE_AGENT),
        Role("read_only", "只读", "Read only", _READ_ONLY),
    )
}
