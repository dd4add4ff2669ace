"""The texts of the files that `mockserver init` writes."""

from __future__ import annotations

from typing import Final

CONFIG: Final = """\
# Settings of `mockserver mock` in this folder. There is a key for each flag, see `mockserver mock --help`.
# Paths are relative to this file. Flags and MOCKSERVER_... variables override it.

spec = {spec}
behaviours = "behaviours.yaml"   # what each operation does to records; without it, this is inferred at each start
fixtures = ["fixtures.yaml"]     # the records of a new world, and the users
seed = {seed}                       # generated ids and values depend on it

# port = 4010
# auth = "any"                   # accept every credential as the first user; "off" asks for none
# watch = true                   # reload the files above when you edit them
# store = "sqlite:worlds.db"     # keep records over a restart
"""

BEHAVIOURS: Final = """\
# What each operation does to the stored records. `mockserver check-spec` names what is wrong with this file.
# If you delete an operation, its response is the contract's example.
#
"""

FIXTURES: Final = """\
# The records of a new world, by collection. They were generated from the schemas: replace them by your own.
# Each is checked against the contract when the mock starts. A time may be relative to the start: now-3d.
"""

LEFT_OUT: Final = "# {name} start empty: a generated record isn't complete ({problem}). Add your own here.\n"

USERS: Final = """\
# Users: a request with the token acts for that user.
users:
- {name: alice, token: alice-token}
- {name: bob, token: bob-token}
"""

BASIC_USERS: Final = """\
# Users: a request with the token acts for that user. In basic authentication it is the name and the password.
users:
- {name: alice, token: "alice:alice-token"}
- {name: bob, token: "bob:bob-token"}
"""

TESTS: Final = '''\
"""Tests against a mock server of {spec}. `pytest` in this folder starts it, with the settings of mockserver.toml.

`mock_world` is a new world for each test, with its own records, clock and faults. To test an app, give it
`mock_world.url` as its server, and `mock_world.headers()` for its requests.
"""
'''

READING: Final = '''

def test_records_are_read(mock_world):
    """{operation} returns records of fixtures.yaml, as the contract declares them."""
    answer = {call}
    assert answer.status == 200, answer.body
'''

FAILING: Final = '''

def test_a_failure(mock_world):
    """The next call fails, once; `mock_world.faults("slow-3g")` and others disturb all of them."""
    mock_world.fail({operation}, 500)
    statuses = [{call}.status for _ in range(2)]
    assert statuses == [500, 200]
'''

CREATING: Final = '''

def test_a_new_record_is_kept(mock_world):
    """{operation} makes a record. The clock of the world can be moved: `mock_world.advance("P31D")`."""
    before = mock_world.state()[{collection}]
    answer = {call}
    assert answer.status == {status}, answer.body
    assert len(mock_world.state()[{collection}]) == len(before) + 1
'''

NOTHING: Final = '''

def test_the_first_request(mock_world):
    """No request of this contract could be made up. Write one: `mock_world.request("GET", "/...")`."""
    assert mock_world.requests() == []
'''
