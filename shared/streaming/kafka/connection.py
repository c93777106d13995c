"""The clients of one Kafka, and why it refuses them."""

from __future__ import annotations

import logging
import ssl
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.conn import create_conn
from aiokafka.errors import (
    AuthenticationFailedError,
    IllegalSaslStateError,
    KafkaConnectionError,
    KafkaError,
    SaslAuthenticationFailed,
    UnsupportedSaslMechanismError,
)

from shared.streaming.kafka.address import Address, parse_address

MAX_BATCH_BYTES = 256 * 1024  # the default of 16 kB costs half of the rate
TRANSACTION_SECONDS = 10.0  # until the broker aborts the transaction of a producer that is gone
REQUEST_SECONDS = 15.0
LOOK_SECONDS = 5.0

logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # while a broker is away: hundreds of lines each second


@dataclass(frozen=True, slots=True)
class Kafka:
    """What talks to it is made here, not started."""

    address: Address

    @classmethod
    def parse(cls, url: str) -> Kafka:
        """Raises WrongAddress."""
        return cls(parse_address(url))

    def __str__(self) -> str:
        return str(self.address)

    @property
    def servers(self) -> tuple[str, ...]:
        return self.address.servers

    def producer(self, transactional_id: str) -> AIOKafkaProducer:
        """A producer of transactions: all replicas acknowledge, nothing is written twice."""
        return AIOKafkaProducer(
            **self._options,
            transactional_id=transactional_id,
            enable_idempotence=True,
            acks="all",
            max_batch_size=MAX_BATCH_BYTES,
            transaction_timeout_ms=round(TRANSACTION_SECONDS * 1000),
        )

    def consumer(self) -> AIOKafkaConsumer:
        """A consumer of committed records without a group."""
        return AIOKafkaConsumer(
            **self._options,
            isolation_level="read_committed",
            enable_auto_commit=False,
            auto_offset_reset="earliest",
        )

    def admin(self) -> AIOKafkaAdminClient:
        return AIOKafkaAdminClient(**self._options)

    async def refusal(self) -> str:
        """Why no client comes in, in one sentence with its remedy; "" when one does.

        aiokafka itself says of every reason that it is unable to bootstrap.
        """
        found = [await self._refusal(one) for one in self.servers]
        return "" if "" in found else found[0]

    async def _refusal(self, server: str) -> str:
        host, _, port = server.rpartition(":")
        security = {name: value for name, value in self._security.items() if value}
        try:
            conn = await create_conn(host.strip("[]"), int(port), request_timeout_ms=_ms(LOOK_SECONDS), **security)
        except ssl.SSLCertVerificationError as error:
            return f"the certificate of {server} is not trusted ({error.verify_message}): correct tlsCaFile or the name"
        except (SaslAuthenticationFailed, AuthenticationFailedError):
            return f"{server} refuses the user {self.address.user} or the password: correct them"
        except (UnsupportedSaslMechanismError, IllegalSaslStateError):
            return f"{server} does not take {self.address.mechanism}: give user and mechanism as it wants them"
        except ssl.SSLError as error:
            return f"{server} refuses TLS ({error.reason or error}): it may want none, or certFile and keyFile"
        except (ConnectionResetError, KafkaConnectionError) as error:
            return f"{server} hangs up ({error}): it may be no Kafka, or want TLS, a user, or certFile and keyFile"
        except (OSError, TimeoutError, KafkaError) as error:
            return f"{server} does not answer ({error or type(error).__name__}): start it or correct the address"
        with suppress(Exception):
            conn.close()
        return ""

    @property
    def _security(self) -> dict[str, Any]:
        a = self.address
        signs_in = {"sasl_mechanism": a.mechanism, "sasl_plain_username": a.user, "sasl_plain_password": a.password}
        return {"security_protocol": a.protocol, "ssl_context": a.tls, **(signs_in if a.user else {})}

    @property
    def _options(self) -> dict[str, Any]:
        return {
            "bootstrap_servers": list(self.servers),
            "request_timeout_ms": _ms(REQUEST_SECONDS),
            **self._security,
        }


def _ms(seconds: float) -> int:
    return round(seconds * 1000)
