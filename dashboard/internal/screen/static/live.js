// Keeps an open page up to date. One stream a tab tells of the parts of the page that have
// changed, as HTML; they are merged into the page, so that focus, selection, open details and
// scroll positions stay. Everything else works without this file.
"use strict";

(() => {
  const html = document.documentElement;
  const widget = document.getElementById("live");

  // Times count by the clock of the server, whatever this machine's says.
  let offset = Number(html.dataset.now) - Date.now();
  const now = () => Date.now() + offset;

  // spell is seconds in Go.
  function spell(ms) {
    const s = Math.max(Math.floor(ms / 1000), 0);
    if (s < 60) return `${s} s`;
    if (s < 3600) return `${Math.floor(s / 60)}m ${s % 60}s`;
    if (s < 86400) return `${Math.floor(s / 3600)}h ${Math.floor(s / 60) % 60}m`;
    return `${Math.floor(s / 86400)}d ${Math.floor(s / 3600) % 24}h`;
  }

  function tick() {
    for (const time of document.querySelectorAll("time[data-tick]")) {
      const since = now() - Date.parse(time.dateTime);
      let words = spell(since);
      if (time.dataset.tick === "ago") words = since < 1000 ? "just now" : `${words} ago`;
      if (time.dataset.tick === "until") words = since >= 0 ? "now" : `in ${spell(999 - since)}`;
      if (time.textContent !== words) time.textContent = words;
    }
  }

  // merge makes the children of an element like those of another, and keeps what it can.
  function merge(old, fresh) {
    const ids = new Set(Array.from(fresh.children, (e) => e.id).filter(Boolean));
    let at = old.firstChild;
    for (const next of Array.from(fresh.childNodes)) {
      while (at && at.id && !ids.has(at.id)) at = drop(at);
      if (next.id) {
        const known = Array.from(old.children).find((e) => e.id === next.id);
        if (known !== at) at = old.insertBefore(known || next, at);
      } else if (!at || at.id || !alike(at, next)) {
        at = old.insertBefore(next, at);
      }
      if (at !== next) become(at, next);
      at = at.nextSibling;
    }
    while (at) at = drop(at);
  }

  const alike = (a, b) => a.nodeType === b.nodeType && a.nodeName === b.nodeName;

  function drop(node) {
    const next = node.nextSibling;
    node.remove();
    return next;
  }

  // become makes one node like another. What the reader has opened or typed is the reader's.
  function become(old, fresh) {
    if (old.nodeType !== Node.ELEMENT_NODE) {
      if (old.data !== fresh.data) old.data = fresh.data;
      return;
    }
    const theirs = (name) => name === "open" || (old.nodeName === "INPUT" && name === "value");
    for (const { name } of Array.from(old.attributes)) {
      if (!fresh.hasAttribute(name) && !theirs(name)) old.removeAttribute(name);
    }
    for (const { name, value } of fresh.attributes) {
      if (old.getAttribute(name) !== value && !theirs(name)) old.setAttribute(name, value);
    }
    if (!fresh.dataset.tick) merge(old, fresh); // what ticks is not sent
  }

  // show puts a part in its place. Logs that show their end go on showing it.
  function show(id, text) {
    const part = document.getElementById(id);
    if (!part) return;
    const ends = (e) => e.scrollHeight - e.scrollTop - e.clientHeight < 8;
    const atEnd = Array.from(part.querySelectorAll("[data-tail]")).every(ends);
    const focused = document.activeElement;
    const fresh = document.createElement("template");
    fresh.innerHTML = text;
    merge(part, fresh.content);
    if (focused !== document.activeElement && focused.isConnected) focused.focus({ preventScroll: true });
    if (atEnd) tail(part);
  }

  function tail(within) {
    for (const log of within.querySelectorAll("[data-tail]")) log.scrollTop = log.scrollHeight;
  }

  tail(document);
  setInterval(tick, 500);
  if (!widget || !window.EventSource) return;

  // The link: live, paused by the reader (no request at all), lost, or ended with what it shows.
  const word = document.getElementById("live-word");
  const button = document.getElementById("live-pause");
  let stream = null;
  let again = 0; // timer of the next try
  let tries = 0;
  let paused = false;
  let ended = false;

  function say(state, text) {
    html.dataset.link = state;
    if (word.textContent !== text) word.textContent = text;
    button.textContent = paused ? "Resume" : "Pause";
    button.hidden = ended;
  }

  function hangUp() {
    clearTimeout(again);
    if (stream) stream.close();
    stream = null;
  }

  function connect() {
    hangUp();
    if (paused) return say("paused", "paused");
    if (ended || document.hidden) return; // an unseen tab asks for nothing
    stream = new EventSource(location.pathname + location.search);
    stream.onopen = () => { tries = 0; say("live", "live"); };
    stream.onmessage = (event) => {
      const frame = JSON.parse(event.data);
      offset = frame.now - Date.now();
      for (const [id, text] of Object.entries(frame.parts)) show(id, text);
      tick();
    };
    stream.addEventListener("gone", () => {
      ended = true;
      hangUp();
      say("ended", "not kept any more");
    });
    stream.onerror = retry;
  }

  // retry waits ever longer: 1, 2, 4, up to 30 s.
  function retry() {
    hangUp();
    const wait = Math.min(2 ** tries++, 30);
    say("lost", `connection lost, trying again in ${wait} s`);
    again = setTimeout(connect, wait * 1000);
  }

  button.addEventListener("click", () => { paused = !paused; tries = 0; connect(); });
  document.addEventListener("visibilitychange", () => { if (document.hidden) hangUp(); else connect(); });
  addEventListener("pagehide", hangUp);
  addEventListener("pageshow", (event) => { if (event.persisted) connect(); });
  widget.hidden = false;
  say("live", "connecting");
  connect();
})();
