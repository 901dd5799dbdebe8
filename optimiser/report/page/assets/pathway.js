// The pathway: wedges between baseline and gross, removals and credits between gross and net, targets.
const OF_GROSS = new Set(["gross emissions", "no year above the highest", "no rise on the year before", "at most",
  "residual gross emissions"]);

function ledgerOf(source) {
  return state.basis === "market" && source.base.market ? "market" : "location";
}

function shownSources(D) {
  const inside = shown(D);
  const scopes = state.scopes ? new Set(state.scopes.split(",").map(Number)) : null;
  return D.sources.map((_, i) => i).filter((i) => inside.has(D.sources[i].entity) && (!scopes || scopes.has(D.sources[i].scope)));
}

function leverKey(D, wedge) {
  const lever = D.levers[wedge.l];
  if (state.wedges === "kind") return WORDS.kinds[lever.kind] || lever.kind;
  if (state.wedges === "tag") return lever.tags.join(" + ") || say("untagged");
  if (state.wedges === "division") return divisionOf(D, D.sources[wedge.s].entity);
  return lever.label;
}

function pathwayParts(D) { // everything in kt by year for what is chosen
  const chosen = new Set(shownSources(D)), inside = shown(D), n = D.years.length;
  const baseline = zeros(n), gross = zeros(n);
  for (const i of chosen) {
    const source = D.sources[i], ledger = ledgerOf(source);
    into(baseline, source.base[ledger]);
    into(gross, source.gross[ledger]);
  }
  const mine = D.wedges.filter((w) => chosen.has(w.s) && w.b === ledgerOf(D.sources[w.s]));
  const items = mine.map((w) => ({key: leverKey(D, w), v: w.v}));
  const admitted = takenOff(D, chosen, inside);
  const taken = [
    ...D.removals.filter(admitted).map((r) => ({label: say("removal_of", {name: r.label}), v: r.v})),
    ...D.credits.filter(admitted).map((c) => ({label: say("credit_of", {name: c.label}), v: c.v})),
  ];
  const net = taken.reduce((left, t) => into(left, t.v, -1), gross.slice());
  return {baseline, gross, net, wedges: grouped(items, 12), taken, chosen};
}

function sameSources(D, target, chosen) {
  if (target.sources.length !== chosen.size || !target.sources.every((s) => chosen.has(s))) return false;
  return !target.sources.some((s) => D.sources[s].base.market) || target.basis === state.basis;
}

function takenOff(D, chosen, inside) { // which removals and credits stand between gross and net
  const promises = D.targets.filter((t) => t.rule === "net emissions" && sameSources(D, t, chosen));
  if (promises.length) { // those that the promise admits: a sink may serve another one
    const ids = new Set(promises.flatMap((t) => [t.id, ...t.sinks]));
    return (x) => ids.has(x.id);
  }
  if (state.scopes) return () => false; // a removal belongs to no scope
  return (x) => state.division < 0 || inside.has(x.entity ?? 0);
}

function targetTraces(D, parts, scale, top) {
  const traces = [], entries = [], lines = [], inside = shown(D), marks = [];
  for (const t of D.targets) {
    const comparable = OF_GROSS.has(t.rule) || t.rule === "net emissions";
    if (comparable && sameSources(D, t, parts.chosen)) lines.push(t);
    else if (t.entity === null || inside.has(t.entity)) marks.push(t);
  }
  const strokes = ["#b00020", "#6a1b9a", "#a04000", "#ad1457", "#37474f"];
  lines.forEach((t, i) => {
    const colour = strokes[i % strokes.length], label = `${t.label} – ${WORDS.rules[t.rule] || t.rule}`;
    traces.push({
      type: "scatter", mode: "lines+markers", x: t.rows.map((r) => r[0]), y: t.rows.map((r) => r[1] * scale),
      line: {color: colour, dash: "dot", width: 2}, marker: {symbol: t.rows.map((r) => (r[4] ? "line-ew-open" : "x")), size: 7, color: colour},
      name: plain(short(say("target_line", {name: label}), 40)), customdata: t.rows.map((r) => fmt(r[1])), hovertemplate: "%{customdata}",
    });
    entries.push({label: say("target_line", {name: label}), colour, shape: "stroke dash"});
  });
  const at = new Map(), points = new Map();
  for (const t of marks) { // one mark per target, at the deadline
    if (points.has(t.id)) { points.get(t.id).bad ||= t.rows.some((r) => !r[4]); continue; }
    points.set(t.id, {year: t.rows[0][0], label: t.label, bad: t.rows.some((r) => !r[4])});
  }
  if (points.size) {
    const list = [...points.values()];
    const level = list.map((p) => { const k = at.get(p.year) || 0; at.set(p.year, k + 1); return k; });
    traces.push({
      type: "scatter", mode: "markers", x: list.map((p) => p.year), y: level.map((k) => top * (1.1 - 0.035 * k)),
      marker: {symbol: "diamond", size: 9, color: list.map((p) => (p.bad ? RED : "#37474f")), line: {color: "#fff", width: 1}},
      name: say("deadlines"), customdata: list.map((p) => plain(short(p.label + (p.bad ? ` – ${say("met_no")}` : ""), 40))),
      hovertemplate: "%{customdata}<extra></extra>",
    });
    entries.push({label: say("deadlines"), colour: "#37474f", shape: "diamond"});
  }
  return {traces, entries};
}

CHARTS.pathway = function (D) {
  const parts = pathwayParts(D), years = D.years, n = years.length;
  if (!parts.chosen.size) return null;
  const scale = Math.max(...parts.baseline, ...parts.gross) >= 1000 ? 1e-3 : 1;
  const unit = scale < 1 ? "MtCO2e" : "ktCO2e";
  const line = (label, values, colour, dash, width = 3) => ({
    type: "scatter", mode: n > 1 ? "lines" : "markers", x: years, y: values.map((v) => v * scale),
    line: {color: colour, width, dash}, name: plain(label), customdata: values.map(fmt), hovertemplate: "%{customdata}",
  });
  const level = parts.net.slice(), traces = [], entries = [];
  const floor = () => traces.push({type: "scatter", mode: "lines", x: years, y: level.map((v) => v * scale), line: {width: 0}, hoverinfo: "skip"});
  const slice = (label, values, colour, pattern) => {
    into(level, values.map((v) => Math.max(v, 0)));
    traces.push({
      type: "scatter", mode: "lines", x: years, y: level.map((v) => v * scale), fill: "tonexty", fillcolor: colour,
      ...(pattern ? {fillpattern: {shape: pattern, fgcolor: "#fff", fgopacity: 0.7, solidity: 0.35, size: 6, bgcolor: colour}} : {}),
      line: {color: "#fff", width: 0.6}, name: plain(short(label)), customdata: values.map(fmt), hovertemplate: "%{customdata}",
    });
    entries.push({label, colour, shape: pattern ? "hatched" : ""});
  };
  const greens = ["#4c9a6a", "#7fbf8e", "#a9c97f", "#8fb8a8"];
  const raised = zeros(n);
  floor();
  grouped(parts.taken.map((t) => ({key: t.label, v: t.v})), 5).drawn.forEach((t, i) => {
    slice(t.colour === OTHER ? say("removal_of", {name: t.label}) : t.label, t.v, greens[i % 4], "/");
  });
  level.splice(0, n, ...parts.gross);
  floor();
  for (const g of [...parts.wedges.drawn].reverse()) {
    slice(g.label, g.v, g.colour);
    into(raised, g.v.map((v) => Math.min(v, 0)), -1);
  }
  const top = Math.max(...level, ...parts.baseline, 1e-9) * scale;
  if (Math.max(...raised) > 1e-6) { // the part of the stack above the baseline: what measures add elsewhere
    const lifted = into(raised.slice(), parts.baseline);
    traces.push(line(say("raised"), lifted, GREY, "dot", 1));
    traces[traces.length - 1].customdata = raised.map(fmt);
    entries.push({label: say("raised"), colour: GREY, shape: "stroke dash"});
  }
  entries.reverse();
  traces.push(line(say("baseline"), parts.baseline, GREY, "dash"), line(say("gross"), parts.gross, INK, "solid"));
  entries.push({label: say("baseline"), colour: GREY, shape: "stroke dash"}, {label: say("gross"), colour: INK, shape: "stroke"});
  if (parts.taken.length) {
    traces.push(line(say("net"), parts.net, GREEN, "solid"));
    entries.push({label: say("net"), colour: GREEN, shape: "stroke"});
  }
  const targets = targetTraces(D, parts, scale, top);
  const low = Math.min(0, ...parts.net.map((v) => v * scale));
  const columns = [{label: say("baseline"), v: parts.baseline}, ...parts.wedges.all, {label: say("gross"), v: parts.gross},
    ...parts.taken, {label: say("net"), v: parts.net}];
  return {
    label: say("pathway"), traces: [...traces, ...targets.traces], legend: [...entries, ...targets.entries],
    layout: layout({height: narrow() ? 360 : 460, xaxis: yearAxis(years), yaxis: {title: {text: unit}, range: [low * 1.05, top * 1.15]}}),
    table: tableOf(years, columns, "ktCO2e"),
  };
};
