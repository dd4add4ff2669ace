// The page: one state object, rendered again after every change.

import { ApiError, connect } from "./api.js";
import { connection, save } from "./connection.js";
import { summaryOf } from "./trust.js";
import { deviceItem, emptyItem, placeholders, problemBox } from "./view.js";

const $ = (id) => document.getElementById(id);
const state = { devices: null, loading: false, problem: "", pending: new Set(), problems: new Map() };
let settings = connection();
let api = connect(settings);

function render() {
  const focused = document.activeElement?.closest("[data-device]")?.dataset.device;
  $("devices").ariaBusy = String(state.loading);
  $("summary").textContent = state.loading ? "Loading…" : state.devices ? summaryOf(state.devices) : "";
  $("problem").replaceChildren(...(state.problem ? [problemBox(state.problem, load)] : []));
  $("devices").replaceChildren(...items());
  if (focused) document.querySelector(`[data-device="${CSS.escape(focused)}"] button`)?.focus();
}

function items() {
  if (!state.devices) return state.loading ? placeholders() : [];
  if (!state.devices.length) return [emptyItem()];
  return state.devices.map((device) => deviceItem(device, {
    pending: state.pending.has(device.id),
    problem: state.problems.get(device.id),
    act: (verb) => change(device.id, verb),
  }));
}

async function load() {
  Object.assign(state, { loading: true, problem: "" });
  render();
  try {
    state.devices = await api.devices();
  } catch (error) {
    Object.assign(state, { devices: null, problem: messageOf(error) });
  }
  state.loading = false;
  render();
}

async function change(id, verb) {
  state.pending.add(id);
  state.problems.delete(id);
  render();
  try {
    await api[verb](id);
    state.devices = await api.devices();
  } catch (error) {
    state.problems.set(id, messageOf(error));
  }
  state.pending.delete(id);
  render();
}

function messageOf(error) {
  if (!(error instanceof ApiError)) throw error;
  return error.retryAfter ? `${error.message} Try again in ${error.retryAfter} s.` : error.message;
}

function fillForm() {
  const form = $("connection");
  for (const name of ["api", "token"]) form.elements[name].value = settings[name];
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    settings = save(Object.fromEntries(new FormData(form)));
    api = connect(settings);
    state.devices = null;
    state.problems.clear();
    load();
  });
}

$("reload").addEventListener("click", load);
fillForm();
load();
