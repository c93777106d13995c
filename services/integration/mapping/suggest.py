"""Proposing a mapping for a file somebody has just shown: which column is which field, by names alone."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Any

from services.integration.mapping.prepared import may_import
from shared.domain.command import Command
from shared.errors import Invalid
from shared.kernel.catalogue import AnyAggregate
from shared.security.permissions import Access

_SYNONYMS = {
    "name": "account company companyname customer customername organisation organization product title 公司 公司名称 "
    "客户 客户名称 企业名称 产品 产品名称",
    "industry": "sector branch 所属行业",
    "country": "officelocation location land 国家 地区 国家地区",
    "employees": "headcount staff employeecount 人数 员工人数",
    "annual_revenue": "revenue turnover 营业额 年收入 营收",
    "founded": "yearestablished established since 成立年份",
    "email": "mail emailaddress 电子邮箱 电子邮件",
    "phone": "tel telephone mobile 手机 手机号 联系电话",
    "website": "url web homepage site 官网 网站",
    "description": "notes note comment comments remark 描述 说明",
    "external_id": "id externalid opportunityid number no 编号 单号",
    "amount": "value closevalue price total 合同金额 成交金额",
    "close_date": "closedate closingdate 成交日期 预计成交日期",
    "list_price": "salesprice price 单价 价格",
    "owner": "salesagent agent rep salesrep 销售 销售员 负责人",
}


def maker_of(aggregate: AnyAggregate) -> Command:
    """The command that makes a record from plain fields. Raises Invalid for a resource that has none."""
    makers = [c for c in aggregate.commands.values() if c.creates and may_import(c)]
    if not makers:
        raise Invalid.field("resource", "not-importable", f"there is no command that makes a {aggregate.name}")
    return next((c for c in makers if not c.verb), makers[0])


def fields_of(aggregate: AnyAggregate, access: Access) -> list[str]:
    """The fields that the caller's import of this resource may fill, in the order of their declaration."""
    takes = maker_of(aggregate).model.model_fields
    declared = [f.name for f in aggregate.collection.fields if f.name in takes and f.name != "custom"]
    others = [name for name in takes if name not in declared and name not in ("custom", "allow_duplicate")]
    return [name for name in declared + others if access.may_write(aggregate.name, name)]


def suggest(aggregate: AnyAggregate, columns: Sequence[str], access: Access) -> dict[str, str]:
    """field → column, each column at most once: by the field's name, its labels, then by what people call it."""
    free = {_bare(c): c for c in reversed(columns)}
    found: dict[str, str] = {}
    names = fields_of(aggregate, access)
    for spellings in (_own_names, _other_names):
        for name in names:
            for spelling in spellings(aggregate, name) if name not in found else ():
                if spelling in free:
                    found[name] = free.pop(spelling)
                    break
    return {name: found[name] for name in names if name in found}


def _own_names(aggregate: AnyAggregate, name: str) -> list[str]:
    declared = aggregate.collection.field(name)
    labels = (declared.zh, declared.en) if declared is not None else ()
    return [_bare(text) for text in (name, *labels)]


def _other_names(aggregate: AnyAggregate, name: str) -> list[str]:
    return _SYNONYMS.get(name, "").split()


def draft(aggregate: AnyAggregate, file: str, fields: dict[str, str]) -> dict[str, Any]:
    """A whole mapping of one step, to be looked over and completed."""
    step = {"name": aggregate.noun, "file": file, "resource": aggregate.name, "fields": fields}
    return {"name": file, "steps": [step]}


def _bare(text: str) -> str:
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text).casefold())
