import asyncio
import hashlib
import ssl

import pytest
import trustme
from launcher.front import RegistryFront

HOST = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"
CHINA = "123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn"


async def answering(reader, writer):
    """A server that answers each request with its head, and the size and digest of a chunked body."""
    while head := await reader.readuntil(b"\r\n\r\n"):
        digest, size = hashlib.sha256(), 0
        if b"chunked" in head:
            while (length := int(await reader.readline(), 16)) > 0:
                digest.update(await reader.readexactly(length))
                size += length
                await reader.readexactly(2)
            await reader.readexactly(2)
        answer = head + f"{size} {digest.hexdigest()}".encode()
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(answer) + answer)
        await writer.drain()


class Client:
    """A connection through the proxy."""

    def __init__(self, proxy_port, ca):
        self._port = proxy_port
        self._context = ssl.create_default_context()
        ca.configure_trust(self._context)

    async def connect(self, target, server_name):
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self._port)
        self.writer.write(f"CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n\r\n".encode())
        status = (await self.reader.readuntil(b"\r\n\r\n")).split(b" ")[1]
        if status == b"200":
            loop, transport = asyncio.get_running_loop(), self.writer.transport
            protocol = transport.get_protocol()
            self.writer._transport = await loop.start_tls(transport, protocol, self._context, server_hostname=server_name)
        return int(status)

    async def ask(self, head, content=b""):
        self.writer.write(head + content)
        await self.writer.drain()
        answered = await self.reader.readuntil(b"\r\n\r\n")
        length = int(answered.split(b"Content-Length: ")[1].split(b"\r\n")[0])
        return await self.reader.readexactly(length)


def through_the_front(scenario):
    async def run():
        server = await asyncio.start_server(answering, "127.0.0.1", 0)
        ca = trustme.CA()
        proxy_port = await RegistryFront(server.sockets[0].getsockname()[1], ca).start()
        await asyncio.wait_for(scenario(Client(proxy_port, ca)), 20)
    asyncio.run(run())


@pytest.mark.parametrize("host", [HOST, CHINA])
def test_a_registry_is_reached_under_its_own_name(host):
    async def scenario(client):
        assert await client.connect(f"{host}:443", host) == 200
        for number in range(3):  # one connection
            head = f"GET /v2/{number} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode()
            assert (await client.ask(head)).startswith(head)
    through_the_front(scenario)


def test_a_big_chunked_body_arrives_whole():
    content = bytes(range(256)) * 4096 * 20  # 20 MiB
    pieces = [content[start:start + 65_521] for start in range(0, len(content), 65_521)]
    chunked = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"

    async def scenario(client):
        await client.connect(f"{HOST}:443", HOST)
        answer = await client.ask(b"PATCH /v2/a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", chunked)
        assert answer.endswith(f"{len(content)} {hashlib.sha256(content).hexdigest()}".encode())
    through_the_front(scenario)


@pytest.mark.parametrize("target", [
    "example.com:443", f"{HOST}:80", f"{HOST}:4430", f"{HOST}.example.com:443", "sts.amazonaws.com:443", f"x{HOST}:443", "127.0.0.1:443",
])
def test_every_other_target_is_refused(target):
    async def scenario(client):
        assert await client.connect(target, HOST) == 403
    through_the_front(scenario)


def test_a_certificate_is_only_for_the_host_that_is_asked_for():
    async def scenario(client):
        with pytest.raises((ssl.SSLError, ConnectionError)):
            await client.connect(f"{HOST}:443", "example.com")
    through_the_front(scenario)


def test_a_request_that_is_no_connect_is_refused():
    async def scenario(client):
        reader, writer = await asyncio.open_connection("127.0.0.1", client._port)
        writer.write(b"GET http://example.com/ HTTP/1.1\r\n\r\n")
        assert (await reader.read()).startswith(b"HTTP/1.1 403")
    through_the_front(scenario)
