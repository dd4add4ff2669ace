"""Values made from schemas: every one satisfies its schema, and the same seed gives the same bytes on any machine.

Sits between the contract and the state: it knows schemas and nothing of operations, records or replies.
"""

from mockserver.generate.errors import Unsatisfiable
from mockserver.generate.generator import Generator, complete, fresh_key, generate

__all__ = ["Generator", "Unsatisfiable", "complete", "fresh_key", "generate"]
