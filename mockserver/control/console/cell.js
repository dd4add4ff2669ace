// Editing one table cell: an input that fits the field's schema. Enter saves, Escape cancels.

import { h } from "./dom.js";

/** Turn a cell into an editor. If `save` rejects the new value, the editor stays open and shows the reason. */
export function editCell(cell, { value, schema, label, save, cancel }) {
  const options = optionsOf(schema);
  const input = options ? selectFor(options, value) : h("input", { value: toText(value, schema) });
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
      const edited = options ? JSON.parse(input.value) : fromText(input.value, schema);
      if (JSON.stringify(edited) === JSON.stringify(value)) close(input === document.activeElement);
      else await save(edited);
    } catch (error) {
      input.ariaInvalid = "true";
      problem.textContent = error.message;
      input.readOnly = false;
      input.focus();
    }
  }

  function close(keepFocus) {
    cell.classList.remove("editing");
    if (keepFocus) cell.focus(); // the table is rendered again and restores the focus
    cancel();
  }

  input.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (event.key === "Enter") commit();
    if (event.key === "Escape") close(true);
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

function selectFor(options, value) {
  const notSet = value === undefined ? [h("option", { value: "null", selected: true }, "not set")] : [];
  return h("select", {}, notSet, options.map((each) => h("option", { value: JSON.stringify(each), selected: each === value }, String(each))));
}

const isText = (schema, value) => [schema.type].flat().includes("string") || typeof value === "string";

function toText(value, schema) {
  if (value === undefined) return "";
  return isText(schema, value) ? value : JSON.stringify(value);
}

function fromText(text, schema) {
  if (!schema.type) return jsonOrText(text); // a field that the contract does not declare
  const types = [schema.type].flat();
  if (types.includes("string")) return text;
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`Expected: ${types.join(" or ")}`);
  }
}

function jsonOrText(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
