"""Deleting an image by one of its tags takes that tag away; the image goes with its last one. MiniStack deletes it at once."""
import json
from typing import Any

from ministack.core.responses import json_response
from ministack.services import ecr

from .responses import Response


def _remove_tag(name: str, image_id: dict[str, str]) -> dict[str, str] | None:
    """What was deleted, if the image has other tags; None if all of it has to go, or it is named by its digest."""
    tag = image_id.get("imageTag")
    image = ecr._find_image(name, {"imageTag": tag})
    if image is None or "imageDigest" in image_id or len(image["imageTags"]) < 2:
        return None
    image["imageTags"].remove(tag)
    image["imageId"]["imageTag"] = image["imageTags"][-1]
    return {"imageDigest": image["imageDigest"], "imageTag": tag}


def install() -> None:
    original = ecr._batch_delete_image

    def batch_delete_image(data: dict[str, Any]) -> Response:
        name = data.get("repositoryName", "")
        if name not in ecr._repositories:
            return original(data)
        deleted, failures = [], []
        for image_id in data.get("imageIds", []):
            removed = _remove_tag(name, image_id)
            if removed:
                deleted.append(removed)
            else:
                answer = json.loads(original({**data, "imageIds": [image_id]})[2])
                deleted += answer["imageIds"]
                failures += answer["failures"]
        return json_response({"imageIds": deleted, "failures": failures})

    ecr._batch_delete_image = batch_delete_image
