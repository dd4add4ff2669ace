"""Whether a divergence is about what is documented or about what is only assumed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from contract_tests.core.answer import Answer
from contract_tests.core.errors import Broken
from contract_tests.core.model import Collection, Model
from contract_tests.suites.oracle.runner import Divergence
from contract_tests.suites.oracle.values import instant


def assumptions(divergence: Divergence, model: Model) -> tuple[str, ...]:
    """Numbers of the assumptions that the mock's answer rests on there; none when it is documented."""
    different, at = divergence.difference, divergence.at
    if different.kind in {"order", "changed"}:
        return ()
    if different.kind == "form":
        return different.assumed
    if different.kind == "status":
        earlier = [number for done in divergence.done for number in model.behaviours[done.step.operation].assumed]
        after = about(model, earlier, "token" if divergence.token_died else "afterwards")
        return (*after, *about(model, different.assumed, "status"))
    if different.kind in {"missing", "further"}:
        return about(model, at.call.operation.assumed, "list") if has_ended(divergence, model) else ()
    return about(model, of_field(divergence, model), different.field)


def of_field(divergence: Divergence, model: Model) -> Iterator[str]:
    """Numbers behind what the mock shows in the field: those of the last call that set it, or of its lapse."""
    different = divergence.difference
    collection = model.collections.get(different.collection)
    for done in reversed((*divergence.done, divergence.at)):
        behaviour = model.behaviours[done.step.operation]
        is_about = done.call.subject in {None, (different.collection, different.key)}
        if is_about and behaviour.subject == different.collection and behaviour.sets(different.field):
            yield from behaviour.assumed
            return
    if collection is None:
        return
    for field, values in collection.lapses.items():
        if different.field in values and has_passed(divergence, collection, field, divergence.at.mock):
            yield from divergence.at.call.operation.assumed


def has_ended(divergence: Divergence, model: Model) -> bool:
    """Whether the record that the mock's list lacks is past the instant that ends it."""
    collection = model.collections.get(divergence.difference.collection)
    if collection is None or collection.expires is None:
        return False
    return has_passed(divergence, collection, collection.expires, divergence.at.target)


def has_passed(divergence: Divergence, collection: Collection, field: str, answer: Answer) -> bool:
    """Whether an instant of the record lies in the past, as an answer shows it."""
    found = values_of(answer.json, collection.key, divergence.difference.key, field)
    return any((moment := instant(text)) and moment <= divergence.now for text in found)


def values_of(value: object, key: str, name: str, field: str) -> Iterator[object]:
    """The values of a field in every object of that key."""
    if isinstance(value, Mapping):
        if str(value.get(key)) == name and field in value:
            yield value[field]
        for item in value.values():
            yield from values_of(item, key, name, field)
    elif isinstance(value, list):
        for item in value:
            yield from values_of(item, key, name, field)


def about(model: Model, numbers: Iterable[str], subject: str) -> tuple[str, ...]:
    """The numbers that are about this subject, or of which nothing is known."""
    return tuple(dict.fromkeys(n for n in numbers if n not in model.subjects or subject in model.subjects[n]))


def as_broken(divergence: Divergence, numbers: tuple[str, ...], source: str = "") -> Broken:
    """The divergence as a broken promise, with the script that shows it."""
    calls = [done.call.operation.id for done in divergence.done]
    after = f"after {', '.join(calls)}: " if calls else ""
    expected = f"{after}{divergence.at.call.operation.id} like the mock: {divergence.difference.expected}"
    got, assumed = divergence.difference.got, " ".join(numbers)
    return Broken(expected, got, *script(divergence), assumed=assumed, source=source, in_order=True)


def source_of(divergence: Divergence, model: Model) -> str:
    """What the mock's answer is based on where behaviours are inferred: no clause of the contract states it."""
    if not model.inferred or divergence.difference.kind == "form":
        return ""
    writes = [done for done in (*divergence.done, divergence.at) if done.call.operation.is_write]
    about = (writes or [divergence.at])[-1].call.operation
    why = model.behaviours[about.id].because
    return f"inferred from the paths and schemas of the contract: {why} ({about.label})"


def as_note(divergence: Divergence, numbers: tuple[str, ...]) -> str:
    """The divergence as a note."""
    broken = as_broken(divergence, ())
    return f"assumed {', '.join(numbers)}: expected {broken.expected}; got {broken.got}"


def script(divergence: Divergence) -> Iterator[Answer]:
    """The target's answers in the order of the calls; before a mere read, the read that showed it otherwise."""
    if divergence.source is not None:
        yield divergence.source
    yield from (done.target for done in divergence.done)
    yield divergence.at.target
