"""The URL of Kafka: what is spoken without TLS, who signs in, and which mistakes it names."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest

from shared.addresses import WrongAddress
from shared.streaming.kafka.address import parse_address


@pytest.mark.parametrize(
    ("url", "protocol"),
    [
        ("kafka://127.0.0.1:9092", "PLAINTEXT"),
        ("kafka://localhost:9092,[::1]:9093", "PLAINTEXT"),
        ("kafka://a.example:9092?tls=false", "PLAINTEXT"),
        ("kafka://a.example:9092,b.example:9093?tls=true", "SSL"),
        ("kafka://u:secret@a.example:9093?tls=true", "SASL_SSL"),
        ("kafka://u:secret@a.example:9093?tls=false", "SASL_PLAINTEXT"),
    ],
)
def test_what_is_spoken(url: str, protocol: str) -> None:
    found = parse_address(url)
    assert found.protocol == protocol
    assert (found.tls is not None) == protocol.endswith("SSL")
    assert str(found) == url.replace(":secret", "").partition("?")[0]
    assert "secret" not in repr(found)


def test_certificates_and_names_are_checked() -> None:
    context = parse_address("kafka://a.example:9093?tls=true").tls
    assert context is not None
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
    assert context.minimum_version == ssl.TLSVersion.TLSv1_2


def test_a_password_comes_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("s3cret\n")
    found = parse_address(f"kafka://u%40x@a:1?tls=true&passwordFile={tmp_path / 'password'}&mechanism=SCRAM-SHA-256")
    assert (found.user, found.password, found.mechanism) == ("u@x", "s3cret", "SCRAM-SHA-256")


@pytest.mark.parametrize(
    ("url", "because"),
    [
        *((url, "it looks like kafka://host:9092") for url in ("", "kafka://", "kafka://a", "http://a:1")),
        ("kafka://a:9092,", "it looks like kafka://host:9092"),
        ("kafka://@a:9092", "it looks like kafka://host:9092"),
        ("kafka://a.example:9092", "a.example:9092 is not this machine, .*: say tls=true, .* or tls=false"),
        ("kafka://127.0.0.1:9092,a.example:9092", "is not this machine"),
        ("kafka://u:secret@127.0.0.1:9092", "or wants a password: say tls=true"),
        ("kafka://u@a:9092?tls=true", "u has no password: name the file that holds it, by passwordFile=FILE"),
        ("kafka://u@a:9092?tls=true&passwordFile=/none", "passwordFile /none cannot be read"),
        ("kafka://a:9092?tlsCaFile=/none", "tlsCaFile /none cannot be used: No such file"),
        ("kafka://a:9092?tls=false&tlsCaFile=/none", "tlsCaFile needs TLS, and tls=false asks for none"),
        ("kafka://a:9092?certFile=/none", "certFile and keyFile go together"),
        ("kafka://a:9092?tls=yes", "tls is true or false"),
        ("kafka://a:9092?sasl=x", "unknown option sasl: known are tls, tlsCaFile"),
        ("kafka://u:secret@a:9092?tls=true&mechanism=NONE", "mechanism is SCRAM-SHA-512, SCRAM-SHA-256, PLAIN"),
        ("kafka://u:secret@a:9092?tls=false&mechanism=PLAIN", "PLAIN sends the password as it is: use TLS"),
    ],
)
def test_a_wrong_url_is_refused_without_showing_its_password(url: str, because: str) -> None:
    with pytest.raises(WrongAddress, match=because) as error:
        parse_address(url)
    assert "secret" not in str(error.value)
