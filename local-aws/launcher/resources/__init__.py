"""CloudFormation resource types that MiniStack lacks or gets wrong, one module each.

A module has ``create(logical_id, props, stack)`` and ``update(physical_id, old, new, stack, logical_id)``, which answer
``(physical id, attributes)``, ``delete(physical_id, props)``, and ``REPLACING``, the properties that cannot be changed in place.
"""
