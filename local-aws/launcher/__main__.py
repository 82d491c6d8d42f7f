"""Serves the emulator and its registry front on free ports, until standard input ends.

Prints one line of JSON when both listen: {"endpoint", "registryProxy", "caFile"}.

    LOCAL_AWS_DIRECTORY        an existing folder for everything it writes; it is deleted at the end. issuers.json in it, if
                               there is one, holds the keys of OIDC issuers: JWKS by URL
    LOCAL_AWS_AUTH             "true" (the default): signatures and policies are enforced
    LOCAL_AWS_TOKEN_LIFETIME   seconds that a registry token lives, 43200 by default
    LOCAL_AWS_KEY_DELAY        seconds until a new access key is known, 0 by default
"""
import asyncio
import json
import os
import shutil
import signal
import socket
import sys
import threading
from pathlib import Path

LOOPBACK = "127.0.0.1"


def main() -> None:
    directory = Path(os.environ["LOCAL_AWS_DIRECTORY"])
    auth = os.environ.get("LOCAL_AWS_AUTH", "true").lower() == "true"
    lifetime = int(os.environ.get("LOCAL_AWS_TOKEN_LIFETIME", "43200"))
    key_delay = float(os.environ.get("LOCAL_AWS_KEY_DELAY", "0"))
    listener = _listen()
    _configure(listener.getsockname()[1], auth, directory)
    try:
        asyncio.run(_serve(listener, directory, auth, lifetime, key_delay))
    finally:
        _end(directory)


def _listen() -> socket.socket:
    """The emulator's socket, bound before the emulator is loaded because its modules read the port as they load."""
    listener = socket.socket()
    listener.bind((LOOPBACK, 0))
    return listener


def _configure(port: int, auth: bool, directory: Path) -> None:
    scratch = directory / "tmp"
    scratch.mkdir(exist_ok=True)
    os.environ.update({
        "GATEWAY_PORT": str(port),
        "BIND_HOST": LOOPBACK,
        "MINISTACK_HOST": LOOPBACK,
        "AUTH": "true" if auth else "false",
        "TMPDIR": str(scratch),
        "STATE_DIR": str(scratch / "state"),
        # nothing on fixed ports, and no look at a Docker engine that may be this machine's
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "DOCKER_HOST": f"unix://{scratch}/no-docker.sock",
    })


async def _serve(listener: socket.socket, directory: Path, auth: bool, lifetime: int, key_delay: float) -> None:
    # imported only now: MiniStack reads its configuration from the environment when it is imported
    import trustme
    from hypercorn.asyncio import serve
    from hypercorn.config import Config
    from ministack.app import app

    from . import additions, secret_rotation, transport
    from .front import RegistryFront
    from .tokens import TokenStore

    additions.install(TokenStore(lifetime), auth, directory / "issuers.json", key_delay)
    secret_rotation.start_ticker()
    port = listener.getsockname()[1]
    front = RegistryFront(port, trustme.CA())
    proxy_port = await front.start()
    ca_file = directory / "registry-ca.pem"
    front.write_ca(ca_file)

    config = Config()
    config.bind = [f"fd://{listener.fileno()}"]
    config.keep_alive_timeout = 75
    config.graceful_timeout = 0.5
    config.shutdown_timeout = 2
    config.loglevel = "WARNING"
    stop = _stop_event()
    serving = asyncio.ensure_future(serve(transport.noting_protocol(app), config, shutdown_trigger=stop.wait))
    await _until_listening(port, serving)
    print(json.dumps({
        "endpoint": f"http://{LOOPBACK}:{port}",
        "registryProxy": f"http://{LOOPBACK}:{proxy_port}",
        "caFile": str(ca_file),
    }), flush=True)
    await serving


async def _until_listening(port: int, serving: asyncio.Future) -> None:
    while True:
        try:
            _, writer = await asyncio.open_connection(LOOPBACK, port)
        except OSError:
            if serving.done():
                await serving  # raises what went wrong
                raise SystemExit("the emulator ended while starting") from None
            await asyncio.sleep(0.02)
        else:
            writer.close()
            return


def _stop_event() -> asyncio.Event:
    """Set at the end of standard input, which also ends when the parent is killed, and by the usual signals."""
    event, loop = asyncio.Event(), asyncio.get_running_loop()

    def wait_for_end_of_input() -> None:
        sys.stdin.buffer.read()
        loop.call_soon_threadsafe(event.set)

    threading.Thread(target=wait_for_end_of_input, daemon=True).start()
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(name, event.set)
    return event


def _end(directory: Path) -> None:
    """Ends the Lambda functions' processes with this one, and leaves no file."""
    own_group = os.getpgrp() == os.getpid()  # as the starter makes it
    if own_group:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        os.killpg(0, signal.SIGTERM)
    shutil.rmtree(directory, ignore_errors=True)
    if own_group:
        os.killpg(0, signal.SIGKILL)
    os._exit(0)


if __name__ == "__main__":
    main()
