"""One JSON file per event and version, written once and never again: what is stored today stays readable."""
