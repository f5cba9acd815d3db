// What is wide enough to scroll sideways is a stop of the tab key, so that the arrow keys can scroll it.
// The theme sees to code, but not to what is unfolded later. The page's width decides, so no build can.
const SIDEWAYS = "mjx-container, .bd-article pre, .bd-article table, dl.py > dt.sig";

function markScrolling() {
  const boxes = [...document.querySelectorAll(SIDEWAYS)];
  const changed = boxes.filter((box) => box.scrollWidth > box.clientWidth !== (box.tabIndex === 0));
  for (const box of changed) {
    if (box.tabIndex === 0) box.removeAttribute("tabindex");
    else box.tabIndex = 0;
  }
}

new ResizeObserver(markScrolling).observe(document.body); // widths, foldings, and formulas as they come
document.fonts.addEventListener("loadingdone", markScrolling);

// The theme takes the focus away from these buttons when they are pressed. Whoever pressed one by key (detail 0)
// has to be back there when the drawer or the search is closed. Ready after the theme: its listener comes first.
document.addEventListener("DOMContentLoaded", () => {
  for (const button of document.querySelectorAll(".primary-toggle, .secondary-toggle, .search-button")) {
    button.addEventListener("click", (event) => event.detail === 0 && button.focus(), true);
  }
});
