"""A small internet: names that lead where the test says, and real TLS servers that say what the test wants."""

import datetime as dt
import socket
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

Handler = Callable[[ssl.SSLSocket, str], None]
HOSTS = ("keys.example.org", "other.example.org", "xn--bcher-kva.example.org")


class Authority:
    """Signs certificates."""

    def __init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Test authority")])
        self.certificate = self._builder(name, name, self.key).add_extension(
            x509.BasicConstraints(ca=True, path_length=None), critical=True
        ).sign(self.key, hashes.SHA256())  # fmt: skip

    @staticmethod
    def _builder(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
        now = dt.datetime.now(dt.UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - dt.timedelta(days=1))
            .not_valid_after(now + dt.timedelta(days=1))
        )

    def write(self, folder: Path, *hosts: str) -> Path:
        """Write a key and a certificate for these hosts into one file."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, hosts[0])])
        names = x509.SubjectAlternativeName([x509.DNSName(host) for host in hosts])
        signed = self._builder(subject, self.certificate.subject, key).add_extension(names, critical=False)
        certificate = signed.sign(self.key, hashes.SHA256())
        path = folder / f"{hosts[0]}.pem"
        path.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
            + certificate.public_bytes(serialization.Encoding.PEM)
        )
        return path

    def pem(self) -> bytes:
        """Return the authority's own certificate."""
        return self.certificate.public_bytes(serialization.Encoding.PEM)


class Server:
    """A TLS server; each connection is given to `handler` with the head of its request."""

    def __init__(self, certificate: Path) -> None:
        self.handler: Handler = answering(b"hello")
        self.requests: list[str] = []
        self.names: list[str | None] = []
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        context.sni_callback = lambda _socket, name, _context: self.names.append(name)
        self._context = context
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def _accept(self) -> None:
        while True:
            try:
                plain, _ = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(plain,), daemon=True).start()

    def _serve(self, plain: socket.socket) -> None:
        try:
            with self._context.wrap_socket(plain, server_side=True) as connection:
                head = b""
                while b"\r\n\r\n" not in head:
                    head += connection.recv(4096)
                self.requests.append(head.decode())
                self.handler(connection, head.decode())
        except OSError:
            pass


def answering(body: bytes, status: str = "200 OK", **headers: str) -> Handler:
    """Return a handler that always answers this."""
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    head = "\r\n".join([f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *lines, "", ""])
    return lambda connection, _head: connection.sendall(head.encode() + body)


@dataclass
class Internet:
    """Where names lead, and which addresses were dialled; every public address is the server's."""

    server: Server
    names: dict[str, list[list[str]]] = field(default_factory=dict)
    dialled: list[str] = field(default_factory=list)

    def lookup(self, host: str, port: int) -> list[str]:
        """Answer as scripted; the last answer is repeated."""
        answers = self.names.get(host)
        if not answers:
            raise socket.gaierror("unknown")
        return answers.pop(0) if len(answers) > 1 else answers[0]

    def dial(self, address: str, port: int, seconds: float) -> socket.socket:
        """Reach the server, whatever the address is."""
        self.dialled.append(address)
        return socket.create_connection(("127.0.0.1", self.server.port), timeout=seconds)
