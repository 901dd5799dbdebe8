// Several plans in one picture: emissions and capex.
function totals(D) { // of everything, whatever is chosen for the pictures of one plan
  const before = {...state};
  Object.assign(state, {division: -1, scopes: "", basis: "location"});
  const parts = pathwayParts(D);
  Object.assign(state, before);
  return parts;
}

CHARTS["compared-paths"] = function () {
  const years = [...new Set(DATA.plans.flatMap((D) => D.years))].sort();
  const traces = [], entries = [], columns = [];
  const on = (D, values) => years.map((y) => (D.years.includes(y) ? values[D.years.indexOf(y)] : null));
  DATA.plans.forEach((D, i) => {
    const parts = totals(D), colour = COLOURS[i % COLOURS.length];
    for (const [name, values, dash] of [["gross", parts.gross, "solid"], ["net", parts.net, "dash"]]) {
      if (name === "net" && !parts.taken.length) continue;
      const label = `${D.title}${say("colon")}${say(name)}`;
      traces.push({type: "scatter", mode: "lines", x: D.years, y: values, line: {color: colour, width: 2.5, dash}, name: plain(short(label, 40)),
        customdata: values.map(fmt), hovertemplate: "%{customdata}"});
      entries.push({label, colour, shape: dash === "dash" ? "stroke dash" : "stroke"});
      columns.push({label, v: on(D, values)});
    }
  });
  return {
    label: say("compare_paths"), traces, legend: entries, layout: layout({xaxis: yearAxis(years), yaxis: {title: {text: "ktCO2e"}, rangemode: "tozero"}}),
    table: tableOf(years, columns, "ktCO2e"),
  };
};

// Amounts of one kind of money share a picture; those of another, or of another year's prices, have their own.
const MONIES = [...new Set(DATA.plans.map((D) => `${D.money} (${D.price_year})`))];

CHARTS["compared-capex"] = function (_, item) {
  const plans = DATA.plans.filter((D) => `${D.money} (${D.price_year})` === MONIES[item]);
  const years = [...new Set(plans.flatMap((D) => D.years))].sort();
  const groups = coloured(plans.map((D) => {
    const total = D.capex.reduce((t, c) => into(t, c.v), zeros(D.years.length));
    return {label: `${D.title} [${D.money}]`, v: years.map((y) => (D.years.includes(y) ? total[D.years.indexOf(y)] : 0))};
  }));
  return {
    label: `${say("compare_capex")}, ${MONIES[item]}`, traces: bars(groups, years),
    legend: groups.map((g) => ({label: `${g.label}${say("colon")}${fmt(sum(g.v))}`, colour: g.colour})),
    layout: layout({barmode: "group", xaxis: yearAxis(years), yaxis: {title: {text: MONIES[item]}}}), table: tableOf(years, groups),
  };
};
