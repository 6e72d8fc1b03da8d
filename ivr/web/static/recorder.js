"use strict";
// Records a reply in the browser and puts it into the form's own file field: what is sent is what an upload would be.
// Without this file, or where the browser does not let us, the field takes a file.
(function () {
  var byId = function (id) { return document.getElementById(id); };
  var field = byId("sound"), form = field.form, box = byId("recorder");
  var kinds = ["audio/webm;codecs=opus", "audio/ogg;codecs=opus", "audio/mp4"];
  var recorder = null, stream = null, meter = null, ticking = 0, since = 0;

  function show(ids, on) { ids.forEach(function (id) { byId(id).hidden = !on; }); }

  function tooLarge() {
    var file = field.files[0], large = Boolean(file && file.size > Number(field.getAttribute("data-most")));
    show(["too-large"], large);
    return large;
  }
  field.addEventListener("change", tooLarge);
  form.addEventListener("submit", function (event) {
    if (tooLarge()) { event.preventDefault(); return; }
    // Once is enough; what is greyed out is not sent again by a second click.
    setTimeout(function () { Array.prototype.forEach.call(form.querySelectorAll("button"), function (each) { each.disabled = true; }); }, 0);
  });
  window.addEventListener("pageshow", function () { // who comes back finds the buttons again
    Array.prototype.forEach.call(form.querySelectorAll("button"), function (each) { each.disabled = false; });
  });

  var can = navigator.mediaDevices && navigator.mediaDevices.getUserMedia && window.MediaRecorder && window.DataTransfer;
  if (!can) { show(["no-recorder"], true); return; }
  show(["recorder"], true);

  function watch() {
    var Context = window.AudioContext || window.webkitAudioContext;
    if (!Context) { return null; }
    var context = new Context(), analyser = context.createAnalyser(), wave = new Float32Array(1024);
    analyser.fftSize = 1024;
    context.createMediaStreamSource(stream).connect(analyser);
    return {
      level: function () {
        analyser.getFloatTimeDomainData(wave);
        return Math.sqrt(wave.reduce(function (sum, each) { return sum + each * each; }, 0) / wave.length);
      },
      close: function () { context.close(); }
    };
  }

  function tick() {
    var seconds = Math.floor((Date.now() - since) / 1000), rest = seconds % 60;
    byId("clock").textContent = Math.floor(seconds / 60) + ":" + (rest < 10 ? "0" : "") + rest;
    if (meter) { byId("level").value = Math.min(1, 4 * meter.level()); }
    if (seconds >= Number(box.getAttribute("data-most-s")) - 2) { stop(); }
  }

  function start() {
    show(["refused", "send", "listen", "listen-label", "again"], false);
    byId("record").disabled = true;
    navigator.mediaDevices.getUserMedia({ audio: true }).then(function (opened) {
      var pieces = [], kind = kinds.filter(function (each) { return MediaRecorder.isTypeSupported(each); })[0];
      stream = opened;
      recorder = new MediaRecorder(stream, kind ? { mimeType: kind } : {});
      recorder.ondataavailable = function (event) { pieces.push(event.data); };
      recorder.onstop = function () { recorded(new Blob(pieces, { type: recorder.mimeType })); };
      recorder.start();
      meter = watch();
      since = Date.now();
      ticking = setInterval(tick, 100);
      tick();
      show(["record"], false);
      show(["stop", "clock", "level"], true);
      byId("stop").focus();
    }).catch(function () { show(["refused"], true); }).then(function () { byId("record").disabled = false; });
  }

  function stop() {
    clearInterval(ticking);
    if (recorder && recorder.state !== "inactive") { recorder.stop(); }
    if (meter) { meter.close(); meter = null; }
    stream.getTracks().forEach(function (track) { track.stop(); });
  }

  function recorded(blob) {
    var held = new DataTransfer(), listen = byId("listen");
    var ending = /mp4/.test(blob.type) ? "m4a" : /ogg/.test(blob.type) ? "ogg" : "webm";
    held.items.add(new File([blob], "reply." + ending, { type: blob.type }));
    field.files = held.files;
    if (listen.src) { URL.revokeObjectURL(listen.src); }
    listen.src = URL.createObjectURL(blob);
    show(["stop", "level"], false);
    show(["again", "listen", "listen-label", "send"], true);
    tooLarge();
    byId("send").focus();
  }

  byId("record").addEventListener("click", start);
  byId("again").addEventListener("click", function () { field.value = ""; start(); });
  byId("stop").addEventListener("click", stop);
  byId("send").addEventListener("click", function () { byId("send-sound").click(); });
}());
