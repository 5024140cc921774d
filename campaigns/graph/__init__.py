"""The task graph, pure: no database, no clock, no random. Checks, orders, grows, answers "what next".

Every function is linear in tasks and needs (ordering also sorts) and works without recursion.
"""

from campaigns.graph.checks import MAX_ERRORS, check
from campaigns.graph.growth import Grown, apply_change
from campaigns.graph.nodes import Need, Node, as_node, is_dead, is_met
from campaigns.graph.shape import (
    CriticalPath,
    critical_path,
    dependants,
    doomed,
    layers,
    needs_left,
    order,
    ready_set,
)
from campaigns.graph.work import (
    UNASSIGNED,
    DomainProgress,
    Graph,
    Progress,
    StartVerdict,
    apply_status,
    apply_statuses,
    build_graph,
    can_start,
    domains_with_work,
    has_work_remaining,
    next_task,
    next_task_for_domain,
    progress,
)

__all__ = [
    "MAX_ERRORS",
    "UNASSIGNED",
    "CriticalPath",
    "DomainProgress",
    "Graph",
    "Grown",
    "Need",
    "Node",
    "Progress",
    "StartVerdict",
    "apply_change",
    "apply_status",
    "apply_statuses",
    "as_node",
    "build_graph",
    "can_start",
    "check",
    "critical_path",
    "dependants",
    "domains_with_work",
    "doomed",
    "has_work_remaining",
    "is_dead",
    "is_met",
    "layers",
    "needs_left",
    "next_task",
    "next_task_for_domain",
    "order",
    "progress",
    "ready_set",
]
