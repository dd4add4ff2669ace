"""Which members no two records may share, by what the contract says of a body and of its 409."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from mockserver.contract.existence import described
from mockserver.contract.operations.operation import Operation
from mockserver.contract.schemas import view
from mockserver.contract.schemas.naming import names_one_of, plain, words, words_in
from mockserver.contract.schemas.times import is_stamp

TAKEN: Final = "409"
_RULE: Final = re.compile(
    r"\b(?:must|should|has|have|needs?|is|are)(?! not)(?: to)?(?: be)?(?: \w+ly)? (?:\w+-)?unique\b"
    r"|(?<!not )\bunique (?:across|within|among|per|in|for each)\b"
    r"|\bmust be different\b(?! (?:than|from) the\b)",
    re.IGNORECASE,
)
"""A sentence that says that no other record may have it: `must be unique`, `unique within the project`."""
_UNIQUE: Final = re.compile(r"\A(?:\W*\w+){0,3}?\W*(?<!not )\bunique\b(?P<rest>[^.;\n]*)", re.IGNORECASE)
"""The beginning of one that says what it is: `The unique name of the profile`."""
_THING: Final = re.compile(r"\b(?:of|for) (?:(?:the|an?|this|each|every|your|new) )*(?P<thing>\w+(?: \w+){0,2})")
"""Of what it is the unique name."""
_SENTENCES: Final = re.compile(r"[.;\n]|<br ?/?>")
_IN_USE: Final = re.compile(
    r"\b(?:(?<!not )exist(?:s|ed)?|taken|in use|used by|already (?:been )?(?:used|assigned)|registered|duplicate|unique"
    r"|has this)\b"
    r"|\banother (?!user|client|request|process|session|transaction|operation)",
    re.IGNORECASE,
)
"""Words by which the description of a 409 speaks of what another record has."""
_FORBIDDEN: Final = re.compile(
    r"\b(?:in use|taken|used|owned) by an?other\b"
    r"|\b(?:not|never) (?:already )?be (?:already )?(?:in use|taken|registered)\b"
    r"|\balready (?:been )?(?:exists|in use|used|registered|taken)\b|\bduplicate\b",
    re.IGNORECASE,
)
"""The same in the description of an operation, which speaks of much else."""
_WRAPPED: Final = re.compile(r"(?<!\n)\n(?![\n*-])")
"""The end of a line within a paragraph."""
_NO_NAMES: Final = frozenset({"to", "from", "in", "on", "at", "by", "of", "for", "with", "is", "a", "status", "state"})


def unique_members(
    operation: Operation, schema: Any, schemas: view.SchemaView, collection: str, key: str
) -> Mapping[tuple[str, ...], str]:
    """The texts and numbers, alone or together, which no two records of a collection may share, each with the clause
    that says so: their description in the schema of what is sent, or that of the operation, or of its 409. The key of
    the record isn't among them, and there are none where the operation doesn't document 409."""
    response = operation.responses.get(TAKEN)
    if response is None or not isinstance(schema, Mapping):
        return {}
    free = {name: inner for name, inner in _free(schema, schemas) if plain(name) != plain(key)}
    prose = _WRAPPED.sub(" ", str(operation.raw.get("description", "")))
    sentences = (one.strip() for one in _SENTENCES.split(prose) if _FORBIDDEN.search(one) or _RULE.search(one))
    found = {names: said for one in sentences for names, said in _refused(free, one)}
    found |= _refused(free, response.description)
    for name, inner in free.items():
        said = described(inner, schemas)
        if _says_unique(said, name, collection):
            found[name,] = said
    return found


def _free(schema: Any, schemas: view.SchemaView) -> Iterator[tuple[str, Any]]:
    """The texts and numbers that a client chooses."""
    for name, inner in view.members(schema, schemas).items():
        parts = view.combined(inner, schemas)
        is_free = not any({"enum", "const"} & part.keys() or part.get("format") == "binary" for part in parts)
        is_sent = not view.is_marked(inner, "readOnly", schemas) and not is_stamp(name)
        if is_free and is_sent and view.kinds(inner, schemas) & {"string", "integer"}:
            yield name, inner


def _says_unique(text: str, name: str, collection: str) -> bool:
    """Whether a description says that no other record may have the value, and not only that it names something: the
    unique id of a category is the same in many products."""
    if _RULE.search(text):
        return True
    found, spoken = _UNIQUE.match(text), words(name)
    is_id = spoken[-1:] == ("id",) and spoken[:-1]
    if found is None or (is_id and not names_one_of("".join(spoken[:-1]), collection)):
        return False
    thing = _THING.search(found["rest"])
    return thing is None or any(_is_of(word, own) for word in words_in(thing["thing"]) for own in words(collection))


def _is_of(word: str, collection: str) -> bool:
    return names_one_of(word, collection) or names_one_of(collection, word)


def _refused(free: Mapping[str, Any], refusal: str) -> Iterator[tuple[tuple[str, ...], str]]:
    """What a sentence about a 409 names as what another record has: each for itself with `or`, else together."""
    for sentence in _SENTENCES.split(refusal):
        said = {*words_in(sentence.replace("-", "").lower())}
        named = tuple(name for name in free if {*words(name)} <= said and not {*words(name)} <= _NO_NAMES)
        if named and _IN_USE.search(sentence):
            alone = re.search(r"\bor\b", sentence, re.IGNORECASE)
            yield from (((name,), refusal) for name in named) if alone else ((named, refusal),)
