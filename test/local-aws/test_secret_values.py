"""A secret without a value has no version."""
from conftest import body
from ministack.services import secretsmanager


def test_a_secret_without_a_value_has_no_version():
    assert "VersionId" not in body(secretsmanager._create_secret({"Name": "app"}))
    assert secretsmanager._get_secret_value({"SecretId": "app"})[0] == 400


def test_a_secret_with_a_value_has_one():
    assert body(secretsmanager._create_secret({"Name": "app", "SecretString": "one"}))["VersionId"]
    assert body(secretsmanager._get_secret_value({"SecretId": "app"}))["SecretString"] == "one"
