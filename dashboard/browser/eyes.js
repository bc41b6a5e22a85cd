// What stories use to look at pages.
"use strict";

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

  number: (selector) => Number(eyes.text(selector).replace(/[^0-9]/g, "") || NaN),
};

addEventListener("securitypolicyviolation", (e) =>
  console.error(`the policy forbids ${e.violatedDirective} ${e.blockedURI} ${e.sample}`));
