"""SQS's batch calls take the right of the single call, as on AWS; MiniStack wants one of a name that IAM does not know."""
from ministack.core import iam_actions

_BATCHES = {f"{action}Batch": action for action in ("ChangeMessageVisibility", "DeleteMessage", "SendMessage")}


def install() -> None:
    original = iam_actions._action_from_target

    def action_from_target(headers: dict[str, str]) -> str | None:
        action = original(headers)
        return _BATCHES.get(action, action)

    iam_actions._action_from_target = action_from_target
