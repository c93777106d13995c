"""Tries the manifests on a Kubernetes API server: python -m infra.k8s.apiserver [--build]; exit 1 with faults.

Without --build it runs only where the server was built before. With it what else tests/kubernetes needs is built, too.
"""

from __future__ import annotations

import sys
import time

from infra.cache import Missing
from infra.definitions import NONE, definitions
from infra.k8s.apiserver.controllers import CONTROLLERS
from infra.k8s.apiserver.manifests import SUITE, applied
from infra.k8s.apiserver.server import SERVER, VERSION, ApiServer
from infra.k8s.firewall import FIREWALL


def main() -> None:
    if not SERVER.is_built() and "--build" not in sys.argv[1:]:
        print("infra/k8s was not tried on an API server: python -m infra.k8s.apiserver --build makes one, once")
        return
    try:
        SERVER.build()
        if "--build" in sys.argv[1:]:
            CONTROLLERS.build()
            FIREWALL.build()
    except Missing as missing:
        print(missing)
        return
    if definitions() is None:
        print(NONE)
    began = time.monotonic()
    try:
        with ApiServer() as server, server.client() as client:
            ready = time.monotonic()
            found = applied(client)
    except Missing as missing:
        sys.exit(str(missing))
    took = f"ready after {ready - began:.1f} s, {time.monotonic() - began:.1f} s in all"
    print("\n".join(found) or f"infra/k8s: a Kubernetes {VERSION} API server accepts {', '.join(SUITE)} ({took})")
    sys.exit(bool(found))


main()
