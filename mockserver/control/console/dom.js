// Building blocks of the page. Text is inserted as text nodes, so data from clients is never parsed as HTML.

/** The element with this id. */
export const $ = (id) => document.getElementById(id);

/** Create an element with properties, attributes, `on…` listeners and children. Children that are null or false are skipped. */
export function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined) continue;
    if (name in element && !name.includes("-") && name !== "list") element[name] = value;
    else element.setAttribute(name, value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** A button that runs `work` on a click. It shows errors, and ignores clicks while the work is running. */
export function button(label, work, properties = {}) {
  const element = h("button", { type: "button", ...properties }, label);
  element.addEventListener("click", () => runBusy(element, work));
  return element;
}

/** Run `work` for a control: the control is marked as busy meanwhile, and errors are shown. */
export async function runBusy(control, work) {
  if (control.ariaBusy === "true") return;
  control.ariaBusy = "true";
  try {
    await work();
  } catch (error) {
    notify(error.message, "failure");
  } finally {
    control.ariaBusy = null;
  }
}

/** A table with a caption, headings (texts or elements) and rows. */
export function table(caption, headings, rows, properties = {}) {
  return h("table", properties,
    h("caption", { className: "visually-hidden" }, caption),
    h("thead", {}, h("tr", {}, headings.map((heading) => h("th", { scope: "col" }, heading)))),
    h("tbody", {}, rows));
}

/** A region that scrolls horizontally, also by keyboard. */
export function scroller(label, ...children) {
  return h("div", { className: "scroller", role: "region", "aria-label": label, tabIndex: 0 }, ...children);
}

/** The message in a panel that has nothing to show. */
export function emptyState(title, ...paragraphs) {
  return h("div", { className: "empty" }, h("p", { className: "title" }, title), paragraphs.map((each) => h("p", {}, each)));
}

let closeTimer;

/** Show the outcome of an action, on screen and to screen readers. */
export function notify(message, kind = "success") {
  const box = $("notice");
  clearTimeout(closeTimer);
  box.replaceChildren(h("p", { className: kind }, h("strong", {}, kind === "failure" ? "Error: " : ""), message,
    h("button", { type: "button", className: "quiet icon", "aria-label": "Dismiss", onclick: () => box.replaceChildren() }, "×")));
  if (kind !== "failure") closeTimer = setTimeout(() => box.replaceChildren(), 5000);
}

/** A labelled input; with `options` it is a select, with `rows` a text area. */
export function field({ name, label, hint = "", options, rows, ...properties }) {
  const id = `field-${name}`;
  const description = hint ? { "aria-describedby": `${id}-hint` } : {};
  const control = options
    ? h("select", { id, name, ...description, ...properties }, options.map(([value, text]) => h("option", { value }, text)))
    : h(rows ? "textarea" : "input", { id, name, rows, spellcheck: false, autocomplete: "off", ...description, ...properties });
  return h("div", { className: "field" },
    h("label", { htmlFor: id }, label), control, hint && h("p", { id: `${id}-hint`, className: "hint" }, hint));
}
