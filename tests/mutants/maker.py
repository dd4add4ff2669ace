"""Makes mutants with mutmut's operators; the only door to mutmut and LibCST.

mutmut's own runner puts all mutants of a function side by side and picks one per process. It therefore leaves out code
outside of functions and functions with a decorator (properties, routes, promises), and a cache filled while the tests
are collected hides a mutant from it. Here each mutant is a module of its own, so both are mutated and tried.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Final

import libcst as cst
from libcst.metadata import MetadataWrapper, PositionProvider
from mutmut.mutation.file_mutation import MutationVisitor, deep_replace
from mutmut.mutation.mutators import mutation_operators
from mutmut.mutation.pragma_handling import IgnoredCode

from tests.mutants.mutant import Change, Mutant

_TYPE: Final = re.compile(r"_?[A-Z][a-z]\w*")
"""How aliases of types are written; constants are in capitals."""

Scope = cst.FunctionDef | cst.ClassDef


class _Visitor(MutationVisitor):
    """mutmut's visitor, which also remembers the function of each mutation."""

    def __init__(self) -> None:
        super().__init__(mutation_operators, IgnoredCode(set(), set(), set()))
        self.functions: list[str] = []
        self._scopes: list[str] = []

    def on_visit(self, node: cst.CSTNode) -> bool:
        if isinstance(node, Scope):
            self._scopes.append(node.name.value)
        inner = not _is_wording(node) and not _is_for_type_checkers(node) and super().on_visit(node)
        self.functions += [".".join(self._scopes)] * (len(self.mutations) - len(self.functions))
        return inner

    def on_leave(self, original_node: cst.CSTNode) -> None:
        if isinstance(original_node, Scope):
            self._scopes.pop()

    def _skip_node_and_children(self, node: cst.CSTNode) -> bool:
        decorated = isinstance(node, cst.FunctionDef) and bool(node.decorators)
        return not decorated and bool(super()._skip_node_and_children(node))


def _is_wording(node: cst.CSTNode) -> bool:
    """Whether this is a sentence for people: tests state what a message names, not how it is worded."""
    return isinstance(node, cst.SimpleString) and " " in node.value


def _is_for_type_checkers(node: cst.CSTNode) -> bool:
    """Whether this names a type, or what a module exports: mypy and ruff read it, and no test runs it."""
    if not isinstance(node, cst.Assign) or not isinstance(name := node.targets[0].target, cst.Name):
        return False
    named = _TYPE.fullmatch(name.value) is not None and isinstance(node.value, cst.Subscript | cst.BinaryOperation)
    return named or name.value == "__all__" or _is_type_variable(node.value)


def _is_type_variable(node: cst.CSTNode) -> bool:
    return (
        isinstance(node, cst.Call) and isinstance(node.func, cst.Name) and node.func.value in ("TypeVar", "ParamSpec")
    )


def mutants_of(root: Path, path: str) -> list[Mutant]:
    """Every mutant of one module, in the order of the code."""
    wrapper, visitor = _visited(root, path)
    code, positions = wrapper.module.code_for_node, wrapper.resolve(PositionProvider)
    made, seen = [], Counter[tuple[str, str, str]]()
    for index, (mutation, function) in enumerate(zip(visitor.mutations, visitor.functions, strict=True)):
        name = (function, code(mutation.original_node), code(mutation.mutated_node))
        at = positions[mutation.original_node]
        made.append(Mutant(path, *name, seen[name], index, range(at.start.line, at.end.line + 1)))
        seen[name] += 1
    return made


def change(root: Path, mutant: Mutant) -> Change:
    """The text of a mutant's module, before and after."""
    wrapper, visitor = _visited(root, mutant.path)
    mutation = visitor.mutations[mutant.index]
    mutated = deep_replace(wrapper.module, mutation.original_node, mutation.mutated_node)
    assert isinstance(mutated, cst.Module)
    return Change(mutant, wrapper.module.code, mutated.code)


def _visited(root: Path, path: str) -> tuple[MetadataWrapper, _Visitor]:
    wrapper = MetadataWrapper(cst.parse_module((root / path).read_text(encoding="utf-8")))
    visitor = _Visitor()
    wrapper.visit(visitor)
    return wrapper, visitor
