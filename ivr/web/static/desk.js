"use strict";
function each(found, act) { Array.prototype.forEach.call(found, act); }

// The pages do without this file: it only makes the button print, where otherwise two keys do.
var button = document.getElementById("print");
if (button) {
  button.hidden = false;
  button.addEventListener("click", function () { window.print(); });
  document.getElementById("by-keys").hidden = true;
}

// A page that answers what was sent, as one that refuses it, is gone back to by its address: else the browser asks
// whether to send it again. But what was typed before somebody had to sign in stands in such pages alone.
if (!document.querySelector("[data-carries]")) { history.replaceState(null, "", location.href); }

// What has a sound plays it at once, and stops it; without this file the link leads to the same page with a player.
var playing = null;
function quiet() {
  if (playing) { playing.sound.pause(); playing.link.removeAttribute("aria-pressed"); playing = null; }
}
function hear(event) {
  var link = event.currentTarget, again = playing && playing.link === link;
  event.preventDefault();
  quiet();
  if (again) { return; }
  playing = { link: link, sound: new Audio(link.getAttribute("data-sound")) };
  link.setAttribute("aria-pressed", "true");
  playing.sound.addEventListener("ended", quiet);
  playing.sound.play();
}
each(document.querySelectorAll("a[data-sound]"), function (link) {
  link.setAttribute("role", "button");
  link.addEventListener("click", hear);
});

// Where a form leads back to the page that it stands on, the browser keeps one step for it, however often it is sent.
// What is refused is sent once more as any form, for the page that says why; and so is what may have been lost on the
// way: it says what was seen there (ring.html), and is kept once, though it arrive twice.
function sendInPlace(event) {
  var form = event.currentTarget, button = event.submitter, sent;
  if (!button || !window.fetch || form.plainly) { return; }
  event.preventDefault();
  function plainly() { form.plainly = true; button.click(); }
  sent = new URLSearchParams(new FormData(form));
  if (button.name) { sent.append(button.name, button.value); }
  fetch(form.action, { method: "POST", body: sent, credentials: "same-origin" }).then(function (answer) {
    if (answer.redirected) { location.replace(answer.url); } else { plainly(); }
  }, plainly);
}
each(document.querySelectorAll("form[data-in-place]"), function (form) {
  form.addEventListener("submit", sendInPlace);
});

// Our pages say what is wrong in a form, in their own words; but a day of which half is typed is sent as none at all.
each(document.querySelectorAll("form[novalidate]"), function (form) {
  form.addEventListener("submit", function (event) {
    each(form.querySelectorAll("input[type=date]"), function (day) {
      if (day.validity && day.validity.badInput && !day.reportValidity()) { event.preventDefault(); }
    });
  });
});

// On a phone a table that is too wide is stacked, each cell beside its heading (desk.css); without this file, or where a
// cell is of several rows, it is slid within itself. What the page gives to take away is folded there.
function head(table) {
  var headings = table.querySelectorAll("thead th");
  each(table.querySelectorAll("tbody tr"), function (row) {
    var column = 0;
    each(row.cells, function (cell) {
      if (cell.tagName === "TD" && cell.colSpan === 1 && headings[column]) {
        cell.setAttribute("data-heading", headings[column].textContent.trim());
      }
      if (!cell.textContent.trim() && !cell.children.length) { cell.className += " blank"; }
      column += cell.colSpan;
    });
  });
}
var wide = 0;
function stack() {
  if (window.innerWidth === wide) { return; }  // a phone's bar came or went while somebody slid the page
  wide = window.innerWidth;
  each(document.querySelectorAll(".take"), function (files) { files.open = wide > 700; });
  each(document.querySelectorAll("main table"), function (table) {
    var around = table.parentNode, told = around.previousElementSibling;
    table.classList.remove("stacked");
    var slides = Math.max(table.scrollWidth - table.clientWidth, around.scrollWidth - around.clientWidth) > 1;
    if (slides && wide <= 700 && !table.querySelector("[rowspan]")) {
      if (!table.headed) { head(table); table.headed = true; }
      table.classList.add("stacked");
      slides = false;
    }
    if (told && told.classList.contains("slides")) { told.hidden = !slides; }
  });
}
stack();
window.addEventListener("resize", stack);
