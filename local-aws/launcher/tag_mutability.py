"""Immutable tags with exclusion filters, for pushes and for the API. MiniStack drops the filters and then lets every tag move."""
import re
from typing import Any

from ministack.core.responses import error_response_json
from ministack.services import ecr

from .responses import Response

FILTERS = "imageTagMutabilityExclusionFilters"

_MODE = "imageTagMutability"


def is_immutable(repository: dict[str, Any], tag: str) -> bool:
    """Whether a tag that exists in the repository may not move to another image."""
    mode = repository.get(_MODE, "MUTABLE")
    if mode.endswith("_WITH_EXCLUSION"):
        excluded = any(_matches(entry["filter"], tag) for entry in repository.get(FILTERS) or [])
        return excluded != mode.startswith("IMMUTABLE")
    return mode == "IMMUTABLE"


def _matches(wildcard: str, tag: str) -> bool:
    return re.fullmatch(".*".join(re.escape(part) for part in wildcard.split("*")), tag) is not None


def _taken(name: str, tag: str | None, digest: str) -> str | None:
    """The complaint when the tag already names another image and must stay there."""
    repository = ecr._repositories.get(name)
    if repository is None or not tag or not is_immutable(repository, tag):
        return None
    held = any(tag in image.get("imageTags", []) and image["imageDigest"] != digest for image in ecr._images.get(name, []))
    return (f"The image tag '{tag}' already exists in the '{name}' repository "
            "and cannot be overwritten because the tag is immutable.") if held else None


def _kept_filters(data: dict[str, Any], response: Response) -> Response:
    if response[0] == 200:
        ecr._repositories[data["repositoryName"]][FILTERS] = data.get(FILTERS) or []
    return response


def install() -> None:
    originals = {name: getattr(ecr, name) for name in (
        "_create_repository", "_put_image_tag_mutability", "_repo_shape", "_put_image", "_v2_put_manifest")}

    def create_repository(data: dict[str, Any]) -> Response:
        return _kept_filters(data, originals["_create_repository"](data))

    def put_image_tag_mutability(data: dict[str, Any]) -> Response:
        return _kept_filters(data, originals["_put_image_tag_mutability"](data))

    def repository_shape(repository: dict[str, Any]) -> dict[str, Any]:
        filters = {FILTERS: repository[FILTERS]} if repository.get(FILTERS) else {}
        return {**originals["_repo_shape"](repository), **filters}

    def put_image(data: dict[str, Any]) -> Response:
        digest = data.get("imageDigest") or ecr._image_digest(data.get("imageManifest", ""))
        complaint = _taken(data.get("repositoryName", ""), data.get("imageTag"), digest)
        return error_response_json("ImageTagAlreadyExistsException", complaint, 400) if complaint else originals["_put_image"](data)

    def put_manifest(name: str, reference: str, headers: dict[str, str], body: bytes) -> Response:
        tag = None if reference.startswith("sha256:") else reference
        complaint = _taken(name, tag, ecr._content_digest(body))
        return ecr._registry_error(400, "TAG_INVALID", complaint) if complaint else originals["_v2_put_manifest"](name, reference, headers, body)

    ecr._create_repository = create_repository
    ecr._put_image_tag_mutability = put_image_tag_mutability
    ecr._repo_shape = repository_shape
    ecr._put_image = put_image
    ecr._v2_put_manifest = put_manifest
