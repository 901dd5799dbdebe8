// Capex by division, source of finance, kind or project; debt by instrument with its ceilings.
function fundLabel(D, id) {
  if (id === "") return say("own");
  const fund = D.funds.find((f) => f.id === id);
  return fund ? fund.label : id;
}

function capexItems(D) {
  const inside = shown(D);
  return D.capex.filter((c) => inside.has(D.spenders[c.owner].entity)).map((c) => {
    const spender = D.spenders[c.owner];
    const key = {
      division: () => divisionOf(D, spender.entity), fund: () => fundLabel(D, c.fund),
      kind: () => WORDS.kinds[spender.kind] || spender.kind, project: () => spender.label,
    }[state.capex]();
    return {key, v: c.v};
  });
}

CHARTS.capex = function (D) {
  const groups = grouped(capexItems(D));
  if (!groups.all.length) return null;
  return {
    label: `${say("investment")}, ${D.money}`, traces: bars(groups.drawn, D.years),
    legend: groups.drawn.map((g) => ({label: `${g.label}${say("colon")}${fmt(sum(g.v))}`, colour: g.colour})),
    layout: layout({xaxis: yearAxis(D.years), yaxis: {title: {text: D.money}}}), table: tableOf(D.years, groups.all, D.money),
  };
};

function debts(D) {
  const inside = shown(D);
  return D.funds.filter((f) => f.kind !== "grant" && inside.has(f.entity));
}

CHARTS.debt = function (D) {
  const funds = debts(D);
  const groups = coloured(funds.map((f) => ({label: f.label, v: f.owed})));
  if (!groups.some((g) => g.v.some((v) => Math.abs(v) > 1e-9))) return null;
  const traces = bars(groups, D.years), entries = groups.map((g) => ({label: g.label, colour: g.colour}));
  const ids = new Set(funds.map((f) => f.id)), table = [];
  for (const f of funds) {
    for (const part of ["issued", "interest", "repaid", "owed"]) table.push({label: `${f.label}${say("colon")}${say(part)}`, v: f[part]});
  }
  D.ceilings.filter((c) => c.funds.some((id) => ids.has(id)) && c.limit.some((v) => v !== null)).forEach((c, i) => {
    const colour = [RED, "#6a1b9a", "#a04000"][i % 3];
    traces.push({type: "scatter", mode: "lines", x: D.years, y: c.limit, line: {color: colour, dash: "dash", width: 2, shape: "hvh"}, name: plain(short(c.label)),
      customdata: c.limit.map(fmt), hovertemplate: "%{customdata}"});
    entries.push({label: c.label, colour, shape: "stroke dash"});
    table.push({label: c.label, v: c.limit});
  });
  const settled = funds.filter((f) => Math.abs(f.settled) > 1e-9);
  const year = D.years[D.years.length - 1] + 1;
  const said = settled.map((f) => `${f.label}${say("colon")}${say("settled", {year, amount: fmt(f.settled), money: D.money})}`);
  return {
    label: `${say("debt")}, ${D.money}`, traces, legend: entries, more: said.map((s) => element("p", {class: "where"}, s)),
    layout: layout({xaxis: yearAxis(D.years), yaxis: {title: {text: D.money}}}), table: tableOf(D.years, table, D.money),
  };
};
