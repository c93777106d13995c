"""The views of records other than opportunities, as they are now."""

from __future__ import annotations

from services.analytics.rollups import day_of
from services.analytics.views.merges import living_account
from services.analytics.views.spec import View, named
from services.analytics.views.spec import ViewColumn as C


def _team(resource: str) -> tuple[C, C]:
    """The owner's first team."""
    owner = (f"{resource}.owner", "user.teams")
    return (
        C("team", "String", "团队", "The owner's first team", "_team.name", (*owner, "team.name"), ("team",)),
        C("team_id", "String", "团队编号", "The id of the owner's first team", "_agent.teams[1]", owner, ("agent",)),
    )


ACCOUNTS = View(
    "accounts",
    "客户现状:每个客户一行,含已归档的",
    "Accounts as they are now, a row each, archived ones too; merged ones only under the account they went into",
    (
        C("account_id", "String", "客户编号", "Account's id", "_o.id", ("account.id",)),
        C("name", "String", "名称", "Name", "_o.name", ("account.name",)),
        C(
            "type",
            "String",
            "类型",
            "prospect, customer, partner, supplier, competitor or other",
            "_o.type",
            ("account.type",),
        ),
        C("industry", "String", "行业", "Industry", "_o.industry", ("account.industry",)),
        C("country", "String", "国家/地区", "Country (ISO 3166)", "_o.country", ("account.country",)),
        C("city", "String", "城市", "City", "_o.city", ("account.city",)),
        C("employees", "Nullable(UInt32)", "员工数", "Employees", "_o.employees", ("account.employees",)),
        C(
            "annual_revenue",
            "Nullable(Decimal(18, 4))",
            "年营收",
            "Annual revenue",
            "_o.annual_revenue",
            ("account.annual_revenue",),
        ),
        C("currency", "String", "币种", "Currency of the revenue", "_o.currency", ("account.currency",)),
        C("founded", "Nullable(UInt32)", "成立年份", "Year of foundation", "_o.founded", ("account.founded",)),
        C(
            "parent_id",
            "String",
            "上级客户编号",
            "Parent account's id",
            living_account("_o.parent"),
            ("account.parent",),
        ),
        C("owner", "String", "负责人", "Owner's name", named("_o.owner"), ("account.owner", "user.name")),
        C("owner_id", "String", "负责人编号", "Owner's id", "_o.owner", ("account.owner",)),
        C(
            "created_at",
            "DateTime64(6, 'UTC')",
            "创建时间",
            "Moment it was created",
            "_o.created_at",
            ("account.created_at",),
        ),
        C("region", "String", "省/州", "State or province", "_o.region", ("account.region",)),
        C("postcode", "String", "邮编", "Postcode", "_o.postcode", ("account.postcode",)),
        C("source", "String", "来源", "Where it came from", "_o.source", ("account.source",)),
        C("external_id", "String", "外部编号", "Id in another system", "_o.external_id", ("account.external_id",)),
        C("archived", "Bool", "已归档", "Whether it is archived", "_o.archived", ("account.archived",)),
        *_team("account"),
    ),
    "account",
    source="accounts_now AS _o FINAL",
    where="_o.merged_into = ''",
)

ACTIVITIES = View(
    "activities",
    "活动现状:每个活动一行(无主题与内容)",
    "Activities as they are now, a row each (without subject and text)",
    (
        C("activity_id", "String", "活动编号", "Activity's id", "_o.id", ("activity.id",)),
        C("kind", "String", "类型", "task, call, meeting, note or email", "_o.kind", ("activity.kind",)),
        C("status", "String", "状态", "Status", "_o.status", ("activity.status",)),
        C("direction", "String", "方向", "Of calls and e-mails", "_o.direction", ("activity.direction",)),
        C("priority", "String", "优先级", "Priority", "_o.priority", ("activity.priority",)),
        C("start", "Nullable(DateTime64(6, 'UTC'))", "开始时间", "It begins", "_o.start", ("activity.start",)),
        C("due", "Nullable(DateTime64(6, 'UTC'))", "截止时间", "It is due", "_o.due", ("activity.due",)),
        C(
            "completed_at",
            "Nullable(DateTime64(6, 'UTC'))",
            "完成时间",
            "Moment it was done",
            "_o.completed_at",
            ("activity.completed_at",),
        ),
        C("minutes", "Nullable(Int64)", "时长(分钟)", "Minutes it takes", "_o.duration", ("activity.duration",)),
        C("owner", "String", "负责人", "Owner's name", named("_o.owner"), ("activity.owner", "user.name")),
        C("owner_id", "String", "负责人编号", "Owner's id", "_o.owner", ("activity.owner",)),
        C(
            "account_id",
            "String",
            "客户编号",
            "First account it is about",
            living_account("_o.account"),
            ("activity.linked_to",),
        ),
        C(
            "opportunity_id",
            "String",
            "商机编号",
            "First opportunity it is about",
            "_o.opportunity",
            ("activity.linked_to",),
        ),
        C(
            "created_at",
            "DateTime64(6, 'UTC')",
            "创建时间",
            "Moment it was created",
            "_o.created_at",
            ("activity.created_at",),
        ),
        C(
            "due_on",
            "Nullable(Date32)",
            "截止日",
            "Day it is due: of an all-day task that day, else the day of `due` where the organisation is",
            f"ifNull(_o.due_on, {day_of('_o.due')})",
            ("activity.due", "activity.due_on"),
        ),
        *_team("activity"),
    ),
    "activity",
    source="activities_now AS _o FINAL",
    where="NOT _o.archived",
)

LEADS = View(
    "leads",
    "线索现状:每条线索一行(无个人信息)",
    "Leads as they are now, a row each (without personal data)",
    (
        C("lead_id", "String", "线索编号", "Lead's id", "_o.id", ("lead.id",)),
        C("status", "String", "状态", "Status", "_o.status", ("lead.status",)),
        C("source", "String", "来源", "Source", "_o.source", ("lead.source",)),
        C("industry", "String", "行业", "Industry", "_o.industry", ("lead.industry",)),
        C("country", "String", "国家/地区", "Country (ISO 3166)", "_o.country", ("lead.country",)),
        C("score", "Nullable(Int64)", "评分", "Score", "_o.score", ("lead.score",)),
        C("amount", "Nullable(Decimal(18, 4))", "预估金额", "Estimated amount", "_o.amount", ("lead.amount",)),
        C("currency", "String", "币种", "Currency of the amount", "_o.currency", ("lead.currency",)),
        C("owner", "String", "负责人", "Owner's name", named("_o.owner"), ("lead.owner", "user.name")),
        C("owner_id", "String", "负责人编号", "Owner's id", "_o.owner", ("lead.owner",)),
        C(
            "disqualified_reason",
            "String",
            "淘汰原因",
            "Why it was disqualified",
            "_o.disqualified_reason",
            ("lead.disqualified_reason",),
        ),
        C(
            "converted_at",
            "Nullable(DateTime64(6, 'UTC'))",
            "转化时间",
            "Moment of its conversion",
            "_o.converted_at",
            ("lead.converted_at",),
        ),
        C(
            "account_id",
            "String",
            "转化客户编号",
            "Account it became",
            living_account("_o.account"),
            ("lead.account",),
        ),
        C("opportunity_id", "String", "转化商机编号", "Opportunity it became", "_o.opportunity", ("lead.opportunity",)),
        C(
            "created_at",
            "DateTime64(6, 'UTC')",
            "创建时间",
            "Moment it was captured",
            "_o.created_at",
            ("lead.created_at",),
        ),
        C(
            "updated_at",
            "DateTime64(6, 'UTC')",
            "更新时间",
            "Moment of its last change",
            "_o.occurred_at",
            ("lead.updated_at",),
        ),
        *_team("lead"),
    ),
    "lead",
    source="leads_now AS _o FINAL",
    where="NOT _o.archived",
)

CONTACTS = View(
    "contacts",
    "联系人现状:每个联系人一行(无个人信息)",
    "Contacts as they are now, a row each (without personal data); merged ones only under the one they went into",
    (
        C("contact_id", "String", "联系人编号", "Contact's id", "_o.id", ("contact.id",)),
        C("owner", "String", "负责人", "Owner's name", named("_o.owner"), ("contact.owner", "user.name")),
        C("owner_id", "String", "负责人编号", "Owner's id", "_o.owner", ("contact.owner",)),
        C(
            "account_id",
            "String",
            "主要客户编号",
            "Account of the main role",
            living_account("_o.account"),
            ("contact.account", "contact.accounts"),
        ),
        C("language", "String", "语言", "Language", "_o.language", ("contact.language",)),
        C(
            "created_at",
            "DateTime64(6, 'UTC')",
            "创建时间",
            "Moment it was created",
            "_o.created_at",
            ("contact.created_at",),
        ),
        *_team("contact"),
    ),
    "contact",
    source="contacts_now AS _o FINAL",
    where="NOT _o.archived AND _o.merged_into = ''",
)

PRODUCTS = View(
    "products",
    "产品,含已归档的",
    "Products, a row each, archived ones too",
    (
        C("product_id", "String", "产品编号", "Product's id", "_o.id", ("product.id",)),
        C("name", "String", "名称", "Name", "_o.name", ("product.name",)),
        C("code", "String", "编码", "Code", "_o.code", ("product.code",)),
        C("series", "String", "系列", "Series", "_o.series", ("product.series",)),
        C("category", "String", "类别", "Category", "_o.category", ("product.category",)),
        C("list_price", "Nullable(Decimal(20, 6))", "标价", "List price", "_o.list_price", ("product.list_price",)),
        C("currency", "String", "币种", "Currency of the price", "_o.currency", ("product.currency",)),
        C("archived", "Bool", "已归档", "Whether it is archived", "_o.archived", ("product.archived",)),
    ),
    "product",
    source="dim_products AS _o FINAL",
    owner="",
)

USERS = View(
    "users",
    "用户,含已归档的",
    "Users, a row each, archived ones too",
    (
        C("user_id", "String", "用户编号", "User's id", "_o.id", ("user.id",)),
        C("name", "String", "姓名", "Name", named("_o.id"), ("user.name",)),
        C(
            "status",
            "String",
            "状态",
            "listed, invited, active, suspended or deactivated",
            "_o.status",
            ("user.status",),
        ),
        C("manager", "String", "上级", "Manager's name", named("_o.manager"), ("user.name", "user.manager")),
        C("manager_id", "String", "上级编号", "Manager's id", "_o.manager", ("user.manager",)),
        C("team_id", "String", "团队编号", "The first team's id", "_o.teams[1]", ("user.teams",)),
        C("roles", "Array(String)", "角色", "Roles", "_o.roles", ("user.roles",)),
        C("archived", "Bool", "已归档", "Whether it is archived", "_o.archived", ("user.archived",)),
    ),
    "user",
    source="dim_users AS _o FINAL",
    owner="_o.id",
)

TEAMS = View(
    "teams",
    "团队,含已归档的",
    "Teams, a row each, archived ones too",
    (
        C("team_id", "String", "团队编号", "Team's id", "_o.id", ("team.id",)),
        C("name", "String", "名称", "Name", "_o.name", ("team.name",)),
        C("parent_id", "String", "上级团队编号", "Parent team's id", "_o.parent", ("team.parent",)),
        C("archived", "Bool", "已归档", "Whether it is archived", "_o.archived", ("team.archived",)),
    ),
    "team",
    source="dim_teams AS _o FINAL",
    owner="",
)

STAGES = View(
    "stages",
    "销售阶段:每个流程的每个阶段一行,含已归档的",
    "The stages of each pipeline, in order, a row each, of archived pipelines too",
    (
        C("pipeline_id", "String", "销售流程编号", "Pipeline's id", "_o.id", ("pipeline.id",)),
        C("pipeline", "String", "销售流程", "Pipeline's name", "_o.name", ("pipeline.name",)),
        C("place", "UInt32", "次序", "Place in the pipeline, from 1", "_o.place", ("pipeline.stages",)),
        C("stage", "String", "阶段", "Stage's key", "_o.stages[_o.place]", ("pipeline.stages",)),
        C("stage_zh", "String", "中文名", "Name in Chinese", "_o.stages_zh[_o.place]", ("pipeline.stages",)),
        C("stage_en", "String", "英文名", "Name in English", "_o.stages_en[_o.place]", ("pipeline.stages",)),
        C(
            "probability",
            "UInt8",
            "赢率",
            "Chance of winning, in percent",
            "toUInt8OrZero(_o.probabilities[_o.place])",
            ("pipeline.stages",),
        ),
        C("archived", "Bool", "已归档", "Whether it is archived", "_o.archived", ("pipeline.archived",)),
        C(
            "stage_tw",
            "String",
            "繁体中文名",
            "Name in Traditional Chinese",
            "_o.stages_tw[_o.place]",
            ("pipeline.stages",),
        ),
    ),
    "pipeline",
    source=(
        "(SELECT _d.*, arrayJoin(arrayEnumerate(_d.stages)) AS place FROM dim_pipelines AS _d FINAL "
        "PREWHERE _d.tenant = {tenant:String}) AS _o"
    ),
    owner="",
)

RECORDS: tuple[View, ...] = (ACCOUNTS, ACTIVITIES, LEADS, CONTACTS, PRODUCTS, STAGES, USERS, TEAMS)
