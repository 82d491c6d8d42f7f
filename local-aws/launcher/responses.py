"""What MiniStack's functions answer: (status, headers, body)."""
from typing import Any

Response = tuple[int, dict[str, str], Any]


def checked(response: Response) -> Response:
    """The response of a call that must succeed."""
    if response[0] >= 400:
        body = response[2]
        raise ValueError(body.decode() if isinstance(body, bytes) else str(body))
    return response
