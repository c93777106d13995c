"""Figures by name: each metric is a declaration over the documented views, and is answered within the caller's rights.

`deals` and `work` declare them, `request` reads what a caller asks, `statement` makes the question, `answers` the rows.
"""
