// Marks, from now on, whatever the Tab key comes to, and whether it can be seen there.
(() => {
  const reached = new Map();
  const alike = (element) => (element.type === "radio" ? `radio ${element.name}` : element); // the arrows go between them
  const drawn = (style) => (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2) || style.boxShadow !== "none";
  document.addEventListener("focusin", (event) => reached.set(alike(event.target), drawn(getComputedStyle(event.target))));
  const all = [...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary, audio[controls], [tabindex]")]
    .filter((each) => each.checkVisibility({ visibilityProperty: true }) && !each.disabled && each.tabIndex >= 0);
  window.tabbed = {
    many: all.length,
    waiting: () => all.filter((each) => !reached.has(alike(each))).length,
    faults: () => all.flatMap((each) => {
      const name = `<${each.tagName.toLowerCase()}> ${(each.innerText || each.name || each.id || "").trim().slice(0, 30)}`;
      if (!reached.has(alike(each))) return [`Tab does not come to ${name}`];
      return reached.get(alike(each)) ? [] : [`nobody sees that Tab has come to ${name}`];
    }),
  };
})()
