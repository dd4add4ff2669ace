"""Generated inputs: the one door to Schemathesis. Every request it makes goes through the gate."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from unittest import SkipTest
from urllib.parse import quote, unquote

import hypothesis
import schemathesis
from hypothesis import HealthCheck, Phase
from hypothesis.errors import FlakyReplay, FlakyStrategyDefinition
from schemathesis.config import SchemathesisConfig
from schemathesis.core.errors import SerializationNotPossible
from schemathesis.generation import GenerationMode, derive_operation_seed
from schemathesis.generation.case import Case
from schemathesis.generation.hypothesis.builder import HypothesisTestConfig, HypothesisTestMode, create_test
from schemathesis.specs.openapi.checks import ensure_resource_availability, use_after_free

from contract_tests.core.alarm import Alarm, TimeOver
from contract_tests.core.answer import Answer
from contract_tests.core.contract import Contract, Operation
from contract_tests.core.creation import is_linked
from contract_tests.core.distinct import TAKEN
from contract_tests.core.errors import Broken, BudgetSpent, NotChecked, SuiteError
from contract_tests.core.locating import canonical
from contract_tests.core.making import Records
from contract_tests.core.mending import with_free_texts, with_one_fault
from contract_tests.core.needs import needed, taken_once
from contract_tests.core.schemas import for_python
from contract_tests.core.shares import Shares
from contract_tests.core.target import Target
from contract_tests.core.transport import NETWORK_ERRORS

WALKING = 0.25  # of the time that is left
PATIENCE = 3.0  # seconds for the first input of an operation, whatever time is left
WALKS = 3  # with a seed each, where the target makes one end early
MODES = {HypothesisTestMode.EXAMPLES: 0.25, HypothesisTestMode.COVERAGE: 0.8, HypothesisTestMode.FUZZING: 1.0}
"""The part of the time that is left for each of them. Boundary values show more than random ones."""

CONDITIONS = frozenset({"if-match", "if-none-match", "if-modified-since", "if-unmodified-since"})


class Halt(BaseException):
    """Ends a generated test at once; Hypothesis would otherwise try an ordinary exception again and again."""

    def __init__(self, error: Exception) -> None:
        super().__init__(str(error))
        self.error = error


@dataclass(frozen=True)
class Trial:
    """A generated request and its answer: whether the input was valid, what was special about it, and where."""

    answer: Answer
    valid: bool
    about: str
    where: frozenset[str] = frozenset()  #: the invalid parts: `path`, `query`, `header`, `cookie`, `body`


@dataclass
class Fuzzer:
    """Generates inputs for the operations of a contract, and sequences along its links."""

    target: Target
    seed: int
    examples: int
    shares: Shares | None = None  #: of the time, one for each operation
    records: Records | None = None  #: of this run, for calls to act on
    unreadable: set[str] = field(default_factory=set)  #: patterns that no generator could follow
    cut: int = 0  #: how often that time was over

    def __post_init__(self) -> None:
        document = for_python(self.target.contract.as_written, self.unreadable)
        try:
            self.schema = schemathesis.openapi.from_dict(document, config=self._config())
        except Exception as error:  # noqa: BLE001 - whatever it is, it is about the contract
            raise NotChecked(f"no input can be generated: {first_line(error)}") from None
        self.schema.config.update(base_url=self.target.gate.base_url)

    def trials(self, operation: Operation, check: Callable[[Trial], None]) -> list[str]:
        """Send examples, boundary cases and random inputs, passing each to `check`; returns why some were not sent."""
        not_sent: dict[str, None] = {}
        turn = 0
        end = self.shares.take() if self.shares else float("inf")

        def one(case: Case[Any]) -> None:
            nonlocal turn
            turn += 1
            try:
                check(self._trial(operation, case, turn - 1))
            except BudgetSpent as error:
                raise Halt(error) from None
            except NotChecked as error:
                not_sent[error.reason] = None
            except Exception as error:  # noqa: BLE001 - Hypothesis would make the same call again, to see it fail twice
                raise Halt(error) from None

        for mode, part in MODES.items():
            now = time.monotonic()
            least = PATIENCE if mode is HypothesisTestMode.COVERAGE and not turn else 0.0
            reason = self._generate(operation, mode, one, now + max((end - now) * part, least))
            if reason:
                not_sent[reason] = None
        return list(not_sent)

    def _generate(
        self, operation: Operation, mode: HypothesisTestMode, one: Callable[[Case[Any]], None], end: float
    ) -> str:
        """Pass the inputs of one mode to `one`, as many as are made until `end`; returns why some could not be made."""
        try:
            generated = self.schema[operation.path][operation.method]
        except LookupError:
            return f"no input can be generated: Schemathesis has no method {operation.method}"
        config = HypothesisTestConfig(
            project=self.schema.config,
            modes=[mode],
            settings=calm(self.examples),
            seed=derive_operation_seed(self.seed, generated.label),
            apply_ci_profile=False,
        )
        alarm = Alarm(end)

        def uninterrupted(case: Case[Any]) -> None:
            with alarm.silent():
                one(case)

        try:
            alarm.during(lambda: create_test(operation=generated, test_func=uninterrupted, config=config)())  # noqa: PLW0108 - making it takes time, too
        except TimeOver:
            self.cut += 1
            return "no input could be generated in the time that is left for the operation"
        except Halt as halt:
            raise halt.error from None
        except SkipTest:
            return ""  # the mode has no inputs for this operation
        except Exception as error:  # noqa: BLE001 - ours come as `Halt`: this one is about the contract's schemas
            return f"no input can be generated: {first_line(error)}"
        return ""

    def walk(self, scenarios: int, operations: Sequence[Operation], steps: int = 8) -> None:
        """Follow the contract's links between these operations in random scenarios; raises `Broken`."""
        labels = {operation.label for operation in operations}
        schema = self.schema.include(lambda context: context.operation.label in labels)
        end = Shares(self.target.gate.limits, WALKING, 1).take()
        for seed in range(self.seed, self.seed + WALKS):
            try:
                alarm = Alarm(end)
                machine = walker(schema.as_state_machine(), self.target, alarm)
                hypothesis.seed(seed)(machine)
                alarm.during(partial(machine.run, settings=calm(scenarios, steps)))
            except (FlakyStrategyDefinition, FlakyReplay):
                # What the target holds by now decides which calls can come next, and Hypothesis wants the same choices
                # whenever it begins alike. All calls so far were checked; another seed begins differently.
                continue
            except TimeOver:
                self.cut += 1  # what was seen until then counts
            except Halt as halt:
                raise halt.error from None
            except Exception as error:  # noqa: BLE001 - ours come as `Halt`: this one is about the contract
                raise NotChecked(f"no sequence can be generated: {first_line(error)}") from None
            return

    def _config(self) -> SchemathesisConfig:
        return SchemathesisConfig.from_dict(
            {
                "seed": self.seed,
                "generation": {"database": "none", "no-shrink": True, "with-security-parameters": False},
                "cache": {"enabled": False},
                "phases": {"coverage": {"unexpected-methods": []}},
            }
        )

    def _trial(self, operation: Operation, case: Case[Any], turn: int) -> Trial:
        if self.records is not None:
            name_known(operation, case, self.records, turn)
        refuse_unnameable(case)
        spoiled, meta = spoiled_parts(case), case.meta
        about = str(getattr(meta.phase.data, "description", None) or "") if meta else ""
        if "header" not in spoiled and case.headers is not None:
            for name in [one for one in case.headers if one.lower() in CONDITIONS]:
                del case.headers[name]  # a generated one is not fulfilled, and 412 says nothing of the rest
            case.headers.update(conditions(self.target.contract, operation))
            case.headers.update(taken_once(self.target.contract, operation))
        if "body" in spoiled:
            case.body = with_one_fault(self.target.contract, operation, case.body, about, self.seed)
        answer = send(self.target, case)
        if spoiled and answer.status == TAKEN and (free := with_free_texts(self.target.contract, operation, case.body)):
            case.body = free  # what another record has says nothing of what is wrong
            answer = send(self.target, case)
        valid = meta is None or meta.generation.mode is GenerationMode.POSITIVE
        return Trial(answer, valid, about, spoiled)


def name_known(operation: Operation, case: Case[Any], records: Records, turn: int) -> None:
    """Let a call name a record of this run, or a key that none has, where its path and body are to be valid.

    Every second read keeps the key that was made up for it.
    """
    spoiled = spoiled_parts(case)
    if operation.is_write and "body" not in spoiled and isinstance(case.body, dict | list):
        case.body = records.related(operation, case.body)
    if not spoiled & {"path", "path_parameters"} and (operation.is_write or turn % 2):
        known = records.values(operation, last=operation.is_write)
        case.path_parameters = {
            **(case.path_parameters or {}),
            **{name: quote(key, safe="") for name, key in known.items()},
        }


def conditions(contract: Contract, operation: Operation) -> dict[str, str]:
    """The headers that make a call conditional, where it can't do without them, with values that are fulfilled."""
    return {name: value for name, value in needed(contract, operation).items() if name.lower() in CONDITIONS}


def refuse_unnameable(case: Case[Any]) -> None:
    """Raise `NotChecked` where a value can't be the segment of a path: it is empty, all dots, has a slash, or is the
    object of an answer whose name is that of a parameter.

    Values in a path are already encoded, those of documented examples as well.
    """
    if any(is_object_in_place_of_text(case, name, value) for name, value in (case.path_parameters or {}).items()):
        raise NotChecked("a value in a path is an object, and its parameter takes none")
    values = [value for value in (case.path_parameters or {}).values() if isinstance(value, str)]
    if any("/" in unquote(value) for value in values):
        raise NotChecked("a value in a path has a slash: many servers take it for the end of the value, encoded or not")
    if any(value in {"", ".", ".."} for value in values):
        raise NotChecked("a value in a path is empty or all dots: the path is that of something else")


def is_object_in_place_of_text(case: Case[Any], name: str, value: Any) -> bool:
    """Whether a value is an object although the contract doesn't say that its parameter is one."""
    if not isinstance(value, dict):
        return False
    declared = next((one for one in case.operation.path_parameters if one.name == name), None)
    return declared is None or declared.definition.get("schema", {}).get("type") != "object"


def spoiled_parts(case: Case[Any]) -> frozenset[str]:
    """The parts of a generated call that are to be invalid."""
    components = case.meta.components.items() if case.meta else ()
    return frozenset(part.value for part, info in components if info.mode is GenerationMode.NEGATIVE)


def calm(examples: int, steps: int = 1) -> hypothesis.settings:
    """Settings for generating only: no deadline, no database, no shrinking."""
    return hypothesis.settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.explicit, Phase.generate],
        report_multiple_bugs=False,
        print_blob=False,
    )


def send(target: Target, case: Case[Any]) -> Answer:
    """Send a generated request through the gate."""
    try:
        found = target.contract.match(case.method, case.operation.path)
        as_user = target.as_user(found[0] if found else None)
        case.call(session=target.session, allow_redirects=False, **as_user)
    except NETWORK_ERRORS as error:
        raise target.gate.no_answer(error) from error
    except SerializationNotPossible as error:
        raise NotChecked(f"its body can't be written: {first_line(error)}") from None
    assert target.gate.last is not None  # noqa: S101 - the gate has just kept it
    return target.gate.last


def walker(machine: type[Any], target: Target, alarm: Alarm) -> type[Any]:
    """A state machine whose requests go through the gate and whose failures end the walk."""

    class Walk(machine):  # type: ignore[misc]
        def get_call_kwargs(self, case: Case[Any]) -> dict[str, Any]:
            found = target.contract.match(case.method, case.operation.path)
            as_user = target.as_user(found[0] if found else None)
            return {"session": target.session, "allow_redirects": False, **as_user}

        def call(self, case: Case[Any], **kwargs: Any) -> Any:
            try:
                with alarm.silent():
                    refuse_unnameable(case)
                    target.gate.limits.wait_until_settled()
                    return super().call(case, **kwargs)
            except (SuiteError, BudgetSpent) as error:
                raise Halt(error) from None
            except (NotChecked, SerializationNotPossible):
                hypothesis.reject()
            except NETWORK_ERRORS as error:
                raise Halt(target.gate.no_answer(error)) from None

        def validate_response(self, response: Any, case: Case[Any], *_: Any, **__: Any) -> None:
            answer = target.gate.last
            try:
                case.validate_response(response, checks=checks_of(target, answer), recorder=self.recorder)
            except AssertionError as failure:
                raise Halt(as_broken(failure, answer)) from None
            except BaseExceptionGroup as failures:
                raise Halt(as_broken(failures.exceptions[0], answer)) from None

    return Walk


def checks_of(target: Target, answer: Answer | None) -> list[Any]:
    """What an answer on the way must keep.

    What was created must be found where a link of the contract leads to it, or the path is that of a record of this
    run. Which value of another answer is its key, the generator only supposes.
    """
    own = target.gate.rules.own.urls
    if answer and (canonical(answer.sent.path) in own or is_linked(target.contract, answer.operation_id)):
        return [use_after_free, ensure_resource_availability]
    return [use_after_free]


def as_broken(failure: BaseException, answer: Answer | None) -> Broken:
    """A failure of Schemathesis's as a broken promise."""
    title = getattr(failure, "title", "") or type(failure).__name__
    message = " ".join(str(getattr(failure, "message", "") or failure).split())
    return Broken(f"no case of: {title}", message, *([answer] if answer else []))


def first_line(error: Exception) -> str:
    """What an error says, without the advice that follows."""
    return str(error).strip().split("\n")[0]
