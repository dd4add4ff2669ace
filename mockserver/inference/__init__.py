"""Behaviours inferred from a contract that comes without any: the data that a `behaviours.yaml` would hold."""

from mockserver.inference.inference import Inferred, infer
from mockserver.inference.printing import as_yaml
from mockserver.inference.readings import Readings
from mockserver.inference.seeds import seed_records

__all__ = ["Inferred", "Readings", "as_yaml", "infer", "seed_records"]
