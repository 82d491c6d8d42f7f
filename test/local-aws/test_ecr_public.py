"""ECR Public's tokens: what IAM asks for, and where they are given."""
import asyncio
import base64
import time

from conftest import ACCOUNT, body, signed_by, user
from ministack import app
from ministack.core import iam_actions, router
from ministack.core.responses import request_scope

TOKEN = "ecr-public:GetAuthorizationToken"
BEARER = "sts:GetServiceBearerToken"
TARGET = {"x-amz-target": "SpencerFrontendService.GetAuthorizationToken"}


def ask(key, region="us-east-1", target=TARGET):
    with request_scope(ACCOUNT, region):
        return asyncio.run(app.SERVICE_HANDLERS["ecr-public"]("POST", "/", {**signed_by(key), **target}, b"{}", {}))


def test_the_emulator_routes_it_and_knows_its_action():
    assert router.detect_service("POST", "/", TARGET, {}) == "ecr-public"
    assert iam_actions.extract_iam_action("ecr-public", "POST", "/", TARGET, b"{}", {}) == TOKEN


def test_it_gives_one_token_that_lives_12_hours_and_names_no_host(tokens):
    answer = body(ask(user("both", {"Effect": "Allow", "Action": [TOKEN, BEARER], "Resource": "*"})))["authorizationData"]

    assert set(answer) == {"authorizationToken", "expiresAt"}
    assert 43_190 < answer["expiresAt"] - time.time() <= 43_200
    name, _, password = base64.b64decode(answer["authorizationToken"]).decode().partition(":")
    assert name == "AWS" and len(password) > 1000


def test_the_bearer_token_is_a_right_of_its_own():
    status, _, answer = ask(user("half", {"Effect": "Allow", "Action": TOKEN, "Resource": "*"}))

    assert status == 400
    assert f"is not authorized to perform: {BEARER}" in str(answer)


def test_only_one_region_gives_tokens():
    key = user("far", {"Effect": "Allow", "Action": "*", "Resource": "*"})

    assert ask(key, "eu-west-1")[0] == 400
    assert ask(key, target={"x-amz-target": "SpencerFrontendService.DescribeRegistries"})[0] == 400
