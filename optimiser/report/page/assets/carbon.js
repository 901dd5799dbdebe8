// Carbon positions: what the accounts of a market had, what they gave away, and what they had to surrender.
const HAD = ["free", "carried", "bought", "credits", "own", "borrowed", "transferred_in"];
const GAVE = ["sold", "banked", "returned", "lapsed", "transferred_out"];

function marketAccounts(D, market) {
  const inside = shown(D);
  return market.accounts.filter((a) => a.entities.some((e) => inside.has(e)));
}

function position(D, market) { // kt by year over the accounts that are shown
  const n = market.years.length, total = {};
  const add = (name, values) => into((total[name] ||= zeros(n)), values);
  for (const a of marketAccounts(D, market)) {
    for (const name of ["covered", "due", "free", "carried", "bought", "credits", "own", "borrowed", "sold", "banked", "returned", "lapsed"]) add(name, a[name]);
    add("transferred_in", a.transferred.map((v) => Math.max(v, 0)));
    add("transferred_out", a.transferred.map((v) => Math.max(-v, 0)));
  }
  return total;
}

CHARTS.market = function (D, item) {
  const market = D.markets[item];
  if (!market || !marketAccounts(D, market).length) return null;
  const total = position(D, market), word = (name) => say(name === "own" ? "own_credits" : name);
  const some = (name) => total[name].some((v) => Math.abs(v) > 1e-6);
  const had = HAD.filter(some), gave = GAVE.filter(some);
  const groups = coloured([...had, ...gave].map((name) => ({label: word(name), v: total[name], sign: had.includes(name) ? 1 : -1})));
  const traces = groups.map((g) => ({...bars([g], market.years)[0], y: g.v.map((v) => v * g.sign)}));
  traces.push({type: "scatter", mode: "lines+markers", x: market.years, y: total.due, line: {color: INK, width: 2.5}, name: say("due"),
    customdata: total.due.map(fmt), hovertemplate: "%{customdata}"});
  const entries = [...groups.map((g) => ({label: `${g.sign > 0 ? "+" : "−"} ${g.label}`, colour: g.colour})), {label: say("due"), colour: INK, shape: "stroke"}];
  const columns = ["covered", "due", ...HAD, ...GAVE].filter(some).map((name) => ({label: word(name), v: total[name]}));
  if (market.inside.some((v) => v !== null)) columns.push({label: say("internal_price", {unit: `${D.currency}/tCO2e`}), v: market.inside});
  return {
    heading: market.label, label: `${market.label}, ktCO2e`, traces, legend: entries,
    layout: layout({xaxis: yearAxis(market.years), yaxis: {title: {text: "ktCO2e"}}}), table: tableOf(market.years, columns),
  };
};
