// Keeps an open page up to date. One stream a tab tells what of the page has changed, as HTML;
// it is merged into the page (merge.js), so that focus, selection, open details and scroll positions stay.
// Everything else works without this file.
"use strict";

(() => {
  const html = document.documentElement;
  const widget = document.getElementById("live");

  // Times count by the clock of the server, whatever this machine's says, and as long as there is a link.
  let offset = Number(html.dataset.now) - Date.now();
  let heard = Date.now();
  let stopped = 0; // the time at which they stand
  const now = () => stopped || Date.now() + offset;

  // spell is seconds in Go.
  function spell(ms) {
    const s = Math.max(Math.floor(ms / 1000), 0);
    if (s < 60) return `${s} s`;
    if (s < 3600) return `${Math.floor(s / 60)}m ${s % 60}s`;
    if (s < 86400) return `${Math.floor(s / 3600)}h ${Math.floor(s / 60) % 60}m`;
    return `${Math.floor(s / 86400)}d ${Math.floor(s / 3600) % 24}h`;
  }

  const hour = { hour: "2-digit", minute: "2-digit", hour12: false };
  function clock(at, since) {
    const form = Math.abs(since) > 12 * 3600e3 ? { day: "numeric", month: "short", ...hour } : { ...hour, second: "2-digit" };
    return new Date(at).toLocaleString([], form);
  }

  // tick has times go on. The page is laid out and painted anew for it, so once a second is enough.
  let ticked = 0;
  function tick() {
    ticked = performance.now();
    for (const time of document.querySelectorAll("time[data-tick]")) {
      const at = Date.parse(time.dateTime);
      const since = now() - at;
      let words = spell(since);
      if (time.dataset.tick === "ago") words = since < 1000 ? "just now" : `${words} ago`;
      if (time.dataset.tick === "until") words = since >= 0 ? "now" : `in ${spell(999 - since)}`;
      if (time.dataset.tick === "clock") words = clock(at, since);
      if (time.textContent !== words) time.textContent = words;
    }
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
    mergeInto(part, fresh.content);
    if (focused !== document.activeElement && focused.isConnected) focused.focus({ preventScroll: true });
    if (atEnd) tail(part);
  }

  // Whom the reader points at is told once, and not looked for each time.
  let pointed = null;
  addEventListener("pointerover", (event) => { pointed = event.target; });
  document.documentElement.addEventListener("pointerleave", () => { pointed = null; });

  // hold has what the reader points at, or has the focus in, or reads, stay where it is while something changes.
  function hold(change) {
    const held = [pointed?.closest("a, button, summary, input"), document.activeElement,
      ...(scrollY > 0 ? [document.elementFromPoint(innerWidth / 2, 8)] : [])]
      .find((e) => e && e.id !== "main" && e.closest("main"));
    const before = held?.getBoundingClientRect().top;
    change();
    if (held?.isConnected) scrollBy(0, held.getBoundingClientRect().top - before);
  }

  function tail(within) {
    for (const log of within.querySelectorAll("[data-tail]")) log.scrollTop = log.scrollHeight;
  }

  // mood has the title and the icon say that something is crash-looping, and a sign where the banner is out of sight.
  const icon = document.getElementById("icon");
  const alert = document.getElementById("alert");
  function mood() {
    const loops = Number(document.querySelector("[data-loops]")?.dataset.loops ?? 0);
    const title = (loops ? `⚠ ${loops} crash-looping · ` : "") + html.dataset.title;
    if (document.title !== title) document.title = title;
    const href = icon.href.replace(/icon(-loop)?\.svg$/, loops ? "icon-loop.svg" : "icon.svg");
    if (icon.href !== href) icon.href = href;
    const banner = document.querySelector(".loops .banner")?.getBoundingClientRect();
    const hidden = !loops || !banner || (banner.bottom > 0 && banner.top < innerHeight);
    if (alert.hidden !== hidden) alert.hidden = hidden;
    const words = loops > 1 ? `⚠ ${loops} crash-looping` : "⚠ crash-looping";
    if (alert.textContent !== words) alert.textContent = words;
  }

  tail(document);
  tick();
  document.getElementById("zone").textContent = `Times are in your zone, ${Intl.DateTimeFormat().resolvedOptions().timeZone}.`;
  addEventListener("scroll", mood, { passive: true });
  setInterval(() => { if (performance.now() - ticked > 900) tick(); }, 500);
  if (!widget || !window.EventSource) return;

  // The link: live, frozen by the reader (no request at all), lost, ended with what it shows, or restarted: the
  // program is another one, in which the same numbers are those of other runs.
  const word = document.getElementById("live-word");
  const button = document.getElementById("live-freeze");
  const notice = document.getElementById("notice");
  const parts = {}; // by id: the lines of their HTML, as they came
  let stream = null;
  let again = 0; // timer of the next try
  let tries = 0;
  let frozen = false;
  let ended = false;

  function say(state, text) {
    html.dataset.link = state;
    if (word.textContent !== text) word.textContent = text;
    button.textContent = frozen ? "Unfreeze" : "Freeze";
    button.hidden = ended;
  }

  function hangUp() {
    clearTimeout(again);
    if (stream) stream.close();
    stream = null;
  }

  // end is the last that the page says by itself, and where it leads on.
  function end(state, text, reload) {
    ended = true;
    stopped = stopped || now();
    hangUp();
    say(state, state === "restarted" ? "the program was restarted" : "not kept any more");
    notice.querySelector("span").textContent = text;
    notice.hidden = false;
    if (!reload || notice.querySelector("[data-reload]")) return;
    const link = document.createElement("a");
    link.dataset.reload = "";
    link.href = location.href;
    link.textContent = "This page as it is now";
    notice.append(" · ", link);
  }
  const gone = () => end("ended", "What this page is about is not kept any more. It shows what was known last.", false);
  const restarted = () => end("restarted", "The program was restarted, and this page is of the one before: runs are numbered anew.", true);

  // patch makes the lines of a part from those before: ranges of lines that stay, and lines that are new.
  function patch(id, news) {
    if (typeof news === "string") {
      parts[id] = news.split("\n");
    } else {
      const old = parts[id];
      parts[id] = news.flatMap((piece) => (typeof piece === "string" ? piece.split("\n") : old.slice(piece[0], piece[0] + piece[1])));
    }
    show(id, parts[id].join("\n"));
  }

  function listen(event) {
    heard = Date.now();
    const frame = JSON.parse(event.data);
    if (frame.start && frame.start !== html.dataset.start) return restarted();
    stopped = 0;
    offset = frame.now - Date.now();
    hold(() => {
      for (const [id, news] of Object.entries(frame.parts ?? {})) patch(id, news);
      tick();
    });
    mood();
    dispatchEvent(new Event("longshore-shown"));
  }

  function connect() {
    hangUp();
    if (frozen) return say("frozen", "frozen");
    if (ended || document.hidden) return; // an unseen tab asks for nothing
    stream = new EventSource(location.pathname + location.search);
    heard = Date.now();
    stream.onopen = () => { tries = 0; say("live", "live"); };
    stream.onmessage = listen;
    stream.addEventListener("beat", listen);
    stream.addEventListener("gone", gone);
    stream.onerror = retry;
  }

  // retry waits ever longer: 1, 2, 4, up to 30 s. A page that is not there any more is not waited for.
  async function retry() {
    hangUp();
    const wait = Math.min(2 ** tries++, 30);
    stopped = stopped || now();
    say("lost", `connection lost at ${clock(stopped, 0)}, trying again in ${wait} s`);
    again = setTimeout(connect, wait * 1000);
    let answer = null;
    try { answer = await fetch(location.href, { method: "HEAD", cache: "no-store" }); } catch { return; }
    const start = answer.headers.get("Longshore-Start");
    if (start && start !== html.dataset.start) restarted();
    else if (start && answer.status === 404) gone();
  }

  // watch: a link over which nothing comes, not even a sign of life, is dead.
  function watch() {
    if (stream && Date.now() - heard > 40e3) retry();
  }

  button.addEventListener("click", () => { frozen = !frozen; tries = 0; stopped = 0; connect(); });
  document.addEventListener("visibilitychange", () => { if (document.hidden) hangUp(); else connect(); });
  addEventListener("pagehide", hangUp);
  addEventListener("pageshow", (event) => { if (event.persisted) connect(); });
  widget.hidden = false;
  say("live", "connecting");
  setInterval(watch, 5000);
  mood();
  connect();
})();
