"""What a proof showed of an earlier reading of a contract, so that the next one reads it differently."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from mockserver.inference.routes import VALUE, Shape


@dataclass(frozen=True, slots=True)
class Readings:
    """Paths whose records are not remembered, other keys to try, and operations that cannot keep their claim."""

    forgotten: Mapping[Shape, str] = field(default_factory=dict)  #: by base path: why its records aren't remembered
    keys: Mapping[Shape, int] = field(default_factory=dict)  #: by base path: which of the possible keys to take
    broken: Mapping[str, str] = field(default_factory=dict)  #: by operation id: why it keeps to its example
    described: frozenset[str] = frozenset()  #: operations that aren't read, as a file says what they do

    @property
    def why(self) -> tuple[str, ...]:
        """Why something has no memory, each reason once."""
        return tuple(dict.fromkeys((*self.forgotten.values(), *self.broken.values())))

    def why_forgotten(self, shape: Shape) -> str:
        """Why the records at a path, which may be one of them, aren't remembered; empty where they may be."""
        base = shape[:-1] if shape and shape[-1] == VALUE and shape not in self.forgotten else shape
        return self.forgotten.get(base, "")
