// Choices of the page, and what they redraw; printing.
const field = (id) => document.getElementById(id);

function options(select, choices, chosen) {
  select.replaceChildren(...choices.map(([value, text]) => element("option", {value}, text)));
  select.value = choices.some(([value]) => value === String(chosen)) ? String(chosen) : choices[0][0];
}

function divisions(D) {
  const children = (parent) => D.entities.map((_, i) => i).filter((i) => D.entities[i].parent === parent);
  const walk = (i, depth) => [[String(i), "\u2003".repeat(depth) + short(D.entities[i].label, 48)], ...children(i).flatMap((c) => walk(c, depth + 1))];
  return [["-1", say("everything")], ...children(null).flatMap((i) => walk(i, 0))];
}

function scopeChoices(D) { // all scopes, what targets look at, and single scopes
  const there = [...new Set(D.sources.map((s) => s.scope))].sort();
  const asked = D.targets.map((t) => [...new Set(t.sources.map((s) => D.sources[s].scope))].sort().join(","));
  const sets = [...new Set([...asked, ...there.map(String)])].filter((s) => s && s !== there.join(","));
  sets.sort((a, b) => b.length - a.length || (a < b ? -1 : 1));
  return [["", say("all_scopes")], ...sets.map((s) => [s, `${say("scope")} ${s.replace(/,/g, " + ")}`])];
}

function firstScopes(D) { // those that most targets of the whole look at
  const wins = new Map();
  for (const t of D.targets) {
    const scopes = new Set(t.sources.map((s) => D.sources[s].scope));
    if (D.sources.every((s, i) => !scopes.has(s.scope) || t.sources.includes(i))) {
      const key = [...scopes].sort().join(",");
      wins.set(key, (wins.get(key) || 0) + 1);
    }
  }
  return [...wins].sort((a, b) => b[1] - a[1] || b[0].length - a[0].length)[0]?.[0] ?? "";
}

function firstGrouping(D) { // by project, unless most of the picture would be "others"
  state.wedges = "project";
  const {drawn, all} = pathwayParts(D).wedges;
  const size = (groups) => sum(groups.map((g) => sum(g.v.map(Math.abs))));
  const hidden = drawn.length < all.length ? size(drawn.slice(-1)) : 0;
  return hidden > 0.5 * size(all) && D.entities.length > 2 ? "division" : "project";
}

function setUp() { // everything that depends on the plan that is shown
  const D = current();
  document.querySelectorAll(".of-plan").forEach((box) => { box.hidden = Number(box.dataset.plan) !== state.plan; });
  options(field("division"), divisions(D), -1);
  options(field("scopes"), scopeChoices(D), firstScopes(D));
  state.division = -1;
  state.scopes = field("scopes").value;
  state.wedges = field("wedge-group").value = firstGrouping(D);
  field("basis-field").hidden = !D.sources.some((s) => s.base.market);
  const where = {fleets: D.fleets.length, debt: D.funds.some((f) => f.kind !== "grant"), carbon: D.markets.some((m) => m.accounts.length), finance: D.funds.length};
  for (const [name, some] of Object.entries(where)) document.querySelectorAll(`.where-${name}`).forEach((box) => { box.hidden = !some; });
  for (const [name, chart] of [["fleets", "fleet"], ["markets", "market"]]) {
    const boxes = D[name].map((_, i) => element("div", {class: "chart", "data-chart": chart, "data-item": i}));
    document.querySelector(`[data-each="${name}"]`).replaceChildren(...boxes);
  }
  const capex = document.querySelector('[data-each="compared-capex"]');
  if (capex && !capex.children.length) capex.append(...MONIES.map((_, i) => element("div", {class: "chart", "data-chart": "compared-capex", "data-item": i})));
  writeEnablers();
  redraw();
}

function onChange(id, key, also) {
  const select = field(id);
  if (!select) return;
  select.addEventListener("change", () => {
    state[key] = typeof state[key] === "number" ? Number(select.value) : select.value;
    (also || redraw)();
  });
}

onChange("plan", "plan", setUp);
onChange("division", "division", () => { writeEnablers(); redraw(); });
onChange("scopes", "scopes");
onChange("basis", "basis");
onChange("wedge-group", "wedges");
onChange("capex-group", "capex");

function everyChart() {
  return [...document.querySelectorAll("[data-chart]")].filter((box) => !box.closest("[hidden]"));
}

window.addEventListener("beforeprint", () => { // A4 less its margins is 186 mm: 703 px
  if (!window.Plotly) loadLibrary();
  printing = true;
  for (const box of everyChart()) {
    draw(box);
    const plot = box.querySelector("div.plot");
    if (plot) Plotly.relayout(plot, {width: 690, "font.size": 11});
  }
});
window.addEventListener("afterprint", () => {
  printing = false;
  for (const box of everyChart()) {
    const plot = box.querySelector("div.plot");
    if (plot) Plotly.purge(plot); // else it keeps the width of the paper
    draw(box);
  }
});

let width = window.innerWidth;
window.addEventListener("resize", () => { // a phone that is turned changes labels and heights
  const was = width < 620;
  width = window.innerWidth;
  if (!printing && was !== width < 620) redraw();
});

setUp();
requestAnimationFrame(() => setTimeout(() => window.Plotly || loadLibrary(), 0));
