// The race: gradient descent beside weight normalization, population case, A = diag(λ_1, …, λ_{r_A}, 0, …, 0).
// Nothing is lost with a diagonal A: both methods and both starts look the same in any orthonormal basis.
import {
  matrix,
  diagonal,
  identity,
  entry,
  transpose,
  rows,
  add,
  multiply,
  inner,
  orthonormal,
  normals,
} from "./linalg.js";
import { squaredTangents, recursion, lossAt } from "./recursion.js";
import { short, Chart, picture } from "./plot.js";
import { explorer } from "./explorer.js";

const SIZE = 100;
const STEPS = 200;
const FLOOR = 1e-14; // below is round-off
const CEILING = 1e4;
const EXPLODED = 1e9;

/** Both starts, from one Gaussian matrix: Y_0 = α N/√m, and X_0 its orthonormal columns. */
function start({ columns, scale, seed }) {
  const normal = normals(seed);
  const N = matrix(SIZE, columns, normal);
  return { Y: matrix(SIZE, columns, (i, j) => (scale * entry(N, i, j)) / Math.sqrt(SIZE)), X: orthonormal(N) };
}

/** λ_1 = 1, …, λ_{r_A} = 1/κ, evenly spaced. */
const spectrum = ({ rank, condition }) =>
  Array.from({ length: rank }, (_, k) => (rank === 1 ? 1 : 1 + (k / (rank - 1)) * (1 / condition - 1)));

/**
 * Gradient descent, one error ‖YYᵀ - A‖_F after another.
 *
 * Y has rows P (where A is) and Q (where it is not). Of Q only N = QᵀQ matters:
 * P⁺ = P - η(PG - ΛP) and N⁺ = (I - ηG)N(I - ηG), with G = YᵀY = PᵀP + N.
 */
function* gd(Y, eigenvalues, eta) {
  const rank = eigenvalues.length;
  const Q = rows(Y, rank, Y.rows);
  const Lambda = diagonal(eigenvalues);
  let P = rows(Y, 0, rank);
  let N = multiply(transpose(Q), Q);
  for (;;) {
    const E = add(multiply(P, transpose(P)), Lambda, -1);
    const PN = multiply(P, N);
    yield Math.sqrt(inner(E, E) + 2 * inner(P, PN) + inner(N, N));
    const S = add(identity(P.cols), add(multiply(transpose(P), P), N), -eta);
    P = add(add(P, multiply(E, P), -eta), PN, -eta);
    N = multiply(S, multiply(N, S));
  }
}

/** Weight normalization, one error ‖XΘXᵀ - A‖_F after another. */
function* wn(T, eigenvalues, eta) {
  for (; ; T = recursion(T, eigenvalues, eta)) yield 2 * Math.sqrt(lossAt(T, eigenvalues));
}

/** The first step at which the error is at most `level`; -1 if there is none. */
const stepsTo = (errors, level) => errors.findIndex((error) => error <= level);

/** WN's factor per step in the long run (Corollary E); GD's when no column is spare (Chapter 2; for all its η). */
const rates = ({ eta_gd, eta_wn }, eigenvalues) => ({
  gd: Math.max(Math.abs(1 - eta_gd * eigenvalues.at(-1)), Math.abs(1 - 2 * eta_gd * eigenvalues[0])),
  wn: Math.max(...eigenvalues.map((v) => Math.abs(1 - eta_wn * v * v))),
});

/** Gradient descent was stopped, since its error exploded. Before that it may be unfinished. */
const diverged = ({ gd }) => gd.at(-1) > EXPLODED;

/** What to expect at steps 0, 1, …: 1/t with its constant, or a straight line from where the error is 0.01. */
function predictions(params, eigenvalues, errors) {
  const { columns, rank, eta_gd } = params;
  const rate = rates(params, eigenvalues);
  const straight = (name) => (t) => {
    const first = stepsTo(errors[name], 1e-2);
    return rate[name] < 1 && first >= 0 && t >= first ? errors[name][first] * rate[name] ** (t - first) : NaN;
  };
  const harmonic = (t) => Math.sqrt(columns - rank) / (2 * eta_gd * t);
  return { gd: columns > rank && !diverged(errors) ? harmonic : straight("gd"), wn: straight("wn") };
}

/** The picture and the read-out, as far as the runs have come. */
const show = (params, width, errors, eigenvalues) => ({
  get svg() {
    const height = Math.max(290, width * 0.6);
    const t = Array.from({ length: STEPS + 1 }, (_, k) => k);
    const chart = new Chart({
      width,
      height,
      x: { label: "iteration", domain: [0, STEPS] },
      y: { domain: [FLOOR, CEILING], log: true, ticks: 8 },
      title: "error ‖Z − A‖; dashed: predicted",
    });
    const predicted = predictions(params, eigenvalues, errors);
    for (const name of ["gd", "wn"]) chart.line(t, errors[name], `thick ${name}`);
    for (const name of ["gd", "wn"]) chart.line(t, t.map(predicted[name]), "predicted");
    const upper = errors.gd[STEPS] < errors.wn[STEPS] ? "wn" : "gd";
    for (const [name, label] of [
      ["gd", "gradient descent"],
      ["wn", "weight normalization"],
    ]) {
      const last = errors[name].findLastIndex((error) => error >= FLOOR && error <= CEILING);
      const error = errors[name][last];
      const inside = last < STEPS;
      const dy = error > 10 ? 14 : error < 1e-10 ? -4 : inside || name === upper ? -9 : 20;
      const beside = last < STEPS / 2 ? { dx: 8, dy } : { anchor: "end", dx: -12, dy };
      chart.text(last, error, diverged(errors) && name === "gd" ? `${label} diverges` : label, name, beside);
    }
    return picture(width, height, "Error against iteration: gradient descent and weight normalization", chart);
  },

  get text() {
    const { columns, rank } = params;
    const rate = rates(params, eigenvalues);
    const predicted = predictions(params, eigenvalues, errors);
    const measured = () => {
      const from = stepsTo(errors.wn, 1e-4);
      const to = errors.wn.findLastIndex((error) => error >= 1e-12);
      const factor = (errors.wn[to] / errors.wn[from]) ** (1 / (to - from));
      return from >= 0 && to > from + 4 ? `${factor.toFixed(3)}, ` : "";
    };
    const reached = (name) => {
      const steps = stepsTo(errors[name], 1e-12);
      return steps >= 0
        ? `error below 10⁻¹² after ${steps} steps.`
        : `error ${short(errors[name][STEPS])} after ${STEPS} steps.`;
    };
    const tooLarge = (name) =>
      ` Its step size is too large: the predicted factor, ${short(rate[name], 3)}, is not below 1.`;
    const late = params.scale < 0.3 ? ", which so small a start meets only later," : "";
    const law =
      columns > rank
        ? ` 1/t${late} predicts ${short(predicted.gd(STEPS))}.`
        : rate.gd < 1
          ? ` Factor per step in the long run: predicted ${rate.gd.toFixed(3)}.`
          : tooLarge("gd");
    const wnLaw =
      rate.wn < 1 ? ` Factor per step in the long run: ${measured()}predicted ${rate.wn.toFixed(3)}.` : tooLarge("wn");
    const gdText = diverged(errors) ? "diverges, its step size is too large for this start." : reached("gd") + law;
    return `Gradient descent: ${gdText} Weight normalization: ${reached("wn")}${wnLaw}`;
  },
});

function* draw(params, width) {
  const eigenvalues = spectrum(params);
  const { X, Y } = start(params);
  const errors = { gd: [], wn: [] };
  const wnRun = wn(squaredTangents(X, params.rank), eigenvalues, params.eta_wn);
  const gdRun = gd(Y, eigenvalues, params.eta_gd);
  while (errors.wn.length <= STEPS) errors.wn.push(wnRun.next().value);
  while (errors.gd.length <= STEPS) {
    errors.gd.push(gdRun.next().value);
    if (diverged(errors)) break;
    yield show(params, width, errors, eigenvalues);
  }
  return show(params, width, errors, eigenvalues);
}

export default explorer({ title: "The race", draw, start, spectrum, gd, wn, squaredTangents });
