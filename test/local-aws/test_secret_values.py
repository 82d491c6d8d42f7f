"""Versions of secrets: none without a value, and none written twice."""
from conftest import body
from ministack.services import secretsmanager


def put(value, token, **more):
    return secretsmanager._put_secret_value({"SecretId": "app", "SecretString": value, "ClientRequestToken": token, **more})


def current():
    return body(secretsmanager._get_secret_value({"SecretId": "app"}))


def test_a_secret_without_a_value_has_no_version():
    assert "VersionId" not in body(secretsmanager._create_secret({"Name": "app"}))
    assert secretsmanager._get_secret_value({"SecretId": "app"})[0] == 400


def test_a_version_that_is_written_again_changes_nothing():
    secretsmanager._create_secret({"Name": "app"})
    body(put("one", "version-one"))
    body(put("two", "version-two"))
    again = body(put("one", "version-one"))

    assert again["VersionId"] == "version-one" and again["VersionStages"] == ["AWSPREVIOUS"]
    assert current()["SecretString"] == "two"


def test_a_version_is_not_overwritten_with_another_value():
    secretsmanager._create_secret({"Name": "app"})
    body(put("one", "version-one"))
    status, _, answer = put("other", "version-one")

    assert status == 400 and "ResourceExistsException" in str(answer)
    assert current()["SecretString"] == "one"
