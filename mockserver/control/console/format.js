// Values as people read them. No DOM in here.

const UNITS = [["d", 86_400_000], ["h", 3_600_000], ["min", 60_000], ["s", 1000]];

/** A span of milliseconds in its two largest units: `31 d`, `2 h 5 min`; to the minute where it is an hour or more. */
export function span(milliseconds) {
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

/** How far an instant is from another: `in 21 d`, `3 d ago`. */
export function relative(instant, now) {
  const ahead = new Date(instant) - now;
  if (Math.abs(ahead) < 1000) return "now";
  return ahead > 0 ? `in ${span(ahead)}` : `${span(ahead)} ago`;
}

/** An instant to the second, in UTC. */
export function moment(instant) {
  return new Date(instant).toISOString().slice(0, 19).replace("T", " ");
}

/** The time of day of an instant, in UTC. */
export function timeOfDay(instant) {
  return new Date(instant).toISOString().slice(11, 19);
}

/** A duration of the mock's own work. */
export function duration(microseconds) {
  return microseconds < 10_000 ? `${(microseconds / 1000).toFixed(1)} ms` : `${Math.round(microseconds / 1000)} ms`;
}

/** A value as JSON that is read by people: texts without quotes, long ones cut. */
export function value(given, most = 80) {
  if (given === undefined) return "";
  const text = typeof given === "string" ? given : JSON.stringify(given);
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}

/** A body as it is shown: JSON indented, text as it is. */
export function body(given) {
  return typeof given === "string" ? given : JSON.stringify(given, null, 2);
}

/** The class of a status: `ok`, `moved`, `refused`, `failed`; `gone` when no answer left. */
export function kindOf(status) {
  return { 2: "ok", 3: "moved", 4: "refused", 5: "failed" }[Math.floor(status / 100)] ?? "gone";
}

/** A fault rule as a sentence. */
export function ruleSentence(rule) {
  const who = [rule.operation ?? "Every call", rule.user && `by ${rule.user}`].filter(Boolean).join(" ");
  const when = [
    rule.nth && `call ${rule.nth} only`,
    rule.probability !== undefined && `${Math.round(rule.probability * 100)} % of calls`,
    rule.times && (rule.times === 1 ? "once" : `${rule.times} times`),
  ].filter(Boolean);
  return `${who}: ${effects(rule).join(", ")}${when.length ? ` (${when.join(", ")})` : ""}`;
}

function effects(rule) {
  return [
    rule.status && `status ${rule.status}${rule.example ? ` "${rule.example}"` : ""}`,
    rule.delay && delaySentence(rule.delay),
    rule.slow && `slow body, ${rule.slow} B/s`,
    rule.body && `${rule.body} body`,
    rule.reset && "connection closed",
    rule.limit && `${rule.limit.calls} calls in ${rule.limit.seconds} s, then 429`,
  ].filter(Boolean);
}

function delaySentence({ fixed, uniform, lognormal }) {
  if (fixed !== undefined) return `delay ${fixed} ms`;
  if (uniform) return `delay ${uniform.from} to ${uniform.to} ms`;
  return `delay around ${lognormal.median} ms`;
}
