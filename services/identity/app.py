"""The identity service: organisation, users, teams, roles, sessions, first set-up."""

from __future__ import annotations

from services.identity.api.access import access_router
from services.identity.api.inbox import inbox_router
from services.identity.api.invitations import invitations_router
from services.identity.api.keys import keys_router
from services.identity.api.me import me_router
from services.identity.api.onboarding import onboarding_router
from services.identity.api.own import own_router
from services.identity.api.preview import preview_router
from services.identity.api.second_factor import second_factor_router
from services.identity.api.sessions import sessions_router
from services.identity.api.setup import setup_router
from services.identity.api_key import API_KEY
from services.identity.authentication import Authentication
from services.identity.built_in import BUILT_IN_ROLES
from services.identity.catalogue import AGGREGATES
from services.identity.inbox_pruning import NotificationPruning
from services.identity.notifier import Notifier
from services.identity.policies import POLICIES
from services.identity.session import SESSION
from services.identity.setup import STREAMS
from shared.http.app import ServiceApp
from shared.http.records import record_router
from shared.kernel.kernel import Kernel
from shared.kernel.service import Service

# the others have routes of their own
_RECORDS = tuple(a for a in AGGREGATES if a not in (SESSION, API_KEY) and not a.own_only)
# no secret is in these answers; those about sessions, links and keys are never compressed
_COMPRESSED = {"openapi.json", "access", *(a.noun for a in _RECORDS)}
_DESCRIPTION = "Who works here and what they may do: organisation, users, teams, roles; signing in and out."


def create_app(kernel: Kernel) -> ServiceApp:
    authentication = Authentication(kernel)
    return ServiceApp(
        "Identity",
        _DESCRIPTION,
        [
            sessions_router(kernel, authentication),
            me_router(kernel, authentication),
            second_factor_router(kernel, authentication),
            onboarding_router(kernel),
            inbox_router(kernel),
            own_router(kernel),
            invitations_router(kernel, authentication),
            setup_router(kernel, authentication),
            access_router(kernel),
            keys_router(kernel),
            preview_router(kernel),
            *(record_router(kernel, a) for a in _RECORDS),
        ],
        compressed=_COMPRESSED,
    )


SERVICE = Service(
    "identity",
    create_app,
    AGGREGATES,
    policies=lambda _: POLICIES,
    roles=BUILT_IN_ROLES,
    streams=STREAMS,
    watches=(Notifier, NotificationPruning),
)
