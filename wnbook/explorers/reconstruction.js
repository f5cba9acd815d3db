// Image reconstruction: a terrain out of half as many measurements as it has pixels, by gradient descent on FGᵀ and by
// weight normalization on XΘWᵀ (Chapter 13). DATA comes from experiments/frames.py: the PSNR of every iterate, in
// decibels, and pictures of some iterates, compressed with loss.
import { px, Chart, picture } from "./plot.js";
import { explorer } from "./explorer.js";

const METHODS = { gd: "Gradient descent", wn: "Weight normalization" };
const LAST = DATA.psnr.gd.length - 1;
const GAP = 8; // pixels between the pictures
const HEADING = 20; // pixels above them

/** The iterations that have pictures. */
const scrubbed = Object.keys(DATA.frames.gd).map(Number);

/** Which of them is the nearest, on the logarithmic axis. */
const nearest = (iteration) =>
  scrubbed.reduce((a, b) => (Math.abs(Math.log(b / iteration)) < Math.abs(Math.log(a / iteration)) ? b : a));

/** The first iteration at which the score was at least `level`; -1 if there is none. */
const firstAt = (scores, level) => scores.findIndex((score) => score >= level);

/** Whether both are still within 1 dB of where they began. */
const early = (iteration) => Object.values(DATA.psnr).every((scores) => Math.abs(scores[iteration] - scores[0]) < 1);

/** Who has the higher score after so many iterations, by how much, and when it had the other's. */
function compare(iteration) {
  const [lead, trail] = Object.keys(METHODS).sort((a, b) => DATA.psnr[b][iteration] - DATA.psnr[a][iteration]);
  const level = DATA.psnr[trail][iteration];
  return { lead, trail, gap: DATA.psnr[lead][iteration] - level, since: firstAt(DATA.psnr[lead], level) };
}

/** The side of a picture. */
const side = (width) => (width - 2 * GAP) / 3;

/** The axes of PSNR against iteration, below the pictures; to their right there is room for the curves' names. */
const axes = (width) =>
  new Chart({
    width: width - 24,
    height: Math.max(200, width * 0.4),
    top: HEADING + side(width) + GAP,
    x: { label: "iteration", domain: [1, LAST], log: true },
    y: { domain: [12, 34] },
    title: "PSNR in decibels",
  });

/** A picture with a heading, as the k-th of three. */
function frame(width, k, webp, heading, style) {
  const left = px(k * (side(width) + GAP));
  const size = px(side(width));
  return `<text class="${style}" x="${left}" y="14">${heading}</text>
    <image x="${left}" y="${HEADING}" width="${size}" height="${size}" href="data:image/webp;base64,${webp}"/>`;
}

function* draw({ iteration }, width) {
  const chart = axes(width);
  const { bottom } = chart.box;
  const at = chart.x.scale(iteration);
  // Every iteration at first, then ever fewer: on a logarithmic axis they crowd.
  const t = Array.from({ length: LAST }, (_, k) => k + 1).filter((k) => k % Math.ceil(k / 30) === 0);
  chart.line([1, LAST], [DATA.best, DATA.best], "predicted");
  chart.parts.push(`<path class="line" d="M${px(at)} ${px(chart.y.scale(DATA.best))}V${px(bottom)}"/>`);
  for (const name in METHODS)
    chart.line(
      t,
      t.map((k) => DATA.psnr[name][k]),
      `thick ${name}`,
    );
  for (const name in METHODS) {
    const score = DATA.psnr[name][iteration];
    const y = chart.y.scale(score);
    // Arrows, to where the marker can go.
    for (const way of [-1, 1]) {
      if (iteration === (way < 0 ? 1 : LAST)) continue;
      const [tip, base] = [at + 17 * way, at + 10 * way].map(px);
      chart.parts.push(`<polygon points="${tip},${px(y)} ${base},${px(y - 5)} ${base},${px(y + 5)}"/>`);
    }
    chart.handle(iteration, score, name, { radius: 6 });
    chart.text(LAST, DATA.psnr[name][LAST], name.toUpperCase(), name, { dx: 9, dy: 5 });
  }
  chart.text(LAST, DATA.best, "best of rank 20", "", { anchor: "end", dy: -5 });

  const pictures = [frame(width, 0, DATA.truth, "truth", "")];
  for (const name in METHODS) {
    const heading = `${name.toUpperCase()}, ${DATA.psnr[name][iteration].toFixed(1)} dB`;
    pictures.push(frame(width, pictures.length, DATA.frames[name][iteration], heading, name));
  }
  const { lead, trail, gap, since } = compare(iteration);
  const verdict = early(iteration)
    ? "Both are within 1 dB of their starts: neither has learned anything to speak of."
    : `${METHODS[lead]} is ahead by ${gap.toFixed(2)} dB; it had ${trail.toUpperCase()}'s score at iteration ${since}.`;
  const score = (name) => `${METHODS[name].toLowerCase()} ${DATA.psnr[name][iteration].toFixed(2)} dB`;
  return {
    svg: picture(
      width,
      bottom + 40,
      "Terrain, its recovery by both methods, and PSNR against iteration",
      ...pictures,
      chart,
    ),
    text: `After ${iteration} iteration${iteration > 1 ? "s" : ""}: ${score("gd")}, ${score("wn")}. ${verdict}`,
  };
}

/** The marker goes to the nearest iteration that has pictures. */
const drag = (params, x, y, width) => ({ iteration: nearest(axes(width).x.invert(x)) });

/** So it does after a click on the chart; on the pictures a click means nothing. */
const point = (params, x, y, width) => (y < axes(width).box.top ? {} : drag(params, x, y, width));

export default explorer({ title: "Image reconstruction", draw, drag, point, scrubbed, compare });
