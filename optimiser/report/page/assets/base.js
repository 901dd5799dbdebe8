"use strict";
// What all charts share: data, words, colours, drawing, legends and tables. Texts of the user reach the page only as
// text nodes, and plotly only through plain().
const DATA = JSON.parse(document.getElementById("data").textContent);
const WORDS = DATA.words;
const COLOURS = ["#1f5f8b", "#2e8b57", "#d97a00", "#7b4fa3", "#b83227", "#00838f", "#8d6e63", "#5c6bc0", "#8a8a12",
  "#c2185b", "#546e7a", "#43a047"];
const OTHER = "#aab3bb";
const INK = "#1b2733", GREEN = "#0b6b3a", RED = "#b00020", GREY = "#5f6b76";
const MOST = 10;
const state = {plan: 0, division: -1, scopes: "", basis: "location", wedges: "project", capex: "division", all: false};
const CHARTS = {};
let printing = false;

const current = () => DATA.plans[state.plan];
const narrow = () => !printing && window.innerWidth < 620;

function say(key, values = {}) {
  return WORDS[key].replace(/\{(\w+)\}/g, (all, name) => (name in values ? values[name] : all));
}

function plain(text) { // plotly reads a part of HTML, and formulas between dollars, in labels: nothing of ours is either
  return String(text).replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/\$/g, "&#36;");
}

function short(text, most = narrow() ? 16 : 34) {
  const letters = Array.from(String(text).replace(/\s+/g, " ").trim());
  const wide = letters.map((c) => (c.codePointAt(0) > 0x2e7f ? 1.8 : 1));
  let length = 0;
  for (let i = 0; i < letters.length; i++) {
    length += wide[i];
    if (length > most) return letters.slice(0, Math.max(i - 1, 1)).join("") + "…";
  }
  return letters.join("");
}

function shortAll(labels, most) { // as short(); those that would read alike lose their middle instead of their end
  const cut = labels.map((label) => short(label, most));
  const often = new Map();
  cut.forEach((text) => often.set(text, (often.get(text) || 0) + 1));
  const end = Math.floor(most * 0.4);
  return cut.map((text, i) => {
    const letters = Array.from(String(labels[i]).replace(/\s+/g, " ").trim());
    return often.get(text) > 1 && text.endsWith("…") ? short(labels[i], most - end) + letters.slice(-end).join("").trim() : text;
  });
}

function fmt(value) {
  if (value === null || value === undefined) return "";
  if (Math.abs(value) < 5e-7) return "0";
  if (Math.abs(value) >= 1000) return Math.round(value).toLocaleString("en-US");
  return String(Number(value.toPrecision(4)));
}

const sum = (values) => values.reduce((a, b) => a + b, 0);
const zeros = (n) => new Array(n).fill(0);
const into = (total, values, factor = 1) => { values.forEach((v, i) => { total[i] += factor * v; }); return total; };

function below(entities, division) { // indices of an entity and all below it; all of them for -1
  const inside = (i) => {
    for (let e = i; e !== null && e !== undefined; e = entities[e].parent) if (e === division) return true;
    return false;
  };
  return new Set(entities.map((_, i) => i).filter((i) => division < 0 || inside(i)));
}

function shown(D) {
  return below(D.entities, state.division);
}

function divisionOf(D, entity) { // the part of what is chosen, one level down, in which an entity lies
  const roots = D.entities.filter((e) => e.parent === null);
  const top = state.division >= 0 ? state.division : roots.length === 1 ? D.entities.indexOf(roots[0]) : null;
  let e = entity ?? top ?? 0;
  while (e !== top && D.entities[e].parent !== null && D.entities[e].parent !== top) e = D.entities[e].parent;
  return D.entities[e].label;
}

function grouped(items, most = MOST) { // [{key, v}] as the largest groups and the others together, in falling order
  const groups = new Map();
  for (const {key, v} of items) {
    if (!groups.has(key)) groups.set(key, zeros(v.length));
    into(groups.get(key), v);
  }
  const size = (v) => sum(v.map(Math.abs));
  const all = [...groups].map(([key, v]) => ({label: key, v})).filter((g) => size(g.v) > 1e-9);
  all.sort((a, b) => size(b.v) - size(a.v) || (a.label < b.label ? -1 : 1));
  if (all.length <= most + 1) return {drawn: coloured(all), all};
  const rest = all.slice(most).reduce((total, g) => into(total, g.v), zeros(all[0].v.length));
  const others = {label: say("other", {n: all.length - most}), v: rest, colour: OTHER};
  return {drawn: [...coloured(all.slice(0, most)), others], all};
}

function coloured(groups) {
  return groups.map((g, i) => ({...g, colour: COLOURS[i % COLOURS.length]}));
}

function layout(extra = {}) {
  const small = narrow();
  return {
    font: {family: getComputedStyle(document.body).fontFamily, size: small ? 11 : 13, color: INK},
    margin: {l: 60, r: 12, t: 12, b: 40}, height: small ? 320 : 400, showlegend: false, hovermode: "x unified",
    hoverlabel: {align: "left", font: {size: 12}, namelength: 40}, paper_bgcolor: "#fff", plot_bgcolor: "#fff",
    barmode: "relative", bargap: 0.15, dragmode: false, separators: ".,", ...extra,
    xaxis: {dtick: small ? 10 : 5, tickformat: "d", gridcolor: "#eef1f3", fixedrange: true, automargin: true, ...extra.xaxis},
    yaxis: {gridcolor: "#e3e8ec", zerolinecolor: "#8a949d", fixedrange: true, automargin: true, ...extra.yaxis},
  };
}

function yearAxis(years) {
  const few = years.length <= 10;
  return {range: [years[0] - 0.6, years[years.length - 1] + 0.6], dtick: few ? (narrow() && years.length > 6 ? 2 : 1) : narrow() ? 10 : 5};
}

function bars(groups, years, scale = 1) {
  return groups.map((g) => ({
    type: "bar", x: years, y: g.v.map((v) => v * scale), name: plain(short(g.label)), marker: {color: g.colour, ...g.marker},
    customdata: g.v.map((v) => fmt(v)), hovertemplate: "%{customdata}",
  }));
}

function tableOf(years, columns, unit) { // years down, groups across
  const head = [say("year"), ...columns.map((c) => (unit ? `${c.label} [${unit}]` : c.label))];
  return {head, rows: years.map((y, i) => [y, ...columns.map((c) => c.v[i])])};
}

function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

function legend(entries) {
  const list = element("ul", {class: "legend"});
  for (const {label, colour, shape} of entries) {
    const swatch = element("span", {class: `swatch ${shape || ""}`, "aria-hidden": "true"});
    swatch.style[shape && /stroke/.test(shape) ? "borderTopColor" : "backgroundColor"] = colour;
    list.append(element("li", {}, swatch, String(label)));
  }
  return list;
}

function written(table) {
  const head = element("tr", {}, ...table.head.map((h) => element("th", {scope: "col"}, String(h))));
  const rows = table.rows.map((row) => element("tr", {}, ...row.map((cell, i) => {
    const number = typeof cell === "number" && i > 0;
    const text = cell === null || cell === undefined ? "" : number ? fmt(cell) : String(cell);
    return i === 0 ? element("th", {scope: "row"}, text) : element("td", number ? {class: "n"} : {}, text);
  })));
  const made = element("table", {}, element("thead", {}, head), element("tbody", {}, ...rows));
  return element("div", {class: "wide", tabindex: "0", role: "region", "aria-label": say("as_table")}, made);
}

function fallback(label, table) { // the numbers of a chart, written when they are asked for
  const details = element("details", {}, element("summary", {}, `${say("as_table")}${say("colon")}${label}`));
  details.addEventListener("toggle", () => {
    if (details.open && details.children.length === 1) details.append(written(table));
  });
  return details;
}

function draw(box) {
  const make = CHARTS[box.dataset.chart];
  const chart = make(current(), box.dataset.item);
  box.dataset.drawn = "yes";
  const open = box.querySelector("details")?.open;
  let plot = box.querySelector(".plot");
  if (!chart) {
    if (plot && window.Plotly) Plotly.purge(plot);
    box.replaceChildren(element("p", {class: "plot empty"}, say("nothing")));
    return;
  }
  if (!plot || plot.tagName !== "DIV") plot = element("div", {class: "plot", role: "img"});
  plot.setAttribute("aria-label", chart.label);
  const heading = chart.heading ? [element("h3", {}, chart.heading)] : [];
  const table = fallback(chart.label, chart.table);
  box.replaceChildren(...heading, plot, legend(chart.legend || []), ...(chart.more || []), table);
  if (open) table.open = true;
  const options = {displaylogo: false, displayModeBar: false, responsive: true};
  Plotly.react(plot, chart.traces, chart.layout, options);
}

const watcher = new IntersectionObserver((seen) => {
  for (const {isIntersecting, target} of seen) if (isIntersecting && !target.dataset.drawn) draw(target);
}, {rootMargin: "300px"});

function loadLibrary() { // after the first picture of the page: text and tables need not wait for it
  const script = document.createElement("script");
  script.textContent = document.getElementById("library").textContent;
  document.body.append(script);
  document.getElementById("library").remove();
  redraw();
}

function redraw() { // those in view now, the others when they come into view
  if (!window.Plotly) return;
  document.querySelectorAll("[data-chart]").forEach((box) => {
    delete box.dataset.drawn;
    watcher.unobserve(box);
    watcher.observe(box);
  });
}
