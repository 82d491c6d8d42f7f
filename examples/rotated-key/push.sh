#!/bin/sh
# Builds and pushes the image. The CI's settings give AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.
set -eu

export AWS_REGION=eu-west-1
REGISTRY=111122223333.dkr.ecr.eu-west-1.amazonaws.com
IMAGE=111122223333.dkr.ecr.eu-west-1.amazonaws.com/myuser/myapp
TAG=$(git rev-parse HEAD)

aws ecr get-login-password | docker login --username AWS --password-stdin "$REGISTRY"
docker build --tag "$IMAGE:$TAG" .
docker push "$IMAGE:$TAG"
