// Dialogs of the records panel: one record as JSON, a field of many records, and what differs from the fixtures.

import { differenceTable } from "./differences.js";
import { openDialog } from "./dialog.js";
import { h } from "./dom.js";
import { count } from "./format.js";

/** Edit a record as JSON; `save` gets the record. */
export async function editAsJson({ title, text = "", record, save }) {
  await openDialog({
    title, text, action: "Save", submit: ({ json }) => save(JSON.parse(json)),
    fields: [{ name: "json", label: "Record as JSON", rows: 18, value: JSON.stringify(record, null, 2), required: true }],
  });
}

/** Set or remove a field of many records; `save` gets the merge patch for each of them. */
export async function editMany({ collection, number, fields, save }) {
  return openDialog({
    title: `Edit ${count(number, "record")}`, action: "Save all", submit: ({ name, value }) => save({ [name]: valueFrom(value) }),
    text: `Sets one field of the ${collection} that the table shows. The mock checks every record; if one violates the contract, none is changed.`,
    fields: [
      { name: "name", label: "Field", options: fields.map((each) => [each, each]) },
      { name: "value", label: "Value", hint: "JSON, or a text. Leave it empty to remove the field" },
    ],
  });
}

function valueFrom(text) {
  if (!text) return null;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Ask before records are deleted. */
export async function confirmDelete({ names, collection, world, remove }) {
  return openDialog({
    title: names.length === 1 ? `Delete ${names[0]}?` : `Delete ${names.length.toLocaleString("en")} records?`, action: "Delete", danger: true,
    text: `This removes ${names.length === 1 ? "the record" : "the records that the table shows"} from ${collection} in the world ${world}.`,
    submit: remove,
  });
}

/** Show how a record differs from the fixtures, and offer to restore it. */
export async function showDifference({ key, before, after, restore }) {
  return openDialog({
    title: before ? `${key}: changed since the fixtures` : `${key}: not in the fixtures`, wide: true,
    action: before ? "Restore" : "Remove", danger: !before, submit: restore,
    content: h("div", {}, differenceTable(`Changes of ${key}`, before, after, ["Fixtures", "Now"])),
  });
}
