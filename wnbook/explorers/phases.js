// The phase diagram: who recovers a symmetric m × m matrix of rank 2 from n measurements with r columns?
// DATA is made by experiments/phase_diagram.py: m, the values of n and r, and cells[method][n][r]. A cell has the number
// of successes among its 20 runs, the log10 of their final relative errors, sorted, and that of the error of one run, the
// one with the median end, at every 40th iteration.
import { px, superscript, short, axis, picture } from "./plot.js";
import { explorer } from "./explorer.js";

const METHODS = [
  { style: "wn", title: "WN", detail: "any Θ" },
  { style: "third", title: "WN", detail: "semidefinite Θ" },
  { style: "gd", title: "GD", detail: "tiny start" },
];
const SUCCESS = 1e-3; // a run succeeds if its relative error ends below
const LEAST = 1e-12; // anything smaller counts as this
const MEDIAN = DATA.seeds / 2; // its place in the sorted errors: the 11th of 20, as in the chapter

/** The places of the sliders' values in DATA: i of n, j of r. */
const place = ({ columns, measurements }) => ({ i: DATA.n.indexOf(measurements), j: DATA.r.indexOf(columns) });

/** dof(r) = mr - r(r - 1)/2, the degrees of freedom of a symmetric m × m matrix of rank r (Chapter 1). */
const dof = (r) => DATA.m * r - (r * (r - 1)) / 2;

/** Where WN stands (Chapter 12): on the left flank more columns, on the right one fewer, would bring more successes. */
function flank(params) {
  const { i, j } = place(params);
  const successes = DATA.cells[0][i].map((cell) => cell.successes);
  const better = (count) => count > successes[j];
  if (!successes.some(better)) return successes[j] === DATA.seeds ? "between its flanks" : "at its best r for this n";
  const side = successes.slice(j).some(better) ? "left" : "right";
  return `${successes[j] >= 0.75 * DATA.seeds ? "at the edge of" : "on"} its ${side} flank`;
}

/**
 * What n, beside dof(r), says of the symmetric matrices of rank at most r with the data of A (Chapter 12, "Two counts").
 * Where it does not single out A: the methods all of whose runs end near A nevertheless.
 */
function uniqueness({ columns: r, measurements: n }) {
  if (n > dof(r))
    return `n = ${n} exceeds dof(${r}) = ${dof(r)}: almost surely A is the only solution of rank at most ${r}.`;
  if (n === dof(DATA.m))
    return `n = ${n} equals dof(${r}), as many equations as unknowns: almost surely A is the only solution.`;
  const many = n < (r * (r + 1)) / 2 ? "are infinitely many" : "may be";
  const { i, j } = place({ columns: r, measurements: n });
  const full = ["WN", "semidefinite WN", "GD"].filter((_, k) => DATA.cells[k][i][j].successes === DATA.seeds);
  return (
    `n = ${n} does not reach dof(${r}) = ${dof(r)}: there ${many} other symmetric solutions of rank at most ${r}, ` +
    `negative eigenvalues allowed${full.length ? `, yet all runs of ${full.join(" and of ")} end near A` : ""}.`
  );
}

/** Where things stand: panel k begins at left(k); its map has the cells' upper left corners at x(k, j) and y(i). */
function layout(width) {
  const wide = width >= 500;
  const gap = wide ? 24 : 10;
  const panel = (width - 48 - 2 * gap) / 3;
  const cell = { width: panel / DATA.r.length, height: wide ? 22 : 16 };
  const left = (k) => 44 + k * (panel + gap);
  const top = 74;
  const bottom = top + DATA.n.length * cell.height;
  const x = (k, j) => left(k) + j * cell.width;
  const y = (i) => bottom - (i + 1) * cell.height;
  const runs = { top: bottom + 70, bottom: bottom + (wide ? 260 : 215), curve: panel * 0.5, ends: panel * 0.6 };
  return { wide, panel, cell, left, top, bottom, x, y, runs, height: runs.bottom + 64 };
}

const words = (x, y, text, style, anchor = "middle") =>
  `<text class="${style}" x="${px(x)}" y="${px(y)}" text-anchor="${anchor}">${text}</text>`;
const path = (style, d) => `<path class="${style}" d="${d}"/>`;
/** 1, 10⁻³, 10⁻⁶, … */
const power = (v) => (v === 1 ? "1" : `10${superscript(Math.log10(v))}`);
const rect = (style, x, y, width, height, more = "") =>
  `<rect class="${style}" x="${px(x)}" y="${px(y)}" width="${px(width)}" height="${px(height)}"${more}/>`;

/**
 * Method k's map: a bar in each cell, full if all runs succeed, and a frame at the chosen cell. The border n = dof(r) is
 * about symmetric matrices of either sign: it is drawn in the first map only.
 */
function map(k, params, { wide, panel, cell, left, top, bottom, x, y }) {
  const { style, title, detail } = METHODS[k];
  const middle = left(k) + panel / 2;
  const parts = [words(middle, top - 22, title, `title ${style}`), words(middle, top - 7, detail, `tick ${style}`)];
  for (let i = -1; i < DATA.n.length; i++) parts.push(path("grid", `M${px(left(k))} ${px(y(i))}h${px(panel)}`));
  for (let j = 0; j <= DATA.r.length; j++) parts.push(path("grid", `M${px(x(k, j))} ${px(bottom)}V${px(top)}`));
  DATA.r.forEach((r, j) => {
    if (wide || [2, 6, 15, 30].includes(r)) parts.push(words(x(k, j + 0.5), bottom + 15, r, "tick"));
    DATA.n.forEach((n, i) => {
      const height = (DATA.cells[k][i][j].successes / DATA.seeds) * (cell.height - 2);
      if (height) parts.push(rect(style, x(k, j) + 1, y(i) + cell.height - 1 - height, cell.width - 2, height));
    });
  });
  if (k === 0) {
    const first = DATA.r.findIndex((r) => dof(r) > DATA.n[0]);
    const stairs = DATA.r
      .slice(first)
      .map((r) => `V${px(y(DATA.n.filter((n) => n < dof(r)).length - 1))}h${px(cell.width)}`);
    const border = `M${px(x(k, first))} ${px(bottom)}${stairs.join("")}`;
    parts.push(path("halo", border), path("line predicted", border));
  }
  const { i, j } = place(params);
  for (const style of ["halo", "chosen"])
    parts.push(rect(style, x(k, j) - 1.5, y(i) - 1.5, cell.width + 3, cell.height + 3));
  parts.push(rect("map", left(k), top, panel, bottom - top, ' opacity="0"'));
  const reach = [x(k, j - 0.25), y(i + 0.25), 1.5 * cell.width, 1.5 * cell.height]; // to no other cell's middle
  parts.push(rect("handle", ...reach, ` data-name="${k}" opacity="0"`));
  return parts.join("");
}

/** Method k's runs in the chosen cell: one curve, and beside it the ends of all, each at its place in the order. */
function runs(k, { final, curve }, { left, panel, runs: box }) {
  const { style } = METHODS[k];
  const begin = left(k);
  const error = axis({ domain: [LEAST / 4, 4], log: true }, box.bottom, box.top);
  const iteration = axis({ domain: [0, DATA.steps] }, begin, begin + box.curve).scale;
  const order = axis({ domain: [0, DATA.seeds - 1] }, begin + box.ends + 4, begin + panel - 4).scale;
  const parts = error.marks.map((v) => path("grid", `M${px(begin)} ${px(error.scale(v))}h${px(panel)}`));
  const label = (v) => (v === LEAST ? `≤${power(v)}` : power(v));
  if (k === 0) parts.push(...error.marks.map((v) => words(begin - 5, error.scale(v) + 4, label(v), "tick", "end")));
  parts.push(path("line", `M${px(begin)} ${px(error.scale(SUCCESS))}h${px(panel)}`));
  parts.push(path("frame", `M${px(begin)} ${px(box.top)}V${px(box.bottom)}h${px(box.curve)}`));
  parts.push(path("frame", `M${px(begin + box.ends)} ${px(box.bottom)}H${px(begin + panel)}`));
  const floor = curve.findIndex((v) => v <= Math.log10(LEAST)); // there the curve ends: what follows is round-off
  const points = curve
    .slice(0, floor < 0 ? undefined : floor + 1)
    .map((v, t) => `${px(iteration(t * DATA.every))} ${px(error.scale(10 ** v))}`);
  parts.push(path(`line thick ${style}`, `M${points.join("L")}`));
  final.forEach((v, rank) => {
    const at = `cx="${px(order(rank))}" cy="${px(error.scale(10 ** v))}"`;
    parts.push(`<circle class="${style}" ${at} r="${rank === MEDIAN ? 5 : 2}"/>`);
  });
  for (const t of [0, DATA.steps]) parts.push(words(iteration(t), box.bottom + 14, t, "tick"));
  parts.push(words(begin + panel, box.bottom + 27, `${DATA.seeds} ends`, "tick", "end"));
  return parts.join("");
}

function* draw(params, width) {
  const shape = layout(width);
  const { left, cell, top, bottom, y, height, runs: box } = shape;
  const { i, j } = place(params);
  const cells = DATA.cells.map((rows) => rows[i][j]);
  const svg = picture(
    width,
    height,
    "Share of runs that succeed, over n and r, for three methods; below, the runs of the chosen cell",
    words(0, 14, `bar height: share of ${DATA.seeds} runs`, "title", "start"),
    words(0, 30, "that succeed; empty: none", "title", "start"),
    ...DATA.n.map((n, row) => words(left(0) - 5, y(row) + cell.height / 2 + 4, n, "tick", "end")),
    words(left(0) - 5, top - 7, "n", "", "end"),
    words(width / 2, bottom + 33, "columns r; dashed: n = dof(r)", ""),
    ...METHODS.map((_, k) => map(k, params, shape)),
    words(0, box.top - 10, "relative error", "title", "start"),
    ...cells.map((cell, k) => runs(k, cell, shape)),
    words(width / 2, height - 21, "curve: the median run (larger dot), by iteration", "tick"),
    words(width / 2, height - 5, `solid line: ${power(SUCCESS)}, the border of success`, "tick"),
  );

  const median = cells.map(({ final }) => {
    const error = 10 ** final[MEDIAN];
    return error > LEAST ? short(error, 1) : `≤\u00a0${power(LEAST)}`;
  });
  const [wn, semidefinite, gd] = cells.map(({ successes }) => successes);
  const text =
    `WN succeeds in ${wn} of ${DATA.seeds} runs (median, the larger dot: ${median[0]}), with a semidefinite Θ in ${semidefinite} ` +
    `(${median[1]}), GD in ${gd} (${median[2]}). Here WN is ${flank(params)}. ${uniqueness(params)}`;
  return { svg, text: text.replaceAll(" = ", "\u00a0=\u00a0") };
}

/** The cell of map k that is at a point, or next to it. */
function cellAt(k, x, y, { left, cell, bottom }) {
  const at = (values, position) => values[Math.min(Math.max(Math.floor(position), 0), values.length - 1)];
  return { columns: at(DATA.r, (x - left(k)) / cell.width), measurements: at(DATA.n, (bottom - y) / cell.height) };
}

/** The frame in map k is at a point. */
const drag = (params, x, y, width, k) => cellAt(+k, x, y, layout(width));

/** A point of a map chooses its cell. */
function point(params, x, y, width) {
  const shape = layout(width);
  const { left, panel, top, bottom } = shape;
  const k = METHODS.findIndex((_, k) => x >= left(k) && x <= left(k) + panel);
  return k >= 0 && y >= top && y <= bottom ? cellAt(k, x, y, shape) : {};
}

export default explorer({ title: "The phase diagram", draw, drag, point, dof, flank });
