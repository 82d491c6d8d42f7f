import asyncio
import json

import pytest
from conftest import ACCOUNT, REGION, body
from launcher import secret_rotation
from ministack.services import lambda_svc, secretsmanager
from ministack.services.cloudformation import provisioners

FUNCTION = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:rotate"
PERMISSION = {"Effect": "Allow", "Principal": {"Service": "secretsmanager.amazonaws.com"}, "Action": "lambda:InvokeFunction",
              "Condition": {"StringEquals": {"AWS:SourceAccount": ACCOUNT}}}
SCHEDULE = "AWS::SecretsManager::RotationSchedule"


class Function:
    """A rotation function that does what it should, but for the step that fails."""

    def __init__(self):
        self.events = []
        self.failing = None
        self.policy = [PERMISSION]

    def record(self, _arn):
        function = {"policy": {"Statement": self.policy}, "config": {"FunctionName": "rotate"}}
        return function, function["config"], "rotate"

    def execute(self, _record, event):
        self.events.append(event)
        if event["Step"] == self.failing:
            return {"error": True}
        version = event["ClientRequestToken"]
        if event["Step"] == "createSecret":
            body(secretsmanager._put_secret_value({
                "SecretId": event["SecretId"], "ClientRequestToken": version, "SecretString": f"value of {version}", "VersionStages": ["AWSPENDING"]}))
        if event["Step"] == "finishSecret":
            body(secretsmanager._update_secret_version_stage({
                "SecretId": event["SecretId"], "VersionStage": "AWSCURRENT", "MoveToVersionId": version, "RemoveFromVersionId": label("AWSCURRENT")}))
        return {}

    @property
    def steps(self):
        return [event["Step"] for event in self.events]


@pytest.fixture(autouse=True)
def function(monkeypatch):
    function = Function()
    monkeypatch.setattr(secret_rotation, "in_background", lambda work: work())
    monkeypatch.setattr(lambda_svc, "_get_func_record_for_ref", function.record)
    monkeypatch.setattr(lambda_svc, "_execute_function_with_config_scope", function.execute)
    body(secretsmanager._create_secret({"Name": "a", "SecretString": "old"}))
    return function


def describe():
    return body(secretsmanager._describe_secret({"SecretId": "a"}))


def label(name):
    return next((version for version, labels in describe()["VersionIdsToStages"].items() if name in labels), None)


def value():
    return body(secretsmanager._get_secret_value({"SecretId": "a"}))["SecretString"]


def rotate(**settings):
    return secretsmanager._rotate_secret({"SecretId": "a", "RotationLambdaARN": FUNCTION, **settings})


def refusal(response):
    content = json.loads(response[2])
    return response[0], content["__type"], content["message"]


def cancel(secret="a"):
    headers = {"x-amz-target": "secretsmanager.CancelRotateSecret"}
    return asyncio.run(secretsmanager.handle_request("POST", "/", headers, json.dumps({"SecretId": secret}).encode(), {}))


def test_takes_the_four_steps_with_a_version_of_its_own(function):
    old = label("AWSCURRENT")
    version = body(rotate(ClientRequestToken="new"))["VersionId"]

    assert version == "new"
    assert function.steps == ["createSecret", "setSecret", "testSecret", "finishSecret"]
    assert {(event["SecretId"], event["ClientRequestToken"]) for event in function.events} == {(describe()["ARN"], "new")}
    assert (value(), label("AWSCURRENT"), label("AWSPREVIOUS")) == ("value of new", "new", old)
    assert describe()["RotationEnabled"] and describe()["LastRotatedDate"] > 0


@pytest.mark.parametrize("step, made", [("createSecret", False), ("testSecret", True)])
def test_a_step_that_fails_leaves_the_label_and_no_other_rotation_starts(function, step, made):
    function.failing = step
    body(rotate(ClientRequestToken="new"))

    assert (value(), label("AWSPENDING")) == ("old", "new")
    assert function.steps[-1] == step
    assert secret_rotation.secretsmanager._secrets["a"]["Versions"]["new"]["SecretString"] == ("value of new" if made else None)
    assert "LastRotatedDate" not in describe()
    assert refusal(rotate()) == (400, "InvalidRequestException", "A previous rotation isn't complete. That rotation will be reattempted.")


def test_a_rotation_can_start_when_the_label_is_removed_by_hand(function):
    function.failing = "testSecret"
    body(rotate(ClientRequestToken="new"))
    body(secretsmanager._update_secret_version_stage({"SecretId": "a", "VersionStage": "AWSPENDING", "RemoveFromVersionId": "new"}))
    function.failing = None
    body(rotate(ClientRequestToken="newer"))
    assert value() == "value of newer"


@pytest.mark.parametrize("policy", [
    [],
    [{**PERMISSION, "Principal": {"Service": "events.amazonaws.com"}}],
    [{**PERMISSION, "Condition": {"StringEquals": {"AWS:SourceAccount": "999999999999"}}}],
])
def test_the_function_must_let_secrets_manager_call_it(function, policy):
    function.policy = policy
    status, code, message = refusal(rotate())
    assert (status, code) == (400, "AccessDeniedException")
    assert "grants access to the principal secretsmanager.amazonaws.com" in message
    assert function.events == []


def test_needs_a_function():
    assert refusal(secretsmanager._rotate_secret({"SecretId": "a"}))[1] == "InvalidRequestException"


def test_an_unknown_or_deleted_secret_is_refused():
    assert refusal(secretsmanager._rotate_secret({"SecretId": "nosuch"}))[1] == "ResourceNotFoundException"
    assert refusal(cancel("nosuch"))[1] == "ResourceNotFoundException"
    body(secretsmanager._delete_secret({"SecretId": "a"}))
    assert refusal(rotate())[1] == "InvalidRequestException"


def test_without_a_rotation_at_once_the_third_step_alone_is_taken_and_leaves_nothing(function):
    body(rotate(RotateImmediately=False))
    assert function.steps == ["testSecret"]
    assert (value(), label("AWSPENDING")) == ("old", None)


class TestSchedule:
    @pytest.fixture(autouse=True)
    def _scheduled(self, function, _secret=None):
        body(rotate(RotationRules={"ScheduleExpression": "rate(4 hours)"}, RotateImmediately=False))
        function.events.clear()

    def due(self):
        return secretsmanager._secrets["a"]["_RotationDue"]

    def test_rotates_when_it_is_due_and_then_again(self, function):
        first = self.due()
        secret_rotation.tick(first - 1)
        assert function.events == []
        secret_rotation.tick(first + 1)
        secret_rotation.tick(first + 2)
        assert function.steps == list(secret_rotation.STEPS)
        assert self.due() == first + 1 + 4 * 3600

    def test_goes_on_with_a_rotation_that_failed(self, function):
        function.failing = "testSecret"
        secret_rotation.tick(self.due())
        failed = label("AWSPENDING")
        function.failing = None
        secret_rotation.tick(self.due())
        assert label("AWSCURRENT") == failed

    def test_ends_when_it_is_cancelled(self, function):
        assert "VersionId" not in body(cancel())
        assert describe()["RotationEnabled"] is False
        secret_rotation.tick(self.due())
        assert function.events == []

    def test_does_not_rotate_a_secret_that_is_to_be_deleted(self, function):
        body(secretsmanager._delete_secret({"SecretId": "a"}))
        secret_rotation.tick(self.due())
        assert function.events == []


@pytest.mark.parametrize("rules, seconds", [
    ({"ScheduleExpression": "rate(1 hour)"}, 3600), ({"ScheduleExpression": "rate(30 days)"}, 30 * 86_400), ({"AutomaticallyAfterDays": 7}, 7 * 86_400),
    ({"ScheduleExpression": "cron(0 8 * * ? *)"}, float("inf")), (None, float("inf")),
])
def test_understands_rates(rules, seconds):
    assert secret_rotation._due(rules, 1000) == 1000 + seconds


def test_cancelling_names_the_version_that_is_left(function):
    function.failing = "setSecret"
    body(rotate(ClientRequestToken="new"))
    assert body(cancel())["VersionId"] == "new"


def test_a_function_that_is_gone_fails_the_rotation(function, monkeypatch):
    body(rotate(RotationRules={"AutomaticallyAfterDays": 1}, RotateImmediately=False))
    monkeypatch.setattr(lambda_svc, "_get_func_record_for_ref", lambda _arn: (None, None, "rotate"))
    secret_rotation.tick(secretsmanager._secrets["a"]["_RotationDue"])
    assert (value(), label("AWSPENDING") is not None) == ("old", True)


class TestCloudFormation:
    PROPS = {"SecretId": "a", "RotationLambdaARN": FUNCTION, "RotationRules": {"ScheduleExpression": "rate(4 hours)"}}

    def create(self, **props):
        return provisioners._provision_resource(SCHEDULE, "Logical", {**self.PROPS, **props}, "Stack")

    def test_rotates_at_once(self, function):
        assert self.create()[0] == "a"
        assert value().startswith("value of ")
        assert describe()["RotationRules"] == self.PROPS["RotationRules"]

    def test_rotates_at_once_unless_told(self, function):
        self.create(RotateImmediatelyOnUpdate=False)
        assert function.steps == ["testSecret"]

    def test_is_changed_and_deleted(self, function):
        physical_id, _ = self.create(RotateImmediatelyOnUpdate=False)
        new = {**self.PROPS, "RotationRules": {"ScheduleExpression": "rate(1 day)"}}
        provisioners._update_resource(SCHEDULE, physical_id, self.PROPS, new, "Stack", "Logical")
        assert describe()["RotationRules"] == new["RotationRules"]
        provisioners._delete_resource(SCHEDULE, physical_id, new, "Stack", "Logical")
        assert describe()["RotationEnabled"] is False

    def test_fails_without_the_permission(self, function):
        function.policy = []
        with pytest.raises(ValueError, match="cannot invoke the specified Lambda function"):
            self.create()

    def test_fails_for_a_hosted_function(self):
        with pytest.raises(ValueError, match="only RotationLambdaARN"):
            provisioners._provision_resource(SCHEDULE, "Logical", {"SecretId": "a", "HostedRotationLambda": {}}, "Stack")

    def test_deletes_quietly_when_the_secret_is_gone(self):
        provisioners._delete_resource(SCHEDULE, "nosuch", self.PROPS, "Stack", "Logical")
