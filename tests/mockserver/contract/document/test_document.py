"""Documents: read whole, with every file that they refer to, or refused with place and reason."""

from __future__ import annotations

import http.server
import json
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import yaml

from mockserver.contract.document import sources
from mockserver.contract.document.document import Document, read_document
from mockserver.contract.document.embedding import Access
from mockserver.contract.document.sources import Fetches
from mockserver.errors import DocumentError

HEAD = "openapi: 3.1.0\ninfo: {title: T, version: '1'}\n"


def write(folder: Path, **files: str) -> Path:
    """Writes files by name (`schemas__pet` is schemas/pet.yaml); the path of the main one."""
    for name, text in files.items():
        path = folder / (name.replace("__", "/") + ".yaml")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder / "main.yaml"


def main(*references: str) -> str:
    """A document whose components are these references."""
    schemas = {f"s{index}": {"$ref": reference} for index, reference in enumerate(references)}
    return HEAD + yaml.safe_dump({"paths": {}, "components": {"schemas": schemas}})


def schema(document: Document, name: str = "s0") -> Any:
    """The schema that a component leads to."""
    return document.resolve(document.root["components"]["schemas"][name])


def test_a_reference_to_a_file_is_followed(tmp_path: Path) -> None:
    """A whole file, a part of one, a file of a file, and a file that refers back to the document."""
    source = write(
        tmp_path,
        main=main(
            "pet.yaml", "./schemas/all.yaml#/defs/a~1b", "schemas/all.yaml#/defs/up", "schemas/all.yaml#/defs/me"
        ),
        pet="type: string\n",
        schemas__all="defs: {a/b: {$ref: deep/x.yaml}, up: {$ref: ../main.yaml#/info}, me: {$ref: '#/defs/a~1b'}}",
        schemas__deep__x="type: integer\n",
    )
    document = read_document(source)
    assert schema(document) == {"type": "string"}
    assert schema(document, "s1") == schema(document, "s3") == {"type": "integer"}
    assert schema(document, "s2")["title"] == "T"
    assert {path.name for path in document.files} == {"main.yaml", "pet.yaml", "all.yaml", "x.yaml"}


def test_files_may_refer_to_each_other(tmp_path: Path) -> None:
    """A circle of files is read once."""
    source = write(
        tmp_path, main=main("a.yaml"), a="properties: {b: {$ref: b.yaml}}", b="properties: {a: {$ref: a.yaml}}"
    )
    document = read_document(source)
    inner = document.resolve(schema(document)["properties"]["b"])
    assert document.resolve(inner["properties"]["a"]) is schema(document)


def test_a_mapping_of_a_discriminator_may_name_files(tmp_path: Path) -> None:
    """Its values are references too, unless they are plain names."""
    text = HEAD + (
        "paths: {}\ncomponents: {schemas: {P: {oneOf: [{$ref: cat.yaml}], discriminator: "
        "{propertyName: k, mapping: {cat: cat.yaml, dog: Dog}}}}}"
    )
    document = read_document(write(tmp_path, main=text, cat="type: object"))
    mapping = document.root["components"]["schemas"]["P"]["discriminator"]["mapping"]
    assert mapping["dog"] == "Dog"
    assert document.resolve({"$ref": mapping["cat"]}) == {"type": "object"}


def test_references_in_examples_are_data(tmp_path: Path) -> None:
    """What looks like a reference in an example is left alone."""
    text = HEAD + "paths: {}\ncomponents: {schemas: {A: {example: {$ref: gone.yaml}, default: [{$ref: '#/no'}]}}}"
    assert read_document(write(tmp_path, main=text)).root["components"]["schemas"]["A"]["example"] == {
        "$ref": "gone.yaml"
    }


def test_schemas_are_found_by_anchor_and_id(tmp_path: Path) -> None:
    """`$anchor` and `$id` name schemas, as JSON Schema 2020-12 has them."""
    text = HEAD + (
        "paths: {}\ncomponents: {schemas: {A: {$anchor: a, type: string}, B: {$id: 'https://x.test/b', type: integer}, "
        "s0: {$ref: '#a'}, s1: {$ref: 'https://x.test/b'}}}"
    )
    document = read_document(write(tmp_path, main=text))
    assert schema(document)["type"] == "string"
    assert schema(document, "s1")["type"] == "integer"


@pytest.mark.parametrize(
    ("reference", "problem"),
    [
        ("../outside.yaml", "leaves the folder of the document"),
        ("/etc/passwd", "leaves the folder of the document"),
        ("%2e%2e/outside.yaml", "leaves the folder of the document"),
        ("link.yaml", "leaves the folder of the document"),
        ("https://x.test/a.yaml", "is remote"),
        ("gone.yaml", "cannot be read"),
        ("#/components/schemas/gone", "leads nowhere"),
        ("part.yaml#/gone", "leads nowhere"),
        ("broken.yaml", "is not YAML"),
    ],
)
def test_a_reference_that_cannot_be_followed_is_refused(tmp_path: Path, reference: str, problem: str) -> None:
    """Files outside the folder (through links as well), the network, and what is not there."""
    folder = tmp_path / "api"
    write(tmp_path, outside="secret: 1")
    source = write(folder, main=main(reference), part="a: 1", broken="a: [")
    (folder / "link.yaml").symlink_to(tmp_path / "outside.yaml")
    with pytest.raises(DocumentError, match=problem):
        read_document(source)


def test_files_outside_the_folder_are_read_where_that_is_allowed(tmp_path: Path) -> None:
    """Below the folders that the user names, and below no others; a link leads where it leads."""
    source = write(tmp_path / "api", main=main("../shared/pet.yaml", "link.yaml"))
    write(tmp_path / "shared", pet="properties: {tag: {$ref: ../other/tag.yaml}}")
    write(tmp_path / "other", tag="type: string")
    (tmp_path / "api" / "link.yaml").symlink_to(tmp_path / "shared" / "pet.yaml")
    with pytest.raises(DocumentError, match=r"tag\.yaml' leaves the folder"):
        read_document(source, Access(below=(tmp_path / "shared",)))
    document = read_document(source, Access(below=(tmp_path / "shared", tmp_path / "other")))
    pet = schema(document)
    assert document.resolve(pet["properties"]["tag"]) == {"type": "string"}
    assert document.resolve(document.root["components"]["schemas"]["s1"]) is pet
    assert {path.name for path in document.files} == {"main.yaml", "pet.yaml", "tag.yaml"}


def test_lost_references_are_listed_with_line_and_pointer(tmp_path: Path) -> None:
    """The first five, with the number of the others."""
    references = [f"#/components/schemas/gone{number}" for number in range(7)]
    with pytest.raises(DocumentError) as caught:
        read_document(write(tmp_path, main=main(*references)))
    lines = str(caught.value).splitlines()
    assert len(lines) == 7
    assert lines[-1].strip() == "and 2 more"
    assert all("main.yaml:" in line and "/components/schemas/s" in line for line in lines[1:-1])


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("swagger: '1.2'", "has swagger: '1.2'; supported are OpenAPI 3.0, 3.1, 3.2 and Swagger 2.0"),
        ('{"info": {},\n "openapi": "2.0"}', "main.yaml:2: has openapi: '2.0'"),
        ("a: 1", "`openapi` is missing"),
        ("- a", "it isn't a mapping"),
        ("", "it is empty"),
        ("<!doctype html><title>API: 1</title>", "it is HTML or XML"),
        ("openapi: 4.0.0", "has openapi: '4.0.0'"),
        ("openapi: [", "is not YAML"),
    ],
)
def test_what_is_no_openapi_document_is_refused(tmp_path: Path, text: str, problem: str) -> None:
    """The error names the file and what it is instead."""
    with pytest.raises(DocumentError) as caught:
        read_document(write(tmp_path, main=text))
    assert problem in str(caught.value)
    assert "main.yaml" in caught.value.place


@pytest.mark.parametrize(
    ("reference", "meant"),
    [
        ("#/components/schemas/s00", "did you mean 's0'?"),
        ("#/components/schemas/other", "known: s0"),
        ("#/nowhere/at/all", ""),
    ],
)
def test_a_lost_reference_is_told_what_there_is(tmp_path: Path, reference: str, meant: str) -> None:
    """The nearest name beside the place that it names, else those that are there."""
    with pytest.raises(DocumentError) as caught:
        read_document(write(tmp_path, main=main(reference)))
    assert str(caught.value).endswith(f"leads nowhere ({meant})" if meant else "leads nowhere")


@pytest.mark.parametrize(("path", "problem"), [("gone.yaml", "No such file"), (".", "is a folder")])
def test_a_missing_file_is_refused(tmp_path: Path, path: str, problem: str) -> None:
    """A missing file and a folder are errors."""
    with pytest.raises(DocumentError, match=problem):
        read_document(tmp_path / path)


def test_a_version_may_be_a_number(tmp_path: Path) -> None:
    """`openapi: 3.1` is read, though YAML makes a number of it."""
    assert read_document(write(tmp_path, main="openapi: 3.1\ninfo: {}\npaths: {}")).version == "3.1"


def test_places_are_shown_as_file_and_line(tmp_path: Path) -> None:
    """A pointer into an embedded file is shown in that file."""
    source = write(tmp_path, main=main("pet.yaml"), pet="type: object\nproperties:\n  a: {type: string}\n")
    document = read_document(source)
    pointer, _ = document.resolved("", document.root["components"]["schemas"]["s0"])
    assert document.locate("/info").endswith("main.yaml:2")
    assert document.locate(pointer + "/properties/a").endswith("pet.yaml:3")


def test_a_circle_of_references_is_refused_where_it_is_followed(tmp_path: Path) -> None:
    """A reference that leads back to itself has no end."""
    text = (
        HEAD
        + "paths: {}\ncomponents:\n  schemas:\n"
        + "    s0: {$ref: '#/components/schemas/s1'}\n    s1: {$ref: '#/components/schemas/s0'}"
    )
    document = read_document(write(tmp_path, main=text))
    with pytest.raises(DocumentError, match="leads back to itself"):
        schema(document)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[str]:
    """The URL of a server of files."""
    (tmp_path / "main.yaml").write_text(main("pet.yaml"))
    (tmp_path / "pet.yaml").write_text("type: string")

    class Handler(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *arguments: Any) -> None:
            super().__init__(*arguments, directory=str(tmp_path))

        def log_message(self, *arguments: Any) -> None:
            """Says nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_a_document_is_read_from_a_url(site: str) -> None:
    """A URL is read when it is named; what it refers to is remote, and read only when that is allowed."""
    with pytest.raises(DocumentError, match="is remote"):
        read_document(f"{site}/main.yaml")
    document = read_document(f"{site}/main.yaml", Access(remote=True))
    assert schema(document) == {"type": "string"}
    assert document.files == ()
    assert document.locate("/info") == f"{site}/main.yaml#/info"


def test_a_url_that_answers_404_is_refused(site: str) -> None:
    """The error names the URL and the reason."""
    with pytest.raises(DocumentError, match="cannot be fetched") as caught:
        read_document(f"{site}/gone.yaml")
    assert caught.value.place == f"{site}/gone.yaml"


@pytest.fixture
def dribbling() -> Iterator[str]:
    """The URL of a server that sends a byte now and then, for ever."""
    ends = threading.Event()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            with suppress(OSError):
                while not ends.wait(0.01):
                    self.wfile.write(b" ")

        def log_message(self, *arguments: Any) -> None:
            """Says nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        ends.set()
        server.shutdown()
        thread.join()


def test_all_that_is_fetched_has_one_deadline(tmp_path: Path, dribbling: str, site: str) -> None:
    """However many hosts there are that never end, and whatever is fetched after them."""
    access = Access(remote=True, fetch=Fetches(0.4))
    path = write(tmp_path, main=main(f"{dribbling}/a.yaml"))
    began = time.monotonic()
    for _ in range(5):
        with pytest.raises(DocumentError, match=r"0\.4 s are over for all together|timed out") as caught:
            read_document(path, access)
    assert time.monotonic() - began < 5
    assert caught.value.place == f"{dribbling}/a.yaml"
    with pytest.raises(DocumentError, match="are over"):
        access.fetch(f"{site}/pet.yaml")


def test_all_that_is_fetched_has_one_size(site: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It counts for all together."""
    monkeypatch.setattr(sources, "MAX_BYTES", 20)
    fetch = Fetches()
    assert fetch(f"{site}/pet.yaml") == b"type: string"
    with pytest.raises(DocumentError, match="larger than"):
        fetch(f"{site}/pet.yaml")


@pytest.mark.parametrize("url", ["http://127.0.0.1:x/", "http://[::1/", "http:///x"])
def test_what_is_no_url_is_refused(url: str) -> None:
    """In one line, like a host that isn't there."""
    with pytest.raises(DocumentError, match="cannot be fetched"):
        read_document(url)


@pytest.mark.parametrize("name", ["intro.md", "texts/Intro.MD", "intro.txt"])
def test_a_description_may_be_a_file_of_text(tmp_path: Path, name: str) -> None:
    """What stands in it is the description, whatever YAML would make of it; the file is watched like any other."""
    text = "# Hello\n\n* a **b**: [c](d)\n@x: `y`\n"
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text(text, encoding="utf-8")
    info = {"title": "t", "version": "1", "description": {"$ref": f"./{name}"}}
    root = {
        "openapi": "3.1.0",
        "info": info,
        "paths": {},
    }
    (tmp_path / "openapi.json").write_text(json.dumps(root), encoding="utf-8")
    document = read_document(tmp_path / "openapi.json")
    assert document.root["info"]["description"] == text
    assert tmp_path / name in document.files


def test_below_names_that_the_author_chose_references_are_followed(tmp_path: Path) -> None:
    """A property may be called as a keyword that holds data is; in data, a `$ref` is data."""
    names = ("const", "default", "enum", "example", "examples", "properties")
    listed = "".join(f"{name}: {{$ref: pet.yaml}}, " for name in names)
    none = "{$ref: none.yaml}"
    data = f"default: {none}, example: {none}, enum: [{none}], examples: [{none}]"
    text = f"paths: {{}}\ncomponents: {{schemas: {{s0: {{properties: {{{listed}}}, {data}}}}}}}\n"
    document = read_document(write(tmp_path, main=HEAD + text, pet="type: string\n"))
    found = schema(document)
    assert [document.resolve(found["properties"][name]) for name in names] == [{"type": "string"}] * len(names)
    kept = {"$ref": "none.yaml"}
    assert (found["default"], found["example"], found["enum"], found["examples"]) == (kept, kept, [kept], [kept])
