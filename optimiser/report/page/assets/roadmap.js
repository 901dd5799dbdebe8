// The roadmap: a row per project and fleet change, lead times hatched, operation plain, renewals as diamonds.
const ROWS = 40;
const COMPACT = new Intl.NumberFormat("en", {notation: "compact", maximumSignificantDigits: 2});

function roadmapRows(D) {
  const inside = shown(D);
  return D.roadmap.filter((row) => inside.has(row.entity));
}

function startText(D, row, [year, amount, capex]) {
  const number = row.single ? "" : `, ${fmt(amount)}${row.unit ? ` ${row.unit}` : ""}`;
  return `${year}${number}; ${say("lead_time")} ${row.lead}; ${say("capex")} ${fmt(capex)} ${D.money}`;
}

CHARTS.roadmap = function (D) {
  const all = roadmapRows(D);
  if (!all.length) return null;
  const rows = state.all ? all : all.slice(0, ROWS);
  const last = D.years[D.years.length - 1], year0 = D.years[0];
  const lead = {base: [], y: [], x: [], text: []}, runs = {base: [], y: [], x: [], text: [], colour: []};
  const renewals = {x: [], y: []}, starts = {x: [], y: [], text: [], label: []};
  const above = narrow(); // a phone has no room beside the bars: what they are is written above them
  const crowded = above || (printing && D.years.length > 22);
  rows.forEach((row, i) => {
    const title = plain(short(row.label, 60));
    for (const [from, to] of row.runs) {
      runs.base.push(from - 0.5);
      runs.x.push(to - from + 1);
      runs.y.push(i);
      runs.colour.push(row.kind in {new: 1, retrofit: 1} ? "#1f5f8b" : row.kind === "sink" ? "#2e8b57" : "#3d8fa3");
      runs.text.push(`${title}<br>${say("operates")} ${from}–${to}`);
    }
    for (const start of row.starts) {
      const ends = Math.min(start[0] + row.lead - 1, last);
      if (row.lead > 0) {
        lead.base.push(start[0] - 0.5);
        lead.x.push(ends - start[0] + 1);
        lead.y.push(i);
        lead.text.push(`${title}<br>${plain(startText(D, row, start))}`);
      }
      starts.x.push(start[0]);
      starts.y.push(i);
      starts.label.push(row.single || crowded ? "" : COMPACT.format(start[1]));
      const after = row.requires.map((names) => names.join(" / ")).join("; ");
      const more = (row.committed ? `<br>${say("committed")}` : "") + (after ? `<br>${say("requires")}${say("colon")}${plain(short(after, 60))}` : "");
      starts.text.push(`${title}<br>${plain(startText(D, row, start))}${more}`);
    }
    for (const year of row.renewals) { renewals.x.push(year); renewals.y.push(i); }
  });
  const each = above ? 34 : printing ? 19 : 22, thick = above ? 0.4 : 0.62;
  const bar = (d, extra) => ({
    type: "bar", orientation: "h", base: d.base, x: d.x, y: d.y, width: thick, customdata: d.text,
    hovertemplate: "%{customdata}<extra></extra>", ...extra,
  });
  const traces = [
    bar(runs, {marker: {color: runs.colour}}),
    bar(lead, {marker: {color: "#e9a13b", line: {color: "#8a5300", width: 0.5}, pattern: {shape: "/", bgcolor: "#f6c177", fgcolor: "#7a4a00", size: 5, solidity: 0.25}}}),
    {type: "scatter", mode: "markers", x: renewals.x, y: renewals.y, name: say("renewal"), marker: {symbol: "diamond", size: crowded ? 5 : 8, color: "#fff", line: {color: INK, width: 1.5}},
      hovertemplate: `${say("renewal")} %{x}<extra></extra>`},
    {type: "scatter", mode: rows.length <= 150 ? "markers+text" : "markers", x: starts.x, y: starts.y, text: starts.label, textposition: "middle center",
      textfont: {size: 10, color: INK}, customdata: starts.text, hovertemplate: "%{customdata}<extra></extra>",
      marker: {symbol: "square", size: starts.label.map((t) => (t ? 16 : crowded ? 5 : 7)), color: starts.label.map((t) => (t ? "#ffffff" : INK)),
        opacity: 1, line: {color: INK, width: 0.5}}},
  ];
  if (above) {
    traces.push({type: "scatter", mode: "text", x: rows.map(() => year0 - 0.5), y: rows.map((_, i) => i - 0.42), hoverinfo: "skip",
      text: shortAll(rows.map((r) => r.label), 54).map(plain), textposition: "middle right", textfont: {size: 11, color: INK}, cliponaxis: false});
  }
  const columns = [say("project"), say("kind"), say("division"), say("starts"), say("operates"), say("renewal")];
  const cells = all.map((row) => [row.label, WORDS.kinds[row.kind] || row.kind, D.entities[row.entity].label,
    row.starts.map((s) => startText(D, row, s)).join(" | "), row.runs.map(([a, b]) => `${a}–${b}`).join(", "), row.renewals.join(", ")]);
  const entries = [{label: say("lead_time"), colour: "#e9a13b", shape: "hatched"}, {label: say("operation"), colour: "#3d8fa3"},
    {label: say("renewal"), colour: INK, shape: "diamond"}];
  const more = [];
  if (all.length > ROWS) {
    const button = element("button", {type: "button"}, state.all ? say("show_fewer") : say("show_all", {n: all.length}));
    button.addEventListener("click", () => {
      state.all = !state.all;
      const box = document.querySelector('[data-chart="roadmap"]');
      draw(box);
      box.querySelector("button").focus();
    });
    more.push(button);
  }
  return {
    label: say("roadmap"), traces, legend: entries, more,
    layout: layout({
      height: 70 + rows.length * each, hovermode: "closest", barmode: "overlay", margin: {l: 10, r: 8, t: 30, b: 8},
      xaxis: {...yearAxis(D.years), side: "top", range: [year0 - 0.6, last + 0.6]},
      yaxis: {range: [rows.length - 0.4, above ? -0.8 : -0.6], tickvals: above ? [] : rows.map((_, i) => i),
        ticktext: shortAll(rows.map((r) => r.label), printing ? 44 : 54).map(plain), tickfont: {size: printing ? 10 : 12}, showgrid: true, zeroline: false},
    }),
    table: {head: columns, rows: cells},
  };
};

CHARTS.fleet = function (D, item) {
  const fleet = D.fleets[item];
  if (!fleet || !shown(D).has(fleet.entity)) return null;
  const states = coloured([...fleet.states.map((s) => ({label: s.label, v: s.v}))]);
  const columns = [...states];
  if (fleet.yard.some((v) => v > 0)) columns.push({label: say("in_yard"), v: fleet.yard, colour: OTHER});
  const traces = bars(columns, D.years), entries = columns.map((c) => ({label: c.label, colour: c.colour}));
  const table = [...columns, {label: say("docks_used"), v: fleet.docked}];
  if (fleet.docks.some((v) => v !== null)) {
    table.push({label: say("docks"), v: fleet.docks});
    traces.push({type: "scatter", mode: "markers", x: D.years, y: fleet.docked.map((v) => v || null), marker: {symbol: "diamond", color: INK, size: 7}, name: say("docks_used"),
      customdata: fleet.docked.map((v, i) => `${fmt(v)} / ${fmt(fleet.docks[i])}`), hovertemplate: "%{customdata}"});
    entries.push({label: say("docks_used"), colour: INK, shape: "diamond"});
  }
  return {
    heading: fleet.label, label: fleet.label, traces, legend: entries, layout: layout({height: 300, xaxis: yearAxis(D.years)}),
    table: tableOf(D.years, table),
  };
};
