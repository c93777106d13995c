"""A small service that is no part of the suite: what a newcomer would add in `services/workshop/`."""
