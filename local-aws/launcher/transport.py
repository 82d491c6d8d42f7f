"""Policies see each request as one over TLS.

The emulator listens on the loopback interface in plain HTTP; a policy that denies requests without TLS (the bootstrap
bucket's, an encrypted topic's, a secret's) would lock out every client. A request that says `x-forwarded-proto: http` is
taken as one without TLS, for tests of such a policy.
"""
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from typing import Any

from ministack import app as ministack
from ministack.core import iam_evaluator

Application = Callable[..., Awaitable[None]]

_says_http: ContextVar[bool] = ContextVar("says_http", default=False)


def install() -> None:
    # the default is what deliveries between services, outside any request, are judged by
    iam_evaluator._request_origin = ContextVar("request_origin", default=("127.0.0.1", True))
    ministack.pin_request_origin = lambda address, _tls: iam_evaluator.pin_request_origin(address, not _says_http.get())


def noting_protocol(application: Application) -> Application:
    """The ASGI application, with the request's own word about its transport noted."""
    async def noted(scope: dict[str, Any], receive: Callable, send: Callable) -> None:
        _says_http.set((b"x-forwarded-proto", b"http") in scope.get("headers", ()))
        await application(scope, receive, send)
    return noted
