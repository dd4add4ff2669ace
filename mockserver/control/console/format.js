// Formats values for people to read. This module uses no DOM.

const UNITS = [["d", 86_400_000], ["h", 3_600_000], ["min", 60_000], ["s", 1000]];

/** A duration in milliseconds in its two largest units: `31 d`, `2 h 5 min`. From one hour on, it is rounded to minutes. */
export function formatDuration(milliseconds) {
  let rest = Math.abs(milliseconds);
  if (rest >= 3_600_000) rest = Math.round(rest / 60_000) * 60_000;
  const parts = [];
  for (const [unit, size] of UNITS) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count) parts.push(`${count} ${unit}`);
    if (parts.length === 2 || (parts.length && !count) || (unit === "d" && count > 9)) break;
  }
  return parts.join(" ") || "0 s";
}

/** A time relative to another: `in 21 d`, `3 d ago`. */
export function formatRelative(time, now) {
  const ahead = new Date(time) - now;
  if (Math.abs(ahead) < 1000) return "now";
  return ahead > 0 ? `in ${formatDuration(ahead)}` : `${formatDuration(ahead)} ago`;
}

/** Date and time to the second, in UTC. */
export function formatTime(time) {
  return new Date(time).toISOString().slice(0, 19).replace("T", " ");
}

/** Time of day, in UTC. */
export function formatTimeOfDay(time) {
  return new Date(time).toISOString().slice(11, 19);
}

/** A processing time in milliseconds. */
export function formatMicroseconds(microseconds) {
  return microseconds < 10_000 ? `${(microseconds / 1000).toFixed(1)} ms` : `${Math.round(microseconds / 1000)} ms`;
}

/** A value as JSON, but strings without quotes; long values are truncated. */
export function formatValue(value, maxLength = 80) {
  if (value === undefined) return "";
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length > maxLength ? `${text.slice(0, maxLength - 1)}…` : text;
}

/** A body: JSON is indented, text is unchanged. */
export function formatBody(body) {
  return typeof body === "string" ? body : JSON.stringify(body, null, 2);
}

/** A number with its noun: `1 change`, `2 changes`. */
export function count(number, noun) {
  return `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;
}

/** The CSS class of a status code; `gone` if no response was sent. */
export function statusClass(status) {
  return { 2: "ok", 3: "moved", 4: "refused", 5: "failed" }[Math.floor(status / 100)] ?? "gone";
}

/** A fault rule as a sentence. */
export function describeRule(rule) {
  const subject = [rule.operation ?? "Every request", rule.user && `by ${rule.user}`].filter(Boolean).join(" ");
  const limits = [
    rule.nth && `only for request ${rule.nth}`,
    rule.probability !== undefined && `for ${Math.round(rule.probability * 100)}% of the requests`,
    rule.times && (rule.times === 1 ? "once" : `${rule.times} times`),
  ].filter(Boolean);
  return `${[`${subject} ${effects(rule).join(" and ")}`, ...limits].join(", ")}.`;
}

function effects(rule) {
  return [
    rule.status && `returns ${rule.status}${rule.example ? ` "${rule.example}"` : ""}`,
    rule.delay && `is delayed by ${describeDelay(rule.delay)}`,
    rule.slow && `sends its body at ${rule.slow} B/s`,
    rule.body && { truncated: "has a body that is cut off", malformed: "has half a body", empty: "has no body" }[rule.body],
    rule.fails && "starts a job that fails",
    rule.reset && "gets no response, the connection is closed",
    rule.limit && `returns 429 after ${count(rule.limit.calls, "request")} in ${rule.limit.seconds} s`,
  ].filter(Boolean);
}

function describeDelay({ fixed, uniform, lognormal }) {
  if (fixed !== undefined) return `${fixed} ms`;
  if (uniform) return `${uniform.from} to ${uniform.to} ms`;
  return `about ${lognormal.median} ms`;
}
