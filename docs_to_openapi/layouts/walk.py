"""One operation of a hand-written page → its sections, in one pass over its blocks."""

from __future__ import annotations

import re

from docs_to_openapi.layouts.bullets import read_bullets
from docs_to_openapi.layouts.field_tables import Table, read_table
from docs_to_openapi.layouts.nesting import nested
from docs_to_openapi.layouts.outline import OperationOutline, Outline, Section
from docs_to_openapi.layouts.prose import media_type_in, scheme_in, statuses_in
from docs_to_openapi.layouts.schemes import from_header
from docs_to_openapi.layouts.scopes import Scope
from docs_to_openapi.layouts.titles import Title, classify, status_title, title_of
from docs_to_openapi.pages.blocks import Block, Page
from docs_to_openapi.pages.text import bare, sentence
from docs_to_openapi.tables.cells import Row

_PLACEHOLDER = re.compile(r"\{([^{}]+)\}")
_RESPONSE_CUE = re.compile(
    r"\b(?:returns?|returned|respon[sd]\w*|results?|output|repl(?:y|ies)|structured like|answers?|receives?|get back|success\w*)\b",
    re.IGNORECASE,
)
_REQUEST_CUE = re.compile(r"\b(?:requests?|body|payload|send\w*|post(?:ing)?|submit\w*|input|pass\w*)\b", re.IGNORECASE)
_HTTP_RESPONSE = re.compile(r"^HTTP/[\d.]+\s+([1-5]\d\d)\b[^\n]*\n?")
_HTTP_REQUEST = re.compile(r"^(?:GET|PUT|POST|DELETE|PATCH|HEAD|OPTIONS)\s+\S+(?:\s+HTTP/[\d.]+)?\s*(?:\n|$)")
_SAMPLE = re.compile(r"^\s*(?:\$ ?)?(?:curl|http|wget)\b", re.MULTILINE)
_BODY_METHODS = ("post", "put", "patch")
FIELDS = ("parameters", "request_body", "response", "status", "example", "headers")


def walk(page: Page, scope: Scope, outline: Outline) -> OperationOutline:
    """The operation of a scope."""
    walker = _Walker(page, scope, outline)
    for index in range(scope.start, scope.end):
        if index not in (scope.at, scope.title, *scope.skip):
            walker.block(page.blocks[index])
    return walker.finish()


def fields_in(page: Page, blocks: list[Block], outline: Outline) -> list[Row]:
    """The fields that tables or lists among these blocks describe."""
    rows: list[Row] = []
    table: list[Block] = []
    texts = [block for block in blocks if block.kind == "text"]
    for block in [*blocks, Block("anchor", 0, "")]:
        if block.kind == "row":
            table.append(block)
        elif table:
            read = read_table(table, default="fields")
            if read and read.kind == "fields":
                rows += read.rows
                _report_rows(read, page, outline)
            table = []
    return nested(rows or read_bullets(texts)[0])


def _report_rows(table: Table, page: Page, outline: Outline) -> None:
    for line, text in table.unread:
        outline.report(page, line, f"the row was not read: {text[:60]}")


class _Walker:
    def __init__(self, page: Page, scope: Scope, outline: Outline) -> None:
        call = scope.call
        self.page, self.outline = page, outline
        self.operation = OperationOutline(
            call.method, call.path, page.blocks[scope.at].line, server=call.origin, lists_statuses=False
        )
        self.operation.summary = self._summary(scope)
        self.title = Title("intro")
        self.words = ""
        self.rows: list[Block] = []
        self.texts: list[Block] = []
        self.cue = ""
        self.prose: list[str] = []
        self.responses = Section("responses", self.operation.line)
        self.guessed: list[Section] = []
        self.undecided: list[Block] = []
        self.names = set(_PLACEHOLDER.findall(call.path))
        self.media = ""
        self._query(scope)

    def _summary(self, scope: Scope) -> str:
        if scope.words:
            return scope.words
        if scope.shared or scope.title in (None, scope.at):
            return ""
        return bare(self.page.blocks[scope.title or 0].text)

    def _query(self, scope: Scope) -> None:
        """The names in the query of the operation line."""
        if scope.call.query:
            line = self.operation.line
            rows = [
                Row(line, {"name": name, "in": "query", "description": "", "weak": "1"}) for name in scope.call.query
            ]
            self.operation.sections.append(Section("parameters", line, "query", entries=list(rows)))

    def block(self, block: Block) -> None:
        """Take the next block of the page."""
        if block.kind == "row":
            self._flush_texts()
            self.rows.append(block)
            return
        self._flush_rows()
        if block.kind == "code":
            self._flush_texts(before_code=True)
            self._code(block)
        elif block.kind == "text":
            words = title_of(block)
            known = classify(words) if words else self._label(block) or self._listed_status(block)
            if known or block.level:
                self._flush_texts()
                self.title, self.words, self.cue = known or Title("other"), words or bare(block.text), ""
                if known and known.kind == "status":
                    self._status(
                        block.line, known.argument, self._rest_of_status(words or bare(block.text), known.argument)
                    )
            else:
                self.texts.append(block)

    def _label(self, block: Block) -> Title | None:
        """A title without any format, as in pasted text."""
        words = bare(block.text)
        if block.bullet or len(words) > 40 or words != words.strip(".,;") or "|" in words:
            return None
        known = classify(words)
        return known if known and known.kind != "other" and (known.kind != "status" or len(words) <= 30) else None

    def _listed_status(self, block: Block) -> Title | None:
        """A status at the start of a line among responses: `**Code:** 200 OK`, `- 404: Not Found`."""
        words = bare(block.text)
        if self.title.kind not in ("response", "errors", "status", "example") or len(words) > 100:
            return None
        status = status_title(words)
        return Title("status", status) if status else None

    @staticmethod
    def _rest_of_status(words: str, status: str) -> str:
        return re.sub(r"^[\s:)(,\u2013\u2014-]+|[\s:)(]+$", "", words.partition(status)[2])

    # texts

    def _flush_texts(self, *, before_code: bool = False) -> None:
        texts, self.texts = self.texts, []
        if not texts:
            return
        if before_code:
            self.cue = texts[-1].text
        kind = self.title.kind
        for block in texts:
            self.media = self.media or media_type_in(block.text)
        if kind in FIELDS:
            rows, texts = read_bullets(texts, self.title.required)
            if rows:
                self._fields(rows, rows[0].line)
        for block in texts:
            self._sentence(block, kind, before_code=before_code and block is texts[-1])

    def _sentence(self, block: Block, kind: str, *, before_code: bool) -> None:
        statuses = statuses_in(block.text)
        listed = block.bullet or kind in ("errors", "response", "status")
        if kind == "errors" and not statuses and (status := status_title(bare(block.text).partition(":")[0])):
            statuses = [(status, bare(block.text).partition(":")[2].strip())]
        for number, (status, rest) in enumerate(statuses):
            words = rest if listed and number == len(statuses) - 1 and len(statuses) == 1 else ""
            self._status(block.line, status, words)
        if kind in ("auth", "intro", "other") and (scheme := scheme_in(block.text)):
            self.operation.security = self.operation.security or [scheme]
        elif kind == "auth" and re.search(r"\b(?:no|not|none|without)\b|public", block.text, re.IGNORECASE):
            self.operation.security = self.operation.security if self.operation.security is not None else []
        if (
            kind == "intro"
            and not block.raw.lstrip().startswith(">")
            and not (before_code and block.text.endswith(":"))
        ):
            self.prose.append(block.text)
        if kind == "status" and self.responses.entries and not statuses and not before_code:
            last = self.responses.entries[-1]
            if isinstance(last, Row) and not last.cells.get("description"):
                last.cells["description"] = sentence(block.text)

    def _status(self, line: int, status: str, words: str) -> None:
        known = {entry.cells["status"] for entry in self.responses.entries if isinstance(entry, Row)}
        if status not in known:
            words = words.strip().removesuffix(":")
            self.responses.entries.append(Row(line, {"status": status, "description": words}))

    # tables

    def _flush_rows(self) -> None:
        rows, self.rows = self.rows, []
        if not rows:
            return
        kind = self.title.kind
        table = read_table(rows, default=self.title.kind if kind in FIELDS else "")
        if table is None:
            severe = kind in FIELDS
            words = f"a table with the columns {', '.join(bare(cell) for cell in rows[0].cells)[:80]} was not read"
            self.outline.report(self.page, rows[0].line, words, "unread" if severe else "note")
            return
        _report_rows(table, self.page, self.outline)
        if not table.rows:
            return
        if table.kind == "statuses":
            for row in table.rows:
                self._status(row.line, row.cells["status"], row.cells["description"])
                if "schema" in row.cells:
                    self.responses.entries[-1].cells["schema"] = row.cells["schema"]  # type: ignore[union-attr]
        elif "header" in table.headed and kind not in ("response", "status", "headers"):
            self._parameters(table.rows, "header")
        elif kind in FIELDS or table.locations or kind in ("intro", "request", "samples"):
            self._fields(table.rows, table.line, locations=table.locations)
        elif kind != "enums":
            words = f"{self.words or 'a table'}: it isn't said what these fields belong to; the table was not read"
            self.outline.report(self.page, table.line, words)

    def _fields(self, rows: list[Row], line: int, *, locations: bool = False) -> None:
        for row in rows:
            if self.title.required and "required" not in row.cells:
                row.cells["required"] = self.title.required
        kind = self.title.kind
        if locations or kind in ("parameters", "intro", "request", "samples"):
            self._parameters(rows, "" if kind in ("intro", "request", "samples") else self.title.argument)
        elif kind == "request_body":
            self._add("request_body", line, rows)
        elif kind == "headers":
            self._response_headers(rows)
        else:
            self._add("table", line, rows, self.title.argument if kind == "status" else "")

    def _response_headers(self, rows: list[Row]) -> None:
        status = next((entry.cells["status"] for entry in self.responses.entries if isinstance(entry, Row)), "")
        entries = [Row(row.line, row.cells | {"header": row.cells["name"], "status": status}) for row in rows]
        self.operation.sections.append(Section("headers", rows[0].line, entries=list(entries)))

    def _parameters(self, rows: list[Row], location: str) -> None:
        located: dict[str, list[Row]] = {}
        for row in rows:
            place = self._place(row, location)
            if place == "header" and self._is_about_the_message(row):
                continue
            located.setdefault(place, []).append(row)
        for place, mine in located.items():
            if place in ("body", "guess"):
                self._add("request_body", mine[0].line, mine, "guess" if place == "guess" else "")
            else:
                entries = [Row(row.line, row.cells | {"in": place, "name": self._name(row)}) for row in mine]
                self._add("parameters", entries[0].line, entries, place)

    def _name(self, row: Row) -> str:
        return (
            re.sub(r"^[:{<\[]+|[}>\]]+$", "", row.cells["name"])
            if not row.cells["name"].endswith("[]")
            else row.cells["name"]
        )

    def _place(self, row: Row, location: str) -> str:
        name = self._name(row)
        if stated := row.cells.get("in", ""):
            return stated
        if name in self.names and location in ("", "path", "query"):
            return "path"
        if location == "path":
            return "query" if self.operation.method in ("get", "delete", "head") else "path"
        if location:
            return location
        return "guess" if self.operation.method in _BODY_METHODS else "query"

    def _is_about_the_message(self, row: Row) -> bool:
        """Whether a header only states the media type or the credentials, which OpenAPI states elsewhere."""
        name = row.cells["name"].lower()
        words = " ".join((row.cells.get("description", ""), row.cells.get("example", ""), row.cells.get("default", "")))
        words += " " + " ".join(re.findall(r"[\w /.-]+", row.cells.get("enum", "")))
        if name == "content-type":
            match = re.search(r"\b[a-z]+/[\w.+-]+", words)
            self.media = self.media or (match.group(0) if match else "")
        if scheme := from_header(name, words):
            self.operation.security = self.operation.security or [scheme]
        return name in ("content-type", "accept", "authorization")

    def _add(self, kind: str, line: int, rows: list[Row], argument: str = "") -> None:
        entries = nested(rows) if kind in ("request_body", "table") else rows
        section = Section(kind, line, argument, entries=list(entries), title=self.words)
        if kind == "request_body" and argument == "guess":
            self.guessed.append(section)
        self.operation.sections.append(section)

    # code

    def _code(self, block: Block) -> None:
        text = block.text.strip()
        cue, self.cue = self.cue, ""
        kind = self.title.kind
        if match := _HTTP_RESPONSE.match(text):
            self._example(block, match.group(1), text.partition("\n\n")[2])
        elif _HTTP_REQUEST.match(text):
            self.operation.sections.append(Section("samples", block.line, blocks=[block]))
            self._body(block, text.partition("\n\n")[2])
        elif not text.startswith(("{", "[", "<")):
            self.operation.sections.append(Section("samples", block.line, blocks=[block]))
        else:
            self._body_or_example(block, text, kind, cue)

    def _body_or_example(self, block: Block, text: str, kind: str, cue: str) -> None:
        labelled = status_title(bare(re.sub(r"^\{?\s*(?:title|label)?\W*|\W*$", "", block.info)))
        statuses = statuses_in(cue) or ([(status, "")] if (status := status_title(bare(cue))) else [])
        if labelled or (len(statuses) == 1 and kind not in ("request_body", "body_example")):
            self._example(block, labelled or statuses[0][0], text)
        elif kind == "status":
            self._example(block, self.title.argument, text)
        elif kind in ("request_body", "body_example", "samples", "parameters", "request") and not _RESPONSE_CUE.search(
            cue
        ):
            if self.operation.method in _BODY_METHODS or kind in ("request_body", "body_example"):
                self._body(block, text)
        elif kind in ("response", "example", "errors") or _RESPONSE_CUE.search(cue):
            self._example(block, "", text)
        elif _REQUEST_CUE.search(cue) and self.operation.method in _BODY_METHODS:
            self._body(block, text)
        elif self.operation.method in ("get", "head"):
            self._example(block, "", text)
        else:
            self.undecided.append(block)

    def _example(self, block: Block, status: str, text: str) -> None:
        lang = (
            block.lang
            if block.lang not in ("http", "")
            else "json"
            if text.lstrip().startswith(("{", "["))
            else block.lang
        )
        offset = block.text[: max(0, block.text.find(text))].count("\n")
        blocks = [Block("code", block.line + offset, text, text, lang=lang)] if text.strip() else []
        title = "error" if self.title.kind == "errors" and not status else self.words
        section = Section("example", block.line, status, blocks, title=title)
        section.is_list = text.lstrip().startswith("[")
        self.operation.sections.append(section)

    def _body(self, block: Block, text: str) -> None:
        if text.strip().startswith(("{", "[")) and not self.operation.of("body_example"):
            body = Block("code", block.line, text, text, lang="json")
            self.operation.sections.append(Section("body_example", block.line, blocks=[body]))

    # the end

    def _drop_weak(self) -> None:
        """Forget the names in the query of the operation line that a row describes."""
        parameters = self.operation.of("parameters")
        rows = [row for section in parameters for row in section.entries if isinstance(row, Row)]
        described = {row.cells["name"] for row in rows if "weak" not in row.cells}
        for section in parameters:
            section.entries = [
                each
                for each in section.entries
                if not (isinstance(each, Row) and "weak" in each.cells and each.cells["name"] in described)
            ]
        self.operation.sections = [
            each for each in self.operation.sections if each.kind != "parameters" or each.entries
        ]

    def finish(self) -> OperationOutline:
        """The operation with all its sections."""
        self._flush_rows()
        self._flush_texts()
        operation = self.operation
        for block in self.undecided:
            words = "it isn't said whether this body is of the request or of the response; it was not read"
            self.outline.report(self.page, block.line, words, "note")
        if self.responses.entries:
            self.responses.line = self.responses.entries[0].line
            operation.sections.append(self.responses)
        for section in operation.of("request_body", "body_example"):
            section.media = section.media or self.media
        self._drop_weak()
        if operation.of("body_example"):
            for section in self.guessed:
                section.argument = ""
        operation.description = sentence(" ".join(self.prose))
        if _deprecated(operation.summary or ""):
            operation.deprecated = True
        return operation


def _deprecated(words: str) -> bool:
    return bool(re.search(r"\bdeprecated\b", words, re.IGNORECASE))
