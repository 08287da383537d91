"""A mail server that keeps what it gets. It speaks STARTTLS only, with a certificate made for this run."""

import datetime
import email
import io
import ipaddress
import ssl
import threading
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

from aiosmtpd.controller import Controller
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from pypdf import PdfReader

from processes import free_port, until


@dataclass
class Mail:
    """A mail as it arrived."""

    recipients: list[str]
    message: EmailMessage

    @property
    def subject(self) -> str:
        return self.message["subject"]

    @property
    def attachments(self) -> dict[str, bytes]:
        """The attached files, by name."""
        return {part.get_filename(): part.get_payload(decode=True) for part in self.message.iter_attachments()}

    def pdf_text(self, name: str) -> list[str]:
        """The lines of text of an attached PDF."""
        reader = PdfReader(io.BytesIO(self.attachments[name]))
        return [line.strip() for page in reader.pages for line in page.extract_text().splitlines() if line.strip()]


class MailServer:
    """Listens on a free port of localhost until it is ended."""

    def __init__(self, directory: Path):
        self.certificate = directory / "mail-certificate.pem"
        key = directory / "mail-key.pem"
        make_certificate(self.certificate, key)
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(self.certificate, key)
        self._mails: list[Mail] = []
        self._lock = threading.Lock()
        self.port = free_port()
        self._controller = Controller(
            self, hostname="127.0.0.1", port=self.port, tls_context=context, require_starttls=True, ready_timeout=30
        )
        self._controller.start()

    async def handle_DATA(self, _server, _session, envelope) -> str:
        message = email.message_from_bytes(envelope.content, policy=default)
        with self._lock:
            self._mails.append(Mail(sorted(envelope.rcpt_tos), message))
        return "250 Kept"

    @property
    def mails(self) -> list[Mail]:
        """All that has arrived, in order."""
        with self._lock:
            return list(self._mails)

    def wait(self, subject: str, *, seconds: float) -> Mail:
        """The first mail with this subject."""

        def look() -> Mail | None:
            return next((mail for mail in self.mails if mail.subject == subject), None)

        return until(f"a mail {subject!r}", look, seconds=seconds)

    def end(self) -> None:
        self._controller.stop()


def make_certificate(certificate: Path, key: Path) -> None:
    """Writes a certificate for localhost that is its own authority, valid for a day, and its key."""
    private = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    now = datetime.datetime.now(datetime.timezone.utc)
    day = datetime.timedelta(days=1)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - day)
        .not_valid_after(now + day)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(private, hashes.SHA256())
    )
    certificate.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    pem, pkcs8 = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    key.write_bytes(private.private_bytes(pem, pkcs8, serialization.NoEncryption()))
