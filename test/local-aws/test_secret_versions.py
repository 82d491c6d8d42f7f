import json

import pytest
from conftest import body
from ministack.services import secretsmanager


@pytest.fixture(autouse=True)
def _secret():
    body(secretsmanager._create_secret({"Name": "a"}))


def put(value, token, *labels):
    return secretsmanager._put_secret_value({"SecretId": "a", "SecretString": value, "ClientRequestToken": token, "VersionStages": list(labels)})


def labels():
    return body(secretsmanager._describe_secret({"SecretId": "a"}))["VersionIdsToStages"]


def test_the_first_is_current_whatever_it_is_labelled():
    body(put("x", "one", "AWSPENDING"))
    assert {key: set(value) for key, value in labels().items()} == {"one": {"AWSPENDING", "AWSCURRENT"}}
    body(put("y", "two", "AWSPENDING"))
    assert labels() == {"one": ["AWSCURRENT"], "two": ["AWSPENDING"]}


def test_a_value_cannot_be_changed_and_the_same_again_is_no_error():
    body(put("x", "one", "AWSCURRENT"))
    assert body(put("x", "one", "AWSCURRENT"))["VersionId"] == "one"
    status, _, content = put("y", "one", "AWSCURRENT")
    assert (status, json.loads(content)["__type"]) == (400, "ResourceExistsException")
    assert body(secretsmanager._get_secret_value({"SecretId": "a"}))["SecretString"] == "x"


def test_a_version_that_was_labelled_first_takes_its_value_later():
    body(put("x", "one", "AWSCURRENT"))
    secretsmanager._secrets["a"]["Versions"]["two"] = {"SecretString": None, "SecretBinary": None, "CreatedDate": 0, "Stages": ["AWSPENDING"]}
    status, _, content = secretsmanager._get_secret_value({"SecretId": "a", "VersionId": "two"})
    assert (status, json.loads(content)["__type"]) == (400, "ResourceNotFoundException")
    body(put("y", "two", "AWSPENDING"))
    assert body(secretsmanager._get_secret_value({"SecretId": "a", "VersionStage": "AWSPENDING"}))["SecretString"] == "y"


def test_an_unknown_secret_is_an_error():
    assert secretsmanager._put_secret_value({"SecretId": "nosuch", "SecretString": "x"})[0] == 400
