"""Copies an image between an OCI layout and a registry with the oras client of PyPI.

    python oras_copy.py push LAYOUT TAG REFERENCE
    python oras_copy.py pull REFERENCE LAYOUT TAG

The credentials are those of the file REGISTRY_AUTH_FILE.
"""
import os
import sys

import oras
from oras.layout import NewLayout, NewLayoutFromRegistry
from oras.provider import Registry


answers: list[str] = []


def provider(reference: str) -> Registry:
    registry = Registry(auth_backend="basic")
    registry.session.hooks["response"].append(lambda answer, **_: answers.append(f"{answer.status_code} {answer.text.strip()}"))
    registry.auth.set_basic_auth("", "")  # without it, a registry that asks for credentials is asked again for two minutes
    registry.auth.load_configs(registry.get_container(reference), [os.environ["REGISTRY_AUTH_FILE"]])
    return registry


def main(action: str, *operands: str) -> None:
    if action == "version":
        print(oras.__version__)
    elif action == "push":
        layout, tag, reference = operands
        NewLayout(layout).push_to_registry(provider(reference), reference, tag)
    elif action == "pull":
        reference, layout, tag = operands
        NewLayoutFromRegistry(layout, provider(reference), reference, tag)
    else:
        raise ValueError(f"no such action: {action}")


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except Exception as error:  # the caller wants what the registry said, not a traceback
        sys.exit(f"oras: {error}; last answer of the registry: {answers[-1] if answers else 'none'}")
