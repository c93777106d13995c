"""Tasks and activities as six systems export them."""

from __future__ import annotations

from datetime import timedelta

from tests.support.exports.file import Col, Export, empty
from tests.support.exports.world import AMERICA, CHINA, GERMANY, Row, Worldwide


def _due(row: Row, form: str) -> str:
    return f"{row.created + timedelta(days=9):{form}}"


def _what(row: Row) -> str:
    words = {
        AMERICA.country: ("Call", "Send quote", "Prepare demo"),
        CHINA.country: ("电话回访", "发送报价", "上门拜访"),
    }
    return words.get(row.company.country, ("Rückruf", "Angebot senden", "Muster schicken"))[row.n % 3]


def _tasks(name: str, world: Worldwide, *columns: Col, encoding: str = "utf-8", delimiter: str = ",") -> Export:
    return Export(name, "activity", world, columns, encoding=encoding, delimiter=delimiter)


SALESFORCE_TASKS = _tasks(
    "salesforce-tasks.csv",
    AMERICA,
    Col("Subject", "activity.subject", _what),
    Col("Date", "activity.due", lambda r: _due(r, "%m/%d/%Y")),
    Col("Status", "activity.done", lambda r: ("Not Started", "Completed", "In Progress")[r.n % 3]),
    Col("Priority", "activity.priority", lambda r: ("High", "Normal", "Low")[r.n % 3]),
    Col("Assigned", "activity.owner", lambda r: r.owner),
    Col("Company / Account", "links.account", lambda r: r.company.name, 0.9),
    Col("Contact", "links.contact|", lambda r: r.person.name, 0.5),
    Col("Comments", "activity.body", lambda r: "asked for a price", 0.4),
    encoding="cp1252",
)
ZOHO_TASKS = _tasks(
    "Tasks_2026_11_20.csv",
    GERMANY,
    Col("Record Id", "", lambda r: f"zcrm_411700000009{r.n:05d}"),
    Col("Task Owner", "activity.owner", lambda r: r.owner),
    Col("Subject", "activity.subject", _what),
    Col("Due Date", "activity.due", lambda r: _due(r, "%Y-%m-%d"), 0.9),
    Col("Contact Name", "links.contact|", lambda r: r.person.name, 0.5),
    Col("Related To", "links.account", lambda r: r.company.name, 0.7),
    Col("Status", "activity.done", lambda r: ("Not Started", "Deferred", "Completed", "Waiting for input")[r.n % 4]),
    Col("Priority", "activity.priority", lambda r: ("High", "Highest", "Low", "Lowest", "Normal")[r.n % 5]),
    Col("Description", "activity.body", lambda r: "vor dem Urlaub", 0.3),
    Col("Created Time", "activity.at", lambda r: f"{r.created:%Y-%m-%d %H:%M:%S}"),
    Col("Closed Time", "", empty),
)
OUTLOOK_TASKS = _tasks(
    "outlook-tasks.csv",
    AMERICA,
    Col("Subject", "activity.subject", _what),
    Col("Start Date", "activity.start", empty),
    Col("Due Date", "activity.due", lambda r: _due(r, "%m/%d/%Y"), 0.8),
    Col("Reminder On/Off", "", lambda r: "False"),
    Col("Date Completed", "", empty),
    Col("% Complete", "", lambda r: "1" if r.n % 3 == 0 else "0"),
    Col("Categories", "activity.tags", lambda r: "Sales;Fair", 0.3),
    Col("Notes", "activity.body", lambda r: "as agreed at the fair – café “Régis”", 0.3),
    Col("Priority", "activity.priority", lambda r: ("High", "Normal", "Low")[r.n % 3]),
    Col("Private", "", lambda r: "False"),
    Col("Sensitivity", "", lambda r: "Normal"),
    Col("Status", "activity.done", lambda r: ("Not Started", "Complete", "In Progress")[r.n % 3]),
    encoding="cp1252",
)
PIPEDRIVE_TASKS = _tasks(
    "activities-1234567-4.csv",
    GERMANY,
    Col("Activity - ID", "", lambda r: r.n + 1),
    Col("Activity - Type", "activity.kind", lambda r: ("Call", "Meeting", "Task", "Email")[r.n % 4]),
    Col("Activity - Subject", "activity.subject", _what),
    Col("Activity - Assigned to user", "activity.owner", lambda r: r.owner),
    Col("Activity - Deal", "", lambda r: r.deal.name, 0.5),
    Col("Activity - Contact person", "links.contact|", lambda r: r.person.name, 0.6),
    Col("Activity - Organization", "links.account", lambda r: r.company.name, 0.9),
    Col("Activity - Due date", "activity.due", lambda r: _due(r, "%Y-%m-%d")),
    Col("Activity - Due time", "", empty),
    Col("Activity - Done", "activity.done", lambda r: ("Done", "To do")[r.n % 2]),
    Col("Activity - Note", "activity.body", lambda r: "über die Zentrale", 0.3),
    Col("Activity - Add time", "activity.at", lambda r: f"{r.created:%Y-%m-%d %H:%M}"),
    delimiter=";",
)
ESPOCRM_TASKS = _tasks(
    "Task.csv",
    GERMANY,
    Col("id", "", lambda r: f"{r.n + 1:017x}"),
    Col("name", "activity.subject", _what),
    Col("status", "activity.done", lambda r: ("Not Started", "Started", "Completed", "Canceled")[r.n % 4]),
    Col("priority", "activity.priority", lambda r: ("Low", "Normal", "High", "Urgent")[r.n % 4]),
    Col("dateStart", "activity.start", empty),
    Col("dateEnd", "activity.due", lambda r: _due(r, "%Y-%m-%d %H:%M:%S")),
    Col("accountName", "links.account", lambda r: r.company.name, 0.8),
    Col("contactName", "links.contact|", lambda r: r.person.name, 0.4),
    Col("description", "activity.body", lambda r: "zweiter Versuch", 0.2),
    Col("createdAt", "activity.at", lambda r: f"{r.created:%Y-%m-%d %H:%M:%S}"),
    Col("assignedUserName", "activity.owner", lambda r: r.owner),
    delimiter=";",
)
FXIAOKE_TASKS = _tasks(
    "任务.csv",
    CHINA,
    Col("主题", "activity.subject", _what),
    Col("客户名称", "links.account", lambda r: r.company.name),
    Col("联系人", "links.contact|", lambda r: r.person.family + r.person.given, 0.5),
    Col("截止时间", "activity.due", lambda r: _due(r, "%Y-%m-%d %H:%M")),
    Col("优先级", "activity.priority", lambda r: ("高", "中", "低")[r.n % 3]),
    Col("任务状态", "activity.done", lambda r: ("进行中", "已完成")[r.n % 2]),
    Col("负责人", "activity.owner", lambda r: r.owner),
    Col("备注", "activity.body", lambda r: "带上样品", 0.3),
    encoding="gb18030",
)
