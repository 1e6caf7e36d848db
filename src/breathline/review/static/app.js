// The review page: joins the two scans, the controls and the corrections.
import { Brush } from "./brush.js";
import { Forms } from "./forms.js";
import { Pane } from "./pane.js";
import { fetchAhead } from "./volume.js";

const one = (selector) => document.querySelector(selector);
const all = (selector) => [...document.querySelectorAll(selector)];

for (const figure of all(".pane[data-scan]")) fetchAhead(Number(figure.dataset.scan));
const state = await (await fetch("/api/state")).json();
const say = (key, parts = {}) =>
  (state.words[`page.${key}`] ?? key).replace(/\{(\w+)\}/g, (_, name) => parts[name] ?? "");
const chosen = { view: "axial", window: "lung", overlay: "none" };
const panes = all(".pane").map((figure) => new Pane(figure, say));
let pair = state.pairs[state.first] ?? null; // the scans side by side; without one, the only scan is shown
let linkMissing = say("link_pending");

// --- the link ---------------------------------------------------------------------------------------------------

let asking = false;
let next = null;

async function follow(pane) {
  if (!pair || !one("#linked").checked || linkMissing) return;
  next = pane;
  if (asking) return; // only the newest place is asked for
  asking = true;
  while (next) {
    const [from, of] = [next, pair];
    next = null;
    const other = panes.find((item) => item !== from);
    const at = from.cursor().map((v) => v.toFixed(3)).join(",");
    try {
      const found = await (await fetch(`/api/link/${of.followup}?from=${from.figure.dataset.role}&at=${at}`)).json();
      if (of !== pair) continue; // another scan was chosen meanwhile
      if (found.at) other.place(found.at);
      one("#link-state").textContent = say(found.at ? (found.outside ? "link_nearby" : "link_ready") : "link_outside");
      other.figure.dataset.linked = found.at ? at : "";
    } catch {
      tell(say("server_gone"));
    }
  }
  asking = false;
}

async function prepareLink() {
  if (!pair) return;
  const of = pair;
  one("#link-state").textContent = linkMissing = say("link_pending");
  const found = await (await fetch(`/api/link/${of.followup}?wait=1`)).json();
  if (of !== pair) return;
  linkMissing = found.missing;
  one("#link-state").textContent = linkMissing || say(one("#linked").checked ? "link_ready" : "link_off");
  one("#linked").disabled = Boolean(linkMissing);
  if (!linkMissing && panes.every((pane) => pane.volume)) follow(panes[0]);
}

// --- which scans ------------------------------------------------------------------------------------------------

// Show the scans of a pair, or the only one; those that are on the screen already stay.
async function lookAt(wanted) {
  pair = wanted;
  const numbers = pair ? [pair.baseline, pair.followup] : [0];
  const maps = [pair?.change ? pair.followup : "", ""]; // the map of changes lies on the baseline
  const fresh = panes.filter((pane, n) => pane.scan?.number !== numbers[n]);
  panes.forEach((pane, n) => {
    if (pane.changes !== maps[n]) pane.forget("change");
    pane.changes = maps[n];
  });
  document.body.dataset.ready = "";
  await Promise.all(fresh.map((pane) => pane.look(state.scans[numbers[panes.indexOf(pane)]])));
  if (pair !== wanted) return;
  document.body.dataset.ready = "coarse";
  onlySlices();
  const overlaid = showOverlay(chosen.overlay);
  const linked = prepareLink().catch(() => tell(say("server_gone")));
  for (const pane of panes) await pane.sharpen();
  await Promise.all([overlaid, linked]);
  if (pair === wanted) document.body.dataset.ready = "fine";
}

function offerScans() {
  const select = one("#followup");
  if (!select) return;
  select.replaceChildren(...state.pairs.map((one, n) => new Option(state.scans[one.followup].title, String(n))));
  select.value = String(state.first);
  select.addEventListener("change", async () => {
    if (brush.changed) {
      select.value = String(state.pairs.indexOf(pair));
      return tell(say("painted_first"));
    }
    tell("");
    await brush.cancel();
    await lookAt(state.pairs[Number(select.value)]);
  });
}

// --- controls ---------------------------------------------------------------------------------------------------

async function choose(name, value) {
  if (one(`.choice [data-${name}="${value}"]`).disabled) return;
  chosen[name] = value;
  for (const button of all(`[data-${name}]`)) {
    if (button.closest(".choice")) button.setAttribute("aria-pressed", String(button.dataset[name] === value));
  }
  if (name === "view") panes.forEach((pane) => pane.setView(value));
  if (name === "window") panes.forEach((pane) => pane.setWindow(value));
  if (name === "overlay") await showOverlay(value);
}

async function showOverlay(name) {
  const legend = state.overlays[name] ?? [];
  const shown = await Promise.all(panes.map((pane) => pane.show(name, legend).catch((error) => tell(error.message))));
  one("#legend").replaceChildren(
    ...(shown.some(Boolean) ? legend : []).filter((label) => label.colour).map((label) => {
      const item = document.createElement("li");
      const patch = document.createElement("i");
      patch.style.backgroundColor = label.colour;
      item.append(patch, label.name);
      return item;
    }),
  );
  if (name !== "none" && !shown.some(Boolean)) tell(say("no_map"));
}

const cycle = (values, value) => values[(values.indexOf(value) + 1) % values.length];

function turnOpacity(by) {
  const slider = one("#opacity");
  slider.value = String(Number(slider.value) + by);
  slider.dispatchEvent(new Event("input"));
}

// Axes of slice, row and column that the arrows move along, and their sense on the screen.
const ARROWS = {
  axial: { across: 2, down: 1, through: 0 },
  all: { across: 2, down: 1, through: 0 },
  coronal: { across: 2, down: 0, through: 1 },
  sagittal: { across: 1, down: 0, through: 2 },
};

function onKey(event, pane) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const axes = ARROWS[chosen.view];
  const keys = {
    ArrowLeft: () => pane.step(axes.across, 1),
    ArrowRight: () => pane.step(axes.across, -1),
    ArrowUp: () => pane.step(axes.down, 1),
    ArrowDown: () => pane.step(axes.down, -1),
    PageUp: () => pane.step(axes.through, 1),
    PageDown: () => pane.step(axes.through, -1),
    1: () => choose("view", "axial"),
    2: () => choose("view", "coronal"),
    3: () => choose("view", "sagittal"),
    4: () => choose("view", "all"),
    0: () => choose("overlay", "none"),
    l: () => choose("overlay", "lungs"),
    p: () => choose("overlay", "patterns"),
    c: () => choose("overlay", "change"),
    w: () => choose("window", cycle(["lung", "mediastinum", "wide"], chosen.window)),
    k: () => one("#linked").click(),
    "-": () => turnOpacity(-10),
    "+": () => turnOpacity(10),
    "=": () => turnOpacity(10),
  };
  const act = keys[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  if (!act || (brush.painting && "0lpc".includes(event.key.toLowerCase()))) return;
  event.preventDefault();
  act();
}

function wire() {
  for (const name of ["view", "window", "overlay"]) {
    for (const button of all(`.choice [data-${name}]`)) {
      button.addEventListener("click", () => choose(name, button.dataset[name]));
    }
  }
  one("#opacity")?.addEventListener("input", (event) =>
    panes.forEach((pane) => pane.setOpacity(Number(event.target.value) / 100)),
  );
  one("#linked")?.addEventListener("change", (event) => {
    one("#link-state").textContent = event.target.checked ? say("link_ready") : say("link_off");
    if (event.target.checked) follow(panes[0]);
  });
  for (const pane of panes) {
    pane.canvas.addEventListener("keydown", (event) => onKey(event, pane));
    pane.onMoved = follow;
  }
  one("#keys-open")?.addEventListener("click", () => one("#keys").showModal());
  one("#keys-close").addEventListener("click", () => one("#keys").close());
}

// Between separate slices nothing was scanned: a picture across them would be made up.
function onlySlices() {
  const separate = panes.some((pane) => pane.scan.interval);
  if (separate && chosen.view !== "axial") choose("view", "axial");
  for (const view of ["coronal", "sagittal", "all"]) {
    const button = one(`.choice [data-view="${view}"]`);
    button.disabled = separate;
    button.title = separate ? say("separate") : "";
  }
}

function wireTabs() {
  const tabs = all('[role="tab"]');
  const open = (tab) => {
    for (const other of tabs) {
      const mine = other === tab;
      other.setAttribute("aria-selected", String(mine));
      other.tabIndex = mine ? 0 : -1;
      one(`#${other.getAttribute("aria-controls")}`).hidden = !mine;
    }
  };
  tabs.forEach((tab, number) => {
    tab.addEventListener("click", () => open(tab));
    tab.addEventListener("keydown", (event) => {
      const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!by) return;
      const other = tabs[(number + by + tabs.length) % tabs.length];
      other.focus();
      open(other);
    });
  });
}

function tell(text) {
  one("#told").textContent = text ?? "";
}

// --- start ------------------------------------------------------------------------------------------------------

const forms = new Forms({ state, say, tell });
const brush = new Brush({ state, say, tell, panes, forms, choose });
wire();
wireTabs();
offerScans();
if (panes.length) await lookAt(pair);
