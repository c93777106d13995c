"""Descriptions: what a client needs to draw lists and forms for a record type, made from its declaration alone."""
