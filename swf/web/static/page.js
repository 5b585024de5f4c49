// What pages can do in a browser beyond being read: keys, colours, and staying up to date.
// Nothing here makes markup of text: parts that changed are taken from the page, made anew by the
// server, in which everything is escaped.

const body = document.body;

// Which colours: the reader's choice is a cookie, so that the server's next page begins with it.

const root = document.documentElement;
const dark = matchMedia("(prefers-color-scheme: dark)");
const themeButton = document.getElementById("theme");

function isDark() {
  return root.dataset.theme ? root.dataset.theme === "dark" : dark.matches;
}

function tellTheme() {
  themeButton.textContent = isDark() ? "Light" : "Dark";
  themeButton.setAttribute("aria-label", isDark() ? "Light colours" : "Dark colours");
}

themeButton.hidden = false;
tellTheme();
dark.addEventListener("change", tellTheme);
themeButton.addEventListener("click", () => {
  root.dataset.theme = isDark() ? "light" : "dark";
  document.cookie = `swf-theme=${root.dataset.theme}; path=/ui; max-age=31536000; samesite=strict`;
  tellTheme();
});

// What was done is told once: who reloads the page has read it.

if (new URL(location.href).searchParams.has("done")) {
  const here = new URL(location.href);
  here.searchParams.delete("done");
  history.replaceState(history.state, "", here);
}

// Keys.

const help = document.getElementById("help");
const keysButton = document.getElementById("keys");
keysButton.hidden = false;
keysButton.addEventListener("click", () => help.showModal());

const SOON = 1500; // milliseconds between two letters that are one key
let began = -Infinity; // when the first of two was pressed, which a busy page may hear of later

function isTyped(target) {
  return target.closest("input, textarea, select, [contenteditable]") !== null;
}

function toRow(step) {
  const rows = [...document.querySelectorAll("[data-row]")];
  if (rows.length === 0) return;
  const at = rows.indexOf(document.activeElement);
  const next = at < 0 ? (step > 0 ? 0 : rows.length - 1) : at + step;
  rows[Math.min(Math.max(next, 0), rows.length - 1)].focus();
}

function goTo(letter) {
  if (letter === "d") location.assign("/ui/?all=1");
  const link = document.querySelector(`a[data-key="${CSS.escape(letter)}"]`);
  if (link) link.click();
}

const keys = {
  "/": () => document.querySelector("[data-search]")?.focus(),
  "?": () => help.showModal(),
  j: () => toRow(1),
  k: () => toRow(-1),
  g: (event) => { began = event.timeStamp; },
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || help.open || isTyped(event.target)) return;
  if (event.timeStamp - began < SOON) {
    began = -Infinity;
    event.preventDefault();
    goTo(event.key);
    return;
  }
  const act = keys[event.key];
  if (act) {
    event.preventDefault();
    act(event);
    return;
  }
  const tab = /^[1-9]$/.test(event.key) && document.querySelector(`a[data-tab="${event.key}"]`);
  if (tab) tab.click();
});

// A URL says what is wanted, and not what is not.

for (const form of document.querySelectorAll("form.filters")) {
  form.addEventListener("formdata", (event) => {
    for (const [name, value] of [...event.formData]) if (value === "") event.formData.delete(name);
  });
}

// What a reader may copy: <button data-copy="…" hidden>, which is seen where there are scripts. Parts
// of the page come anew, so that this is said of the root, and heard there.

root.classList.add("scripted");
document.addEventListener("click", async (event) => {
  const button = event.target.closest?.("button[data-copy]");
  if (!button) return;
  await navigator.clipboard.writeText(button.dataset.copy);
  const words = button.textContent;
  button.textContent = "copied";
  setTimeout(() => { button.textContent = words; }, 1200);
});

// Staying up to date: the stream says that something changed, and the parts marked data-live are
// replaced by what they are in the page now. Where one is `open` or has the focus, that is kept.

const policy = window.trustedTypes?.createPolicy("swf-page", { createHTML: (text) => text });

async function renew() {
  const answer = await fetch(location.href, { headers: { accept: "text/html" } });
  if (!answer.ok) return;
  const text = await answer.text();
  const page = new DOMParser().parseFromString(policy ? policy.createHTML(text) : text, "text/html");
  for (const part of document.querySelectorAll("[data-live][id]")) {
    const now = page.getElementById(part.id);
    if (now && !now.isEqualNode(part)) replace(part, document.adoptNode(now));
  }
  document.dispatchEvent(new CustomEvent("renewed"));
}

function replace(part, now) {
  const focused = part.contains(document.activeElement) ? document.activeElement : null;
  const name = focused?.id ? `#${CSS.escape(focused.id)}`
    : focused?.getAttribute("href") ? `a[href="${CSS.escape(focused.getAttribute("href"))}"]` : null;
  for (const open of part.querySelectorAll("details[id][open]")) {
    now.querySelector(`details#${CSS.escape(open.id)}`)?.setAttribute("open", "");
  }
  part.replaceWith(now);
  if (name) now.querySelector(name)?.focus({ preventScroll: true });
}

let stream = null;
let renewing = Promise.resolve();

function soon() {
  renewing = renewing.then(renew, renew);
}

function watch() {
  if (!body.dataset.events || document.hidden || stream) return;
  stream = new EventSource(body.dataset.events);
  stream.addEventListener("watching", () => {
    document.getElementById("live").hidden = false;
    soon(); // what changed between the page and the stream, or while that was broken
  });
  stream.addEventListener("changed", soon);
}

function rest() {
  stream?.close();
  stream = null;
}

document.addEventListener("visibilitychange", () => {
  if (document.hidden) {
    rest();
  } else {
    watch();
  }
});
addEventListener("pagehide", rest);
addEventListener("pageshow", watch);
