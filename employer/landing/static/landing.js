// Shows one language at a time, the line for this computer's system, and the invitation link to copy.
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

function foldOtherSystems() {
  for (const system of document.querySelectorAll(`.system:not([data-system="${ownSystem()}"])`)) {
    const others = system.parentElement.querySelector("details");
    others.hidden = false;
    others.append(system);
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
for (const note of document.querySelectorAll(".by-hand")) note.hidden = true;
for (const button of document.querySelectorAll("#languages button")) {
  button.addEventListener("click", () => showLanguage(button.dataset.language));
}
for (const button of document.querySelectorAll(".copy button")) {
  button.hidden = false;
  button.addEventListener("click", () => copy(button));
}
foldOtherSystems();
showLanguage(document.documentElement.lang);
showLink();
addEventListener("hashchange", showLink);
