import pytest
from ministack.core import iam_actions


@pytest.mark.parametrize("target, action", [
    ("AmazonSQS.SendMessageBatch", "sqs:SendMessage"),
    ("AmazonSQS.DeleteMessageBatch", "sqs:DeleteMessage"),
    ("AmazonSQS.SendMessage", "sqs:SendMessage"),
    ("DynamoDB_20120810.Query", "dynamodb:Query"),
])
def test_a_batch_takes_the_right_of_the_single_call(target, action):
    service = "dynamodb" if target.startswith("Dynamo") else "sqs"
    assert iam_actions.extract_iam_action(service, "POST", "/", {"x-amz-target": target}, b"{}", {}) == action
