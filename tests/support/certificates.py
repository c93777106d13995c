"""Certificates for tests: authorities, and servers' certificates that they sign."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


class Files(NamedTuple):
    """authority: what clients trust. certificate, key: the server's."""

    authority: Path
    certificate: Path
    key: Path


def make(folder: Path, *, days: int = 2, host: str = "127.0.0.1") -> Files:
    """A server's certificate by a new authority. days: negative = it expired so long ago."""
    folder.mkdir(parents=True, exist_ok=True)
    now, authority_key, key = datetime.now(UTC), ec.generate_private_key(ec.SECP256R1()), _key()
    authority = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Authority of {folder.name}")])
    until = now + timedelta(days=days)
    whole = x509.BasicConstraints(ca=True, path_length=None)
    root = _built(authority, authority, authority_key.public_key(), now + timedelta(days=9)).add_extension(whole, True)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    names = x509.SubjectAlternativeName([x509.IPAddress(ip_address(host)), x509.DNSName("localhost")])
    own = _built(subject, authority, key.public_key(), until).add_extension(names, False)
    files = Files(folder / "authority.pem", folder / "server.pem", folder / "server.key")
    files.authority.write_bytes(_pem(root.sign(authority_key, hashes.SHA256())))
    files.certificate.write_bytes(_pem(own.sign(authority_key, hashes.SHA256())))
    files.key.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return files


def _key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def _built(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, until: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(until - timedelta(days=30))
        .not_valid_after(until)
    )


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)
