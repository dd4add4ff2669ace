// Elements from values. Text goes in as text nodes: what a client sent is never read as HTML.

/** The element of the page with this id. */
export const $ = (id) => document.getElementById(id);

/** An element with properties, attributes, `on…` listeners and children; null and false children are left out. */
export function h(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined) continue;
    if (name in made && !name.includes("-") && name !== "list") made[name] = value;
    else made.setAttribute(name, value);
  }
  made.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return made;
}

/** A button that says what went wrong when its work fails, and cannot be pressed twice meanwhile. */
export function button(label, work, properties = {}) {
  const made = h("button", { type: "button", ...properties }, label);
  made.addEventListener("click", () => busy(made, work));
  return made;
}

/** Run some work of a control: marked busy meanwhile, failures told. */
export async function busy(control, work) {
  if (control.ariaBusy === "true") return;
  control.ariaBusy = "true";
  try {
    await work();
  } catch (error) {
    tell(error.message, "failure");
  } finally {
    control.ariaBusy = null;
  }
}

/** A table: heading texts (or cells) and rows of cells. */
export function table(caption, headings, rows, properties = {}) {
  return h("table", properties,
    h("caption", { className: "unseen" }, caption),
    h("thead", {}, h("tr", {}, headings.map((heading) => h("th", { scope: "col" }, heading)))),
    h("tbody", {}, rows));
}

/** A region that scrolls sideways, also by keyboard. */
export function scroller(label, ...children) {
  return h("div", { className: "scroller", role: "region", "aria-label": label, tabIndex: 0 }, ...children);
}

/** What stands where nothing is yet. */
export function empty(title, ...sentences) {
  return h("div", { className: "empty" }, h("p", { className: "title" }, title), sentences.map((each) => h("p", {}, each)));
}

let closing;

/** Tell the outcome of something, on the page and to a screen reader. */
export function tell(message, kind = "success") {
  const box = $("told");
  clearTimeout(closing);
  box.replaceChildren(h("p", { className: kind }, h("strong", {}, kind === "failure" ? "Failed. " : ""), message,
    h("button", { type: "button", className: "quiet icon", "aria-label": "Dismiss", onclick: () => box.replaceChildren() }, "×")));
  if (kind !== "failure") closing = setTimeout(() => box.replaceChildren(), 5000);
}

/** Ask for confirmation or a few values; the form's values, or null when it is cancelled. The dialog does the work of its
 *  values: it stays, and says why, when that is refused. */
export function ask({ title, sentence = "", fields = [], action = "OK", danger = false, work = () => {} }) {
  const error = h("p", { className: "problem", role: "alert" });
  const form = h("form", { method: "dialog" },
    h("h2", { id: "dialog-title" }, title),
    sentence && h("p", {}, sentence),
    fields.map(field),
    error,
    h("div", { className: "actions" },
      h("button", { type: "button", className: "quiet", onclick: () => dialog.close("") }, "Cancel"),
      h("button", { type: "submit", className: danger ? "danger" : "primary", value: "ok" }, action)));
  const dialog = h("dialog", { "aria-labelledby": "dialog-title" }, form);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    error.textContent = "";
    try {
      await work(Object.fromEntries(new FormData(form)));
      dialog.close("ok");
    } catch (refusal) {
      error.textContent = refusal.message;
    }
  });
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      const values = dialog.returnValue === "ok" ? Object.fromEntries(new FormData(form)) : null;
      dialog.remove();
      resolve(values);
    });
  });
}

/** A labelled input; `options` makes it a choice, `rows` a text area. */
export function field({ name, label, hint = "", options, rows, ...properties }) {
  const id = `field-${name}`;
  const about = hint ? { "aria-describedby": `${id}-hint` } : {};
  const control = options
    ? h("select", { id, name, ...about, ...properties }, options.map(([value, text]) => h("option", { value }, text)))
    : h(rows ? "textarea" : "input", { id, name, rows, spellcheck: false, autocomplete: "off", ...about, ...properties });
  return h("div", { className: "field" },
    h("label", { htmlFor: id }, label), control, hint && h("p", { id: `${id}-hint`, className: "hint" }, hint));
}

/** Copy a text, and say so; a page that came over plain HTTP from another machine has no clipboard, and shows the text. */
export async function copy(text, what) {
  if (!navigator.clipboard) {
    await ask({ title: what, action: "Done", fields: [{ name: "text", label: "To copy", rows: 6, value: text, autofocus: true, onfocus: (event) => event.target.select() }] });
    return;
  }
  await navigator.clipboard.writeText(text);
  tell(`${what} copied.`);
}

/** Hand a text to the browser as a file. */
export function download(name, text, type = "application/json") {
  const url = URL.createObjectURL(new Blob([text], { type }));
  h("a", { href: url, download: name }).click();
  URL.revokeObjectURL(url);
}
