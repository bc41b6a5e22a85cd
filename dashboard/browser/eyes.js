// What stories use to look at pages.
"use strict";

// Frames come one after the other; what holds the page up makes one long. Asking for each of them is work of its own,
// which stories that weigh the page's do without.
let slowest = 0;
let before = 0;
let still = false;
requestAnimationFrame(function frame(now) {
  if (before) slowest = Math.max(slowest, now - before);
  before = now;
  if (!still) requestAnimationFrame(frame);
});

let frames = 0;
if (window.EventSource) {
  const descriptor = Object.getOwnPropertyDescriptor(EventSource.prototype, "onmessage");
  Object.defineProperty(EventSource.prototype, "onmessage", {
    ...descriptor,
    set(f) { descriptor.set.call(this, (event) => { f(event); frames++; }); },
  });
}

// paint makes any CSS colour four numbers, red, green and blue to 255, and alpha to 1.
const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
function paint(color) {
  canvas.clearRect(0, 0, 1, 1);
  canvas.fillStyle = color;
  canvas.fillRect(0, 0, 1, 1);
  const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
  return [r, g, b, a / 255];
}
const over = ([r, g, b, a], under) => [r, g, b].map((c, i) => c * a + under[i] * (1 - a));

// contrast is that of WCAG 2, of the text of an element with its ground, opacities counted in.
function contrast(e) {
  const line = [];
  for (let at = e; at; at = at.parentElement) line.unshift(at);
  let ground = over(paint(getComputedStyle(line[0]).backgroundColor), paint("Canvas"));
  let opacity = 1;
  for (const at of line) {
    const style = getComputedStyle(at);
    opacity *= Number(style.opacity);
    const [r, g, b, a] = paint(style.backgroundColor);
    ground = over([r, g, b, a * opacity], ground);
  }
  const [r, g, b, a] = paint(getComputedStyle(e).color);
  const [one, other] = [light(over([r, g, b, a * opacity], ground)), light(ground)];
  return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
}

function light(rgb) {
  const [r, g, b] = rgb.map((c) => c / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

const eyes = {
  // await resolves when a condition holds. It looks whenever the page changes, and at times
  // besides, for what is not in the page.
  await(condition) {
    return new Promise((done) => {
      const changes = new MutationObserver(() => look());
      const beat = setInterval(() => look(), 100);
      const look = () => {
        let holds = false;
        try { holds = condition(); } catch { /* what it looks at is not there yet */ }
        if (!holds) return;
        changes.disconnect();
        clearInterval(beat);
        done(true);
      };
      changes.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
      look();
    });
  },

  text: (selector) => document.querySelector(selector)?.innerText ?? "",
  texts: (selector) => Array.from(document.querySelectorAll(selector), (e) => e.innerText),

  // stops is all that the tab key has to reach, in its order.
  stops: () => Array.from(document.querySelectorAll("a[href], button, input, select, summary, [tabindex='0']"))
    .filter((e) => e.checkVisibility({ visibilityProperty: true }) && e.type !== "hidden" && !e.disabled),

  // begin has the next tab key lead to the first stop.
  begin() {
    document.body.tabIndex = -1;
    document.body.focus();
    document.body.removeAttribute("tabindex");
    scrollTo(0, 0);
    return true;
  },

  // focusShown: the focus has an outline, and is within the window.
  focusShown() {
    const e = document.activeElement;
    const { outlineStyle, outlineWidth } = getComputedStyle(e);
    const box = e.getBoundingClientRect();
    return outlineStyle !== "none" && parseFloat(outlineWidth) >= 2 && box.width > 0 &&
      box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
  },

  // drawn: each of the paths has a line that can be seen.
  drawn(selector) {
    const paths = Array.from(document.querySelectorAll(selector));
    return paths.length > 0 && paths.every((path) => path.getTotalLength() > 0 && getComputedStyle(path).stroke !== "none");
  },

  // foreign is the first element that a dashboard has no use for, or has not made.
  foreign: () => document.querySelector(
    "#pwned, b, i, img, iframe, object, embed, base, style, font, script:not([src*='static/']), " +
    "[onerror], [onload], [onclick], [style], a[href^='javascript:' i], svg[onload]")?.outerHTML ?? "",

  // widest is the element that reaches furthest to the right, of those that make the page wide.
  widest: () => Array.from(document.body.querySelectorAll("*"))
    .filter((e) => !e.closest(".scroll *, pre *") && e.checkVisibility())
    .sort((a, b) => b.getBoundingClientRect().right - a.getBoundingClientRect().right)[0].outerHTML.slice(0, 200),

  // hiding is the tables of which a part is out of sight, to the right.
  hiding: () => Array.from(document.querySelectorAll(".scroll"))
    .filter((e) => e.scrollWidth > e.clientWidth + 1)
    .map((e) => `${e.scrollWidth} of ${e.clientWidth}: ${e.innerText.slice(0, 80)}`),

  // faint is the texts whose contrast with what is behind them is too small.
  faint(least) {
    const found = new Set();
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let text; (text = walker.nextNode());) {
      const e = text.parentElement;
      if (!text.data.trim() || !e.checkVisibility({ opacityProperty: true, visibilityProperty: true }) || e.closest("title, noscript, option, .hush")) continue;
      const ratio = contrast(e);
      if (ratio < least) found.add(`${ratio.toFixed(2)} ${e.tagName}.${e.className} ${text.data.trim().slice(0, 40)}`);
    }
    return Array.from(found);
  },

  // times is when the page was painted first, the longest of its frames, and how many nodes it has.
  times: () => ({
    paint: performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? 0,
    frame: slowest,
    nodes: document.getElementsByTagName("*").length,
  }),

  // still has nobody ask for frames any more.
  still() {
    still = true;
    return true;
  },

  // frames is how many messages the stream of the page has brought.
  frames: () => frames,

  number: (selector) => Number(eyes.text(selector).replace(/[^0-9]/g, "") || NaN),
};

addEventListener("securitypolicyviolation", (e) =>
  console.error(`the policy forbids ${e.violatedDirective} ${e.blockedURI} ${e.sample}`));
