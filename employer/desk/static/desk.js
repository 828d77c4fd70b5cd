// What the desk's pages do where scripts run: local times, and evidence that can be looked into.
// Everything is readable without it.
"use strict";

const page = document.documentElement.lang;
// The reader's own variety of the page's language: en-GB writes 24 Nov, en-US writes Nov 24.
const language = navigator.languages.find((known) => known.split("-")[0] === page) ?? page;

function showLocalTimes() {
  const short = { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" };
  const thisYear = new Intl.DateTimeFormat(language, short);
  const otherYear = new Intl.DateTimeFormat(language, { ...short, year: "numeric" });
  const year = new Date().getFullYear();
  for (const time of document.querySelectorAll("time[datetime]")) {
    time.title = time.textContent;
    const moment = new Date(time.dateTime);
    time.textContent = (moment.getFullYear() === year ? thisYear : otherYear).format(moment);
  }
}

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function draw(figure, series) {
  const box = figure.querySelector(".plot-box");
  const digits = new Intl.NumberFormat(language, { maximumFractionDigits: 2 });
  const number = { format: (value) => digits.format(value).replace("-", "−") };
  const labels = figure.closest(".plots").dataset;
  const show = (unit) => (_, value) => (value === null ? "–" : `${number.format(value)} ${unit}`);
  const axis = {
    stroke: colour("--soft"),
    grid: { stroke: colour("--line"), width: 1 },
    ticks: { show: false },
    font: "11px Plex, system-ui, sans-serif",
  };
  const times = series.values.map((_, index) => series.start + index * series.step);
  const options = {
    width: box.clientWidth,
    height: 130,
    cursor: { y: false, points: { size: 7 } },
    // The same scale as the picture from the server: small noise must look small.
    scales: { x: { time: false }, y: { range: [Number(figure.dataset.bottom), Number(figure.dataset.top)] } },
    axes: [
      { ...axis, size: 24, values: (_, ticks) => ticks.map((tick) => number.format(tick)) },
      { ...axis, size: 46, space: 28, values: (_, ticks) => ticks.map((tick) => number.format(tick)) },
    ],
    series: [
      { label: labels.time, value: show(labels.seconds) },
      { label: labels.value, stroke: colour("--accent"), width: 1.5, value: show(series.unit), points: { show: false } },
    ],
  };
  const holder = document.createElement("div");
  box.replaceWith(holder);
  return { plot: new uPlot(options, [times, series.values], holder), holder };
}

async function drawEvidence() {
  const place = document.querySelector("[data-evidence]");
  if (!place || typeof uPlot === "undefined") return;
  const answer = await fetch(place.dataset.evidence, { credentials: "same-origin" });
  if (!answer.ok) return;
  const evidence = await answer.json();
  const drawn = [];
  for (const figure of place.querySelectorAll("figure[data-series]")) {
    const series = evidence[`${figure.dataset.check}/${figure.dataset.series}`];
    if (series && series.values.filter((value) => value !== null).length > 1) drawn.push(draw(figure, series));
  }
  const watch = new ResizeObserver(() => {
    for (const { plot, holder } of drawn) {
      if (holder.clientWidth && holder.clientWidth !== plot.width) plot.setSize({ width: holder.clientWidth, height: 130 });
    }
  });
  watch.observe(place);
  place.dataset.drawn = String(drawn.length);
}

showLocalTimes();
drawEvidence();
