"""What PostgreSQL does for a statement: the plan that it carried out, as the app role and within a reseller."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext


@dataclass(frozen=True)
class Plan:
    sql: str
    root: dict[str, Any]

    @property
    def nodes(self) -> Iterator[dict[str, Any]]:
        left = [self.root]
        while left:
            node = left.pop()
            yield node
            left += node.get("Plans", [])

    @property
    def read_whole(self) -> set[str]:
        """Tables that were read from end to end."""
        return {node["Relation Name"] for node in self.nodes if node["Node Type"].endswith("Seq Scan")}

    @property
    def touched(self) -> int:
        """Rows and index entries that were looked at, those included that were thrown away."""
        return round(sum(looked_at(node) for node in self.nodes if node["Node Type"].endswith("Scan")))

    def touched_in(self, table: str) -> int:
        """The same of one table and its indexes."""
        return round(sum(looked_at(node) for node in self.nodes if node.get("Relation Name") == table))

    def __str__(self) -> str:
        lines = [f"{node['Node Type']} {node.get('Index Name', node.get('Relation Name', ''))}" for node in self.nodes]
        return f"{self.touched} rows touched: {self.sql}\n  " + "\n  ".join(lines)


def looked_at(node: dict[str, Any]) -> float:
    thrown = (node.get(f"Rows Removed by {why}", 0) for why in ("Filter", "Index Recheck"))
    return float((node["Actual Rows"] + sum(thrown)) * node["Actual Loops"])


def explained(sql: str) -> Plan:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {sql}")
        (found,) = cursor.fetchone()
    return Plan(sql, (json.loads(found) if isinstance(found, str) else found)[0]["Plan"])


def asked(call: Any) -> tuple[Any, list[str]]:
    """What the call answers, and the statements that it sent."""
    with CaptureQueriesContext(connection) as queries:
        answer = call()
    return answer, [query["sql"] for query in queries]
