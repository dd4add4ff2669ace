// What differs between two values, member by member. Used for records, changes of a request, and two requests.

import { h, scroller, table } from "./dom.js";
import { formatValue } from "./format.js";

const DEEPEST = 6;

/** The paths at which two values differ, with both values; `undefined` where there is none. */
export function differences(before, after, path = "", depth = 0) {
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  const isDeep = isObject(before) && isObject(after) && Array.isArray(before) === Array.isArray(after) && depth < DEEPEST;
  if (!isDeep) return [{ path, before, after }];
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return names.flatMap((name) => differences(before[name], after[name], path ? `${path}.${name}` : name, depth + 1));
}

/** The differences of two values as a table; `headings` name the two. */
export function differenceTable(title, before, after, headings = ["Before", "After"], className = "") {
  const rows = differences(before ?? {}, after ?? {}).map((each) => h("tr", {},
    h("th", { scope: "row" }, breakable(each.path)),
    h("td", {}, each.before === undefined ? notSet() : h("del", {}, formatValue(each.before, 400))),
    h("td", {}, each.after === undefined ? notSet() : h("ins", {}, formatValue(each.after, 400)))));
  return scroller(title, table(title, ["Field", ...headings], rows, { className: `differences ${className}` }));
}

const isObject = (value) => typeof value === "object" && value !== null;

/** A path that may wrap after each dot, and within no word. */
function breakable(path) {
  return path.split(".").map((part, index, all) => [index === all.length - 1 ? part : `${part}.`, h("wbr")]);
}

function notSet() {
  return h("span", { className: "hint" }, "not set");
}
