"""Exports as Google Contacts (its present and its former form) and Outlook (English and German) write them."""

from __future__ import annotations

from tests.support.exports.file import Col, Export, empty
from tests.support.exports.world import AMERICA, GERMANY, Row


def _mails(row: Row) -> str:
    return f"{row.person.email} ::: {row.person.private_email}" if row.n % 8 == 0 else row.person.email


GOOGLE = (
    Export(
        "contacts.csv",
        "contact",
        AMERICA,
        (
            Col("First Name", "contact.given_name", lambda r: r.person.given),
            Col("Middle Name", "contact.middle_name", lambda r: "J.", 0.1),
            Col("Last Name", "contact.family_name", lambda r: r.person.family, 0.95),
            Col("Phonetic First Name", "", empty),
            Col("Phonetic Last Name", "", empty),
            Col("Name Prefix", "contact.salutation", lambda r: r.person.salutation, 0.3),
            Col("Name Suffix", "", empty),
            Col("Nickname", "", lambda r: "Ace", 0.1),
            Col("File As", "", empty),
            Col("Organization Name", "account.name", lambda r: r.company.name, 0.8),
            Col("Organization Title", "contact.title", lambda r: r.person.title, 0.6),
            Col("Organization Department", "contact.department", lambda r: r.person.department, 0.4),
            Col("Birthday", "contact.birthday", lambda r: r.person.born.isoformat(), 0.3),
            Col("Notes", "contact.description", lambda r: "knows the harbour\nwell", 0.2),
            Col("Labels", "contact.tags", lambda r: "* myContacts" if r.n % 2 else "Fair ::: * myContacts"),
            Col("E-mail 1 - Label", "", lambda r: "* Work", 0.9),
            Col("E-mail 1 - Value", "contact.email", _mails, 0.9),
            Col("E-mail 2 - Label", "", lambda r: "Home", 0.2),
            Col(
                "E-mail 2 - Value",
                "contact.emails.other|contact.emails.private",
                lambda r: f"own{r.n}@mail.example",
                0.2,
            ),
            Col("Phone 1 - Label", "", lambda r: "Mobile", 0.8),
            Col("Phone 1 - Value", "contact.phone", lambda r: r.person.mobile, 0.8),
            Col("Phone 2 - Label", "", lambda r: "Work", 0.3),
            Col("Phone 2 - Value", "contact.phones.other|contact.phones.work", lambda r: r.person.phone, 0.3),
            Col("Address 1 - Label", "", lambda r: "Work", 0.4),
            Col("Address 1 - Street", "contact.addresses.work.street", lambda r: r.company.street, 0.4),
            Col("Address 1 - City", "contact.addresses.work.city", lambda r: r.company.city, 0.4),
            Col("Address 1 - Region", "contact.addresses.work.region", lambda r: r.company.region, 0.4),
            Col("Address 1 - Postal Code", "contact.addresses.work.postcode", lambda r: r.company.postcode, 0.4),
            Col("Address 1 - Country", "contact.addresses.work.country", lambda r: r.company.country, 0.4),
            Col("Website 1 - Label", "", lambda r: "Work", 0.2),
            Col("Website 1 - Value", "contact.website", lambda r: f"http://{r.company.domain}", 0.2),
        ),
    ),
    Export(
        "google.csv",
        "contact",
        GERMANY,
        (
            Col("Name", "contact.name|", lambda r: r.person.name),
            Col("Given Name", "contact.given_name", lambda r: r.person.given),
            Col("Additional Name", "contact.middle_name", empty),
            Col("Family Name", "contact.family_name", lambda r: r.person.family),
            Col("Name Prefix", "contact.salutation", lambda r: "Dr.", 0.1),
            Col("Birthday", "contact.birthday", lambda r: r.person.born.isoformat(), 0.2),
            Col("Gender", "", empty),
            Col("Occupation", "", empty),
            Col("Notes", "contact.description", lambda r: "Grüße von der Messe", 0.2),
            Col("Group Membership", "contact.tags", lambda r: "* myContacts"),
            Col("E-mail 1 - Type", "", lambda r: "* Work", 0.9),
            Col("E-mail 1 - Value", "contact.email", lambda r: r.person.email, 0.9),
            Col("Phone 1 - Type", "", lambda r: "Mobile", 0.8),
            Col("Phone 1 - Value", "contact.phone", lambda r: r.person.mobile, 0.8),
            Col("Organization 1 - Type", "", empty),
            Col("Organization 1 - Name", "account.name", lambda r: r.company.name, 0.8),
            Col("Organization 1 - Title", "contact.title", lambda r: r.person.title, 0.5),
            Col("Organization 1 - Department", "contact.department", lambda r: r.person.department, 0.3),
        ),
        encoding="utf-16",
    ),
)


def _no_day(row: Row) -> str:
    born = row.person.born
    return f"{born.month}/{born.day}/{born.year}" if row.n % 3 == 0 else "0/0/00"


OUTLOOK = (
    Export(
        "outlook.csv",
        "contact",
        AMERICA,
        (
            Col("Title", "contact.salutation", lambda r: r.person.salutation, 0.6),
            Col("First Name", "contact.given_name", lambda r: r.person.given),
            Col("Middle Name", "contact.middle_name", empty),
            Col("Last Name", "contact.family_name", lambda r: r.person.family, 0.95),
            Col("Suffix", "", empty),
            Col("Company", "account.name", lambda r: r.company.name, 0.9),
            Col("Department", "contact.department", lambda r: r.person.department, 0.5),
            Col("Job Title", "contact.title", lambda r: r.person.title, 0.7),
            Col("Business Street", "contact.addresses.work.street", lambda r: r.company.street, 0.6),
            Col("Business Street 2", "", empty),
            Col("Business City", "contact.addresses.work.city", lambda r: r.company.city, 0.6),
            Col("Business State", "contact.addresses.work.region", lambda r: r.company.region, 0.6),
            Col("Business Postal Code", "contact.addresses.work.postcode", lambda r: r.company.postcode, 0.6),
            Col("Business Country/Region", "contact.addresses.work.country", lambda r: r.company.country, 0.6),
            Col("Home Street", "contact.addresses.private.street", empty),
            Col("Home City", "contact.addresses.private.city", empty),
            Col("Business Fax", "contact.phones.fax", lambda r: r.person.phone, 0.2),
            Col("Business Phone", "contact.phone|contact.phones.work", lambda r: r.person.phone, 0.7),
            Col("Home Phone", "contact.phones.private", lambda r: r.company.phone, 0.1),
            Col("Mobile Phone", "contact.phones.mobile", lambda r: r.person.mobile, 0.5),
            Col("Anniversary", "", lambda r: "0/0/00"),
            Col("Birthday", "contact.birthday", _no_day),
            Col("E-mail Address", "contact.email", lambda r: r.person.email, 0.9),
            Col("E-mail Type", "", lambda r: "SMTP", 0.9),
            Col("E-mail Display Name", "", lambda r: f"{r.person.name} ({r.person.email})", 0.9),
            Col(
                "E-mail 2 Address", "contact.emails.other|contact.emails.private", lambda r: r.person.private_email, 0.2
            ),
            Col("Gender", "", lambda r: "Unspecified"),
            Col("Notes", "contact.description", lambda r: "spoke at the fair – café “Régis”", 0.2),
            Col("Private", "", lambda r: "False"),
            Col("Sensitivity", "", lambda r: "Normal"),
            Col("Web Page", "contact.website", lambda r: f"http://www.{r.company.domain}", 0.3),
        ),
        encoding="cp1252",
    ),
    Export(
        "outlook-kontakte.csv",
        "contact",
        GERMANY,
        (
            Col("Anrede", "contact.salutation", lambda r: r.person.salutation, 0.7),
            Col("Vorname", "contact.given_name", lambda r: r.person.given),
            Col("Weitere Vornamen", "contact.middle_name", empty),
            Col("Nachname", "contact.family_name", lambda r: r.person.family),
            Col("Firma", "account.name", lambda r: r.company.name, 0.9),
            Col("Abteilung", "contact.department", lambda r: r.person.department, 0.5),
            Col("Position", "contact.title", lambda r: r.person.title, 0.7),
            Col("Straße geschäftlich", "contact.addresses.work.street", lambda r: r.company.street, 0.7),
            Col("Ort geschäftlich", "contact.addresses.work.city", lambda r: r.company.city, 0.7),
            Col("Region geschäftlich", "contact.addresses.work.region", empty),
            Col("Postleitzahl geschäftlich", "contact.addresses.work.postcode", lambda r: r.company.postcode, 0.7),
            Col("Land/Region geschäftlich", "contact.addresses.work.country", lambda r: r.company.country, 0.7),
            Col("Fax geschäftlich", "contact.phones.fax", empty),
            Col("Telefon geschäftlich", "contact.phone|contact.phones.work", lambda r: r.person.phone, 0.8),
            Col("Telefon (privat)", "contact.phones.private", lambda r: r.company.phone, 0.2),
            Col("Mobiltelefon", "contact.phones.mobile", lambda r: r.person.mobile, 0.5),
            Col("E-Mail-Adresse", "contact.email", lambda r: r.person.email, 0.9),
            Col("E-Mail-Typ", "", lambda r: "SMTP"),
            Col("Geburtstag", "contact.birthday", lambda r: f"{r.person.born:%d.%m.%Y}" if r.n % 2 else "0.0.00"),
            Col("Notizen", "contact.description", lambda r: "spricht Französisch", 0.2),
            Col("Webseite", "contact.website", lambda r: r.company.domain, 0.3),
        ),
        encoding="cp1252",
        delimiter=";",
    ),
)
