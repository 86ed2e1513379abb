"""DTLS-SRTP of one link through pyOpenSSL on memory buffers: datagrams in, datagrams out, keys at the end."""

import contextlib
import datetime
import time
from dataclasses import dataclass
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from OpenSSL import SSL

PROFILES: Final = {  # key and salt bytes (RFC 5764, RFC 7714)
    "SRTP_AEAD_AES_256_GCM": (32, 12),
    "SRTP_AEAD_AES_128_GCM": (16, 12),
    "SRTP_AES128_CM_SHA1_80": (16, 14),
}
RESEND_S: Final = 0.05
_LABEL: Final = b"EXTRACTOR-dtls_srtp"
_MTU: Final = 1200


class Certificate:
    """Self-signed, for all links of one generator; `fingerprint` is the value of `a=fingerprint`."""

    def __init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        now = datetime.datetime.now(datetime.UTC)
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "load")])
        self.certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(self.key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=1))
            .not_valid_after(now + datetime.timedelta(days=7))
            .sign(self.key, hashes.SHA256())
        )
        self.fingerprint = fingerprint_of(self.certificate)


def fingerprint_of(certificate: x509.Certificate) -> str:
    return "sha-256 " + certificate.fingerprint(hashes.SHA256()).hex(":").upper()


@dataclass(frozen=True)
class Keys:
    """Master key and salt together, as libsrtp wants them."""

    profile: str
    tx: bytes
    rx: bytes


class Handshake:
    """`feed` and `on_timer` return what is to be sent; `keys` stands once it is done.

    `profiles` are offered in this order. Raises ConnectionError where the handshake fails or the peer's certificate is
    not the one that its description named.
    """

    def __init__(self, own: Certificate, peer_fingerprint: str, profiles: tuple[str, ...], *, is_client: bool) -> None:
        context = SSL.Context(SSL.DTLS_METHOD)
        context.set_verify(SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT, lambda *_: True)
        context.set_options(SSL.OP_NO_TICKET)
        context.use_certificate(own.certificate)
        context.use_privatekey(own.key)
        context.set_tlsext_use_srtp(":".join(profiles).encode())
        self._ssl = SSL.Connection(context, None)
        self._ssl.set_ciphertext_mtu(_MTU)
        self._is_client = is_client
        (self._ssl.set_connect_state if is_client else self._ssl.set_accept_state)()
        self._peer_fingerprint = peer_fingerprint
        self._due = 0.0
        self._wait_s = RESEND_S
        self._flight: list[bytes] = []
        self.keys: Keys | None = None

    def start(self) -> list[bytes]:
        return self._step()

    def feed(self, datagram: bytes) -> list[bytes]:
        self._ssl.bio_write(datagram)
        if self.keys is None:
            return self._step()
        # A repeated flight is answered, everything else does not matter any more.
        with contextlib.suppress(SSL.Error):
            self._ssl.recv(_MTU)
        return self._written()

    def on_timer(self) -> list[bytes]:
        """The last flight again, after 50 ms as browsers do: OpenSSL's own timer begins with a second."""
        now = time.monotonic()
        if self.keys is not None or now < self._due:
            return []
        self._wait_s *= 2
        self._due = now + self._wait_s
        return self._flight

    def _step(self) -> list[bytes]:
        try:
            self._ssl.do_handshake()
        except SSL.WantReadError:
            return self._written()
        except SSL.Error as error:
            raise ConnectionError("DTLS") from error
        self.keys = self._export()
        return self._written()

    def _written(self) -> list[bytes]:
        written = []
        try:
            while True:
                written.append(self._ssl.bio_read(1500))
        except SSL.Error:
            pass
        if written:
            self._flight, self._wait_s = written, RESEND_S
            self._due = time.monotonic() + RESEND_S
        return written

    def _export(self) -> Keys:
        certificate = self._ssl.get_peer_certificate(as_cryptography=True)
        assert certificate is not None
        if fingerprint_of(certificate).lower() != self._peer_fingerprint.lower():
            raise ConnectionError("the certificate is not the one described")
        profile = self._ssl.get_selected_srtp_profile().decode()
        key, salt = PROFILES[profile]
        block = self._ssl.export_keying_material(_LABEL, 2 * (key + salt))
        client = block[:key] + block[2 * key : 2 * key + salt]
        server = block[key : 2 * key] + block[2 * key + salt :]
        return Keys(profile, *((client, server) if self._is_client else (server, client)))
