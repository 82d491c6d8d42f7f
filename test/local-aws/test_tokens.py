import asyncio
import base64
import json
import time

import pytest
from conftest import ACCOUNT, REGION, basic, body, signed_by
from launcher.tokens import TokenStore, proxy_endpoint
from ministack.services import ecr


def get_authorization_token(key="test"):
    headers = {"x-amz-target": "AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken", **signed_by(key)}
    (data,) = body(asyncio.run(ecr.handle_request("POST", "/", headers, b"{}", {})))["authorizationData"]
    return data


def password_of(data):
    user, _, password = base64.b64decode(data["authorizationToken"]).decode().partition(":")
    assert user == "AWS"
    return password


def test_a_password_has_the_shape_and_the_size_of_ecrs():
    password = password_of(get_authorization_token())

    content = json.loads(base64.b64decode(password))
    assert set(content) == {"payload", "datakey", "version", "type", "expiration"}
    assert (content["version"], content["type"]) == ("2", "DATA_KEY")
    assert 1_700 < len(password) < 1_900


def test_each_call_answers_another_password():
    assert len({password_of(get_authorization_token()) for _ in range(3)}) == 3


def test_the_expiry_is_told_twice_and_is_twelve_hours_away():
    data = get_authorization_token()

    assert data["expiresAt"] == json.loads(base64.b64decode(password_of(data)))["expiration"]
    assert abs(data["expiresAt"] - time.time() - 12 * 3600) < 5


def test_the_lifetime_can_be_set(tokens):
    tokens.lifetime = 7
    assert abs(get_authorization_token()["expiresAt"] - time.time() - 7) < 3


def test_a_token_expires_at_its_time(tokens, monkeypatch):
    token = tokens.issue(None)
    monkeypatch.setattr(time, "time", lambda: token.expires_at - 1)
    assert not token.expired
    monkeypatch.setattr(time, "time", lambda: token.expires_at)
    assert token.expired


@pytest.mark.parametrize("region, host", [
    (REGION, f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com"),
    ("cn-north-1", f"{ACCOUNT}.dkr.ecr.cn-north-1.amazonaws.com.cn"),
    ("us-gov-west-1", f"{ACCOUNT}.dkr.ecr.us-gov-west-1.amazonaws.com"),
])
def test_the_endpoint_is_the_registrys_real_name(region, host):
    assert proxy_endpoint(ACCOUNT, region) == f"https://{host}"


def test_a_password_is_found_only_as_it_was_issued():
    store = TokenStore()
    token = store.issue(None)

    assert store.from_authorization(basic(token.password)["authorization"]) is token
    for header in ("", "Basic", "Basic %%%", f"Bearer {token.password}", basic(token.password, "aws")["authorization"],
                   basic(token.password[:-1])["authorization"], basic("")["authorization"]):
        assert store.from_authorization(header) is None
