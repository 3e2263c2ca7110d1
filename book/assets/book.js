// Small repairs to the theme, so that what a screen reader says is what the page shows; the ticks of claims; sections that start folded.
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

  // the tick in front of a claim that holds
  for (const pre of document.querySelectorAll(".cell_output .output.stream pre")) {
    pre.innerHTML = pre.innerHTML.replace(/^(<span><\/span>)?✓/gm, '$1<span class="claim-tick">✓</span>');
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
  window.addEventListener("beforeprint", () => document.querySelectorAll("details.deeper, details.claims").forEach((box) => { box.open = true; }));
});
