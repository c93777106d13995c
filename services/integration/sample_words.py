"""The words that sample data is made of, in English and Chinese: no real company or person is meant."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """heads × middles × tails make company names; firsts × lasts make people's. Each list's words fit together."""

    heads: list[str]
    middles: list[str]
    tails: list[str]
    firsts: list[str]
    lasts: list[str]
    sectors: list[str]
    offices: list[str]
    products: list[str]
    countries: list[str]
    source: str
    pipeline: str

    def companies(self) -> tuple[list[str], ...]:
        return self.heads, self.middles, self.tails

    def people(self) -> tuple[list[str], ...]:
        return self.firsts, self.lasts


_COUNTRIES = ["Germny", "Japan", "Kenya", "Brazil", "Norway", "China"]  # one of them misspelt, as people do

WORDS = {
    "en": Words(
        heads="Alder Birch Cedar Delta Ember Falcon Garnet Harbor Indigo Juniper Kestrel Lumen Maple Nimbus Opal "
        "Pioneer Quartz Raven Sable Timber Umber Violet Willow Xenon Yarrow Zephyr".split(),
        middles=[" Field", " Stone", " Brook", " Peak", " Point", " Ridge", " Vale", "line", "works", "craft", "mark"],
        tails=[" Foods", " Labs", " Media", " Motors", " Partners", " Retail", " Systems", " Tools", ", Reed & Sons"],
        firsts=[f"{n} " for n in "Ada Ben Cleo Dana Eli Fay Gus Hana Ivo Joan Kurt Lena Milo Nora Otto Pia".split()],
        lasts="Abbot Barlow Castell Dunmore Eastley Farrow Galt Hollis Ingram Jessop Kirby Lowry Marlow".split(),
        sectors=["logistics", "healthcare", "retail", "finance", "software", "education", "energy"],
        offices=["North", "South", "Coast"],
        products=["Alto One", "Alto Plus", "Basso Basic", "Basso Pro", "Cello Suite", "Tenor 900"],
        countries=_COUNTRIES,
        source="Sample data",
        pipeline="Sample sales",
    ),
    "zh": Words(
        heads="华安 明德 东方 新程 远景 恒信 瑞丰 天成 海川 金石 云帆 嘉禾 博雅 启航 宏图 盛达 中正 同创".split(),
        middles="智能 信息 医疗 食品 能源 建材 物流 教育 传媒 机械 电子 生物".split(),
        tails=["科技", "股份", "控股", "实业", "服务", "发展", "贸易"],
        firsts=list("王李张刘陈杨赵黄周吴徐孙胡朱高林何郭"),
        lasts="子轩 雨桐 浩然 欣怡 梓涵 俊杰 思远 佳宁 明哲 诗涵 宇航 晓彤 建国 丽华".split(),
        sectors=["物流运输", "医疗健康", "零售", "金融", "软件", "教育", "能源"],
        offices=["华北区", "华东区", "华南区"],
        products=["启明 标准版", "启明 专业版", "远航 基础版", "远航 旗舰版", "磐石 500", "云雀 套件"],
        countries=_COUNTRIES,
        source="示例数据",
        pipeline="示例销售",
    ),
    "zh-TW": Words(
        heads="華安 明德 東方 新程 遠景 恆信 瑞豐 天成 海川 金石 雲帆 嘉禾 博雅 啟航 宏圖 盛達 中正 同創".split(),
        middles="智慧 資訊 醫療 食品 能源 建材 物流 教育 傳媒 機械 電子 生物".split(),
        tails=["科技", "股份", "控股", "實業", "服務", "發展", "貿易"],
        firsts=list("王李張劉陳楊趙黃周吳徐孫胡朱高林何郭"),
        lasts="子軒 雨桐 浩然 欣怡 梓涵 俊傑 思遠 佳寧 明哲 詩涵 宇航 曉彤 建國 麗華".split(),
        sectors=["物流運輸", "醫療健康", "零售", "金融", "軟體", "教育", "能源"],
        offices=["北區", "中區", "南區"],
        products=["啟明 標準版", "啟明 專業版", "遠航 基礎版", "遠航 旗艦版", "磐石 500", "雲雀 套件"],
        countries=_COUNTRIES,
        source="範例資料",
        pipeline="範例銷售",
    ),
}
