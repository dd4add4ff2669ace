"""Examples whose members name records that exist: the first ones of a collection, or those that the path names."""

from __future__ import annotations

from typing import Any

import msgspec

from mockserver.behaviour.vocabulary import Lead
from mockserver.messages import Inputs
from mockserver.state.references import led
from mockserver.state.world import World


class Leading(msgspec.Struct, frozen=True):
    """The members of one operation's example that name records."""

    leads: tuple[Lead, ...]

    def shown(self, value: Any, world: World, inputs: Inputs, now: int) -> Any:
        """The example with its members set; those of collections without records stay."""
        for lead in self.leads:
            to = lead.reference
            filters = ((to.field, inputs.path[lead.parameter]),) if lead.parameter else ()
            records = world.visible(to.collection, filters, now)
            if records or filters:
                value = led(value, to, records or [dict(filters)])
        return value
