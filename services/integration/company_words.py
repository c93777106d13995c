"""The words of the sample company, in the caller's language: no real company or person is meant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from shared.domain.samples import SAMPLE_MARKS
from shared.messages.languages import Language


@dataclass(frozen=True, slots=True)
class CompanyWords:
    """What the sample company sells, to whom, by whom, and what its people write down.

    companies: name, industry, city, a name for its web address. products: name, price in US dollars. reasons: why deals
    are lost. calls, meetings, tasks, notes: what activities are about; `{}` is the company. refused: why leads are.
    """

    mark: str  # the `source` of its records, the tag of its activities
    team: str
    pipeline: str
    manager: str
    sellers: tuple[str, ...]
    companies: tuple[tuple[str, str, str, str], ...]
    families: tuple[str, ...]
    givens: tuple[str, ...]
    titles: tuple[str, ...]
    products: tuple[tuple[str, int], ...]
    reasons: tuple[str, ...]
    refused: tuple[str, ...]
    next_steps: tuple[str, ...]
    calls: tuple[str, ...]
    meetings: tuple[str, ...]
    tasks: tuple[str, ...]
    notes: tuple[str, ...]
    country: str
    family_first: bool


_ENGLISH: Final = CompanyWords(
    mark=SAMPLE_MARKS["en"],
    team="Sales (sample)",
    pipeline="Sample sales",
    manager="Grace Holloway",
    sellers=("Ben Carver", "Dana Whitlock", "Milo Okafor", "Nora Castell"),
    companies=(
        ("Alderbrook Foods", "Food", "Portland", "alderbrook"),
        ("Birchline Logistics", "Logistics", "Denver", "birchline"),
        ("Cedar Point Clinics", "Healthcare", "Austin", "cedarpoint"),
        ("Deltaworks Machinery", "Manufacturing", "Cleveland", "deltaworks"),
        ("Emberfield Energy", "Energy", "Houston", "emberfield"),
        ("Falcon Ridge Retail", "Retail", "Chicago", "falconridge"),
        ("Garnet & Sons", "Construction", "Boston", "garnetsons"),
        ("Harborlight Media", "Media", "Seattle", "harborlight"),
        ("Indigo Vale Software", "Software", "San Jose", "indigovale"),
        ("Juniper Schools", "Education", "Atlanta", "juniperschools"),
        ("Kestrel Insurance", "Finance", "Hartford", "kestrel"),
        ("Lumenpeak Optics", "Manufacturing", "Rochester", "lumenpeak"),
        ("Maplecraft Furniture", "Manufacturing", "Grand Rapids", "maplecraft"),
        ("Nimbus Travel", "Travel", "Miami", "nimbustravel"),
        ("Opal Brook Hotels", "Hospitality", "Phoenix", "opalbrook"),
        ("Pioneer Stone Quarries", "Mining", "Salt Lake City", "pioneerstone"),
        ("Quartzmark Labs", "Biotech", "San Diego", "quartzmark"),
        ("Raven Park Estates", "Real estate", "Dallas", "ravenpark"),
        ("Timberline Paper", "Packaging", "Spokane", "timberline"),
        ("Willowfield Farms", "Agriculture", "Omaha", "willowfield"),
    ),
    families=tuple(
        "Abbot Barlow Dunmore Eastley Farrow Galt Hollis Ingram Jessop Kirby Lowry Marlow Novak Osei".split()
    ),
    givens=tuple("Ada Cleo Eli Fay Gus Hana Ivo Joan Kurt Lena Otto Pia Rafe Sana Theo Uma".split()),
    titles=("Head of purchasing", "IT manager", "Operations director", "Managing director", "Finance manager"),
    products=(
        ("Starter plan", 1_800),
        ("Team plan", 6_400),
        ("Business plan", 15_000),
        ("Enterprise plan", 42_000),
        ("Onboarding package", 3_500),
        ("Data migration", 8_000),
    ),
    reasons=(
        "Price too high",
        "Went with a competitor",
        "Budget was cut",
        "No answer any more",
        "Postponed to next year",
    ),
    refused=("Too small", "No budget", "Student project", "Wrong number"),
    next_steps=(
        "Send the revised offer",
        "Call after their board meeting",
        "Agree on a pilot",
        "Clarify the contract term",
    ),
    calls=("First call with {}", "Followed up on the offer with {}", "Talked about prices with {}"),
    meetings=("Product demonstration for {}", "Kick-off with {}", "Quarterly review with {}"),
    tasks=("Send the offer to {}", "Call {} back", "Prepare the contract for {}", "Ask {} for references"),
    notes=("{} compares us with two others; decision by the end of the quarter.", "{} needs a sandbox for its IT."),
    country="US",
    family_first=False,
)
_SIMPLIFIED: Final = CompanyWords(
    mark=SAMPLE_MARKS["zh-CN"],
    team="销售部（示例）",
    pipeline="示例销售",
    manager="陈晓岚",
    sellers=("李思远", "王佳宁", "赵明哲", "周雨桐"),
    companies=(
        ("华安医疗科技有限公司", "医疗健康", "北京", "huaan"),
        ("明德教育集团", "教育", "南京", "mingde"),
        ("东方海川物流有限公司", "物流运输", "上海", "haichuan"),
        ("新程智能装备股份有限公司", "装备制造", "苏州", "xincheng"),
        ("远景新能源有限公司", "能源", "合肥", "yuanjing"),
        ("恒信财务咨询有限公司", "金融", "深圳", "hengxin"),
        ("瑞丰食品有限公司", "食品", "郑州", "ruifeng"),
        ("天成建材集团", "建筑建材", "重庆", "tiancheng"),
        ("金石矿业有限公司", "矿业", "西安", "jinshi"),
        ("云帆软件有限公司", "软件", "杭州", "yunfan"),
        ("嘉禾农业发展有限公司", "农业", "长沙", "jiahe"),
        ("博雅文化传媒有限公司", "传媒", "成都", "boya"),
        ("启航国际旅行社", "旅游", "厦门", "qihang"),
        ("宏图房地产开发有限公司", "房地产", "广州", "hongtu"),
        ("盛达包装材料有限公司", "包装", "东莞", "shengda"),
        ("中正检测技术有限公司", "检测认证", "武汉", "zhongzheng"),
        ("同创生物制药股份有限公司", "生物医药", "天津", "tongchuang"),
        ("松江酒店管理有限公司", "酒店", "上海", "songjiang"),
        ("百汇连锁超市", "零售", "济南", "baihui"),
        ("长风汽车零部件有限公司", "汽车", "长春", "changfeng"),
    ),
    families=tuple("王李张刘陈杨黄吴徐孙胡朱高林"),
    givens=tuple("子轩 雨桐 浩然 欣怡 梓涵 俊杰 思远 佳宁 明哲 诗涵 宇航 晓彤 建国 丽华 志强 文静".split()),
    titles=("采购经理", "信息部主管", "运营总监", "总经理", "财务经理"),
    products=(
        ("入门版", 1_800),
        ("团队版", 6_400),
        ("商务版", 15_000),
        ("企业版", 42_000),
        ("实施服务包", 3_500),
        ("数据迁移服务", 8_000),
    ),
    reasons=("价格过高", "选择了竞争对手", "预算被取消", "客户不再回复", "推迟到明年"),
    refused=("规模太小", "没有预算", "学生作业", "号码有误"),
    next_steps=("发送修改后的报价", "董事会之后回电", "商定试用范围", "确认合同期限"),
    calls=("与{}首次通话", "就报价回访{}", "与{}沟通价格"),
    meetings=("为{}演示产品", "与{}召开启动会", "与{}做季度回顾"),
    tasks=("给{}发送报价", "给{}回电", "为{}准备合同", "请{}提供推荐信"),
    notes=("{}正在与另外两家比较，季度末前决定。", "{}的信息部需要一个测试环境。"),
    country="CN",
    family_first=True,
)
_TRADITIONAL: Final = CompanyWords(
    mark=SAMPLE_MARKS["zh-TW"],
    team="業務部（範例）",
    pipeline="範例銷售",
    manager="陳曉嵐",
    sellers=("李思遠", "王佳寧", "趙明哲", "周雨桐"),
    companies=(
        ("華安醫療科技股份有限公司", "醫療健康", "臺北", "huaan"),
        ("明德教育事業股份有限公司", "教育", "新竹", "mingde"),
        ("東方海川物流股份有限公司", "物流運輸", "基隆", "haichuan"),
        ("新程智慧機械股份有限公司", "機械製造", "臺中", "xincheng"),
        ("遠景綠能股份有限公司", "能源", "彰化", "yuanjing"),
        ("恆信財務顧問有限公司", "金融", "臺北", "hengxin"),
        ("瑞豐食品股份有限公司", "食品", "臺南", "ruifeng"),
        ("天成建材有限公司", "建材", "高雄", "tiancheng"),
        ("金石礦業股份有限公司", "礦業", "花蓮", "jinshi"),
        ("雲帆資訊股份有限公司", "軟體", "臺北", "yunfan"),
        ("嘉禾農業生技有限公司", "農業", "雲林", "jiahe"),
        ("博雅文化傳媒有限公司", "傳媒", "臺北", "boya"),
        ("啟航國際旅行社", "旅遊", "桃園", "qihang"),
        ("宏圖建設股份有限公司", "不動產", "新北", "hongtu"),
        ("盛達包裝材料有限公司", "包裝", "臺中", "shengda"),
        ("中正檢驗科技有限公司", "檢測認證", "新竹", "zhongzheng"),
        ("同創生技製藥股份有限公司", "生技醫藥", "臺北", "tongchuang"),
        ("松江飯店管理有限公司", "飯店", "臺北", "songjiang"),
        ("百匯連鎖超市", "零售", "嘉義", "baihui"),
        ("長風汽車零件股份有限公司", "汽車", "臺南", "changfeng"),
    ),
    families=tuple("王李張劉陳楊黃吳徐孫胡朱高林"),
    givens=tuple("子軒 雨桐 浩然 欣怡 梓涵 俊傑 思遠 佳寧 明哲 詩涵 宇航 曉彤 建國 麗華 志強 文靜".split()),
    titles=("採購經理", "資訊部主管", "營運總監", "總經理", "財務經理"),
    products=(
        ("入門版", 1_800),
        ("團隊版", 6_400),
        ("商務版", 15_000),
        ("企業版", 42_000),
        ("導入服務", 3_500),
        ("資料移轉服務", 8_000),
    ),
    reasons=("價格過高", "選擇了競爭對手", "預算被取消", "客戶不再回覆", "延到明年"),
    refused=("規模太小", "沒有預算", "學生作業", "號碼有誤"),
    next_steps=("寄出修改後的報價", "董事會之後回電", "商定試用範圍", "確認合約期限"),
    calls=("與{}首次通話", "就報價回訪{}", "與{}討論價格"),
    meetings=("為{}展示產品", "與{}召開啟動會議", "與{}做季度檢討"),
    tasks=("寄報價給{}", "回電給{}", "為{}準備合約", "請{}提供推薦信"),
    notes=("{}正在與另外兩家比較，季末前決定。", "{}的資訊部需要測試環境。"),
    country="TW",
    family_first=True,
)
COMPANY_WORDS: Final[Mapping[Language, CompanyWords]] = {"en": _ENGLISH, "zh-CN": _SIMPLIFIED, "zh-TW": _TRADITIONAL}
