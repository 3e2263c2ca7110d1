// Small repairs to the theme, so that what a screen reader says is what the page shows; the switch for all code; plots in the dark; sections that
// start folded; search results without TeX.
document.addEventListener("DOMContentLoaded", () => {
  const words = (element) => element.innerText.replace(/\s+/g, " ").trim();

  // buttons and folded cells whose spoken name left out the words that are on them
  for (const button of document.querySelectorAll("button.search-button, button.search-button-field")) {
    if (words(button)) button.setAttribute("aria-label", words(button));
  }
  for (const summary of document.querySelectorAll("summary[aria-label]")) summary.removeAttribute("aria-label");
  const quietIcons = () => {
    for (const icon of document.querySelectorAll(".theme-switch-button [title]")) icon.removeAttribute("title");
    for (const icon of document.querySelectorAll(".theme-switch-button svg")) {
      icon.querySelector("title")?.remove();
      icon.setAttribute("aria-hidden", "true");
    }
  };
  quietIcons();
  window.addEventListener("load", quietIcons);        // icons are drawn in between

  // a region of the page that had no name
  const sidebar = document.querySelector("#pst-primary-sidebar");
  if (sidebar) {
    sidebar.setAttribute("role", "complementary");
    sidebar.setAttribute("aria-label", "The book");
  }

  // a list whose entries did not say that they are entries
  for (const list of document.querySelectorAll("div.citation-list[role=list], div[role=list]")) {
    for (const entry of list.children) entry.setAttribute("role", "listitem");
  }

  // one switch for all folded code, which the next page remembers
  const folded = [...document.querySelectorAll(".bd-article details.hide:not(.reveal)")];
  const headerButtons = document.querySelector(".article-header-buttons");
  if (folded.length && headerButtons) {
    const button = document.createElement("button");
    button.className = "btn btn-sm code-switch";
    button.type = "button";
    const turn = (shown) => {
      for (const box of folded) box.open = shown;
      button.textContent = shown ? "Fold the code" : "Show all code";
      button.setAttribute("aria-pressed", shown);
    };
    button.addEventListener("click", () => {
      const shown = button.getAttribute("aria-pressed") !== "true";
      try { localStorage.setItem("code", shown ? "shown" : "folded"); } catch { /* a browser that keeps nothing */ }
      turn(shown);
    });
    let kept = null;
    try { kept = localStorage.getItem("code"); } catch { /* as above */ }
    turn(kept === "shown");
    headerButtons.prepend(button);
  }

  // in the dark, pictures that are ink on white have a twin; on paper every page is light
  const root = document.documentElement;
  const inked = [...document.querySelectorAll("img.ink")];
  const paint = () => {
    for (const image of inked) {
      const wanted = image.getAttribute("src").replace(/(-dark)?\.png$/, root.dataset.theme === "dark" ? "-dark.png" : ".png");
      if (wanted !== image.getAttribute("src")) image.setAttribute("src", wanted);
    }
  };
  paint();
  new MutationObserver(paint).observe(root, {attributes: true, attributeFilter: ["data-theme"]});
  let onScreen = null;
  window.addEventListener("beforeprint", () => { onScreen = root.dataset.theme; root.dataset.theme = "light"; });
  window.addEventListener("afterprint", () => { if (onScreen) root.dataset.theme = onScreen; });

  // on a phone a picture is never so small that its labels (11 points, at 200 dots an inch) fall below 9 pixels: it is wider than the screen, in a box of its own
  for (const image of document.querySelectorAll(".bd-article figure :is(img.ink, img.pixels)")) {
    const box = document.createElement("div"), whole = image.closest("figure > *");          // the picture, or the link it stands in
    box.className = "picture";
    whole.before(box);
    box.append(whole);
    const fit = () => {
      if (image.naturalWidth) image.style.setProperty("--legible", `${Math.round(image.naturalWidth * 9 * 72 / (11 * 200))}px`);
      if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
      else box.removeAttribute("tabindex");
    };
    image.addEventListener("load", fit);
    new ResizeObserver(fit).observe(box);
    fit();
  }

  // sections "Going deeper" start folded; a link into one, and the printer, open it
  for (const heading of document.querySelectorAll(".bd-article section > :is(h2, h3, h4)")) {
    if (!heading.textContent.startsWith("Going deeper")) continue;
    const box = document.createElement("details");
    box.className = "deeper";
    box.append(document.createElement("summary"), ...[...heading.parentElement.childNodes].filter((node) => node !== heading && node.nodeName !== "SPAN"));
    box.firstChild.append(heading.cloneNode(true));
    heading.replaceWith(box);
  }
  const open = (target) => {
    for (let box = target?.closest("details"); box; box = box.parentElement.closest("details")) box.open = true;
    return target;
  };
  const follow = () => {
    const name = decodeURIComponent(location.hash.slice(1));
    const target = name ? document.getElementById(name) : null;
    if (target?.matches("section")) open(target.querySelector(":scope > details.deeper > summary"));
    if (target?.closest("details")) open(target).scrollIntoView();
  };
  follow();
  window.addEventListener("hashchange", follow);
  window.addEventListener("beforeprint", () => document.querySelectorAll("details.deeper, details.claims, details.reveal").forEach((box) => { box.open = true; }));

  // search results: formulas as words, without the signs of TeX
  if (typeof Search !== "undefined" && Search.htmlToText) {
    const toText = Search.htmlToText;
    Search.htmlToText = (page, anchor) => toText(page.replace(/\\\((.*?)\\\)|\\\[(.*?)\\\]/gs, (_, line, display) => plain(line ?? display)), anchor);
  }
});

// A formula in TeX as what can be read of it in a line of text
function plain(tex) {
  const text = tex.replace(/&(amp|lt|gt);/g, (_, name) => ({amp: "&", lt: "<", gt: ">"})[name])
    .replace(/\\(begin|end|label|tag)\{[^}]*\}|\\(left|right|[bB]igg?|,|;|!|quad|qquad|displaystyle)(?![a-zA-Z])/g, " ")
    .replace(/\\(?:mathrm|mathbf|text|operatorname|boldsymbol|mathcal)\{([^{}]*)\}/g, "$1")
    .replace(/\\(?:d?frac)\{([^{}]*)\}\{([^{}]*)\}/g, "$1/$2")
    .replace(/\\([a-zA-Z]+)/g, (_, name) => SIGNS[name] ?? name)
    .replace(/[{}\\&~]/g, "").replace(/\s+/g, " ").trim();
  return text.replace(/</g, "&lt;");
}
const SIGNS = {
  alpha: "α", beta: "β", gamma: "γ", delta: "δ", Delta: "Δ", epsilon: "ε", varepsilon: "ε", theta: "θ", Theta: "Θ", lambda: "λ", mu: "μ", nu: "ν", pi: "π",
  rho: "ρ", sigma: "σ", tau: "τ", phi: "φ", varphi: "φ", psi: "ψ", omega: "ω", Omega: "Ω", nabla: "∇", partial: "∂", hbar: "ħ", eta: "η", kappa: "κ", chi: "χ", xi: "ξ",
  cdot: "·", times: "×", pm: "±", approx: "≈", neq: "≠", ne: "≠", leq: "≤", le: "≤", geq: "≥", ge: "≥", ll: "≪", gg: "≫", to: "→", infty: "∞", sum: "∑", int: "∫",
  oint: "∮", sqrt: "√", top: "T", in: "∈", dots: "…", ldots: "…", dd: "d", dot: "d/dt ", ddot: "d²/dt² ", tfrac: "", sim: "∼", propto: "∝", circ: "°",
};
