"""The made-up companies, persons and deals that all exported files are about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random


@dataclass(frozen=True)
class Row:
    """What one row is about: a company, one of its people, a deal with it. n counts from 0."""

    n: int
    company: Company
    person: Person
    deal: Deal
    owner: str
    created: datetime
    changed: datetime


@dataclass(frozen=True)
class Company:
    id: int
    name: str
    domain: str
    industry: str
    street: str
    city: str
    region: str
    postcode: str
    country: str
    phone: str
    employees: int
    revenue: int
    tax_id: str
    founded: int


@dataclass(frozen=True)
class Person:
    id: int
    given: str
    family: str
    salutation: str
    email: str
    private_email: str
    phone: str
    mobile: str
    title: str
    department: str
    born: date

    @property
    def name(self) -> str:
        return f"{self.given} {self.family}"


@dataclass(frozen=True)
class Deal:
    """place: 0 … 3 = open at that stage, 4 = won, 5 = lost."""

    id: int
    name: str
    amount: int
    place: int
    closes: date


@dataclass(frozen=True)
class Worldwide:
    """The words of one country; each list is walked in a step of its own."""

    given: tuple[str, ...]
    family: tuple[str, ...]
    companies: tuple[str, ...]
    forms: tuple[str, ...]
    industries: tuple[str, ...]
    places: tuple[tuple[str, str, str], ...]
    streets: tuple[str, ...]
    titles: tuple[str, ...]
    departments: tuple[str, ...]
    salutations: tuple[str, str]
    owners: tuple[str, ...]
    country: str
    phone: str
    mobile: str
    code: str
    joint: str = " "

    def row(self, n: int) -> Row:
        rng = Random(n * 7919 + len(self.country))
        created = datetime(2024, 2, 5, 8, 30) + timedelta(days=n * 11, minutes=n * 37)
        return Row(
            n=n,
            company=self._company(n, rng),
            person=self._person(n, rng),
            deal=self._deal(n, rng, created.date()),
            owner=self.owners[n % len(self.owners)],
            created=created,
            changed=created + timedelta(days=60, minutes=n * 13),
        )

    def _name(self, n: int) -> str:
        stem = self.companies[n % len(self.companies)]
        second = self.companies[(n + n // len(self.companies) + 1) % len(self.companies)]
        return f"{stem}{self.joint}{second}{self.joint}{self.forms[n % len(self.forms)]}"

    def _company(self, n: int, rng: Random) -> Company:
        city, region, postcode = self.places[n % len(self.places)]
        return Company(
            id=7000 + n,
            name=self._name(n),
            domain=f"firm{n}.{self.code}.example",
            industry=self.industries[n % len(self.industries)],
            street=f"{self.streets[n % len(self.streets)]} {n + 3}",
            city=city,
            region=region,
            postcode=postcode,
            country=self.country,
            phone=_digits(self.phone, rng),
            employees=rng.choice((4, 12, 40, 150, 900, 2400)),
            revenue=rng.randrange(20, 9_000) * 10_000,
            tax_id=_credit_code(rng),
            founded=1950 + n,
        )

    def _person(self, n: int, rng: Random) -> Person:
        given, family = self.given[n % len(self.given)], self.family[n % len(self.family)]
        return Person(
            id=5000 + n,
            given=given,
            family=family,
            salutation=self.salutations[n % 2],
            email=f"p{n}@firm{n}.{self.code}.example",
            private_email=f"private.{n}@mail.{self.code}.example",
            phone=_digits(self.phone, rng),
            mobile=_digits(self.mobile, rng),
            title=self.titles[n % len(self.titles)],
            department=self.departments[n % len(self.departments)],
            born=date(1958, 1, 13) + timedelta(days=n * 271),
        )

    def _deal(self, n: int, rng: Random, opened: date) -> Deal:
        closes = opened + timedelta(days=40 + n)
        return Deal(9000 + n, f"{self._name(n)} {n + 100}", rng.randrange(9, 900) * 125, n % 6, closes)


_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def _credit_code(rng: Random) -> str:
    """A unified social credit code: its last sign makes the sum of all, the others weighed by 3^place, 0 modulo 31."""
    head = "91" + "".join(rng.choice(_SIGNS) for _ in range(15))
    return head + _SIGNS[-sum(_SIGNS.index(sign) * 3**place for place, sign in enumerate(head)) % 31]


def _digits(pattern: str, rng: Random) -> str:
    """`#` becomes a digit."""
    return "".join(str(rng.randrange(10)) if c == "#" else c for c in pattern)


AMERICA = Worldwide(
    given=("Olive", "Marcus", "Tessa", "Grant", "Ruth", "Calvin", "Ivy", "Duncan"),
    family=("Harrow", "Penhale", "Okafor", "Lindqvist", "Barlow", "Castellan", "Whitlock", "Sorrel", "Ames"),
    companies=("Northgate", "Bluestem", "Harbor", "Quartz", "Fernhill", "Redwater", "Stonebridge", "Ashford"),
    forms=("Inc.", "LLC", "Corp.", "Partners"),
    industries=("Manufacturing", "Banking", "Education", "Energy", "Retail"),
    places=(("Springfield", "IL", "62701"), ("Boston", "MA", "02108"), ("Denver", "CO", "80202")),
    streets=("Main Street", "Elm Avenue", "Canal Road"),
    titles=("VP Sales", "CFO", "Director of Operations", "Buyer", "CEO"),
    departments=("Sales", "Finance", "Operations", "Purchasing"),
    salutations=("Ms.", "Mr."),
    owners=("Dana Cole", "Sam Ortiz"),
    country="United States",
    phone="(617) 55#-01##",
    mobile="+1 617 55# 01##",
    code="us",
)
GERMANY = Worldwide(
    given=("Jürgen", "Änne", "Björn", "Käthe", "Heike", "Uwe", "Sönke"),
    family=("Müßiggang", "Großkopf", "Schröderlein", "Weißenfels", "Böhmert", "Kühnast"),
    companies=("Nordlicht", "Würzbach", "Tannenhof", "Öresund", "Grünfeld", "Silberau", "Bergahorn", "Möwenstein"),
    forms=("GmbH", "AG", "KG", "e.K."),
    industries=("Maschinenbau", "Lebensmittel", "Handel", "Bildung"),
    places=(("München", "Bayern", "80331"), ("Köln", "Nordrhein-Westfalen", "50667"), ("Jena", "Thüringen", "07743")),
    streets=("Lindenstraße", "Am Mühlbach", "Große Gasse"),
    titles=("Geschäftsführer", "Leiterin Einkauf", "Vertriebsleiter", "Prokuristin"),
    departments=("Einkauf", "Vertrieb", "Geschäftsführung"),
    salutations=("Frau", "Herr"),
    owners=("Petra Klug", "Ingo Rast"),
    country="Deutschland",
    phone="+49 (0)89 23#####",
    mobile="0151 23####78",
    code="de",
)
CHINA = Worldwide(
    given=("晓梅", "建国", "丽华", "志强", "雨桐", "海涛", "静"),
    family=("王", "李", "欧阳", "赵", "周", "司徒", "陈", "刘", "杨"),
    companies=("星河", "远望", "青松", "金海", "百川", "云岭", "长风", "天泽"),
    forms=("科技有限公司", "贸易有限公司", "制造股份有限公司", "集团"),
    industries=("制造业", "零售", "金融", "教育"),
    places=(("深圳市", "广东省", "518000"), ("杭州市", "浙江省", "310000"), ("成都市", "四川省", "610000")),
    streets=("科技园路", "中山大道", "人民南路"),
    titles=("采购经理", "总经理", "财务总监", "技术主管"),
    departments=("采购部", "总经办", "财务部", "技术部"),
    salutations=("女士", "先生"),
    owners=("张敏", "孙伟"),
    country="中国",
    phone="0755-86######",
    mobile="138########",
    code="cn",
    joint="",
)
