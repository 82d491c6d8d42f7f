import asyncio
import json

import pytest
from conftest import ACCOUNT, REGION, allow, basic, repository, signed_by, user
from launcher.registry import ACTIONS, Gate
from ministack.services import ecr, iam
from ministack.core.iam_evaluator import resolve_credential

HOST = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com"
PULL = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer", "ecr:BatchCheckLayerAvailability"]
MANIFEST = json.dumps({"schemaVersion": 2}).encode()


def request(method, path, headers, content=b"", query=None):
    response = asyncio.run(ecr.handle_registry_request(method, path, {"Host": HOST, **headers}, content, query or {}))
    return response


def token_of(tokens, key):
    return basic(tokens.issue(resolve_credential(key, ACCOUNT)).password)


def error(response):
    (entry,) = json.loads(response[2])["errors"]
    return response[0], entry["code"], entry["message"]


@pytest.mark.parametrize("headers", [{}, basic("wrong"), {"Authorization": "Bearer x"}], ids=["none", "wrong", "bearer"])
@pytest.mark.parametrize("method, path", [("GET", "/v2/"), ("HEAD", "/v2/a/blobs/sha256:0"), ("PUT", "/v2/a/manifests/v1")])
def test_without_a_good_password_the_answer_is_a_challenge(method, path, headers):
    status, answered, content = request(method, path, headers)

    assert (status, content) == (401, b"Not Authorized\n")
    assert answered["WWW-Authenticate"] == f'Basic realm="https://{HOST}/",service="ecr.amazonaws.com"'


def test_an_expired_password_is_refused_in_ecrs_words(tokens):
    tokens.lifetime = 0
    assert error(request("GET", "/v2/", token_of(tokens, "test"))) == (
        403, "DENIED", "Your authorization token has expired. Reauthenticate and try again.")


def test_root_may_push_and_pull(tokens):
    repository("app")
    root = token_of(tokens, "test")

    assert request("PUT", "/v2/app/manifests/v1", root, MANIFEST)[0] == 201
    assert request("GET", "/v2/app/manifests/v1", root)[2] == MANIFEST


def test_a_user_with_pull_rights_may_pull_from_that_repository_and_nothing_else(tokens):
    arn = repository("app")
    repository("other")
    request("PUT", "/v2/app/manifests/v1", token_of(tokens, "test"), MANIFEST)
    puller = token_of(tokens, user("puller", {"Effect": "Allow", "Action": PULL, "Resource": arn}))

    assert request("GET", "/v2/", puller)[0] == 200
    assert request("GET", "/v2/app/manifests/v1", puller)[2] == MANIFEST
    who = f"User: arn:aws:iam::{ACCOUNT}:user/puller is not authorized to perform"
    assert error(request("PUT", "/v2/app/manifests/v1", puller, MANIFEST)) == (
        403, "DENIED", f"{who}: ecr:PutImage on resource: {arn} because no identity-based policy allows the ecr:PutImage action")
    assert error(request("GET", "/v2/other/manifests/v1", puller)) == (
        403, "DENIED", f"{who}: ecr:BatchGetImage on resource: {arn.replace('app', 'other')} "
                       "because no identity-based policy allows the ecr:BatchGetImage action")


@pytest.mark.parametrize("method, path, action", [
    ("GET", "/v2/app/manifests/v1", "ecr:BatchGetImage"),
    ("HEAD", "/v2/app/manifests/v1", "ecr:BatchGetImage"),
    ("PUT", "/v2/app/manifests/v1", "ecr:PutImage"),
    ("DELETE", "/v2/app/manifests/sha256:0", "ecr:BatchDeleteImage"),
    ("GET", "/v2/app/blobs/sha256:0", "ecr:GetDownloadUrlForLayer"),
    ("HEAD", "/v2/app/blobs/sha256:0", "ecr:BatchCheckLayerAvailability"),
    ("POST", "/v2/app/blobs/uploads/", "ecr:InitiateLayerUpload"),
    ("GET", "/v2/app/blobs/uploads/1", "ecr:UploadLayerPart"),
    ("PATCH", "/v2/app/blobs/uploads/1", "ecr:UploadLayerPart"),
    ("PUT", "/v2/app/blobs/uploads/1", "ecr:CompleteLayerUpload"),
    ("GET", "/v2/app/tags/list", "ecr:ListImages"),
    ("GET", "/v2/_catalog", "ecr:DescribeRepositories"),
])
def test_each_request_needs_its_action(tokens, method, path, action):
    repository("app")
    others = sorted(set(ACTIONS.values()) - {action})
    without = token_of(tokens, user("without", {"Effect": "Allow", "Action": others, "Resource": "*"}))
    with_it = token_of(tokens, user("with", {"Effect": "Allow", "Action": action, "Resource": "*"}))

    assert f"is not authorized to perform: {action} on" in error(request(method, path, without))[2]
    assert request(method, path, with_it)[0] not in (401, 403)


def test_what_ecr_does_not_serve_is_unsupported(tokens):
    assert error(request("DELETE", "/v2/app/blobs/sha256:0", token_of(tokens, "test")))[:2] == (405, "UNSUPPORTED")


def test_the_policies_count_as_they_are_at_the_request(tokens):
    arn = repository("app")
    request("PUT", "/v2/app/manifests/v1", token_of(tokens, "test"), MANIFEST)
    late = token_of(tokens, user("late"))

    assert request("GET", "/v2/app/manifests/v1", late)[0] == 403
    allow("late", {"Effect": "Allow", "Action": PULL, "Resource": arn})
    assert request("GET", "/v2/app/manifests/v1", late)[0] == 200
    allow("late", {"Effect": "Allow", "Action": PULL, "Resource": arn}, {"Effect": "Deny", "Action": "*", "Resource": "*"})
    assert "with an explicit deny" in error(request("GET", "/v2/app/manifests/v1", late))[2]


def test_a_repository_policy_allows_too(tokens):
    repository("app")
    request("PUT", "/v2/app/manifests/v1", token_of(tokens, "test"), MANIFEST)
    guest = token_of(tokens, user("guest"))
    ecr._set_repository_policy({"repositoryName": "app", "policyText": json.dumps({"Statement": [{
        "Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:user/guest"}, "Action": PULL}]})})

    assert request("GET", "/v2/app/manifests/v1", guest)[0] == 200
    assert request("PUT", "/v2/app/manifests/v1", guest, MANIFEST)[0] == 403


@pytest.mark.parametrize("key", ["aws:ResourceTag/team", "ecr:ResourceTag/team"])
def test_conditions_on_the_repositorys_tags_count(tokens, key):
    repository("app", tags=[{"Key": "team", "Value": "a"}])
    repository("other", tags=[{"Key": "team", "Value": "b"}])
    member = token_of(tokens, user("member", {
        "Effect": "Allow", "Action": "ecr:ListImages", "Resource": "*", "Condition": {"StringEquals": {key: "a"}}}))

    assert request("GET", "/v2/app/tags/list", member)[0] == 200
    assert request("GET", "/v2/other/tags/list", member)[0] == 403


def test_a_token_outlives_the_key_it_was_asked_for_with(tokens):
    repository("app")
    key = user("leaver", {"Effect": "Allow", "Action": "ecr:ListImages", "Resource": "*"})
    leaver = token_of(tokens, key)
    iam._delete_access_key({"AccessKeyId": [key]})

    assert request("GET", "/v2/app/tags/list", leaver)[0] == 200


def test_without_auth_any_token_will_do(tokens):
    gate = Gate(tokens, auth=False)
    assert gate.authorization_token(signed_by("unknown"), {})[0] == 200
    assert gate.refuse("PUT", "/v2/app/manifests/v1", basic(tokens.issue(None).password), {}) is None
    assert gate.refuse("PUT", "/v2/app/manifests/v1", {}, {})[0] == 401


def test_a_blob_is_never_mounted_from_another_repository(tokens):
    repository("app")
    repository("other")
    root = token_of(tokens, "test")
    content = b"layer"
    digest = ecr._content_digest(content)
    assert request("POST", "/v2/other/blobs/uploads/", root, content, {"digest": [digest]})[0] == 201

    assert request("POST", "/v2/app/blobs/uploads/", root, b"", {"mount": [digest], "from": ["other"]})[0] == 202


def test_an_unknown_repository_is_named(tokens):
    assert error(request("GET", "/v2/nosuch/manifests/v1", token_of(tokens, "test"))) == (
        404, "NAME_UNKNOWN", f"The repository with name 'nosuch' does not exist in the registry with id '{ACCOUNT}'")


def test_a_deleted_repository_leaves_no_blob_behind(tokens):
    repository("app")
    root = token_of(tokens, "test")
    digest = ecr._content_digest(b"layer")
    request("POST", "/v2/app/blobs/uploads/", root, b"layer", {"digest": [digest]})
    ecr._delete_repository({"repositoryName": "app", "force": True})
    repository("app")

    assert request("HEAD", f"/v2/app/blobs/{digest}", root)[0] == 404
