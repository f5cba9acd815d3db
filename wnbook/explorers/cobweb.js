// The cobweb: the one angle θ between a truth of rank one, A = λuuᵀ with λ = 1, and the range of X.
// Weight normalization in the population case, with μ = 2 and Θ = XᵀAX from the start.
import { short, Chart, picture } from "./plot.js";
import { explorer } from "./explorer.js";

const FLOOR = 1e-14; // of the chart of tan θ: for ηλ² < 2,
const FLOOR_ABOVE_2 = 1e-3; // and from there on
const CEILING = 1e3;
const FLAT = 75; // degrees: from here the flat start is one
const SMALL = 0.03; // below this tangent the end's factor is in force
const SETTLING = 20000;

const toTangent = (degrees) => Math.tan((degrees * Math.PI) / 180);
const toDegrees = (tangent) => (Math.atan(tangent) * 180) / Math.PI;

/** tan θ⁺ = tan θ · |1 - ηλ² cos⁴θ| / (1 + ηλ² cos²θ sin²θ): Theorem B for r_A = 1 (Chapter 7), at λ = 1. */
function nextTangent(tangent, eta) {
  const cos2 = 1 / (1 + tangent ** 2);
  const x = eta * cos2;
  return (tangent * Math.abs(1 - x * cos2)) / (1 + x * (1 - cos2));
}

/** tan θ_t at steps 0, 1, …, `steps`. */
function tangents({ theta, eta, steps }) {
  const run = [toTangent(theta)];
  for (let t = 0; t < steps; t++) run.push(nextTangent(run[t], eta));
  return run;
}

/** The first step at which θ is below 45 degrees: there the flat start is over. */
function escape({ theta, eta }) {
  let t = 0;
  for (let tangent = toTangent(theta); tangent >= 1; t++) tangent = nextTangent(tangent, eta);
  return t;
}

/** The flat start takes 2ηλ² off τ = tan²θ per step, so it lasts about τ_0/(2ηλ²) steps (Chapter 7). */
const predictedEscape = ({ theta, eta }) => toTangent(theta) ** 2 / (2 * eta);

/** Near 0 a step multiplies tan θ by |1 - ηλ²| (Chapter 7). Above 1, zero repels. */
const endFactor = ({ eta }) => Math.abs(1 - eta);

/**
 * For ηλ² > 2: the tangent at which θ⁺ = θ, from cos²θ = ¼(1 + √(1 + 16/(ηλ²))) (Chapter 7, Exercise 4).
 *
 * There the derivative of the map falls from 1 at ηλ² = 2 to -1 at ηλ² = 16/3: in between, this place attracts.
 */
const swingTangent = ({ eta }) => Math.sqrt(4 / (1 + Math.sqrt(1 + 16 / eta)) - 1);

/** For ηλ² > 2: two angles in a row, in degrees, when the run has settled. */
function ending({ theta, eta }) {
  const run = tangents({ theta, eta, steps: escape({ theta, eta }) + SETTLING });
  return run
    .slice(-2)
    .map(toDegrees)
    .sort((a, b) => a - b);
}

/** What to expect of tan θ_t: the flat start, the end, and for ηλ² > 2 the place where the angle stands still. */
function predictions(params, run) {
  const { theta, eta } = params;
  const first = run.findIndex((tangent) => tangent < SMALL);
  const tau = (t) => toTangent(theta) ** 2 - 2 * eta * t;
  const end = (t) => run[first] * endFactor(params) ** (t - first);
  const swing = eta > 2 ? swingTangent(params) : Infinity;
  const ended = (t) => t >= first && eta !== 2;
  return [
    run.map((_, t) => (tau(t) >= 1 ? Math.sqrt(tau(t)) : NaN)),
    run.map((_, t) => (ended(t) && end(t) < swing ? end(t) : NaN)),
    run.map(() => (eta < 16 / 3 ? swing : NaN)),
  ];
}

/** The axes of the map, in degrees. */
const mapAxes = (size) =>
  new Chart({
    ...size,
    x: { label: "angle θ, degrees", domain: [0, 90] },
    y: { domain: [0, 90] },
    title: "next angle θ⁺ over θ",
  });

/** The map, the diagonal and the staircase, which starts on the axis: there θ_0 can be dragged. */
function cobweb({ theta, eta }, run, size) {
  const angles = run.map(toDegrees);
  const grid = Array.from({ length: 361 }, (_, k) => k / 4);
  const stairs = angles.flatMap((angle) => [angle, angle]);
  const chart = mapAxes(size)
    .line([0, 90], [0, 90], "")
    .line(stairs.slice(0, -1), [0, ...stairs.slice(2)], "wn")
    .line(
      grid,
      grid.map((angle) => toDegrees(nextTangent(toTangent(angle), eta))),
      "thick third",
    );
  const swing = eta > 2 && toDegrees(swingTangent({ eta }));
  if (swing) chart.dot(swing, swing, "ring third", 6);
  return chart
    .text(0, 90, "curve: one step", "third", { dx: 8, dy: 16 })
    .text(0, 90, "diagonal: no move", "", { dx: 8, dy: 34 })
    .text(0, 90, "staircase: the run", "wn", { dx: 8, dy: 52 })
    .text(0, 90, "dot: θ₀, drag it", "wn", { dx: 8, dy: 70 })
    .handle(theta, 0, "wn");
}

/** tan θ against the iteration, beside its predictions. */
function descent(params, run, size) {
  const t = run.map((_, k) => k);
  const chart = new Chart({
    ...size,
    x: { label: "iteration t", domain: [0, params.steps] },
    y: { domain: [params.eta < 2 ? FLOOR : FLOOR_ABOVE_2, CEILING], log: true },
    title: "tan θ; dashed: predicted",
  });
  chart.line(t, run, "thick wn");
  for (const predicted of predictions(params, run)) chart.line(t, predicted, "predicted");
  return chart;
}

/** Where both charts stand: side by side, on a phone one above the other. */
function layout(width) {
  if (width >= 560) {
    const half = { width: width / 2, height: width / 2 + 10 };
    return [half, { ...half, left: width / 2 }];
  }
  return [
    { width, height: 300 },
    { width, height: 180, top: 304 },
  ];
}

/** A factor with three decimals, or with its power of ten where that would be 0.000. */
const factor = (value) => (value < 5e-4 ? short(value) : value.toFixed(3));

function readOut(params, run) {
  const { theta, eta, steps } = params;
  const escaped = escape(params);
  const predicted = predictedEscape(params);
  const about = `; τ₀/(2η) predicts about ${predicted.toFixed(predicted < 10 ? 1 : 0)}`;
  const after = `Below 45° after ${escaped} step${escaped === 1 ? "" : "s"}`;
  const start = theta > 45 ? `${after}${theta >= FLAT && eta <= 2 ? about : ""}. ` : "";
  const last = Math.max(
    1,
    run.findLastIndex((tangent) => tangent >= FLOOR),
  );
  const which = last < steps && run[last] >= FLOOR ? `${last}, the last above ${short(FLOOR)},` : last;
  const step = `Step ${which} multiplies tan θ by ${factor(run[last] / run[last - 1])}`;
  const near = `Near 0 the factor is |1 − η| = ${factor(endFactor(params))}`;
  if (eta <= 2) {
    const slow = eta === 2 ? ": the run still falls, ever more slowly" : "";
    return `${start}${step}, to θ = ${short(toDegrees(run[last]), 3)}°. ${near}${slow}.`;
  }
  const [one, other] = ending(params).map((angle) => angle.toFixed(2));
  const still = `θ stands still at ${one}° (predicted ${toDegrees(swingTangent(params)).toFixed(2)}°)`;
  const end =
    one === other ? `${still}, and x jumps from one side of u to the other` : `θ swings between ${one}° and ${other}°`;
  return `${start}${step}. ${near}, so 0 repels. In the end ${end}.`;
}

function* draw(params, width) {
  const run = tangents(params);
  const [left, right] = layout(width);
  const charts = [cobweb(params, run, left), descent(params, run, right)];
  const label = "Cobweb of the angle from step to step, and its tangent against the iteration";
  return { svg: picture(width, (right.top ?? 0) + right.height, label, ...charts), text: readOut(params, run) };
}

/** θ_0 where the handle is. */
const drag = (params, x, y, width) => ({ theta: mapAxes(layout(width)[0]).x.invert(x) });

export default explorer({ title: "The cobweb", draw, drag, tangents, escape, ending });
