// Going through an execution by keys, and by the slider without a button.

const slider = document.getElementById("event");
const links = [...document.querySelectorAll("[data-step]")];

function step(key) {
  links.find((link) => link.dataset.step === key)?.click();
}

if (slider) {
  const form = slider.form;
  form.querySelector(".slide button").hidden = true;
  const number = document.querySelector('input[form="by-number"]');
  slider.addEventListener("input", () => { number.value = slider.value; });
  slider.addEventListener("change", () => form.requestSubmit());
  number.addEventListener("change", () => {
    if (!number.checkValidity()) return;
    number.form.requestSubmit();
  });
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, textarea, select, a.bar, dialog, .source, .timeline")) return;
  if (event.key === "ArrowLeft" || event.key === "ArrowRight") {
    step(event.shiftKey ? `${event.key}+` : event.key);
  } else if (event.key === "Home" || event.key === "End") {
    step(event.key);
  } else {
    return;
  }
  event.preventDefault();
});

// Where the page was scrolled to stays, so that the eye can.

const kept = `replay ${location.pathname}`;
addEventListener("pagehide", () => sessionStorage.setItem(kept, String(scrollY)));
const before = Number(sessionStorage.getItem(kept));
if (before && document.referrer.includes(location.pathname)) scrollTo(0, before);
