"""The roles that every organisation starts with. Each service grants them rights on its own record types."""

from __future__ import annotations

from shared.security.permissions import Level, Role

BUILT_IN_ROLES = (
    Role("administrator", "管理员", "Administrator", {"*": {"*": Level.ALL}}),
    Role("sales_manager", "销售经理", "Sales manager", {}),
    Role("sales_representative", "销售代表", "Sales representative", {}),
    Role("marketing", "市场", "Marketing", {}),
    Role("service_agent", "客服", "Service agent", {}),
    Role("read_only", "只读", "Read only", {}),
)
BUILT_IN_IDS = tuple(role.id for role in BUILT_IN_ROLES)
