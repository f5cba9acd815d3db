// What is wide enough to scroll sideways is a stop of the tab key, so that the arrow keys can scroll it.
// The theme sees to code and outputs; these are the rest. The page's width decides, so no build can.
const SIDEWAYS = "mjx-container, .bd-article table, dl.py > dt.sig";

function markScrolling() {
  const boxes = [...document.querySelectorAll(SIDEWAYS)];
  const changed = boxes.filter((box) => box.scrollWidth > box.clientWidth !== box.hasAttribute("tabindex"));
  for (const box of changed) {
    if (box.hasAttribute("tabindex")) box.removeAttribute("tabindex");
    else box.setAttribute("tabindex", "0");
  }
}

new ResizeObserver(markScrolling).observe(document.body);   // widths, foldings, and formulas as they come
document.fonts.addEventListener("loadingdone", markScrolling);

// Out of a drawer the keyboard goes back to the button that opened it, of which the theme has taken the focus away.
for (const side of ["primary", "secondary"]) {
  const drawer = document.getElementById(`pst-${side}-sidebar-modal`);
  drawer?.addEventListener("close", () => document.querySelector(`.${side}-toggle`)?.focus());
}
