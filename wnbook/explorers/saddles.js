// From saddle to saddle (Chapter 10): weight normalization, population case, A = diag(1, λ_2, λ_3, 0, …, 0).
// At the best approximation of rank ρ the ρ largest eigenvalues are learned, and the loss is ¼ Σ_{k>ρ} λ_k².
import { matrix, entry, orthonormal, normals } from "./linalg.js";
import { squaredTangents, missing, recursion, lossAt } from "./recursion.js";
import { px, short, Chart, picture } from "./plot.js";
import { explorer } from "./explorer.js";

const SIZE = 300;
const STEPS = 3000;
const FLOOR = 1e-8; // of the loss: all is learned, the run may end
const LOWEST = 1e-3; // of the chart
const MARGIN = 81; // pixels beside the chart, for the names of the levels and for the handles
const NEAR = 0.02; // of a saddle loss
const SHOWN = [...new Set(Array.from({ length: 200 }, (_, k) => Math.round(STEPS ** (k / 199))))];
const COLOURS = ["fourth", "gd", "third"]; // of u_k and λ_k; u_3 is dashed, too, as not everyone can tell it from u_1
const SUBSCRIPTS = ["₁", "₂", "₃"];

const spectrum = ({ lambda_2, lambda_3 }) => [1, lambda_2, lambda_3];

/** X_0, uniform on St(m, r): the orthonormal columns of a Gaussian matrix. */
const start = ({ columns, seed }) => orthonormal(matrix(SIZE, columns, normals(seed)));

/** Losses at the best approximations of rank ρ = 0, …, 3: three saddles and the global minimum. */
function saddleLosses(eigenvalues) {
  const sorted = [...eigenvalues].sort((a, b) => b - a);
  return [0, 1, 2, 3].map((rho) => sorted.slice(rho).reduce((sum, v) => sum + v * v, 0) / 4);
}

/** Of each u_k, the ρ of the saddle where it is the next to be learned: how many eigenvalues come first. */
function turns(eigenvalues) {
  const order = eigenvalues.map((_, k) => k).sort((j, k) => eigenvalues[k] - eigenvalues[j]);
  return eigenvalues.map((_, k) => order.indexOf(k));
}

/** Step after step: the loss, and the share b_k = ‖Xᵀu_k‖² of each u_k in range(X), the diagonal of B = I - K. */
function* wn(T, eigenvalues, eta) {
  for (;;) {
    const K = missing(T);
    yield { loss: lossAt(T, eigenvalues, K), shares: eigenvalues.map((_, k) => 1 - entry(K, k, k)) };
    T = recursion(T, eigenvalues, eta, K);
  }
}

/** Plateaus, by the chapter's rule: local minima of the relative decrease of the loss. The end does not count. */
function plateaus(losses) {
  const logs = losses.filter((loss) => loss > FLOOR).map(Math.log);
  const decrease = (t) => (t < 0 ? Infinity : t + 1 < logs.length ? logs[t] - logs[t + 1] : -Infinity);
  return [...logs.keys()].filter((t) => decrease(t) < decrease(t - 1) && decrease(t) < decrease(t + 1));
}

const near = (loss, level) => Math.abs(loss / level - 1) < NEAR;

/** Plateaus on the chart, near a saddle loss (hit) or not; of those at the same loss the first. */
const rests = (losses, levels) =>
  plateaus(losses)
    .map((t) => ({ t, loss: losses[t], hit: levels.some((level) => near(losses[t], level)) }))
    .filter((a, i, all) => a.loss >= LOWEST && !all.slice(0, i).some((b) => a.hit === b.hit && near(a.loss, b.loss)));

/** Of each saddle, the number of steps near it; 0 if the loss only passes by, without a plateau. */
function stays(losses, levels) {
  const seen = [...plateaus(losses).map((t) => losses[t]), losses.at(-1)];
  return levels.map((level) =>
    seen.some((loss) => near(loss, level)) ? losses.filter((loss) => near(loss, level)).length : 0,
  );
}

/** The step from which on the share exceeds ½, Infinity if it does not in the end. */
const learned = (share) => (share.at(-1) > 1 / 2 ? share.findLastIndex((b) => b <= 1 / 2) + 1 : Infinity);

/** λ_k for which the saddle where u_k is next has the loss: ¼λ_k², or ¼(λ_k² + other²) once λ_k exceeds the other. */
const eigenvalueAt = (loss, other) =>
  Math.max(Math.min(2 * Math.sqrt(loss), other), Math.sqrt(Math.max(4 * loss - other ** 2, 0)));

/** Both charts, side by side or, on a phone, one under the other. */
function charts(width) {
  const wide = width >= 560;
  const half = width / 2;
  const size = { width: wide ? half : width, height: wide ? 300 : 178 };
  const x = { label: "iteration", domain: [1, STEPS], log: true };
  return {
    height: wide ? size.height : 2 * size.height,
    loss: new Chart({
      ...size,
      width: size.width - MARGIN,
      x,
      y: { domain: [LOWEST, 2], log: true },
      title: "loss f; dashed: saddle losses",
    }),
    share: new Chart({
      ...size,
      left: wide ? half : 0,
      top: wide ? 0 : size.height,
      x,
      y: { domain: [0, 1] },
      title: "share of u₁, u₂, u₃ in range(X)",
    }),
  };
}

/** The handle of λ_k, beside its level: its name in a ring, with two tips that say "up or down". */
function drawHandle(chart, k, level) {
  const x = chart.box.right + [54, 81][k - 1];
  const y = chart.y.scale(level);
  const t = chart.x.invert(x);
  for (const up of [-1, 1]) {
    const points = [
      [x - 4, y + 12 * up],
      [x + 4, y + 12 * up],
      [x, y + 17 * up],
    ].map((point) => point.map(px));
    chart.parts.push(`<polygon class="${COLOURS[k]}" points="${points.join(" ")}"/>`);
  }
  chart.handle(t, level, `ring ${COLOURS[k]}`, { name: `lambda_${k + 1}`, radius: 10, reach: 18 });
  chart.parts.push(`<g pointer-events="none">`);
  chart.text(t, level, `λ${SUBSCRIPTS[k]}`, `tick ${COLOURS[k]}`, { anchor: "middle", dy: 4 }).parts.push("</g>");
}

function drawLoss(chart, losses, eigenvalues) {
  const levels = saddleLosses(eigenvalues).slice(0, -1);
  const turn = turns(eigenvalues);
  for (const level of levels) chart.line([1, STEPS], [level, level], "predicted");
  const below = SHOWN.findIndex((t) => !(losses[t] > LOWEST));
  const steps = SHOWN.slice(0, below < 0 ? STEPS : below + 1);
  chart.line(
    steps,
    steps.map((t) => Math.max(losses[t] ?? 0, LOWEST)),
    "thick wn",
  ); // down to the chart's edge
  for (const { t, loss, hit } of rests(losses, levels)) chart.dot(Math.max(t, 1), loss, hit ? "wn" : "ring wn", 5);
  let y = 0; // of the last label: where lines are close together, the labels are not
  levels.forEach((level, rho) => {
    y = Math.max(y + 13, chart.y.scale(level));
    chart.text(STEPS, level, `ρ = ${rho}`, "tick", { dx: 4, dy: y - chart.y.scale(level) + 4 });
  });
  for (const k of [1, 2]) drawHandle(chart, k, levels[turn[k]]);
}

function drawShares(chart, shares) {
  shares.forEach((share, k) => {
    const style = `thick ${COLOURS[k]} ${k === 2 ? "dashed" : ""}`;
    chart.line(
      SHOWN,
      SHOWN.map((t) => share[t] ?? share.at(-1)),
      style,
    );
  });
  let early = 0;
  shares.forEach((share, k) => {
    const label = (t, beside) => chart.text(t, share[t], `u${SUBSCRIPTS[k]}`, COLOURS[k], beside);
    const t = share.findIndex((b) => b >= 0.75 - k / 4); // at different heights
    if (t < 0) label(share.length - 1, { anchor: "end", dx: 28 * (k - 2), dy: -7 });
    else if (t < 2) label(1, { dx: 8 + 24 * early++, dy: 18 });
    else if (t < 4) label(t, { dx: 9, dy: 9 });
    else label(t, { anchor: "end", dx: -8, dy: 5 });
  });
}

/** The picture and the read-out, as far as the run has come. */
const show = (width, losses, shares, eigenvalues) => ({
  get svg() {
    const { loss, share, height } = charts(width);
    drawLoss(loss, losses, eigenvalues);
    drawShares(share, shares);
    return picture(width, height, "Loss, and share of each eigenvector in range(X), against iteration", loss, share);
  },

  get text() {
    const levels = saddleLosses(eigenvalues).slice(0, -1);
    const steps = stays(losses, levels);
    const times = shares.map(learned);
    const first = (j, k) => times[j] < times[k] || (times[j] === times[k] && j < k);
    const order = [0, 1, 2].sort((j, k) => (first(j, k) ? -1 : 1));
    const when = order.map((k) => `${times[k] === Infinity ? `more than ${STEPS}` : times[k]} for u${SUBSCRIPTS[k]}`);
    const last = losses.at(-1);
    const reached = (rho) => last < levels[rho] || near(last, levels[rho]);
    const end = (rho) => (near(last, levels[rho]) ? " (to the end)" : "");
    const where = steps.map((count, rho) =>
      reached(rho) ? `${count || "none"} at ρ = ${rho}${end(rho)}` : `ρ = ${rho} not reached`,
    );
    const others = rests(losses, levels)
      .filter(({ hit }) => !hit)
      .map(({ loss }) => short(loss, 3));
    return (
      `Steps until the share stays above ½: ${when.join(", ")}. ` +
      (steps.some((count) => count > 0)
        ? `Steps on plateaus within 2 % of a saddle loss: ${where.join(", ")}.`
        : "No plateau within 2 % of a saddle loss.") +
      (others.length ? ` Plateaus further off (hollow dots): at a loss of ${others.join(", ")}.` : "")
    );
  },
});

function* draw(params, width) {
  const eigenvalues = spectrum(params);
  const losses = [];
  const shares = eigenvalues.map(() => []);
  for (const { loss, shares: now } of wn(squaredTangents(start(params), 3), eigenvalues, params.eta)) {
    losses.push(loss);
    now.forEach((share, k) => shares[k].push(share));
    if (loss < FLOOR || losses.length > STEPS) return show(width, losses, shares, eigenvalues);
    if (losses.length % 100 === 0) yield show(width, losses, shares, eigenvalues);
  }
}

/** A handle that is moved to another loss moves its eigenvalue. */
function drag(params, x, y, width, name) {
  const other = name === "lambda_2" ? params.lambda_3 : params.lambda_2;
  return { [name]: eigenvalueAt(charts(width).loss.y.invert(y), other) };
}

export default explorer({
  title: "Saddle to saddle",
  draw,
  drag,
  start,
  spectrum,
  saddleLosses,
  turns,
  wn,
  squaredTangents,
  plateaus,
  stays,
  learned,
  eigenvalueAt,
});
