"""Keys are taken from an issuer that shows a certificate this machine trusts, and from no other."""

import asyncio
import ipaddress
import ssl
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from app.services.issuer_keys import IssuerUnreachable
from tests.services.forge import EC256
from tests.services.site import Site
from tests.services.test_issuer_keys import ANNA, Desk

NOT_TRUSTED = "ConnectError: SSLCertVerificationError"


def certificate(folder: Path, address: str) -> Path:
    """Make a certificate for this address that nobody vouches for, with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "issuer")])
    today = datetime.now(UTC)
    addresses = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=1))
        .add_extension(addresses, critical=False)
        .sign(key, hashes.SHA256())
    )
    path = folder / f"{address}.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(private + made.public_bytes(Encoding.PEM))
    return path


@pytest.mark.parametrize(
    ("address", "trusted", "shown", "told"),
    [
        ("127.0.0.1", "trusted", ANNA, []),
        ("127.0.0.1", "unknown", IssuerUnreachable, [NOT_TRUSTED]),
        ("127.0.0.2", "trusted", IssuerUnreachable, [NOT_TRUSTED]),
    ],
)
def test_an_issuer_is_believed_only_behind_a_certificate_of_its_own(
    address: str,
    trusted: str,
    shown: object,
    told: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    path = certificate(tmp_path, address)
    if trusted == "trusted":
        monkeypatch.setenv("SSL_CERT_FILE", str(path))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(path)
    site = Site(context)
    site.publish(EC256)
    with asyncio.Runner() as runner, closing(site), closing(Desk(site, runner)) as desk:
        assert desk.show(desk.token()) == [shown]
    assert [one.__dict__["reason"] for one in caplog.records if "issuer" in one.__dict__] == told
