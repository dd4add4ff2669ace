// The columns of a table of records, and its cells.

import { h } from "./dom.js";
import { formatRelative, formatTime, formatValue } from "./format.js";

const MAX_TEXT = 48;
/** How many columns a table has until you ask for all: some contracts declare more than a hundred fields. */
export const COLUMNS = 20;

/** The key first, then the fields of the contract in their order, then all other fields of the records. */
export function columnsOf({ key, fields }, records) {
  const used = new Set(records.flatMap(Object.keys));
  return [...new Set([key, ...Object.keys(fields).filter((name) => used.has(name)), ...used])];
}

/** The cell of one field of a record. */
export function cellOf(record, name, { key, fields }, now) {
  const value = record[name];
  const isKey = name === key;
  const cell = h(isKey ? "th" : "td", { role: isKey ? "rowheader" : "gridcell", tabIndex: -1, "data-field": name });
  if (isKey) cell.scope = "row";
  if (value === undefined) cell.append(h("span", { className: "not-set", "aria-label": "not set" }, "–"));
  else if (fields[name]?.format === "date-time" && !Number.isNaN(Date.parse(value))) {
    cell.append(formatTime(value), h("span", { className: "hint" }, formatRelative(value, now)));
  } else if (typeof value === "boolean") cell.append(h("span", { className: `flag ${value}` }, String(value)));
  else cell.append(formatValue(value, MAX_TEXT));
  if (formatValue(value, Infinity).length > MAX_TEXT) cell.title = formatValue(value, 2000);
  return cell;
}
