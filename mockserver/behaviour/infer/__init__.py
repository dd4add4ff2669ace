"""Behaviours inferred from a contract that comes without any: the data that a `behaviours.yaml` would hold."""

from mockserver.behaviour.infer.inference import Inferred, infer
from mockserver.behaviour.infer.printing import as_yaml
from mockserver.behaviour.infer.seeds import seed_records

__all__ = ["Inferred", "as_yaml", "infer", "seed_records"]
