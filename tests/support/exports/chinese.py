"""Exports as Chinese CRM systems (Fxiaoke and its like) write them."""

from __future__ import annotations

from tests.support.exports.file import Col, Export, empty, of
from tests.support.exports.world import CHINA, Row


def _stamp(row: Row) -> str:
    return f"{row.created:%Y-%m-%d %H:%M}"


_STAGES = ("初步接触", "需求确认", "方案报价", "商务谈判", "赢单", "输单")
FXIAOKE = (
    Export(
        "客户.csv",
        "account",
        CHINA,
        (
            Col("客户编号", "account.external_id", lambda r: f"KH{r.company.id:06d}"),
            Col("客户名称(必填)", "account.name", lambda r: r.company.name),
            Col("统一社会信用代码", "account.tax_id", lambda r: r.company.tax_id, 0.7),
            Col("客户级别", "account.grade", lambda r: ("重点客户", "普通客户", "一般客户")[r.n % 3], 0.8),
            Col("客户类型", "account.type", lambda r: ("潜在客户", "成交客户", "合作伙伴")[r.n % 3], 0.9),
            Col("客户来源", "account.source", lambda r: ("展会", "转介绍", "官网")[r.n % 3], 0.8),
            Col("所属行业", "account.industry", lambda r: r.company.industry, 0.8),
            Col("国家", "account.country", lambda r: r.company.country, 0.9),
            Col("省", "account.region", lambda r: r.company.region, 0.9),
            Col("市", "account.city", lambda r: r.company.city, 0.9),
            Col("区", "|account.address", lambda r: "高新区", 0.6),
            Col("详细地址", "account.address", lambda r: r.company.street, 0.8),
            Col("邮编", "account.postcode", lambda r: r.company.postcode, 0.5),
            Col("电话", "account.phone", lambda r: r.company.phone, 0.8),
            Col("网址", "account.website", lambda r: f"www.{r.company.domain}", 0.5),
            Col("人员规模", "", lambda r: ("50-99人", "100-499人")[r.n % 2], 0.6),
            Col("负责人", "account.owner|", lambda r: r.owner),
            Col("负责人主属部门", "", lambda r: "销售一部"),
            Col("成交状态", "", lambda r: ("未成交", "已成交")[r.n % 2]),
            Col("最后跟进时间", "", lambda r: f"{r.changed:%Y-%m-%d %H:%M}", 0.8),
            Col("创建人", "", lambda r: r.owner),
            Col("创建时间", "account.at", _stamp),
            Col("备注", "account.description", lambda r: "展会上认识的客户", 0.3),
        ),
        encoding="gb18030",
    ),
    Export(
        "联系人.xlsx",
        "contact",
        CHINA,
        (
            Col("姓名", "contact.name", lambda r: r.person.family + r.person.given),
            Col("客户名称", "account.name", lambda r: r.company.name),
            Col("职务", "contact.title", lambda r: r.person.title, 0.8),
            Col("部门", "contact.department", lambda r: r.person.department, 0.7),
            Col("手机", "contact.phone|contact.phones.mobile", lambda r: r.person.mobile, 0.95),
            Col("电话", "contact.phone|contact.phones.work", lambda r: r.person.phone, 0.5),
            Col("邮箱", "contact.email", lambda r: r.person.email, 0.6),
            Col("微信", "contact.wechat", lambda r: f"wx_{r.person.id}", 0.6),
            Col("QQ", "", lambda r: 10_000_000 + r.n, 0.3),
            Col("称谓", "contact.salutation", lambda r: r.person.salutation, 0.7),
            Col("性别", "", lambda r: ("女", "男")[r.n % 2]),
            Col(
                "生日",
                "contact.birthday",
                lambda r: f"{r.person.born.year}年{r.person.born.month}月{r.person.born.day}日",
                0.4,
            ),
            Col("是否关键决策人", "", lambda r: ("是", "否")[r.n % 2]),
            Col("负责人", "contact.owner|", lambda r: r.owner),
            Col("创建时间", "contact.at", _stamp),
            Col("备注", "contact.description", lambda r: "喜欢喝茶", 0.2),
        ),
    ),
    Export(
        "销售线索.csv",
        "lead",
        CHINA,
        (
            Col("线索编号", "lead.external_id", lambda r: f"XS{r.person.id:06d}"),
            Col("姓名", "lead.name", lambda r: r.person.family + r.person.given),
            Col("公司", "lead.company", lambda r: r.company.name),
            Col("手机", "lead.mobile|lead.phone", lambda r: r.person.mobile),
            Col("电话", "lead.phone", lambda r: r.person.phone, 0.4),
            Col("邮件", "lead.email", lambda r: r.person.email, 0.6),
            Col("职务", "lead.title", lambda r: r.person.title, 0.6),
            Col("部门", "lead.department", lambda r: r.person.department, 0.5),
            Col("微信号", "lead.wechat", lambda r: f"wx_{r.person.id}", 0.4),
            Col("线索来源", "lead.source", lambda r: ("展会", "官网")[r.n % 2]),
            Col("线索状态", "lead.status", lambda r: ("待处理", "跟进中", "无效")[r.n % 3]),
            Col("省份", "lead.region", lambda r: r.company.region, 0.7),
            Col("城市", "lead.city", lambda r: r.company.city, 0.7),
            Col("地址", "lead.address", lambda r: r.company.street, 0.5),
            Col("负责人", "lead.owner|", lambda r: r.owner, 0.8),
            Col("销售线索详情", "lead.description", lambda r: "想了解产品价格", 0.5),
            Col("创建时间", "lead.at", _stamp),
        ),
        encoding="gb18030",
    ),
    Export(
        "商机.xlsx",
        "opportunity",
        CHINA,
        (
            Col("商机编号", "opportunity.external_id", lambda r: f"SJ{r.deal.id:06d}"),
            Col("商机名称", "opportunity.name", of(lambda d: d.name)),
            Col("客户名称", "opportunity.account", lambda r: r.company.name),
            Col("商机金额(元)", "opportunity.amount", of(lambda d: f"{d.amount:,.2f}")),
            Col("币种", "opportunity.currency", lambda r: "CNY"),
            Col(
                "预计成交日期",
                "opportunity.close_date",
                of(lambda d: f"{d.closes.year}/{d.closes.month}/{d.closes.day}"),
            ),
            Col("商机阶段", "opportunity.stage", of(lambda d: _STAGES[d.place])),
            Col("赢率", "opportunity.probability", of(lambda d: f"{(10, 30, 60, 80, 100, 0)[d.place]}%")),
            Col("输单原因", "opportunity.lost_reason", lambda r: "价格过高" if r.deal.place == 5 else ""),
            Col("商机来源", "opportunity.source", lambda r: "展会", 0.6),
            Col("下一步计划", "opportunity.next_step", lambda r: "上门演示", 0.3),
            Col("联系人", "opportunity.contact", lambda r: r.person.family + r.person.given, 0.7),
            Col("负责人", "opportunity.owner|", lambda r: r.owner),
            Col("归属部门", "", lambda r: "销售一部"),
            Col("创建时间", "opportunity.at", _stamp),
            Col("备注", "opportunity.description", lambda r: "需要尽快报价", 0.2),
            Col("最后修改人", "", empty),
        ),
    ),
)
