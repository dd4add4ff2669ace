"""Generated inputs: the one door to Schemathesis. Every request it makes goes through the gate."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import hypothesis
import schemathesis
from hypothesis import HealthCheck, Phase
from schemathesis.config import SchemathesisConfig
from schemathesis.generation import GenerationMode, derive_operation_seed
from schemathesis.generation.hypothesis.builder import HypothesisTestConfig, HypothesisTestMode, create_test
from schemathesis.specs.openapi.checks import ensure_resource_availability, use_after_free

from contract_tests.errors import Broken, JudgeError, Withheld
from contract_tests.gate import NETWORK_ERRORS, reason_of

if TYPE_CHECKING:
    from schemathesis.generation.case import Case
    from schemathesis.schemas import APIOperation, BaseSchema

    from contract_tests.answer import Answer
    from contract_tests.contract import Operation
    from contract_tests.target import Target

HYPOTHESIS = {
    "deadline": None,
    "database": None,
    "derandomize": False,
    "suppress_health_check": list(HealthCheck),
    "phases": [Phase.explicit, Phase.generate],
    "report_multiple_bugs": False,
    "print_blob": False,
}
SEQUENCE_CHECKS = [use_after_free, ensure_resource_availability]


class Halt(BaseException):
    """Ends a generated test at once; Hypothesis would otherwise try an ordinary exception again and again."""

    def __init__(self, error: Exception) -> None:
        super().__init__(str(error))
        self.error = error


@dataclass(frozen=True)
class Trial:
    """A generated request and its answer: whether the input was valid, and what was special about it."""

    answer: Answer
    valid: bool
    about: str
    names: str = ""


class Fuzzer:
    """Generates inputs for the operations of a contract."""

    def __init__(self, target: Target, seed: int, examples: int) -> None:
        self.target, self.seed, self.examples = target, seed, examples
        config = SchemathesisConfig.from_dict(
            {
                "seed": seed,
                "generation": {"database": "none", "no-shrink": True, "with-security-parameters": False},
                "cache": {"enabled": False},
                "base-url": target.gate.base_url,
                "phases": {"coverage": {"unexpected-methods": []}},
            }
        )
        self.schema: BaseSchema = schemathesis.openapi.from_dict(dict(target.contract.document), config=config)
        self.schema.config.update(base_url=target.gate.base_url)

    def operation(self, operation: Operation) -> APIOperation[Any, Any, Any, Any]:
        """Schemathesis's own view of an operation."""
        return self.schema[operation.path][operation.method]

    def trials(self, operation: Operation, judge: Callable[[Trial], None]) -> Iterator[str]:
        """Send examples, boundary cases and random inputs, showing each to `judge`; yields why some were withheld."""
        withheld: dict[str, int] = {}

        def one(case: Case) -> None:
            try:
                judge(self._trial(case))
            except Withheld as reason:
                if type(reason) is not Withheld:
                    raise Halt(reason) from None
                withheld[reason.reason] = withheld.get(reason.reason, 0) + 1
            except (JudgeError, Broken) as error:
                raise Halt(error) from None

        generated = self.operation(operation)
        config = HypothesisTestConfig(
            project=self.schema.config,
            modes=[HypothesisTestMode.EXAMPLES, HypothesisTestMode.COVERAGE, HypothesisTestMode.FUZZING],
            settings=hypothesis.settings(max_examples=self.examples, **HYPOTHESIS),
            seed=derive_operation_seed(self.seed, generated.label),
            apply_ci_profile=False,
        )
        try:
            create_test(operation=generated, test_func=one, config=config)()
        except Halt as halt:
            raise halt.error from None
        yield from withheld

    def _trial(self, case: Case) -> Trial:
        headers = self.target.authorization(self.target.token)
        try:
            case.call(session=self.target.session, headers=headers, allow_redirects=False)
        except NETWORK_ERRORS as error:
            raise Broken(f"an answer to {case.method} {case.path}", reason_of(error)) from error
        answer = self.target.gate.last
        assert answer is not None  # noqa: S101 - the gate has just kept it
        meta = case.meta
        valid = meta is None or meta.generation.mode is GenerationMode.POSITIVE
        about = str(getattr(meta.phase.data, "description", "") or "") if meta else ""
        return Trial(answer, valid, about)

    def walk(self, scenarios: int, steps: int = 8) -> None:
        """Follow the contract's links in random scenarios; raises `Broken` with the failure that Schemathesis found."""
        target = self.target

        class Walk(self.schema.as_state_machine()):  # type: ignore[misc]
            def get_call_kwargs(self, case: Case) -> dict[str, Any]:
                headers = target.authorization(target.token)
                return {"session": target.session, "headers": headers, "allow_redirects": False}

            def call(self, case: Case, **kwargs: Any) -> Any:
                try:
                    return super().call(case, **kwargs)
                except (Withheld, JudgeError) as error:
                    raise Halt(error) from None
                except NETWORK_ERRORS as error:
                    raise Halt(Broken(f"an answer to {case.method} {case.path}", reason_of(error))) from None

            def validate_response(self, response: Any, case: Case, *_: Any, **__: Any) -> None:
                answer = target.gate.last
                try:
                    case.validate_response(response, checks=SEQUENCE_CHECKS, recorder=self.recorder)
                except AssertionError as failure:
                    raise Halt(as_broken(failure, answer)) from None
                except BaseExceptionGroup as failures:
                    raise Halt(as_broken(failures.exceptions[0], answer)) from None

        settings = hypothesis.settings(max_examples=scenarios, stateful_step_count=steps, **HYPOTHESIS)
        try:
            hypothesis.seed(self.seed)(Walk)
            Walk.run(settings=settings)
        except Halt as halt:
            raise halt.error from None


def as_broken(failure: BaseException, answer: Answer | None) -> Broken:
    """A failure of Schemathesis's as a broken promise."""
    title = getattr(failure, "title", "") or type(failure).__name__
    message = " ".join(str(getattr(failure, "message", "") or failure).split())
    return Broken(f"no case of: {title}", message, *([answer] if answer else []))
