import asyncio
import json
import time
from urllib.parse import urlencode

import jwt
import pytest
from conftest import ACCOUNT, ISSUERS
from cryptography.hazmat.primitives.asymmetric import rsa
from ministack.core import iam_actions
from ministack.services import iam, sts

ISSUER = "https://token.actions.githubusercontent.com"
HOST = "token.actions.githubusercontent.com"
ARN = f"arn:aws:iam::{ACCOUNT}:oidc-provider/{HOST}"
AUDIENCE = "sts.amazonaws.com"
SUBJECT = "repo:myuser/myapp:ref:refs/heads/main"
KEY = rsa.generate_private_key(65537, 2048)


def call(service, action, **params):
    """The status and the body of a call of the query protocol."""
    body = urlencode({"Action": action, **params}).encode()
    headers = {"content-type": "application/x-www-form-urlencoded"}
    status, _, answer = asyncio.run(service.handle_request("POST", "/", headers, body, {}))
    return status, answer.decode() if isinstance(answer, bytes) else answer


def provider(*audiences, tag=None):
    members = {f"ClientIDList.member.{number}": audience for number, audience in enumerate(audiences, 1)}
    tags = {"Tags.member.1.Key": "owner", "Tags.member.1.Value": tag} if tag else {}
    assert call(iam, "CreateOpenIDConnectProvider", Url=ISSUER, **members, **tags)[0] == 200


def audiences():
    return iam._oidc_providers[ARN]["ClientIDList"]


class TestAudiences:
    def change(self, verb, audience, arn=ARN):
        preposition = "From" if verb == "Remove" else "To"
        return call(iam, f"{verb}ClientID{preposition}OpenIDConnectProvider", OpenIDConnectProviderArn=arn, ClientID=audience)

    def test_are_added_once_and_removed(self):
        provider("one", tag="them")
        for _ in range(2):
            assert self.change("Add", "two")[0] == 200
        assert audiences() == ["one", "two"]
        for _ in range(2):
            assert self.change("Remove", "one")[0] == 200
        assert audiences() == ["two"]
        assert iam._oidc_providers[ARN]["Tags"] == [{"Key": "owner", "Value": "them"}]

    @pytest.mark.parametrize("verb", ["Add", "Remove"])
    def test_of_no_provider_fail(self, verb):
        status, answer = self.change(verb, "one")
        assert (status, "NoSuchEntity" in answer) == (404, True)

    def test_are_a_hundred_at_most(self):
        provider(*(f"a{number}" for number in range(100)))
        assert self.change("Add", "a0")[0] == 200
        status, answer = self.change("Add", "one-too-many")
        assert (status, "LimitExceeded" in answer) == (409, True)


class TestPolicies:
    def resource(self, **params):
        params = {key: [value] for key, value in params.items()}
        return iam_actions.extract_resource_arn("iam", "POST", "/", {}, b"", params, "us-east-1", ACCOUNT)

    def test_see_the_provider_of_a_call(self):
        assert self.resource(Action="GetOpenIDConnectProvider", OpenIDConnectProviderArn=ARN) == ARN
        assert self.resource(Action="CreateOpenIDConnectProvider", Url=ISSUER) == ARN

    def test_see_what_other_calls_are_about_as_before(self):
        assert self.resource(Action="ListRoles") == "*"
        assert self.resource(Action="GetRole", RoleName="ci") == f"arn:aws:iam::{ACCOUNT}:role/ci"


class TestAssumeRole:
    CLAIMS = {"iss": ISSUER, "aud": AUDIENCE, "sub": SUBJECT, "repository_id": "456", "event_name": "push"}

    @pytest.fixture(autouse=True)
    def _set_up(self, monkeypatch):
        monkeypatch.setattr("ministack.app.AUTH", True)
        provider(AUDIENCE)
        public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(KEY.public_key()))
        ISSUERS.write_text(json.dumps({ISSUER: {"keys": [{**public, "kid": "key", "alg": "RS256", "use": "sig"}]}}))
        self.trust({"StringEquals": {f"{HOST}:aud": AUDIENCE, f"{HOST}:sub": SUBJECT}})

    def trust(self, condition):
        iam._roles.pop("ci", None)
        statement = {"Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity", "Principal": {"Federated": ARN}, "Condition": condition}
        document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        assert call(iam, "CreateRole", RoleName="ci", AssumeRolePolicyDocument=document)[0] == 200

    def token(self, key=KEY, kid="key", lifetime=300, **claims):
        now = int(time.time())
        payload = {"iat": now, "exp": now + lifetime, **self.CLAIMS, **claims}
        payload = {name: value for name, value in payload.items() if value is not None}
        return jwt.encode(payload, key, "RS256", {"kid": kid})

    def assume(self, token):
        return call(sts, "AssumeRoleWithWebIdentity", RoleArn=f"arn:aws:iam::{ACCOUNT}:role/ci", RoleSessionName="job", WebIdentityToken=token)

    def refused(self, token, code, words):
        status, answer = self.assume(token)
        assert status in (400, 403)
        assert code in answer and words in answer

    def test_takes_a_good_token(self):
        status, answer = self.assume(self.token())
        assert status == 200 and "<SessionToken>" in answer

    def test_takes_an_audience_among_several(self):
        iam._oidc_providers[ARN]["ClientIDList"].insert(0, "other")
        assert self.assume(self.token())[0] == 200

    def test_refuses_a_token_that_another_key_signed(self):
        self.refused(self.token(key=rsa.generate_private_key(65537, 2048)), "InvalidIdentityToken", "Signature verification failed")

    def test_refuses_a_token_of_an_unknown_key(self):
        self.refused(self.token(kid="other"), "InvalidIdentityToken", "not valid")

    def test_refuses_an_unsigned_token(self):
        self.refused(jwt.encode(self.CLAIMS, None, "none", {"kid": "key"}), "InvalidIdentityToken", "not valid")

    def test_refuses_a_token_that_expired(self):
        self.refused(self.token(lifetime=-1), "ExpiredTokenException", "expired")

    def test_refuses_what_is_no_token(self):
        self.refused("token", "InvalidIdentityToken", "not a valid JWT")

    def test_refuses_an_audience_that_the_provider_does_not_know(self):
        iam._oidc_providers[ARN]["ClientIDList"][:] = ["other"]
        self.refused(self.token(), "InvalidIdentityToken", "Incorrect token audience")

    def test_refuses_an_issuer_without_provider(self):
        del iam._oidc_providers[ARN]
        self.refused(self.token(), "InvalidIdentityToken", f"No OpenIDConnect provider found in your account for {ISSUER}")

    def test_refuses_an_issuer_whose_keys_it_has_not(self):
        ISSUERS.unlink()
        self.refused(self.token(), "InvalidIdentityToken", "retrieve verification key")

    def test_refuses_what_the_trust_policy_does_not_take(self):
        self.refused(self.token(sub="repo:myuser/myapp:pull_request"), "AccessDenied", "Not authorized")
        self.refused(self.token(sub=None), "InvalidIdentityToken", "sub")

    def test_lets_the_trust_policy_see_what_aws_offers_of_the_issuer(self):
        self.trust({"StringEquals": {f"{HOST}:repository_id": "456"}})
        assert self.assume(self.token())[0] == 200
        self.refused(self.token(repository_id="457"), "AccessDenied", "Not authorized")

    def test_and_no_other_claim(self):
        self.trust({"StringEquals": {f"{HOST}:event_name": "push"}})
        self.refused(self.token(), "AccessDenied", "Not authorized")
