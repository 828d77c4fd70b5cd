// Shows one language at a time, this computer's own system first, and the invitation link to copy.
"use strict";

const WHOLE = /^#1\.[A-Za-z0-9_-]{4,64}\.[A-Za-z0-9_-]{22,}\.[A-Za-z0-9_-]{43}$/;

function showLanguage(code) {
  document.documentElement.lang = code;
  for (const main of document.querySelectorAll("main")) main.hidden = main.lang !== code;
  for (const button of document.querySelectorAll("#languages button")) {
    button.setAttribute("aria-pressed", String(button.dataset.language === code));
  }
}

function ownSystem() {
  const said = navigator.userAgent;
  if (said.includes("Windows")) return "windows";
  if (said.includes("Mac OS")) return "darwin";
  return "linux";
}

function ownSystemFirst() {
  for (const own of document.querySelectorAll(`.system[data-system="${ownSystem()}"]`)) {
    own.classList.add("own");
    const list = own.parentElement;
    list.insertBefore(own, list.querySelector(".system"));
  }
}

function showLink() {
  const whole = WHOLE.test(location.hash);
  for (const box of document.querySelectorAll(".link")) {
    box.hidden = !whole;
    box.querySelector("code").textContent = whole ? location.href : "";
  }
  for (const note of document.querySelectorAll(".cut")) note.hidden = whole;
}

async function copy(button) {
  const code = button.parentElement.querySelector("code");
  try {
    await navigator.clipboard.writeText(code.textContent);
  } catch {
    getSelection().selectAllChildren(code);
    if (!document.execCommand("copy")) return;
  }
  const before = button.textContent;
  button.textContent = button.dataset.copied;
  setTimeout(() => { button.textContent = before; }, 2000);
}

document.querySelector("#languages").hidden = false;
for (const button of document.querySelectorAll("#languages button")) {
  button.addEventListener("click", () => showLanguage(button.dataset.language));
}
for (const button of document.querySelectorAll(".copy button")) {
  button.hidden = false;
  button.addEventListener("click", () => copy(button));
}
ownSystemFirst();
showLanguage(document.documentElement.lang);
showLink();
addEventListener("hashchange", showLink);
