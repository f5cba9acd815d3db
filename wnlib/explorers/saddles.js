// From saddle to saddle (Chapter 10): weight normalization, population case, A = diag(1, λ_2, λ_3, 0, …, 0).
// At the best approximation of rank ρ the ρ largest eigenvalues are learned, and the loss is ¼ Σ_{k>ρ} λ_k².

const SIZE = 300;
const STEPS = 3000;
const FLOOR = 1e-8; // of the loss: all is learned, the run may end
const LOWEST = 1e-3; // of the chart
const LABELS = 24; // pixels beside the chart
const NEAR = 0.02; // of a saddle loss
const SHOWN = [...new Set(Array.from({ length: 200 }, (_, k) => Math.round(STEPS ** (k / 199))))];
const COLOURS = ["fourth", "gd", "third"];
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

/** Plateaus, of those at the same loss the first. */
const rests = (losses) =>
  plateaus(losses).filter((t, i, all) => !all.slice(0, i).some((before) => near(losses[before], losses[t])));

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
  const wide = width >= 560, half = width / 2;
  const size = { width: (wide ? half : width) - LABELS, height: wide ? 300 : 220 };
  const x = { label: "iteration", domain: [1, STEPS], log: true };
  return {
    height: wide ? size.height : 2 * size.height,
    loss: new Chart({
      ...size,
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

function drawLoss(chart, losses, eigenvalues) {
  const levels = saddleLosses(eigenvalues).slice(0, -1), turn = turns(eigenvalues);
  for (const level of levels) chart.line([1, STEPS], [level, level], "predicted");
  const below = SHOWN.findIndex((t) => !(losses[t] > LOWEST)), steps = SHOWN.slice(0, below < 0 ? STEPS : below + 1);
  chart.line(steps, steps.map((t) => Math.max(losses[t] ?? 0, LOWEST)), "thick wn"); // down to the chart's edge
  for (const t of rests(losses).map((t) => Math.max(t, 1))) chart.dot(t, losses[t], "wn", 5);
  let y = 0; // of the last label: where lines are close together, the labels are not
  levels.forEach((level, rho) => {
    y = Math.max(y + 13, chart.y.scale(level));
    chart.text(STEPS, level, `ρ = ${rho}`, "tick", { dx: 4, dy: y - chart.y.scale(level) + 4 });
  });
  for (const k of [1, 2]) {
    const t = chart.x.invert(chart.box.right - 68 + 28 * k), level = levels[turn[k]];
    chart.text(t, level, `λ${SUBSCRIPTS[k]}`, COLOURS[k], { anchor: "middle", dy: -12 });
    chart.handle(t, level, COLOURS[k], { name: `lambda_${k + 1}`, radius: 8, reach: 14 });
  }
}

function drawShares(chart, shares) {
  shares.forEach((share, k) => chart.line(SHOWN, SHOWN.map((t) => share[t] ?? share.at(-1)), `thick ${COLOURS[k]}`));
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
    const levels = saddleLosses(eigenvalues).slice(0, -1), steps = stays(losses, levels);
    const times = shares.map(learned), first = (j, k) => times[j] < times[k] || (times[j] === times[k] && j < k);
    const order = [0, 1, 2].sort((j, k) => (first(j, k) ? -1 : 1));
    const when = order.map((k) => `${times[k] === Infinity ? `more than ${STEPS}` : times[k]} for u${SUBSCRIPTS[k]}`);
    const end = (rho) => (near(losses.at(-1), levels[rho]) ? " (to the end)" : "");
    const where = steps.map((count, rho) => `${count || "none"} at ρ = ${rho}${end(rho)}`);
    const others = rests(losses).filter((t) => t > 0 && !levels.some((level) => near(losses[t], level)));
    return (
      `Steps until the share stays above ½: ${when.join(", ")}. ` +
      (steps.some((count) => count > 0)
        ? `Steps on plateaus within 2 % of a saddle loss: ${where.join(", ")}.`
        : "No plateau within 2 % of a saddle loss.") +
      (others.length ? ` The loss also slows down at ${others.map((t) => short(losses[t], 3)).join(", ")}.` : "")
    );
  },
});

function* draw(params, width) {
  const eigenvalues = spectrum(params), losses = [], shares = eigenvalues.map(() => []);
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
