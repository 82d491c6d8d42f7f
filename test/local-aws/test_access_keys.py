import pytest
from conftest import ACCOUNT, user
from launcher import access_keys
from ministack.core import iam_evaluator
from ministack.services import iam


def create(name="ci"):
    return iam._create_access_key({"UserName": [name]})


def test_a_user_has_two_at_most():
    user("ci")
    assert create()[0] == 200
    status, _, content = create()
    assert status == 409
    assert b"<Code>LimitExceeded</Code><Message>Cannot exceed quota for AccessKeysPerUser: 2</Message>" in content
    iam._delete_access_key({"AccessKeyId": [next(iter(iam._access_keys.keys()))]})
    assert create()[0] == 200


def test_the_limit_is_one_users_own():
    user("ci")
    create()
    user("other")
    assert create("other")[0] == 200


def test_the_api_has_the_limit_too():
    assert iam._IAM_HANDLERS["CreateAccessKey"] is iam._create_access_key


@pytest.mark.parametrize("age, known", [(1.9, False), (2.1, True)])
def test_a_new_key_is_unknown_for_as_long_as_was_asked_for(monkeypatch, age, known):
    monkeypatch.setattr(iam, "_create_access_key", iam._create_access_key)
    monkeypatch.setattr(iam_evaluator, "resolve_credential", iam_evaluator.resolve_credential)
    monkeypatch.setitem(iam._IAM_HANDLERS, "CreateAccessKey", iam._create_access_key)
    access_keys.install(delay_seconds=2)
    key = user("ci")
    monkeypatch.setitem(access_keys._created, key, access_keys.time.monotonic() - age)
    answer = iam_evaluator.resolve_credential(key, ACCOUNT)
    assert isinstance(answer, iam_evaluator.ResolvedCredential) == known
    assert known or answer.code == "UnrecognizedClientException"


def test_a_key_is_known_at_once_unless_asked():
    assert isinstance(iam_evaluator.resolve_credential(user("ci"), ACCOUNT), iam_evaluator.ResolvedCredential)
