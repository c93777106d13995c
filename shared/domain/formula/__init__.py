"""Formulas: a small expression language over the fields of one record. No clock, no loops, no other record.

`syntax` parses a text, `typing` finds the type of its result, `evaluation` computes it, `formulas` those of a record.
"""
