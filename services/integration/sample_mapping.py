"""The mapping of sample data. The words in capitals are put in when it is written."""

from __future__ import annotations

MAPPING = """\
name: Sample data
description: Accounts, products, sales agents with their managers and offices, and deals with their days.

steps:
  # --- who sells ------------------------------------------------------------------------------------------------------
  - name: teams
    file: sales_teams.csv
    resource: team
    mode: ensure # one record per office, however many rows name it
    key: name
    fields:
      name: regional_office

  - name: managers
    file: sales_teams.csv
    resource: user
    command: identity.ListUser # known, but without an e-mail address nobody can sign in
    mode: ensure
    key: name
    fields:
      name: manager
      roles: [{ constant: sales_manager }]
      teams: [{ column: regional_office, lookup: team.name }]

  - name: agents
    file: sales_teams.csv
    resource: user
    command: identity.ListUser
    mode: ensure
    key: name
    fields:
      name: sales_agent
      roles: [{ constant: sales_representative }]
      teams: [{ column: regional_office, lookup: team.name }]
      manager: { column: manager, lookup: user.name }

  - name: team leads
    file: sales_teams.csv
    resource: team
    mode: update
    key: name
    fields:
      name: regional_office
      leads: { column: manager, lookup: user.name, gather: true } # all managers of the office

  # --- what is sold, and how ------------------------------------------------------------------------------------------
  - name: products
    file: products.csv
    resource: product
    mode: ensure
    key: name
    fields:
      name: product
      series: series
      list_price: sales_price
      currency: { constant: USD }

  - name: pipeline
    resource: pipeline
    mode: ensure
    key: name
    fields:
      name: { constant: PIPELINE }
      stages:
        constant:
          - { key: prospecting, zh: 初步接洽, en: Prospecting, probability: 10 }
          - { key: engaging, zh: 深入沟通, en: Engaging, probability: 50 }

  # --- to whom --------------------------------------------------------------------------------------------------------
  - name: accounts
    file: accounts.csv
    resource: account
    mode: ensure
    key: name
    fields:
      name: account
      type: { constant: customer }
      source: { constant: SOURCE }
      industry: { column: sector, replace: { MISSPELT: SECTOR } }
      founded: year_established
      annual_revenue: { column: revenue, scale: 1000000 } # the file gives millions
      currency: { constant: USD }
      employees: employees
      country:
        column: office_location
        replace: { Brazil: BR, China: CN, Germny: DE, Japan: JP, Kenya: KE, Norway: NO, United States: US }

  - name: parent companies
    file: accounts.csv
    resource: account
    mode: update
    key: name
    unless: { subsidiary_of: "" }
    fields:
      name: account
    then:
      - command: customer.SetParentAccount
        fields:
          parent: { column: subsidiary_of, lookup: account.name }

  # --- the deals ------------------------------------------------------------------------------------------------------
  - name: opportunities
    file: sales_pipeline.csv
    resource: opportunity
    mode: create
    key: external_id
    at: { column: engage_date, date: "%m/%d/%Y" } # a deal without a day is opened now
    fields:
      external_id: opportunity_id
      name:
        concat: [{ column: product, replace: { GLUED: PRODUCT } }, account]
        separator: " · "
      account: { column: account, lookup: account.name, expected: true }
      product: { column: product, replace: { GLUED: PRODUCT }, lookup: product.name, required: true }
      owner: { column: sales_agent, lookup: user.name, required: true }
      pipeline: { constant: PIPELINE, lookup: pipeline.name }
      stage:
        column: deal_stage
        replace: { Prospecting: prospecting, Engaging: engaging, Won: engaging, Lost: engaging }
      currency: { constant: USD }
      source: { constant: SOURCE }
    then:
      - command: sales.WinOpportunity
        when: { deal_stage: Won }
        at: { column: close_date, date: "%m/%d/%Y", required: true }
        fields:
          amount: { column: close_value, required: true }
      - command: sales.LoseOpportunity
        when: { deal_stage: Lost }
        at: { column: close_date, date: "%m/%d/%Y", required: true }
        fields:
          reason: { constant: not recorded }
"""
