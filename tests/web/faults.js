// What a person would stumble over on the page as it stands. Evaluated by the debugger: the page's policy stays as it is.
(() => {
  const SMALLEST_PX = 18, LOWEST_PX = 44, HIGHEST_BAR_PX = 200;
  const TOUCHED = "nav a, button, select, textarea, summary, input:not([type=hidden])";
  const faults = [];
  const named = (element) => {
    const words = (element.innerText || element.name || element.id || "").trim().slice(0, 30);
    return `<${element.tagName.toLowerCase()}> ${words}`;
  };
  const seen = (element) => element.checkVisibility({ visibilityProperty: true }) && element.getClientRects().length > 0;

  const across = document.scrollingElement;
  if (across.scrollWidth > across.clientWidth) {
    const wide = [...document.body.querySelectorAll("*")].filter((each) => each.getBoundingClientRect().right > across.clientWidth);
    faults.push(`is ${across.scrollWidth} px wide on a screen of ${across.clientWidth}: ${wide.map(named)[0] || ""}`);
  }

  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const small = new Set();
  while (texts.nextNode()) {
    const element = texts.currentNode.parentElement;
    const px = parseFloat(getComputedStyle(element).fontSize);
    if (texts.currentNode.data.trim() && seen(element) && px < SMALLEST_PX) small.add(`letters of ${px} px: ${named(element)}`);
  }
  faults.push(...small);

  for (const element of [...document.querySelectorAll(TOUCHED)].filter(seen)) {
    const ticked = /^(checkbox|radio)$/.test(element.type) && element.closest("label");
    const high = (ticked || element).getBoundingClientRect().height;
    if (high < LOWEST_PX) faults.push(`${high.toFixed(1)} px high, too low to touch: ${named(element)}`);
  }

  const cut = [...document.body.querySelectorAll("main *")].filter(
    (each) => seen(each) && getComputedStyle(each).overflowX === "hidden" && each.scrollWidth > each.clientWidth + 1
  );
  faults.push(...cut.map((each) => `cut off: ${named(each)}`));

  const apart = (one, other, side) => Math.abs(one.getBoundingClientRect()[side] - other.getBoundingClientRect()[side]) > 1;
  const print = document.querySelector(".bar .print");
  if (print && across.clientWidth > 700 && (apart(print, print.parentElement, "right") || apart(print, print.parentElement, "top")))
    faults.push("the print button is not where it is on other pages");
  const bar = document.querySelector(".bar")?.getBoundingClientRect().height;
  if (bar > HIGHEST_BAR_PX && across.clientWidth <= 700) faults.push(`${bar} px of buttons come before anything else`);
  for (const label of document.querySelectorAll(".facts dt"))
    if (apart(label, label.nextElementSibling, "top")) faults.push(`not beside what it says: ${named(label)}`);
  faults.push(...[...document.querySelectorAll(".paper")].filter(seen).map((each) => `is for paper: ${named(each)}`));

  const tabs = [...document.querySelectorAll(".tabs a")], [tab, ...others] = tabs.filter((each) => each.hasAttribute("aria-current"));
  if (document.querySelector(".bar")) {
    if (tabs.length && (!tab || others.length)) faults.push("is not under one of the tabs");
    if (tab === tabs[3] && tab?.getAttribute("aria-current") !== "page" && !document.querySelector(".ways a.up")) faults.push("leads to nothing above it");
  }

  const within = (box) => box.width > 0 && box.height > 0;
  const pressed = [...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary")].filter(seen);
  const boxes = pressed.map((each) => [each, each.getBoundingClientRect()]).filter(([, box]) => within(box));
  for (const [at, [one, a]] of boxes.entries())
    for (const [other, b] of boxes.slice(at + 1))
      if (!one.contains(other) && Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 1)
        faults.push(`overlap: ${named(one)} and ${named(other)}`);
  return faults;
})()
