"""Servers that keep the contract, each with a difference that the documentation leaves open."""

from tests.contract_tests.variants import answers, data
from tests.contract_tests.variants.registry import CLOSEST, VARIANTS

__all__ = ["CLOSEST", "VARIANTS", "answers", "data"]
