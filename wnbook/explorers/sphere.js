// The sphere (chapter 4): a point X of St(3, 2), its two orthonormal columns drawn as two points of the unit sphere.
// A gradient G is projected to a tangent vector V, the step X + ηV leaves the manifold, a retraction brings it back.
// Nothing is lost with X = [e_1, e_2]: turn X and G, and everything turns along.
import {
  zeros,
  matrix,
  identity,
  entry,
  transpose,
  sym,
  rows,
  add,
  multiply,
  inner,
  solve,
  orthonormal,
} from "./linalg.js";
import { px, short, Chart, picture } from "./plot.js";
import { explorer } from "./explorer.js";

const BASE = matrix(3, 2, (i, j) => (i === j ? 1 : 0));
const RADIAL = 0.3; // x_jᵀg_j, a part of G that the projection drops, whatever it is
const ETAS = Array.from({ length: 21 }, (_, k) => 10 ** (k / 10 - 2)); // of the chart, 0.01 to 1
const FLOOR = 1e-7;
const CEILING = 10;
const CHART_HEIGHT = 234; // below the sphere, on a phone
const HANDLE = 12; // the ring around g₁ or g₂
const REACH = 22; // of a finger, around it

/** G: each column's part along itself, towards the other column, and out of the plane of both. */
function gradient({ g1_along, g1_out, g2_along, g2_out }) {
  const G = [
    [RADIAL, g2_along],
    [g1_along, RADIAL],
    [g1_out, g2_out],
  ];
  return matrix(3, 2, (i, j) => G[i][j]);
}

const scaled = (A, c) => add(zeros(A.rows, A.cols), A, c);
const gram = (A) => multiply(transpose(A), A);
const norm = (A) => Math.sqrt(inner(A, A));
const distance = (A, B) => norm(add(A, B, -1));

/** The tangent vector nearest to G: V = G - X sym(XᵀG). */
const project = (X, G) => add(G, multiply(X, sym(multiply(transpose(X), G))), -1);

/** S(SᵀS)^{-1/2} with S = X + V. The root of a 2 × 2 matrix M is (M + √det M · I)/√(tr M + 2√det M). */
function polar(X, V) {
  const S = add(X, V);
  const M = gram(S);
  const [a, b, , d] = M.data;
  const root = Math.sqrt(a * d - b * b);
  const inverse = solve(add(M, identity(2), root), identity(2));
  return multiply(S, scaled(inverse, Math.sqrt(a + d + 2 * root)));
}

/** Q of X + V = QR, the diagonal of R positive. */
const qr = (X, V) => orthonormal(add(X, V));

/** exp(A), by its power series: right for the short A in use here, ‖A‖ < 5. */
function exponential(A) {
  let sum = identity(A.rows);
  let term = sum;
  for (let k = 1; norm(term) > 1e-20; k++) {
    term = scaled(multiply(term, A), 1 / k);
    sum = add(sum, term);
  }
  return sum;
}

/** The geodesic of Edelman, Arias and Smith: [X, V] exp(tB) [I; 0] exp(-tΩ), Ω = XᵀV, B = [Ω, -VᵀV; I, Ω]. */
function geodesic(X, V, t) {
  const r = X.cols;
  const Omega = multiply(transpose(X), V);
  const VtV = gram(V);
  const I = identity(r);
  const B = matrix(2 * r, 2 * r, (i, j) => {
    if (i < r) return j < r ? entry(Omega, i, j) : -entry(VtV, i, j - r);
    return j < r ? entry(I, i - r, j) : entry(Omega, i - r, j - r);
  });
  const E = exponential(scaled(B, t));
  const moved = add(multiply(X, rows(E, 0, r)), multiply(V, rows(E, r, 2 * r))); // of which the first r columns count
  return multiply(
    matrix(X.rows, r, (i, j) => entry(moved, i, j)),
    exponential(scaled(Omega, -t)),
  );
}

/** After the step ηV: how far S is off the manifold, ‖SᵀS - I‖_F, and both retractions off the geodesic. */
function errors(X, V, eta) {
  const W = scaled(V, eta);
  const target = geodesic(X, V, eta);
  return {
    step: distance(gram(add(X, W)), identity(X.cols)),
    qr: distance(qr(X, W), target),
    polar: distance(polar(X, W), target),
  };
}

/** The slope of an error at the short end of the chart, in words; nothing if the error is only round-off there. */
function slope(curve, name) {
  const [from, to] = [curve[0][name], curve[3][name]];
  return from > 1e-14 ? `, slope ${(Math.log10(to / from) / Math.log10(ETAS[3] / ETAS[0])).toFixed(2)}` : "";
}

/** The columns of a matrix, as points of space. */
const columns = (A) => [0, 1].map((j) => [0, 1, 2].map((i) => entry(A, i, j)));

/** The angle between two vectors of space, in degrees. */
function angle(a, b) {
  const cross = [0, 1, 2].map((i) => a[(i + 1) % 3] * b[(i + 2) % 3] - a[(i + 2) % 3] * b[(i + 1) % 3]);
  return (Math.atan2(Math.hypot(...cross), a[0] * b[0] + a[1] * b[1] + a[2] * b[2]) * 180) / Math.PI;
}

/** Parallel projection, as in the chapter's figures: `see` takes a point to pixels, and its depth towards the reader. */
function view({ turn }, width) {
  const size = Math.min(width, 350);
  const radius = (size / 2 - HANDLE - 2) / 1.39; // so that every G has room
  const a = ((45 + turn) * Math.PI) / 180;
  const e = (25 * Math.PI) / 180;
  const centre = [size / 2, 33 + radius];
  const see = ([x, y, z]) => {
    const right = y * Math.cos(a) - x * Math.sin(a);
    const forward = x * Math.cos(a) + y * Math.sin(a);
    const up = z * Math.cos(e) - forward * Math.sin(e);
    const depth = forward * Math.cos(e) + z * Math.sin(e);
    return [centre[0] + radius * right, centre[1] - radius * up, depth];
  };
  return { see, size, radius, centre, height: centre[1] + 1.13 * radius + HANDLE + 9 };
}

const at = ([x, y]) => `${px(x)} ${px(y)}`;
const path = (points, style) => `<path class="${style}" d="M${points.map(at).join("L")}"/>`;
const disc = ([x, y], style, radius, more = "") =>
  `<circle class="${style}" cx="${px(x)}" cy="${px(y)}" r="${px(radius)}"${more}/>`;
const word = ([x, y], text, style, anchor = "start") =>
  `<text class="${style}" x="${px(x)}" y="${px(y)}" text-anchor="${anchor}">${text}</text>`;

/** An arrow from a to b, in pixels, that ends `short` of b; nothing if it would be shorter than its head. */
function arrow(a, b, style, short = 0) {
  const long = Math.hypot(b[0] - a[0], b[1] - a[1]);
  if (long < short + 9) return "";
  const [u, v] = [(b[0] - a[0]) / long, (b[1] - a[1]) / long];
  const tip = [b[0] - short * u, b[1] - short * v];
  const foot = [tip[0] - 9 * u, tip[1] - 9 * v];
  const head = [tip, [foot[0] - 4 * v, foot[1] + 4 * u], [foot[0] + 4 * v, foot[1] - 4 * u]];
  return `${path([a, foot], `line ${style}`)}<polygon class="${style}" points="${head.map(at).join(" ")}"/>`;
}

/** The great circle through the orthonormal points p and q; its half behind is fainter. */
function greatCircle([p, q], style, see) {
  const turns = Array.from({ length: 73 }, (_, k) => (k * Math.PI) / 36);
  const points = turns.map((t) => see(p.map((value, i) => value * Math.cos(t) + q[i] * Math.sin(t))));
  const half = (side, more) => {
    const seen = points.map(([, , depth]) => side * depth > -0.04);
    const d = points.map((point, k) => (seen[k] ? (k > 0 && seen[k - 1] ? "L" : "M") + at(point) : "")).join("");
    return `<path class="line ${style}${more}" d="${d}"/>`;
  };
  return half(-1, " behind") + half(1, "");
}

/** The picture of the sphere. */
function sphere(params, width, X, G, V) {
  const { see, radius, centre, height } = view(params, width);
  const W = scaled(V, params.eta);
  const parts = [disc(centre, "sphere", radius)];
  parts.push(greatCircle(columns(X), "quiet", see), greatCircle(columns(qr(X, W)), "", see));
  const pixels = [X, add(X, G), add(X, V), add(X, W), polar(X, W), qr(X, W)].map((A) => columns(A).map(see));
  const tips = pixels[1];
  const times = Array.from({ length: 9 }, (_, k) => (k / 8) * params.eta);
  const trails = times.map((t) => columns(geodesic(X, V, t)).map(see));
  for (const j of [0, 1]) {
    const [x, g, v] = pixels.map((points) => points[j]);
    const index = "₁₂"[j];
    parts.push(path([g, v], "line predicted"), path([x, v], "line"), arrow(x, g, "gd", HANDLE));
    parts.push(word([x[0], x[1] + (g[1] > x[1] ? -9 : 18)], `x${index}`, "", "middle")); // not under g
    parts.push(disc(g, "ring gd", HANDLE));
  }
  for (const j of [0, 1]) {
    const [x, , , s, p, q] = pixels.map((points) => points[j]);
    parts.push(path([centre, q], "line fourth"), path([centre, p], "line wn"));
    parts.push(path([s, q], "line fourth predicted"), path([s, p], "line wn predicted"));
    parts.push(
      path(
        trails.map((points) => points[j]),
        "line third thick",
      ),
      arrow(x, s, "thick"),
      disc(x, "", 4),
    );
    parts.push(disc(q, "ring fourth", 6), disc(p, "wn", 4));
  }
  tips.forEach((g, j) => {
    parts.push(word([g[0], g[1] + 4], `g${"₁₂"[j]}`, "gd", "middle")); // on top of all marks
    parts.push(disc(g, "handle", REACH, ` data-name="g${j + 1}" opacity="0"`));
  });
  parts.push(arrow([8, 13], [28, 13], "thick"), word([33, 18], "step", ""));
  parts.push(
    path(
      [
        [78, 13],
        [98, 13],
      ],
      "line third thick",
    ),
    word([103, 18], "geodesic", "third"),
  );
  parts.push(disc([180, 13], "wn", 4), word([188, 18], "polar", "wn"));
  parts.push(disc([239, 13], "ring fourth", 6), word([249, 18], "QR", "fourth"));
  parts.push(word([8, height - 3], "drag g₁, g₂", "gd"));
  return parts.join("");
}

/** The errors against the step size, and where they are now. Above: what is drawn, and which line is which. */
function errorChart({ left, top, width, height }, curve, eta, now) {
  const legend = 70;
  const chart = new Chart({
    left,
    top: top + legend,
    width,
    height: height - legend,
    x: { label: "step size η", domain: [ETAS[0], ETAS.at(-1)], log: true, ticks: 2 },
    y: { domain: [FLOOR, CEILING], log: true, ticks: 4 },
  });
  const labels = { step: "step off manifold", qr: "QR off geodesic", polar: "polar off geodesic" };
  const styles = { step: "", qr: "fourth", polar: "wn" };
  const lines = { step: "thick", qr: "band fourth", polar: "wn" }; // polar is seen where QR is the same
  const dots = { step: ["", 5], qr: ["ring fourth", 7], polar: ["wn", 4] };
  chart.text(ETAS[0], CEILING, "distance, Frobenius norm", "title", { dy: 9 - legend });
  Object.keys(labels).forEach((name, k) => {
    chart.line(
      ETAS,
      curve.map((error) => error[name]),
      lines[name],
    );
    chart.text(ETAS[0], CEILING, labels[name] + slope(curve, name), styles[name], { dy: 26 + 17 * k - legend });
  });
  for (const [name, dot] of Object.entries(dots)) if (now[name] > FLOOR) chart.dot(eta, now[name], ...dot);
  return chart;
}

function readOut({ eta }, X, V, curve, now) {
  if (norm(V) < 1e-12) return "V = 0: the projection drops all of G, and X stays where it is.";
  const W = scaled(V, eta);
  const S = add(X, W);
  const P = polar(X, W);
  const Q = qr(X, W);
  const turned = (A) =>
    columns(A)
      .map((a, j) => `${angle(a, columns(S)[j]).toFixed(1)}°`)
      .join(" and ");
  return (
    `The step is ${short(now.step)} off the manifold, η²‖VᵀV‖ = ${short(eta ** 2 * norm(gram(V)))}. ` +
    `Distance from the step: polar ${short(distance(P, S), 3)}, QR ${short(distance(Q, S), 3)}; ` +
    `from the geodesic: polar ${short(now.polar)}, QR ${short(now.qr)}. ` +
    `Polar turns the step’s columns by ${turned(P)}, QR by ${turned(Q)}.`
  );
}

function* draw(params, width) {
  const X = BASE;
  const G = gradient(params);
  const V = project(X, G);
  const { size, height } = view(params, width);
  const curve = ETAS.map((eta) => errors(X, V, eta));
  const now = errors(X, V, params.eta);
  const beside = width >= 640;
  const place = beside
    ? { left: size, top: 0, width: width - size, height }
    : { left: 0, top: height, width, height: CHART_HEIGHT };
  const label = "Two points of a sphere, a step off it and two ways back; errors against the step size";
  const parts = [sphere(params, width, X, G, V), errorChart(place, curve, params.eta, now)];
  return {
    svg: picture(width, place.top + place.height, label, ...parts),
    text: readOut(params, X, V, curve, now),
  };
}

/** With the tip g1 or g2 at a point of the picture: its part towards the other column, and the one out of the plane. */
function drag(params, x, y, width, name) {
  const { see } = view(params, width);
  const tip = 1 + RADIAL;
  const centre = see([0, 0, 0]);
  const [start, other] = (
    name === "g1"
      ? [
          [tip, 0, 0],
          [0, 1, 0],
        ]
      : [
          [0, tip, 0],
          [1, 0, 0],
        ]
  ).map(see);
  const along = (x - start[0]) / (other[0] - centre[0]);
  const out = (y - start[1] - along * (other[1] - centre[1])) / (see([0, 0, 1])[1] - centre[1]);
  return { [`${name}_along`]: along, [`${name}_out`]: out };
}

export default explorer({
  title: "The sphere",
  draw,
  drag,
  BASE,
  gradient,
  project,
  polar,
  qr,
  geodesic,
  errors,
  view,
});
