import json

import pytest
from conftest import ACCOUNT, body
from launcher.principal_arn import of_principal
from ministack.core import iam_evaluator
from ministack.services import iam

ROLE = f"arn:aws:iam::{ACCOUNT}:role/ci/builder"
SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/builder/session"


@pytest.fixture
def builder():
    trust = json.dumps({"Version": "2012-10-17", "Statement": []})
    iam._create_role({"RoleName": ["builder"], "Path": ["/ci/"], "AssumeRolePolicyDocument": [trust]})


@pytest.mark.usefixtures("builder")
def test_a_session_stands_for_its_role_with_the_path():
    assert of_principal(SESSION) == ROLE


def test_a_session_of_a_role_that_is_gone_still_names_it():
    assert of_principal(SESSION) == f"arn:aws:iam::{ACCOUNT}:role/builder"


@pytest.mark.parametrize("arn", [f"arn:aws:iam::{ACCOUNT}:user/ci", f"arn:aws:iam::{ACCOUNT}:root", ROLE])
def test_any_other_principal_is_itself(arn):
    assert of_principal(arn) == arn


@pytest.mark.usefixtures("builder")
@pytest.mark.parametrize("trusted, allowed", [(ROLE, True), (SESSION, False), (f"{ROLE}-2", False)])
def test_a_trust_policy_sees_the_role(trusted, allowed):
    document = {"Statement": [{
        "Effect": "Allow",
        "Action": "sts:AssumeRole",
        "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
        "Condition": {"ArnEquals": {"aws:PrincipalArn": trusted}},
    }]}
    assert iam_evaluator.evaluate_trust_policy(document, SESSION) is allowed
