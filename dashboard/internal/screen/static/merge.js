// Makes a part of the page like another that is not in it, and keeps what it can: nodes, and so focus, selection, what is
// open and how far it is scrolled.
"use strict";

const mergeInto = (() => {
  // merge makes the children of an element like those of another, and keeps what it can.
  function merge(old, fresh) {
    const ids = new Set();
    for (let e = fresh.firstElementChild; e; e = e.nextElementSibling) if (e.id) ids.add(e.id);
    const known = ids.size ? new Map(Array.from(old.children, (e) => [e.id, e])) : ids;
    let at = old.firstChild;
    for (const next of Array.from(fresh.childNodes)) {
      while (at && at.id && !ids.has(at.id)) at = drop(at);
      if (next.id) {
        const same = known.get(next.id);
        if (!same || same !== at) at = old.insertBefore(same || next, at);
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

  // made is what rows were made like. Most come again as they were, which the browser finds out faster than we do.
  const made = new WeakMap();
  const row = (node) => node.nodeName === "TR" || node.nodeName === "LI";

  // become makes one node like another. What the reader has opened, typed or pointed at is the reader's.
  function become(old, fresh) {
    if (old.nodeType !== Node.ELEMENT_NODE) {
      if (old.data !== fresh.data) old.data = fresh.data;
      return;
    }
    if ("keep" in fresh.dataset) return;
    if (row(fresh)) {
      if (made.get(old)?.isEqualNode(fresh)) return;
      made.set(old, fresh.cloneNode(true)); // of fresh itself some goes into the page
    }
    const theirs = (name) => name === "open" || name === "data-x" || (old.nodeName === "INPUT" && name === "value") ||
      (name === "hidden" && old.className === "copy");
    for (const { name } of Array.from(old.attributes)) {
      if (!fresh.hasAttribute(name) && !theirs(name)) old.removeAttribute(name);
    }
    for (const { name, value } of fresh.attributes) {
      if (old.getAttribute(name) !== value && !theirs(name)) old.setAttribute(name, value);
    }
    if (!fresh.dataset.tick) merge(old, fresh); // what ticks is not sent
  }

  return merge;
})();
