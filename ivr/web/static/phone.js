"use strict";
// Goes on with a rehearsed call by itself: plays what is said, waits as long as the line does, and then says that nothing
// was pressed. Keys may come at any time. It only presses the page's own buttons: without it, people do.
(function () {
  var ticking, waiting;

  function call() { return document.getElementById("call"); }
  function number(name) { return Number(call().getAttribute("data-" + name)); }

  // What is said begins: the clock runs, until the line would go on.
  function begin() {
    var form = document.getElementById("act"), sound = document.getElementById("heard");
    clearInterval(ticking);
    clearTimeout(waiting);
    if (!form) { if (sound) { start(sound); } return; }
    form.addEventListener("click", pressed);
    tick(number("passed-s"), (number("length-ms") / 1000) + number("wait-s"));
    if (!call().getAttribute("data-wait-s")) { if (sound) { start(sound); } return; } // somebody is to speak
    document.getElementById("by-hand").hidden = true;
    document.getElementById("by-itself").hidden = false;
    if (!sound) { wait(0); return; }
    sound.addEventListener("ended", function () { wait(0); });
    sound.addEventListener("error", function () { wait(number("length-ms")); });
    start(sound);
  }

  // Browsers let a page speak only after it was touched: where they don't, one touch is asked for.
  function start(sound) {
    var button = document.getElementById("listen"), playing = sound.play();
    button.addEventListener("click", function () { button.hidden = true; sound.play(); });
    if (playing && playing.then) {
      playing.then(null, function (error) { button.hidden = error.name !== "NotAllowedError"; });
    }
  }

  function wait(ms) {
    waiting = setTimeout(function () { send(document.getElementById("wait")); }, ms + 1000 * number("wait-s"));
  }

  function tick(passed, most) {
    var began = Date.now(), clock = document.getElementById("clock");
    ticking = setInterval(function () {
      var s = Math.floor(passed + Math.min(most, (Date.now() - began) / 1000));
      clock.textContent = Math.floor(s / 60) + ":" + ("0" + (s % 60)).slice(-2);
    }, 500);
  }

  function pressed(event) {
    var button = event.target;
    if (button.tagName === "BUTTON" && button.name) {
      event.preventDefault();
      send(button);
    }
  }

  // Press a button of the form, and put what the line says next in the place of what it said.
  function send(button) {
    var form = document.getElementById("act"), sound = document.getElementById("heard"), request = new XMLHttpRequest();
    var fields = [].map.call(form.querySelectorAll("input"), function (field) { return pair(field.name, field.value); });
    if (form.sent) { return; }
    form.sent = true;
    clearInterval(ticking);
    clearTimeout(waiting);
    if (sound) { sound.pause(); }
    request.open("POST", form.getAttribute("action"));
    request.responseType = "document";
    request.setRequestHeader("Content-Type", "application/x-www-form-urlencoded");
    request.onload = function () { put(request.response, button); };
    request.onerror = function () { form.sent = false; };
    request.send(fields.concat(pair(button.name, button.value)).join("&"));
  }

  function pair(name, value) { return encodeURIComponent(name) + "=" + encodeURIComponent(value); }

  function put(answer, button) {
    var next = answer && answer.getElementById("call"), again;
    if (!next) { location.reload(); return; } // it was put away, or nobody is signed in any more: the page says so
    var held = document.activeElement === button;
    call().parentNode.replaceChild(document.importNode(next, true), call());
    again = held && document.querySelector("#act button[name='" + button.name + "'][value='" + button.value + "']");
    if (again) { again.focus(); }
    begin();
  }

  document.addEventListener("keydown", function (event) {
    var key = event.key, form = document.getElementById("act");
    if (!form || event.ctrlKey || event.altKey || event.metaKey || event.repeat || !/^[0-9*#]$/.test(key)) { return; }
    var button = form.querySelector("button[name='key'][value='" + key + "']");
    if (button) { event.preventDefault(); send(button); }
  });

  begin();
}());
