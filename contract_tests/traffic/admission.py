"""Requests without credentials that were answered, though the contract asks for credentials."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import parse_qsl

from contract_tests.core.answer import Answer, Sent
from contract_tests.core.checks import Breach
from contract_tests.core.contract import Contract, Operation, SecurityScheme
from contract_tests.core.credentials import MUTUAL_TLS

UNRECORDED: Final = "the recording has no credentials at all, so whether they are asked for can't be seen"


@dataclass
class Admission:
    """Compares requests without credentials with the rest of a recording, which shows whether it has any."""

    contract: Contract
    shown: set[str] = field(default_factory=set)  #: schemes of which some request has the credentials
    suspects: dict[str, list[Answer]] = field(default_factory=dict)  #: by operation
    counts: dict[str, int] = field(default_factory=dict)

    def saw(self, operation: Operation, answer: Answer) -> None:
        """Take note of a request and its answer."""
        schemes = self.contract.reader.security_schemes
        carried = {name for name, scheme in schemes.items() if carries(answer.sent, scheme)}
        self.shown |= carried
        if not operation.secured or not answer.ok or answer.sent.method == "OPTIONS":
            return
        known = [names & schemes.keys() for names in operation.declared.security]
        if any(names <= carried or any(schemes[one].kind == MUTUAL_TLS for one in names) for names in known):
            return
        kept = self.suspects.setdefault(operation.id, [])
        self.counts[operation.id] = self.counts.get(operation.id, 0) + 1
        if len(kept) < 5:
            kept.append(answer)

    def breaches(self) -> Iterator[tuple[Breach, int, list[Answer]]]:
        """Each operation that admits requests without credentials, how many, and the first answers."""
        for name, answers in self.suspects.items():
            operation = self.contract.operation(name)
            wanted = {one for names in operation.declared.security for one in names}
            if wanted & self.shown:
                expected = "a refusal of requests without the credentials that the contract asks for"
                got = f"{answers[0].describe()} to a request that has none of {', '.join(sorted(wanted))}"
                yield Breach(name, "admitted", expected, got, answer=answers[0]), self.counts[name], answers

    @property
    def unrecorded(self) -> int:
        """How many requests can't be examined, because the recording has no credentials."""
        shown = {breach.operation for breach, _, _ in self.breaches()}
        return sum(count for name, count in self.counts.items() if name not in shown)


def carries(sent: Sent, scheme: SecurityScheme) -> bool:
    """Whether a request has a credential of a scheme, whatever its value."""
    headers = {name.lower(): value for name, value in sent.headers.items()}
    if scheme.kind != "apiKey":
        return bool(headers.get("authorization", "").strip())
    if scheme.location == "query":
        return any(name == scheme.parameter for name, _ in parse_qsl(sent.query, keep_blank_values=True))
    if scheme.location == "cookie":
        cookie = headers.get("cookie", "")
        return f"{scheme.parameter}=" in cookie or cookie.startswith("[")  # as `[redacted]`
    return bool(headers.get(scheme.parameter.lower(), "").strip())
