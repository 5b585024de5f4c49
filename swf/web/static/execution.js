// Pages about one execution: times that count down, keys in the timeline.

// What is due: "in 2 min 3 s", counted from when the server said so; clocks of browsers may be wrong.

const seen = new WeakMap();
const units = [["d", 86400], ["h", 3600], ["min", 60], ["s", 1]];

function span(seconds) {
  let rest = Math.round(seconds);
  const words = [];
  for (const [name, size] of units) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count) words.push(`${count} ${name}`);
    if (words.length === 2 || (words.length && !count)) break;
  }
  return words.join(" ") || "0 s";
}

function count() {
  if (document.hidden) return;
  for (const element of document.querySelectorAll("time[data-seconds]")) {
    if (!seen.has(element)) seen.set(element, performance.now());
    const left = Number(element.dataset.seconds) - (performance.now() - seen.get(element)) / 1000;
    const words = left >= 0 ? `in ${span(left)}` : `${span(-left)} ago`;
    if (element.textContent !== words) element.textContent = words;
  }
}

count();
setInterval(count, 1000);
document.addEventListener("renewed", count);

// The timeline: one bar is reached by Tab, the others from there by arrows. A lane is a row of bars.

function lanes(timeline) {
  return [...timeline.querySelectorAll("g.lane")]
    .map((lane) => [...lane.querySelectorAll("a.bar")])
    .filter((bars) => bars.length);
}

function centre(bar) {
  const box = bar.getBoundingClientRect();
  return box.left + box.width / 2;
}

function nearest(bars, bar) {
  const wanted = centre(bar);
  return bars.reduce((best, one) =>
    Math.abs(centre(one) - wanted) < Math.abs(centre(best) - wanted) ? one : best);
}

const moves = {
  ArrowRight: (rows, row, at, bar) => rows[row][at + 1] ?? bar,
  ArrowLeft: (rows, row, at, bar) => rows[row][at - 1] ?? bar,
  ArrowDown: (rows, row, at, bar) => (rows[row + 1] ? nearest(rows[row + 1], bar) : bar),
  ArrowUp: (rows, row, at, bar) => (rows[row - 1] ? nearest(rows[row - 1], bar) : bar),
  Home: (rows, row) => rows[row][0],
  End: (rows, row) => rows[row].at(-1),
};

function enter() {
  for (const timeline of document.querySelectorAll(".timeline")) {
    const bars = timeline.querySelectorAll("a.bar");
    bars.forEach((bar, at) => bar.setAttribute("tabindex", at ? "-1" : "0"));
  }
}

function go(bar) {
  for (const other of bar.closest(".timeline").querySelectorAll('a.bar[tabindex="0"]')) {
    other.setAttribute("tabindex", "-1");
  }
  bar.setAttribute("tabindex", "0");
  bar.focus();
  bar.scrollIntoView({ block: "nearest", inline: "nearest" });
}

document.addEventListener("keydown", (event) => {
  const move = moves[event.key];
  const timeline = event.target.closest?.(".timeline");
  if (!move || !timeline || event.ctrlKey || event.metaKey || event.altKey) return;
  const rows = lanes(timeline);
  const bar = event.target.closest("a.bar");
  if (!rows.length) return;
  event.preventDefault();
  if (!bar) {
    go(rows[0][0]);
    return;
  }
  const row = rows.findIndex((bars) => bars.includes(bar));
  go(move(rows, row, rows[row].indexOf(bar), bar));
});

enter();
document.addEventListener("renewed", enter);

// What a bar says is shown below the timeline, too: a title alone is not seen by who uses keys.

const said = document.createElement("p");
said.className = "bar-words";
said.setAttribute("aria-hidden", "true"); // the bar itself has its words as its title
said.hidden = true;

function tell(event) {
  const bar = event.target.closest?.("a.bar, .timeline .label");
  if (!bar) {
    said.hidden = true;
    return;
  }
  const words = bar.querySelector("title")?.textContent ?? "";
  const timeline = bar.closest(".timeline");
  if (said.previousElementSibling !== timeline) timeline.after(said);
  said.textContent = words;
  said.hidden = !words;
}

document.addEventListener("focusin", tell);
document.addEventListener("pointerover", tell);
