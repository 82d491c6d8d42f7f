"""A CONNECT proxy that gives the emulator's registry its real host names, with TLS and without root or /etc/hosts.

A client that uses it as HTTPS proxy and trusts the throw-away CA reaches `<account>.dkr.ecr.<region>.amazonaws.com`. The
bytes inside the TLS connection go to the emulator as they are, so the Host header, chunks and connections stay the client's.
"""
import asyncio
import re
import ssl
from pathlib import Path

import trustme

REGISTRY = re.compile(r"(\d{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?):443")

_CHUNK = 256 * 1024
_LOOPBACK = "127.0.0.1"


class RegistryFront:
    def __init__(self, emulator_port: int, ca: trustme.CA) -> None:
        self._emulator_port = emulator_port
        self._ca = ca
        self._contexts: dict[str, ssl.SSLContext] = {}
        self._tls_port = 0

    async def start(self) -> int:
        """Listens, and answers the proxy's port."""
        tls_server = await asyncio.start_server(self._serve_plaintext, _LOOPBACK, 0, ssl=self._by_server_name())
        self._tls_port = _port(tls_server)
        return _port(await asyncio.start_server(self._serve_connect, _LOOPBACK, 0))

    def write_ca(self, path: Path) -> None:
        self._ca.cert_pem.write_to_path(str(path))

    async def _serve_connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            request_line = (await reader.readuntil(b"\r\n\r\n")).split(b"\r\n", 1)[0].decode("latin-1")
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, ConnectionError):
            writer.close()
            return
        method, _, rest = request_line.partition(" ")
        if method != "CONNECT" or not REGISTRY.fullmatch(rest.partition(" ")[0]):
            writer.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            writer.close()
            return
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        await _join(reader, writer, self._tls_port)

    async def _serve_plaintext(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await _join(reader, writer, self._emulator_port)

    def _by_server_name(self) -> ssl.SSLContext:
        """A TLS context that takes the certificate of the host the client names."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)

        def choose(connection: ssl.SSLObject, name: str | None, _context: ssl.SSLContext) -> int | None:
            if name is None or not REGISTRY.fullmatch(f"{name}:443"):
                return ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME
            connection.context = self._context(name)
            return None

        context.sni_callback = choose  # type: ignore[assignment]
        return context

    def _context(self, host: str) -> ssl.SSLContext:
        if host not in self._contexts:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._ca.issue_cert(host).configure_cert(context)
            self._contexts[host] = context
        return self._contexts[host]


async def _join(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, port: int) -> None:
    """Passes bytes between a connection and a local port until one side ends."""
    try:
        far_reader, far_writer = await asyncio.open_connection(_LOOPBACK, port)
    except OSError:
        writer.close()
        return
    directions = [asyncio.ensure_future(_copy(reader, far_writer)), asyncio.ensure_future(_copy(far_reader, writer))]
    await asyncio.wait(directions, return_when=asyncio.FIRST_COMPLETED)
    for end in (writer, far_writer):  # what is written already still goes out before the connection closes
        end.close()
    for direction in directions:
        direction.cancel()
    await asyncio.gather(*directions, return_exceptions=True)


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while chunk := await reader.read(_CHUNK):
            writer.write(chunk)
            await writer.drain()
    except (ConnectionError, ssl.SSLError):
        pass  # the other side went away


def _port(server: asyncio.Server) -> int:
    return server.sockets[0].getsockname()[1]
