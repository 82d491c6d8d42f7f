import json

import pytest
from conftest import body, repository
from launcher.tag_mutability import is_immutable
from ministack.services import ecr

ONE, TWO = b'{"image":1}', b'{"image":2}'


def filters(*wildcards):
    return [{"filterType": "WILDCARD", "filter": wildcard} for wildcard in wildcards]


@pytest.mark.parametrize("mode, wildcards, tag, immutable", [
    ("MUTABLE", [], "v1", False),
    ("IMMUTABLE", [], "v1", True),
    ("IMMUTABLE_WITH_EXCLUSION", ["latest"], "v1", True),
    ("IMMUTABLE_WITH_EXCLUSION", ["latest"], "latest", False),
    ("IMMUTABLE_WITH_EXCLUSION", ["latest"], "latest-2", True),
    ("IMMUTABLE_WITH_EXCLUSION", ["dev-*", "latest*"], "latest-2", False),
    ("IMMUTABLE_WITH_EXCLUSION", ["*.rc"], "1xrc", True),
    ("MUTABLE_WITH_EXCLUSION", ["v*"], "v1", True),
    ("MUTABLE_WITH_EXCLUSION", ["v*"], "latest", False),
])
def test_a_tag_is_immutable_by_the_mode_and_the_filters(mode, wildcards, tag, immutable):
    assert is_immutable({"imageTagMutability": mode, "imageTagMutabilityExclusionFilters": filters(*wildcards)}, tag) is immutable


def push(tag, manifest):
    return ecr._v2_put_manifest("app", tag, {}, manifest)


@pytest.fixture
def filtered():
    repository("app", imageTagMutability="IMMUTABLE_WITH_EXCLUSION", imageTagMutabilityExclusionFilters=filters("latest*"))


@pytest.mark.usefixtures("filtered")
class TestAPush:
    def test_cannot_move_an_immutable_tag(self):
        push("v1", ONE)
        status, _, content = push("v1", TWO)

        assert (status, json.loads(content)["errors"][0]["code"]) == (400, "TAG_INVALID")
        assert "The image tag 'v1' already exists in the 'app' repository" in content.decode()
        assert ecr._v2_get_manifest("app", "v1")[2] == ONE

    def test_can_repeat_the_same_image(self):
        assert [push("v1", ONE)[0], push("v1", ONE)[0]] == [201, 201]

    def test_can_move_an_excluded_tag(self):
        assert [push("latest", ONE)[0], push("latest", TWO)[0]] == [201, 201]
        assert ecr._v2_get_manifest("app", "latest")[2] == TWO

    def test_by_digest_is_always_possible(self):
        assert push(ecr._content_digest(ONE), ONE)[0] == 201


@pytest.mark.usefixtures("filtered")
class TestTheApi:
    def put_image(self, tag, manifest):
        return ecr._put_image({"repositoryName": "app", "imageTag": tag, "imageManifest": manifest.decode()})

    def test_cannot_move_an_immutable_tag(self):
        self.put_image("v1", ONE)
        status, _, content = self.put_image("v1", TWO)
        assert (status, json.loads(content)["__type"]) == (400, "ImageTagAlreadyExistsException")

    def test_can_move_an_excluded_tag(self):
        assert [self.put_image("latest", image)[0] for image in (ONE, TWO)] == [200, 200]

    def test_tells_the_filters(self):
        (described,) = body(ecr._describe_repositories({}))["repositories"]
        assert described["imageTagMutabilityExclusionFilters"] == filters("latest*")

    def test_can_change_the_filters(self):
        push("v1", ONE)
        body(ecr._put_image_tag_mutability({"repositoryName": "app", "imageTagMutability": "IMMUTABLE_WITH_EXCLUSION",
                                            "imageTagMutabilityExclusionFilters": filters("v*")}))
        assert push("v1", TWO)[0] == 201

    def test_can_end_immutability(self):
        push("v1", ONE)
        body(ecr._put_image_tag_mutability({"repositoryName": "app", "imageTagMutability": "MUTABLE"}))
        assert push("v1", TWO)[0] == 201
        assert "imageTagMutabilityExclusionFilters" not in body(ecr._describe_repositories({}))["repositories"][0]
