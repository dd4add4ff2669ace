"""One self-contained HTML page: verdict, violations, coverage as a picture, every promise."""

from __future__ import annotations

from html import escape
from typing import Any

from contract_tests.report.markdown import broken, facts, source, times

STYLE = """
:root{color-scheme:light dark;--bad:#c62828;--good:#2e7d32;--mute:#777;--line:#8884;--cell:#2e7d32}
body{font:15px/1.5 system-ui,sans-serif;max-width:72rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.5rem;border-left:.5rem solid var(--mark);padding-left:.75rem}h2{font-size:1.15rem;margin-top:2.2rem}
table{border-collapse:collapse;width:100%}
td,th{text-align:left;vertical-align:top;padding:.3rem .6rem;border-bottom:1px solid var(--line)}
pre{overflow-x:auto;background:#8881;padding:.6rem;font-size:.85rem}
article{border:1px solid var(--line);border-left:.3rem solid var(--bad);padding:.2rem 1rem;margin:1rem 0}
dl{display:grid;grid-template-columns:auto 1fr;gap:.1rem .8rem;margin:.8rem 0 .3rem}
dt{color:var(--mute)}dd{margin:0;overflow-wrap:anywhere}
summary{cursor:pointer}small,td,li{overflow-wrap:anywhere}.wide{overflow-x:auto}
.broken{color:var(--bad)}.kept{color:var(--good)}.mute{color:var(--mute)}
@media(max-width:40rem){body{margin:1rem auto}article{padding:.2rem .7rem}table.promises .suite{display:none}}
svg text{font:12px system-ui,sans-serif;fill:currentColor}
"""
ROW, COLUMN, LEFT = 26, 74, 210


def html(summary: dict[str, Any]) -> str:
    """The page."""
    mark = "var(--good)" if summary["exit_code"] == 0 else "var(--bad)"
    title = summary["verdict"]
    parts = [
        f'<h1 style="--mark:{mark}">{escape(title)}</h1><p>{escape(facts(summary).replace("`", ""))}</p>',
        paragraph(summary["stopped"]),
        *map(violation, by_sentence(broken(summary))),
        f"<h2>Coverage of the contract: {summary['coverage']['percent']}%</h2>",
        picture(summary["coverage"]["matrix"]),
        missing(summary["coverage"]["missing"]),
        listing("Notes", summary["notes"]),
        listing("Not checked", times(summary["not_checked"])),
        listing("Requests not sent, to protect data", times(summary["withheld"])),
        listing("Remarks", summary["remarks"]),
        promises(summary["promises"]),
    ]
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{escape(title)}</title>'
    page = f"<head>{head}<style>{STYLE}</style></head><body>{''.join(parts)}</body>"
    return f'<!doctype html><html lang="en">{page}</html>\n'


def by_sentence(promises: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """The broken promises, those of one sentence together."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for promise in promises:
        groups.setdefault(promise["sentence"], []).append(promise)
    return list(groups.values())


def violation(promises: list[dict[str, Any]]) -> str:
    """A broken sentence: its first promise unfolded, the same of other operations folded."""
    parts = [
        f"<details{'' if index else ' open'}><summary class=mute>{escape(promise['id'])}; {escape(source(promise))}"
        f"</summary>{''.join(map(problem_of, promise['problems']))}</details>"
        for index, promise in enumerate(promises)
    ]
    times = f" <span class=mute>({len(promises)} times)</span>" if len(promises) > 1 else ""
    return f"<article><h3>{escape(promises[0]['sentence'])}{times}</h3>{''.join(parts)}</article>"


def problem_of(problem: dict[str, Any]) -> str:
    """What was expected and got, and the lines that repeat it."""
    facts_of = f"<dt>expected</dt><dd>{escape(problem['expected'])}</dd><dt>got</dt><dd>{escape(problem['got'])}</dd>"
    lines = escape("\n".join(problem["requests"]))
    return f"<dl>{facts_of}</dl>" + (f"<pre>{lines}</pre>" if lines else "")


def picture(matrix: dict[str, dict[str, dict[str, Any]]]) -> str:
    """The coverage matrix as SVG: a cell is as dark as the share of its parts that were reached."""
    statuses = sorted({status for row in matrix.values() for status in row}, key=lambda s: (s == "request", s))
    width, height = LEFT + COLUMN * len(statuses), ROW * (len(matrix) + 1)
    heads = [f'<text x="{LEFT + COLUMN * i + 4}" y="17">{escape(status)}</text>' for i, status in enumerate(statuses)]
    rows = [
        row_of(name, cells, statuses, ROW * (index + 1)) for index, (name, cells) in enumerate(sorted(matrix.items()))
    ]
    label = "Coverage: operations by documented status"
    size = f'width="{width}" height="{height}"'
    drawn = f'<svg role="img" aria-label="{label}" {size}>{"".join(heads + rows)}</svg>'
    return f"<div class=wide>{drawn}</div>"


def row_of(name: str, cells: dict[str, dict[str, Any]], statuses: list[str], y: int) -> str:
    """One operation of the picture."""
    drawn = [f'<text x="0" y="{y + 17}">{escape(name)}</text>']
    for index, status in enumerate(statuses):
        if status in cells:
            drawn.append(cell_of(cells[status], LEFT + COLUMN * index, y, f"{name} {status}"))
    return "".join(drawn)


def cell_of(cell: dict[str, Any], x: int, y: int, what: str) -> str:
    """One status of one operation."""
    share = cell["reached"] / cell["all"] if cell["all"] else 0
    dash = ' stroke-dasharray="3 3"' if cell["out_of_reach"] else ""
    box = f'<rect x="{x}" y="{y + 2}" width="{COLUMN - 4}" height="{ROW - 4}" rx="3"'
    title = f"{what}: {cell['reached']} of {cell['all']}"
    fill = f'fill="var(--cell)" fill-opacity="{0.15 + 0.6 * share if share else 0:.2f}" stroke="#8888"{dash}'
    text = f'<text x="{x + 6}" y="{y + 17}">{cell["reached"]}/{cell["all"]}</text>'
    return f"<g><title>{escape(title)}</title>{box} {fill}/>{text}</g>"


def missing(parts: list[dict[str, Any]]) -> str:
    """What was not reached, and why."""
    rows = "".join(
        f"<tr><td>{escape(part['operation'])}</td><td>{escape(part['status'])}</td><td>{escape(part['what'])}</td>"
        f"<td class=mute>{escape(part['why'])}</td></tr>"
        for part in parts
    )
    return (
        f"<details><summary>{len(parts)} parts not reached</summary>"
        f"<div class=wide><table>{rows}</table></div></details>"
        if parts
        else ""
    )


def promises(items: list[dict[str, Any]]) -> str:
    """Every promise with its outcome."""
    rows = "".join(
        f"<tr><td class={escape(item['outcome'].split()[0])}>{escape(item['outcome'])}</td>"
        f"<td class=suite>{escape(item['suite'])}</td>"
        f"<td>{escape(item['sentence'])}<br><small class=mute>{escape(item['id'])}: {escape(source(item))}"
        f"{escape('; ' + item['reason'] if item['reason'] else '')}</small></td></tr>"
        for item in items
    )
    return f"<h2>Promises</h2><table class=promises>{rows}</table>"


def listing(title: str, items: list[str]) -> str:
    """A heading and a list, when there is something in it."""
    return f"<h2>{title}</h2><ul>{''.join(f'<li>{escape(item)}</li>' for item in items)}</ul>" if items else ""


def paragraph(text: str) -> str:
    """A paragraph, when there is something in it."""
    return f"<p class=broken>{escape(text)}</p>" if text else ""
