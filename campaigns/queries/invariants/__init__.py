"""What must always hold of the stored state: every check is a query that returns no rows. Never writes.

`violations` runs them all on one snapshot of the database; `docs/invariants.md` says what each one means.
"""

from campaigns.queries.invariants.all_checks import CHECKS, violations
from campaigns.queries.invariants.base import Look, Violation

__all__ = ["CHECKS", "Look", "Violation", "violations"]
