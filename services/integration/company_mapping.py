"""The mapping of the sample company. The words in capitals are put in when it is written."""

from __future__ import annotations

from typing import Final

COMPANY_MAPPING: Final = """\
name: MARK
description: A small company with its customers, leads, deals and activities of the last twelve months.

steps:
  - name: team
    file: people.csv
    resource: team
    mode: ensure
    key: name
    fields: { name: { constant: TEAM } }

  - name: manager
    file: people.csv
    resource: user
    command: identity.ListUser # without an e-mail address nobody can sign in
    mode: ensure
    key: name
    when: { manager: "" }
    fields:
      name: person
      roles: [{ constant: sales_manager }]
      teams: [{ constant: TEAM, lookup: team.name }]

  - name: sellers
    file: people.csv
    resource: user
    command: identity.ListUser
    mode: ensure
    key: name
    unless: { manager: "" }
    fields:
      name: person
      roles: [{ constant: sales_representative }]
      teams: [{ constant: TEAM, lookup: team.name }]
      manager: { column: manager, lookup: user.name }

  - name: products
    file: products.csv
    resource: product
    key: external_id
    fields: { external_id: id, name: name, list_price: price, currency: { constant: CURRENCY } }

PIPELINE_STEP
  - name: accounts
    file: accounts.csv
    resource: account
    key: external_id
    at: since
    fields:
      external_id: id
      name: name
      industry: industry
      city: city
      country: { constant: COUNTRY }
      employees: employees
      website: website
      email: email
      source: { constant: MARK }
      owner: { column: owner, lookup: user.name }
      allow_duplicate: { constant: true }
    then:
      - command: customer.ChangeAccountType
        when: { customer: "yes" }
        at: since
        fields: { type: { constant: customer } }

  - name: contacts
    file: contacts.csv
    resource: contact
    key: external_id
    at: since
    fields:
      external_id: id
      family_name: family
      given_name: given
      title: title
      email: email
      account: { column: account, lookup: account.external_id }
      source: { constant: MARK }
      owner: { column: owner, lookup: user.name }
      allow_duplicate: { constant: true }

  - name: leads
    file: leads.csv
    resource: lead
    key: external_id
    at: since
    fields:
      external_id: id
      name: name
      company: company
      title: title
      email: email
      industry: industry
      city: city
      country: { constant: COUNTRY }
      amount: amount
      currency: { constant: CURRENCY }
      source: { constant: MARK }
      owner: { column: owner, lookup: user.name }
    then:
      - command: sales.StartWorking
        when: { state: [working, qualified] }
        at: touched
      - command: sales.QualifyLead
        when: { state: qualified }
        at: touched
      - command: sales.DisqualifyLead
        when: { state: disqualified }
        at: touched
        fields: { reason: reason }

  - name: deals
    file: deals.csv
    resource: opportunity
    key: external_id
    at: opened
    fields:
      external_id: id
      name: name
      account: { column: account, lookup: account.external_id }
      product: { column: product, lookup: product.external_id }
      owner: { column: owner, lookup: user.name }
      amount: amount
      currency: { constant: CURRENCY }
      close_date: expected
      next_step: next_step
      source: { constant: MARK }
PIPELINE_FIELD
    then:
      - command: sales.SetContactRole
        at: opened
        fields:
          contact: { column: contact, lookup: contact.external_id }
          role: { constant: decision_maker }
      - command: sales.ChangeStage
        unless: { qualified: "" }
        at: qualified
        fields: { stage: { constant: qualification } }
      - command: sales.ChangeStage
        unless: { offered: "" }
        at: offered
        fields: { stage: { constant: proposal } }
      - command: sales.ChangeStage
        unless: { negotiated: "" }
        at: negotiated
        fields: { stage: { constant: negotiation } }
      - command: sales.WinOpportunity
        when: { outcome: won }
        at: closed
        fields: { amount: amount }
      - command: sales.LoseOpportunity
        when: { outcome: lost }
        at: closed
        fields: { reason: reason }

  - name: activities
    file: activities.csv
    resource: activity
    at: noted
    fields:
      kind: kind
      subject: subject
      body: body
      start: start
      due: due
      duration: minutes
      done: done
      owner: { column: owner, lookup: user.name }
    then:
      - command: customer.LinkActivity
        at: noted
        fields: { type: { constant: account }, id: { column: account, lookup: account.external_id } }
      - command: customer.LinkActivity
        at: noted
        fields: { type: { constant: contact }, id: { column: contact, lookup: contact.external_id } }
      - command: customer.LinkActivity
        at: noted
        fields: { type: { constant: opportunity }, id: { column: deal, lookup: opportunity.external_id } }
      - command: customer.TagActivity
        at: noted
        fields: { add: [{ constant: MARK }] }
"""
OWN_PIPELINE: Final = """\
  - name: pipeline
    resource: pipeline
    mode: ensure
    key: name
    fields:
      name: { constant: PIPELINE }
      stages: { constant: STAGES }

"""
PIPELINE_FIELD: Final = "      pipeline: { constant: PIPELINE, lookup: pipeline.name }\n"
STAGES: Final = (
    ("prospecting", "初步接洽", "初步接洽", "Prospecting", 10),
    ("qualification", "需求确认", "需求確認", "Qualification", 20),
    ("proposal", "方案报价", "方案報價", "Proposal", 50),
    ("negotiation", "商务谈判", "商務談判", "Negotiation", 80),
)
