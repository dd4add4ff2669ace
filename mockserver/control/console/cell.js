// Editing one cell: an input that fits the field's schema, Enter saves, Escape gives up.

import { h } from "./dom.js";

/** Turn a cell into an editor. `save` gets the new value and may refuse; then the editor stays, and says why. */
export function editCell(cell, { value, schema, label, save, cancel }) {
  const options = optionsOf(schema);
  const input = options ? choice(options, value) : h("input", { value: written(value, schema) });
  const problem = h("p", { className: "problem", role: "alert" });
  input.setAttribute("aria-label", label);
  cell.classList.add("editing");
  cell.replaceChildren(input, problem);
  input.focus();
  input.select?.();

  async function commit() {
    if (input.readOnly) return;
    input.readOnly = true;
    try {
      const given = options ? JSON.parse(input.value) : read(input.value, schema);
      if (JSON.stringify(given) === JSON.stringify(value)) leave(input === document.activeElement);
      else await save(given);
    } catch (error) {
      input.ariaInvalid = "true";
      problem.textContent = error.message;
      input.readOnly = false;
      input.focus();
    }
  }

  function leave(stay) {
    cell.classList.remove("editing");
    if (stay) cell.focus(); // the table finds the place again by the focus
    cancel();
  }

  input.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (event.key === "Enter") commit();
    if (event.key === "Escape") leave(true);
  });
  if (options) input.addEventListener("change", commit);
  input.addEventListener("blur", () => {
    if (!input.readOnly && input.isConnected && !problem.textContent) commit();
  });
}

function optionsOf(schema) {
  if (schema.enum) return schema.enum;
  return [schema.type].flat().includes("boolean") ? [true, false] : null;
}

function choice(options, value) {
  const absent = value === undefined ? [h("option", { value: "null", selected: true }, "absent")] : [];
  return h("select", {}, absent, options.map((each) => h("option", { value: JSON.stringify(each), selected: each === value }, String(each))));
}

const isText = (schema, value) => [schema.type].flat().includes("string") || typeof value === "string";

function written(value, schema) {
  if (value === undefined) return "";
  return isText(schema, value) ? value : JSON.stringify(value);
}

function read(text, schema) {
  if (!schema.type || [schema.type].flat().includes("string")) {
    return schema.type ? text : loosely(text);
  }
  return JSON.parse(text);
}

/** A field that the contract does not declare: JSON where it reads as such, else text. */
function loosely(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
