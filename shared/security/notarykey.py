"""The Ed25519 key that signs the ledger's checkpoints, in a file of its own, wrapped by the key ring."""

from __future__ import annotations

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shared.ledger.note import VerifierKey
from shared.security.keyring import Wrapper
from shared.security.rootkey import KeysUnusable, write_private

PURPOSE = "notary key"  # of the key ring's wrapper


class NotaryKey:
    """It does not change: who checks signatures keeps its public half."""

    def __init__(self, private: Ed25519PrivateKey) -> None:
        self.private = private

    @classmethod
    def open(cls, file: Path, wrapper: Wrapper) -> NotaryKey:
        """Read the key, or make it. wrapper: for PURPOSE. Raises KeysUnusable when it does not fit."""
        if not file.exists():
            made = Ed25519PrivateKey.generate()
            write_private(file, wrapper.wrap(made.private_bytes_raw()))
            return cls(made)
        try:
            return cls(Ed25519PrivateKey.from_private_bytes(wrapper.unwrap(file.read_bytes())))
        except ValueError as error:
            raise KeysUnusable(
                f"{file} does not open with this root key ({error}): put it back from its backup, or remove it: then "
                "the ledger goes on with a new key, which auditors must be given"
            ) from None

    def verifier(self, name: str) -> VerifierKey:
        """The public half, under the name of the ledger that it signs."""
        return VerifierKey(name, self.private.public_key())
