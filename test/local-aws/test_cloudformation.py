import json

import pytest
from conftest import ACCOUNT, REGION, body
from ministack.services import ecr, iam, secretsmanager
from ministack.services.cloudformation import provisioners

ACCESS_KEY, OIDC_PROVIDER = "AWS::IAM::AccessKey", "AWS::IAM::OIDCProvider"
SECRET, SECRET_POLICY, REPOSITORY = "AWS::SecretsManager::Secret", "AWS::SecretsManager::ResourcePolicy", "AWS::ECR::Repository"
STACK = "Stack"


def create(resource_type, props):
    return provisioners._provision_resource(resource_type, "Logical", props, STACK)


def update(resource_type, physical_id, old, new):
    return provisioners._update_resource(resource_type, physical_id, old, new, STACK, "Logical")


def delete(resource_type, physical_id, props):
    provisioners._delete_resource(resource_type, physical_id, props, STACK, "Logical")


class TestAccessKey:
    PROPS = {"UserName": "ci"}

    @pytest.fixture(autouse=True)
    def _user(self):
        iam._create_user({"UserName": ["ci"]})

    def test_has_a_secret_and_is_deleted(self):
        key, attributes = create(ACCESS_KEY, self.PROPS)

        assert iam._access_keys[key]["SecretAccessKey"] == attributes["SecretAccessKey"]
        assert iam._access_keys[key]["Status"] == "Active"
        delete(ACCESS_KEY, key, self.PROPS)
        assert not list(iam._access_keys.keys())

    def test_can_be_made_inactive_and_active_again(self):
        key, attributes = create(ACCESS_KEY, {**self.PROPS, "Status": "Inactive"})
        assert iam._access_keys[key]["Status"] == "Inactive"
        assert update(ACCESS_KEY, key, {**self.PROPS, "Status": "Inactive"}, self.PROPS) == (key, attributes)
        assert iam._access_keys[key]["Status"] == "Active"

    def test_is_replaced_when_its_serial_changes(self):
        old, _ = create(ACCESS_KEY, {**self.PROPS, "Serial": 1})
        new, attributes = update(ACCESS_KEY, old, {**self.PROPS, "Serial": 1}, {**self.PROPS, "Serial": 2})

        assert list(iam._access_keys.keys()) == [new] != [old]
        assert attributes["SecretAccessKey"] == iam._access_keys[new]["SecretAccessKey"]

    def test_fails_for_an_unknown_user(self):
        with pytest.raises(ValueError, match="nobody cannot be found"):
            create(ACCESS_KEY, {"UserName": "nobody"})

    def test_fails_for_an_unknown_status(self):
        with pytest.raises(ValueError, match="Invalid status"):
            create(ACCESS_KEY, {**self.PROPS, "Status": "Asleep"})


class TestOidcProvider:
    PROPS = {"Url": "https://token.actions.githubusercontent.com", "ClientIdList": ["sts.amazonaws.com"]}
    ARN = f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com"

    def test_is_created_updated_and_deleted(self):
        assert create(OIDC_PROVIDER, self.PROPS) == (self.ARN, {"Arn": self.ARN})
        update(OIDC_PROVIDER, self.ARN, self.PROPS, {**self.PROPS, "ClientIdList": ["a", "b"], "ThumbprintList": ["0" * 40]})
        assert iam._oidc_providers[self.ARN]["ClientIDList"] == ["a", "b"]
        assert iam._oidc_providers[self.ARN]["ThumbprintList"] == ["0" * 40]
        delete(OIDC_PROVIDER, self.ARN, self.PROPS)
        assert not list(iam._oidc_providers.keys())

    def test_fails_when_the_account_has_it_already(self):
        create(OIDC_PROVIDER, self.PROPS)
        with pytest.raises(ValueError, match="already exists"):
            create(OIDC_PROVIDER, self.PROPS)


class TestSecret:
    def describe(self, arn):
        return body(secretsmanager._describe_secret({"SecretId": arn}))

    def value(self, arn):
        return body(secretsmanager._get_secret_value({"SecretId": arn}))["SecretString"]

    def test_is_referred_to_by_its_arn(self):
        arn, attributes = create(SECRET, {"Name": "a/b"})
        assert arn == attributes["Id"] == self.describe("a/b")["ARN"]
        assert arn.startswith(f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:a/b-")

    def test_without_a_value_has_no_version(self):
        arn, _ = create(SECRET, {"Description": "empty"})

        assert self.describe(arn)["VersionIdsToStages"] == {}
        status, _, content = secretsmanager._get_secret_value({"SecretId": arn})
        assert (status, json.loads(content)["__type"]) == (400, "ResourceNotFoundException")

    def test_takes_its_first_value_later_and_keeps_it_through_updates(self):
        old = {"Description": "old"}
        arn, _ = create(SECRET, old)
        body(secretsmanager._put_secret_value({"SecretId": arn, "SecretString": "x"}))
        assert update(SECRET, arn, old, {"Description": "new"})[0] == arn
        assert (self.value(arn), self.describe(arn)["Description"]) == ("x", "new")

    @pytest.mark.parametrize("generate, length", [({}, 32), ({"PasswordLength": 10}, 10)])
    def test_has_a_generated_value(self, generate, length):
        assert len(self.value(create(SECRET, {"GenerateSecretString": generate})[0])) == length

    def test_takes_a_changed_value(self):
        arn, _ = create(SECRET, {"SecretString": "a"})
        update(SECRET, arn, {"SecretString": "a"}, {"SecretString": "b"})
        assert self.value(arn) == "b"

    def test_keeps_its_value_when_the_template_drops_it(self):
        arn, _ = create(SECRET, {"SecretString": "a"})
        update(SECRET, arn, {"SecretString": "a"}, {"Description": "no value any more"})
        assert self.value(arn) == "a"

    def test_is_replaced_when_renamed(self):
        old, _ = create(SECRET, {"Name": "a", "SecretString": "x"})
        new, _ = update(SECRET, old, {"Name": "a", "SecretString": "x"}, {"Name": "b", "SecretString": "x"})
        assert list(secretsmanager._secrets.keys()) == ["b"]
        assert self.value(new) == "x"

    def test_leaves_nothing(self):
        arn, _ = create(SECRET, {})
        create(SECRET_POLICY, {"SecretId": arn, "ResourcePolicy": {"Statement": []}})
        delete(SECRET, arn, {})
        assert not list(secretsmanager._secrets.keys())
        assert not list(secretsmanager._resource_policies.keys())

    def test_made_by_the_api_without_a_value_has_no_version_either(self):
        answer = body(secretsmanager._create_secret({"Name": "a"}))
        assert set(answer) == {"ARN", "Name"}
        assert self.describe("a")["VersionIdsToStages"] == {}

    def test_made_by_the_api_with_a_value_has_one(self):
        body(secretsmanager._create_secret({"Name": "a", "SecretString": ""}))
        assert self.value("a") == ""


class TestSecretPolicy:
    def policy(self, arn):
        return json.loads(body(secretsmanager._get_resource_policy({"SecretId": arn}))["ResourcePolicy"])

    def test_is_put_changed_and_deleted(self):
        arn, _ = create(SECRET, {})
        old = {"SecretId": arn, "ResourcePolicy": {"Statement": [1]}}
        new = {"SecretId": arn, "ResourcePolicy": json.dumps({"Statement": [2]})}
        physical_id, _ = create(SECRET_POLICY, old)
        assert self.policy(arn) == {"Statement": [1]}
        update(SECRET_POLICY, physical_id, old, new)
        assert self.policy(arn) == {"Statement": [2]}
        delete(SECRET_POLICY, physical_id, new)
        assert "ResourcePolicy" not in body(secretsmanager._get_resource_policy({"SecretId": arn}))

    def test_fails_for_an_unknown_secret(self):
        with pytest.raises(ValueError, match="can't find"):
            create(SECRET_POLICY, {"SecretId": "nosuch", "ResourcePolicy": "{}"})

    def test_deletes_quietly_when_the_secret_is_gone(self):
        delete(SECRET_POLICY, "nosuch", {})


class TestRepository:
    PROPS = {"RepositoryName": "app", "ImageTagMutability": "IMMUTABLE_WITH_EXCLUSION", "ImageTagMutabilityExclusionFilters": [
        {"ImageTagMutabilityExclusionFilterType": "WILDCARD", "ImageTagMutabilityExclusionFilterValue": "latest*"}]}

    def filters(self):
        return body(ecr._describe_repositories({}))["repositories"][0].get("imageTagMutabilityExclusionFilters")

    def test_keeps_its_filters_through_creation_and_updates(self):
        name, _ = create(REPOSITORY, self.PROPS)
        assert (name, self.filters()) == ("app", [{"filterType": "WILDCARD", "filter": "latest*"}])
        update(REPOSITORY, name, self.PROPS, {"RepositoryName": "app", "ImageTagMutability": "IMMUTABLE"})
        assert self.filters() is None

    def test_is_deleted(self):
        name, _ = create(REPOSITORY, self.PROPS)
        delete(REPOSITORY, name, self.PROPS)
        assert not list(ecr._repositories.keys())
