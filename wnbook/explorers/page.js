// Puts the explorers of a page to work: a small host for anywidget's front ends, with no kernel behind it.
// The parameters that are not at their defaults stand in the address, as in #race?columns=10&rank=3.

/** Can the parameter take the value? */
function possible({ values, min, max, step, log }, value) {
  if (values) return values.includes(value);
  return value >= min && value <= max && (log || step % 1 !== 0 || Number.isInteger(value));
}

class PageModel {
  constructor(name, state) {
    this.name = name;
    this.state = state;
    this.listeners = [];
    this.load();
    window.addEventListener("hashchange", () => this.load());
  }

  get(key) {
    return this.state[key];
  }

  set(key, value) {
    this.state[key] = value;
    for (const listener of this.listeners) listener();
  }

  on(event, listener) {
    this.listeners.push(listener);
  }

  off() {
    this.listeners = [];
  }

  /** Take the parameters from the address; what is no number, or out of range, stays as it was. */
  load() {
    const [name, query] = location.hash.slice(1).split("?");
    if (name !== this.name || query === undefined) return;
    const given = new URLSearchParams(query);
    for (const control of this.state.controls) {
      const text = given.get(control.name);
      const wanted = text === null ? control.value : Number(text);
      if (text !== "" && possible(control, wanted)) this.set(control.name, wanted);
    }
    document.getElementById(name).scrollIntoView();
  }

  /** Write the parameters into the address, once they have rested for a moment. */
  save_changes() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      const changed = this.state.controls.filter(({ name, value }) => this.state[name] !== value);
      const query = changed.map(({ name }) => `${name}=${+this.state[name].toPrecision(6)}`).join("&");
      const fragment = query ? `#${this.name}?${query}` : "";
      history.replaceState(null, "", location.pathname + location.search + fragment);
    }, 250);
  }
}

for (const el of document.querySelectorAll(".explorer")) {
  explorers[el.id].render({ model: new PageModel(el.id, JSON.parse(el.dataset.state)), el });
}
