// The frame of every explorer: sliders from the model's `controls`, a picture, a read-out, a reset button.
import { short } from "./plot.js";

const FRAME_MS = 5; // of computing, before the picture is shown as far as it has come

/** The value of a slider in words: as many decimals as its step has. */
function format({ values, log, step }, value) {
  if (values) return short(value, 3);
  if (log) return short(value);
  const decimals = (String(step).split(".")[1] ?? "").length;
  return value.toFixed(decimals);
}

/** How a slider's positions and the parameter's values belong together. */
function positions({ values, log, min, max, step }) {
  if (values) return { min: 0, max: values.length - 1, step: 1, to: (v) => values.indexOf(v), from: (i) => values[i] };
  if (log) return { min: Math.log10(min), max: Math.log10(max), step, to: Math.log10, from: (p) => 10 ** p };
  return { min, max, step, to: Number, from: Number };
}

/**
 * Make an anywidget's `render` of a view.
 *
 * A view has
 * - title: string
 * - draw(params, width): a generator that returns { svg, text }; before, it may yield less complete ones
 * - drag(params, x, y, width, name), if the picture has handles: the values that the handle called so (its data-name)
 *   has at the point (x, y), for some of params; the sliders round them to their steps
 * - point(params, x, y, width), if a click on a point means something: values for some of params
 */
export function explorer(view) {
  const render = ({ model, el }) => {
    const controls = model.get("controls");
    el.innerHTML = `<div class="explorer-picture"></div>
      <div class="explorer-controls" role="group" aria-label="${view.title}"></div><output class="explorer-text"></output>`;
    el.classList.add("explorer");
    const [image, panel, text] = el.children;
    const params = () => Object.fromEntries(controls.map(({ name }) => [name, model.get(name)]));
    const set = (values) => {
      for (const [name, value] of Object.entries(values)) model.set(name, value);
      model.save_changes();
    };

    for (const control of controls) {
      const { name, label } = control;
      const { min, max, step, to, from } = positions(control);
      const row = document.createElement("label");
      row.innerHTML = `<span>${label}</span> <b></b> <input type="range" name="${name}">`;
      const input = row.lastElementChild;
      Object.assign(input, { min, max, step, autocomplete: "off" });
      input.addEventListener("input", () => set({ [name]: from(+input.value) }));
      control.nearest = (value) => {
        input.value = to(value); // the browser rounds it to a step within the range
        return from(+input.value);
      };
      control.show = (value) => {
        input.value = to(value);
        input.previousElementSibling.textContent = format(control, value);
        input.setAttribute("aria-valuetext", format(control, value));
      };
      panel.append(row);
    }
    const reset = document.createElement("button");
    reset.type = "button";
    reset.textContent = "Reset";
    reset.addEventListener("click", () => set(Object.fromEntries(controls.map(({ name, value }) => [name, value]))));
    panel.append(reset);
    // JupyterLab's shortcuts would take the arrow keys, Enter and others from whatever has the focus.
    for (const control of panel.querySelectorAll("input, button")) control.dataset.lmSuppressShortcuts = "true";

    let frames;
    let waiting = false;
    let later;
    const advance = () => {
      const until = performance.now() + FRAME_MS;
      let frame;
      do frame = frames.next();
      while (!frame.done && performance.now() < until);
      image.innerHTML = frame.value.svg;
      el.setAttribute("aria-busy", !frame.done);
      if (frame.done) text.textContent = frame.value.text;
      else later = requestAnimationFrame(advance);
    };
    const redraw = () => {
      waiting = false;
      cancelAnimationFrame(later);
      const values = params();
      for (const control of controls) control.show(values[control.name]);
      frames = view.draw(values, width());
      advance();
    };
    // Many changes at once are one redraw, still before the next frame is painted.
    const change = () => {
      if (!waiting) queueMicrotask(redraw);
      waiting = true;
    };
    const width = () => Math.min(700, Math.max(280, image.clientWidth || 640));
    model.on("change", change);

    if (view.drag) {
      let name, grip;
      const follow = (event) => {
        const box = image.firstElementChild.getBoundingClientRect();
        const scale = width() / box.width;
        const [x, y] = [event.clientX - grip.x - box.left, event.clientY - grip.y - box.top];
        const wanted = view.drag(params(), x * scale, y * scale, width(), name);
        const dragged = controls.filter((control) => control.name in wanted);
        set(Object.fromEntries(dragged.map((control) => [control.name, control.nearest(wanted[control.name])])));
      };
      image.addEventListener("pointerdown", (event) => {
        const handle = event.target.closest(".handle");
        if (!handle) return;
        name = handle.dataset.name;
        const { left, right, top, bottom } = handle.getBoundingClientRect();
        grip = { x: event.clientX - (left + right) / 2, y: event.clientY - (top + bottom) / 2 };
        image.setPointerCapture(event.pointerId);
      });
      image.addEventListener("pointermove", (event) => image.hasPointerCapture(event.pointerId) && follow(event));
      // A finger on a handle drags it, elsewhere it scrolls the page. (CSS's touch-action ends at the <svg>.)
      const hold = (event) => event.target.closest(".handle") && event.preventDefault();
      image.addEventListener("touchstart", hold, { passive: false });
    }
    if (view.point) {
      image.addEventListener("click", (event) => {
        const box = image.firstElementChild.getBoundingClientRect();
        const scale = width() / box.width;
        set(view.point(params(), (event.clientX - box.left) * scale, (event.clientY - box.top) * scale, width()));
      });
    }

    let last = width();
    const sizes = new ResizeObserver(() => {
      if (width() !== last) change();
      last = width();
    });
    sizes.observe(image);
    redraw();
    return () => {
      sizes.disconnect();
      cancelAnimationFrame(later);
      model.off("change", change);
    };
  };
  return { ...view, render };
}
