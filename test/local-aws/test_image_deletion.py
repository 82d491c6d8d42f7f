import pytest
from conftest import body, repository
from ministack.services import ecr

ONE, TWO = b'{"image":1}', b'{"image":2}'
DIGEST = ecr._content_digest(ONE)


@pytest.fixture(autouse=True)
def tagged():
    repository("app")
    for tag in ("v1", "v2", "v3"):
        ecr._v2_put_manifest("app", tag, {}, ONE)
    ecr._v2_put_manifest("app", "other", {}, TWO)


def delete(*image_ids):
    return body(ecr._batch_delete_image({"repositoryName": "app", "imageIds": list(image_ids)}))


def tags():
    return sorted(tag for image in body(ecr._describe_images({"repositoryName": "app"}))["imageDetails"] for tag in image["imageTags"])


def test_by_a_tag_takes_that_tag_and_leaves_the_others():
    assert delete({"imageTag": "v3"}) == {"imageIds": [{"imageDigest": DIGEST, "imageTag": "v3"}], "failures": []}
    assert tags() == ["other", "v1", "v2"]
    assert ecr._v2_get_manifest("app", "v3")[0] == 404
    assert ecr._v2_get_manifest("app", "v1")[2] == ONE
    (image,) = body(ecr._batch_get_image({"repositoryName": "app", "imageIds": [{"imageDigest": DIGEST}]}))["images"]
    assert image["imageId"]["imageTag"] in ("v1", "v2")


def test_by_the_last_tag_deletes_the_image():
    delete({"imageTag": "v1"}, {"imageTag": "v2"}, {"imageTag": "v3"})
    assert tags() == ["other"]
    assert body(ecr._list_images({"repositoryName": "app"}))["imageIds"] == [{"imageDigest": ecr._content_digest(TWO), "imageTag": "other"}]


@pytest.mark.parametrize("image_id", [{"imageDigest": DIGEST}, {"imageDigest": DIGEST, "imageTag": "v1"}])
def test_by_its_digest_deletes_the_image_with_all_its_tags(image_id):
    assert delete(image_id)["failures"] == []
    assert tags() == ["other"]


def test_of_a_tag_that_is_not_there_is_a_failure_and_no_hindrance():
    answer = delete({"imageTag": "none"}, {"imageTag": "v2"})
    assert [failure["failureCode"] for failure in answer["failures"]] == ["ImageNotFound"]
    assert tags() == ["other", "v1", "v3"]


def test_in_a_repository_that_is_not_there_fails():
    assert ecr._batch_delete_image({"repositoryName": "none", "imageIds": []})[0] == 400
