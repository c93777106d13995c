"""A typed client of the CRM suite. `python -m crm_client.generate URL` writes `generated/` from its documents."""
