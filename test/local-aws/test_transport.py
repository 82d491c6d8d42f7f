import asyncio

from launcher.transport import noting_protocol
from ministack import app as ministack
from ministack.core import iam_evaluator
from ministack.core.iam_evaluator import EvalContext


def secure(headers):
    """What a policy sees as aws:SecureTransport for a request with these headers."""
    seen = []

    async def application(_scope, _receive, _send):
        ministack.pin_request_origin("127.0.0.1", False)
        seen.append(EvalContext("", "", "", "", "", "").secure_transport)

    asyncio.run(noting_protocol(application)({"type": "http", "headers": headers}, None, None))
    return seen[0]


def test_a_request_counts_as_one_over_tls():
    assert secure([]) is True


def test_a_request_can_say_that_it_is_not():
    assert secure([(b"x-forwarded-proto", b"http")]) is False


def test_a_delivery_between_services_counts_as_one_over_tls():
    assert iam_evaluator._request_origin.get() == ("127.0.0.1", True)
