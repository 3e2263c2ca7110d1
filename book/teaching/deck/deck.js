"use strict";
// Start reveal.js, set the formulas, and fit what is too tall: pictures first, then live figures, which grow when they wake.
const ROOM = {width: 1280, height: 720};
const reveal = new Reveal(document.querySelector(".reveal"), {...ROOM, margin: 0, center: false, hash: true, transition: "none", slideNumber: "c/t",
  plugins: [RevealNotes], viewDistance: 2, display: "block", keyboardCondition: () => document.activeElement.tagName !== "IFRAME"});

// What stands below the top of an element and above the slide's lower edge, in the slide's own pixels
function room(section, element) {
  const scale = reveal.getScale();
  const top = (element.getBoundingClientRect().top - section.getBoundingClientRect().top) / scale;
  let after = 0;
  for (let inner = element; inner !== section; inner = inner.parentElement) {
    for (let next = inner.nextElementSibling; next; next = next.nextElementSibling) {
      if (next.tagName !== "ASIDE") after += next.getBoundingClientRect().height / scale + 12;          // speaker notes take no room
    }
  }
  return ROOM.height - 26 - top - after;
}

function fit(section) {
  const figures = [...section.querySelectorAll("img.figure")];
  figures.forEach((figure, number) => {
    const share = room(section, figure) / (figures.length - number);
    figure.style.maxHeight = `${Math.max(120, share)}px`;
    figure.style.width = `${Math.min(1140, 1.8 * figure.naturalWidth)}px`;
  });
  for (const live of section.querySelectorAll(".live")) {
    live.style.transform = "none";
    live.style.marginBottom = "0";
    const tall = live.scrollHeight, scale = Math.min(1.4, room(section, live) / tall);
    live.style.transform = `scale(${scale})`;
    live.style.marginBottom = `${(scale - 1) * tall}px`;
  }
}

const here = () => reveal.getCurrentSlide() && fit(reveal.getCurrentSlide());
reveal.on("slidechanged", here);
MathJax.startup.promise.then(() => MathJax.typesetPromise()).then(() => reveal.initialize()).then(() => {
  new ResizeObserver(here).observe(document.body);
  for (const frame of document.querySelectorAll(".live iframe")) {
    new ResizeObserver(() => frame.closest("section") === reveal.getCurrentSlide() && here()).observe(frame);
  }
  here();
  document.documentElement.dataset.ready = "yes";
});
