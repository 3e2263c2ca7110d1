// The frame's place on the page: the still gives way to it, and comes back for printing; its height and its theme are the page's.
const own = window.frameElement;
if (own) {
  const outer = own.ownerDocument, fallback = own.parentElement.querySelector(".live-fallback");
  const still = (on) => { if (fallback) fallback.style.display = on ? "" : "none"; own.style.display = on ? "none" : "block"; };
  const fit = () => { own.style.height = Math.ceil(document.body.getBoundingClientRect().height) + "px"; };
  const dark = () => {
    const theme = outer.documentElement.dataset.theme, lab = outer.body.dataset.jpThemeLight;
    const wish = outer.defaultView.matchMedia("(prefers-color-scheme: dark)").matches;
    document.documentElement.toggleAttribute("data-dark", lab ? lab === "false" : theme === "dark" || (theme === "auto" && wish));
    document.documentElement.style.colorScheme = getComputedStyle(own).colorScheme;          // else the frame has a ground of its own
  };
  still(false); fit(); dark();
  new ResizeObserver(fit).observe(document.body);
  const watch = new MutationObserver(dark);
  watch.observe(outer.documentElement, { attributes: true });
  watch.observe(outer.body, { attributes: true });
  outer.defaultView.addEventListener("beforeprint", () => still(true));
  outer.defaultView.addEventListener("afterprint", () => { still(false); fit(); });
}
