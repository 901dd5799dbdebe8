// Cost of abatement: a curve of what costs money, values of what saves it.
const LEADS = ["#9ecae1", "#6baed6", "#3182bd", "#08519c", "#08306b"];

function leadWords(n) {
  return n === 0 ? say("lead_none") : n === 1 ? say("lead_year") : say("lead_years", {n: n >= 4 ? "4+" : n});
}

function shownMeasures(D) {
  const inside = shown(D);
  return D.measures.filter((m) => inside.has(m.entity));
}

function measureTable(D, list) {
  const head = [say("project"), `${say("per_tonne")} [${D.currency}/tCO2e]`, `${say("tonnes")} [ktCO2e]`, `${say("present_value")} [${D.money}]`, say("lead_time"), say("starts")];
  return {head, rows: list.map((m) => [m.label, m.cost >= 0 ? m.per_tonne : "", m.kt, m.cost, String(m.lead), String(m.first)])};
}

const NAMED = 20;

function numbered(D, list, at, total) { // numbers above the measures with most tonnes, and what they stand for
  const largest = new Set([...list].sort((a, b) => b.kt - a.kt).slice(0, NAMED));
  const named = list.filter((m) => largest.has(m));
  const marks = {x: [], y: [], text: []};
  let last = -Infinity;
  named.forEach((m, i) => {
    const x = at[list.indexOf(m)] + m.kt / 2;
    if (x - last < total * (narrow() ? 0.06 : 0.025)) return;
    last = x;
    marks.x.push(x);
    marks.y.push(m.per_tonne);
    marks.text.push(String(i + 1));
  });
  const items = named.map((m) => element("li", {}, `${m.label}${say("colon")}${fmt(m.per_tonne)} ${D.currency}/tCO2e, ${fmt(m.kt)} ktCO2e`));
  const trace = {type: "scatter", mode: "text", ...marks, textposition: "top center", textfont: {size: 12, color: INK}, hoverinfo: "skip", cliponaxis: false};
  return {trace, key: element("ol", {class: "numbered"}, ...items)};
}

CHARTS.curve = function (D) {
  const list = shownMeasures(D).filter((m) => m.per_tonne !== null && m.cost >= 0).sort((a, b) => a.per_tonne - b.per_tonne);
  if (!list.length) return null;
  let from = 0;
  const at = list.map((m) => { const x = from; from += m.kt; return x; });
  const leads = [...new Set(list.map((m) => Math.min(m.lead, 4)))].sort();
  const trace = {
    type: "bar", x: at, width: list.map((m) => m.kt), offset: 0, y: list.map((m) => m.per_tonne),
    marker: {color: list.map((m) => LEADS[Math.min(m.lead, 4)]), line: {color: "#fff", width: 0.7}},
    customdata: list.map((m) => `${plain(short(m.label, 60))}<br>${fmt(m.per_tonne)} ${D.currency}/tCO2e<br>${fmt(m.kt)} ktCO2e<br>` +
      `${say("present_value")} ${fmt(m.cost)} ${D.money}<br>${say("starts")} ${m.first}; ${leadWords(m.lead)}`),
    hovertemplate: "%{customdata}<extra></extra>",
  };
  const names = numbered(D, list, at, from);
  return {
    label: `${say("curve")}, ${D.currency}/tCO2e`, traces: [trace, names.trace], more: [names.key], legend: leads.map((n) => ({label: leadWords(n), colour: LEADS[n]})),
    layout: layout({hovermode: "closest", xaxis: {title: {text: "ktCO2e"}, range: [0, from], dtick: undefined, tickformat: ",~r", nticks: narrow() ? 4 : 8},
      yaxis: {title: {text: `${D.currency}/tCO2e`}, range: [0, 1.12 * list[list.length - 1].per_tonne || 1]}}),
    table: measureTable(D, list),
  };
};

CHARTS.value = function (D) {
  const all = shownMeasures(D).filter((m) => m.per_tonne !== null && m.cost < 0).sort((a, b) => a.cost - b.cost);
  if (!all.length) return null;
  const list = all.slice(0, 25), rest = all.slice(25);
  const names = shortAll(list.map((m) => m.label), narrow() ? 22 : printing ? 36 : 44).map(plain), worth = list.map((m) => -m.cost);
  const hover = list.map((m) => `${plain(short(m.label, 60))}<br>${fmt(-m.cost)} ${D.money}<br>${fmt(m.kt)} ktCO2e<br>${say("starts")} ${m.first}; ${leadWords(m.lead)}`);
  if (rest.length) {
    names.push(say("other", {n: rest.length}));
    worth.push(-sum(rest.map((m) => m.cost)));
    hover.push(`${names[names.length - 1]}<br>${fmt(worth[worth.length - 1])} ${D.money}`);
  }
  const rows = names.map((_, i) => i);
  const colours = [...list.map((m) => LEADS[Math.min(m.lead, 4)]), OTHER];
  const leads = [...new Set(list.map((m) => Math.min(m.lead, 4)))].sort();
  return {
    label: `${say("value")}, ${D.money}`, legend: leads.map((n) => ({label: leadWords(n), colour: LEADS[n]})), table: measureTable(D, all),
    traces: [{type: "bar", orientation: "h", x: worth, y: rows, width: 0.7, marker: {color: colours}, customdata: hover, hovertemplate: "%{customdata}<extra></extra>"}],
    layout: layout({hovermode: "closest", height: 80 + rows.length * 22, margin: {l: 10, r: 12, t: 8, b: 40},
      xaxis: {title: {text: D.money}, dtick: undefined, tickformat: ",~r", nticks: narrow() ? 4 : 8}, yaxis: {range: [rows.length - 0.4, -0.6], tickvals: rows, ticktext: names, zeroline: false}}),
  };
};

function writeEnablers() {
  const D = current(), list = shownMeasures(D).filter((m) => m.per_tonne === null).sort((a, b) => b.cost - a.cost);
  const box = document.getElementById("enablers");
  box.replaceChildren();
  if (!list.length) return;
  const items = list.map((m) => element("li", {}, `${m.label}${say("colon")}${fmt(m.cost)} ${D.money}`));
  box.append(element("p", {}, say("enablers")), element("ul", {}, ...items));
}
