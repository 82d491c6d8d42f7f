"""MiniStack in this process, with what local-aws/launcher adds, emptied for each test."""
import base64
import json
import os
import sys
import tempfile
from pathlib import Path

import pytest

_state = tempfile.TemporaryDirectory()
os.environ.update({  # read at import
    "AUTH": "true", "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "STATE_DIR": _state.name,
})
sys.path.insert(0, str(Path(__file__).parents[2] / "local-aws"))

from launcher import additions  # noqa: E402
from launcher.tokens import TokenStore  # noqa: E402
from ministack.services import ecr, iam, secretsmanager  # noqa: E402

ACCOUNT = "000000000000"
REGION = "us-east-1"

_tokens = TokenStore()
ISSUERS = Path(_state.name) / "issuers.json"
additions.install(_tokens, auth=True, issuers=ISSUERS)


@pytest.fixture(autouse=True)
def tokens():
    for service in (ecr, iam, secretsmanager):
        service.reset()
    _tokens.lifetime = 43_200
    ISSUERS.unlink(missing_ok=True)
    return _tokens


def body(response):
    """The JSON body of a successful response."""
    assert response[0] < 400, response[2]
    return json.loads(response[2])


def repository(name, **settings):
    body(ecr._create_repository({"repositoryName": name, **settings}))
    return f"arn:aws:ecr:{REGION}:{ACCOUNT}:repository/{name}"


def user(name, *statements):
    """An IAM user with an inline policy and a key; answers the key's id."""
    iam._create_user({"UserName": [name]})
    allow(name, *statements)
    before = set(iam._access_keys.keys())
    iam._create_access_key({"UserName": [name]})
    (key,) = set(iam._access_keys.keys()) - before
    return key


def allow(name, *statements):
    document = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
    iam._put_user_policy({"UserName": [name], "PolicyName": ["inline"], "PolicyDocument": [document]})


def signed_by(key):
    return {"authorization": f"AWS4-HMAC-SHA256 Credential={key}/20300101/{REGION}/ecr/aws4_request"}


def basic(password, name="AWS"):
    return {"authorization": "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()}
