"""Use cases of the desk, one transaction each. Roles are enforced here, not in the screens above."""
