"""What the fork server of tests.support.faults imports once for all its children, here frozen for the collector."""

import gc
from importlib import import_module

for name in ("crm.cli", "crm.serve"):
    import_module(name)
gc.collect()
gc.freeze()
