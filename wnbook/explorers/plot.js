// A chart, drawn as the text of an SVG: the same in a page, in JupyterLab and in a still picture.

export const px = (value) => value.toFixed(1).replace(/\.0$/, "").replace(/^-0$/, "0");
export const superscript = (integer) => String(integer).replace(/./g, (c) => "⁰¹²³⁴⁵⁶⁷⁸⁹⁻"["0123456789-".indexOf(c)]);

/** A number in few characters: 0.05, 12, 3.1·10⁻⁹, 10⁻¹². */
export function short(value, digits = 2) {
  if (value === 0 || (Math.abs(value) >= 1e-3 && Math.abs(value) < 1e5)) return String(+value.toPrecision(digits));
  const [factor, power] = value.toExponential(digits - 1).split("e");
  return `${+factor === 1 ? "" : `${+factor}·`}10${superscript(+power)}`;
}

/** An axis maps values to pixels. log: powers of ten. ticks: about how many. */
export function axis({ domain: [low, high], log = false, ticks = 5 }, from, to) {
  const f = log ? Math.log10 : (v) => v;
  const scale = (v) => from + ((f(v) - f(low)) / (f(high) - f(low))) * (to - from);
  const raw = (f(high) - f(low)) / ticks;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = log ? Math.max(1, Math.round(raw)) : [1, 2, 5, 10].find((s) => s * power >= raw * 0.999) * power;
  const marks = [];
  for (let k = Math.ceil(f(low) / step - 1e-9); k * step <= f(high) + 1e-9 * step; k++) {
    marks.push(log ? 10 ** Math.round(k * step) : +(k * step).toPrecision(12));
  }
  const invert = (pixel) => {
    const v = f(low) + ((pixel - from) / (to - from)) * (f(high) - f(low));
    return log ? 10 ** v : v;
  };
  return { scale, invert, marks };
}

/**
 * A plot that marks are added to, in this order: chart.line(…).text(…). `toString` is the picture.
 *
 * x, y: { label, domain: [low, high], log, ticks }; left, top: where it stands, for several in one picture.
 */
export class Chart {
  constructor({ width, height, x, y, title = "", left = 0, top = 0 }) {
    this.box = { left: left + 46, right: left + width - 10, top: top + (title ? 26 : 10), bottom: top + height - 40 };
    const { left: l, right: r, top: t, bottom: b } = this.box;
    this.x = axis(x, l, r);
    this.y = axis(y, b, t);
    this.domain = y.domain;
    this.parts = [];
    for (const v of this.x.marks) {
      const at = px(this.x.scale(v));
      this.parts.push(`<path class="grid" d="M${at} ${px(t)}V${px(b)}"/>`);
      this.parts.push(`<text class="tick" x="${at}" y="${px(b + 15)}" text-anchor="middle">${short(v)}</text>`);
    }
    for (const v of this.y.marks) {
      const at = px(this.y.scale(v));
      this.parts.push(`<path class="grid" d="M${px(l)} ${at}H${px(r)}"/>`);
      this.parts.push(`<text class="tick" x="${px(l - 5)}" y="${at}" dy="0.35em" text-anchor="end">${short(v)}</text>`);
    }
    this.parts.push(`<path class="frame" d="M${px(l)} ${px(t)}V${px(b)}H${px(r)}"/>`);
    this.parts.push(`<text x="${px((l + r) / 2)}" y="${px(b + 33)}" text-anchor="middle">${x.label}</text>`);
    this.parts.push(`<text class="title" x="${px(l)}" y="${px(t - 11)}">${title}</text>`);
  }

  /** A curve through the points; gaps where a value is not finite, and cut off where it leaves the chart. */
  line(xs, ys, style) {
    const [low, high] = this.domain;
    let path = "";
    let pen = "M";
    for (let k = 0; k < xs.length; k++) {
      if (!(ys[k] >= low && ys[k] <= high)) pen = "M";
      else {
        path += `${pen}${px(this.x.scale(xs[k]))} ${px(this.y.scale(ys[k]))}`;
        pen = "L";
      }
    }
    this.parts.push(`<path class="line ${style}" d="${path}"/>`);
    return this;
  }

  dot(x, y, style, radius = 4) {
    this.parts.push(`<circle class="${style}" cx="${px(this.x.scale(x))}" cy="${px(this.y.scale(y))}" r="${radius}"/>`);
    return this;
  }

  /** Text beside a point; anchor: start, middle or end; dx, dy in pixels. */
  text(x, y, text, style, { anchor = "start", dx = 0, dy = 0 } = {}) {
    const at = `x="${px(this.x.scale(x) + dx)}" y="${px(this.y.scale(y) + dy)}"`;
    this.parts.push(`<text class="${style}" ${at} text-anchor="${anchor}">${text}</text>`);
    return this;
  }

  /** A dot that can be dragged, within the reach of a finger; where there are several, by its name. */
  handle(x, y, style, { name = "", radius = 5, reach = 22 } = {}) {
    const at = `cx="${px(this.x.scale(x))}" cy="${px(this.y.scale(y))}"`;
    const named = name && ` data-name="${name}"`;
    this.dot(x, y, style, radius).parts.push(`<circle class="handle"${named} ${at} r="${reach}" opacity="0"/>`);
    return this;
  }

  toString() {
    return this.parts.join("");
  }
}

/** The whole picture: charts or other marks, side by side on one canvas. label: what it shows, in a few words. */
export const picture = (width, height, label, ...parts) =>
  `<svg viewBox="0 0 ${px(width)} ${px(height)}" role="img" aria-label="${label}">${parts.join("")}</svg>`;
