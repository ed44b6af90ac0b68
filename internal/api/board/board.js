// The floor as it changes: each event is a whole snapshot, so nothing is kept.
"use strict";

const states = {
  ready: "Prêts", reserved: "Réservés", ringing: "Sonnent", talking: "En conversation",
  wrap_up: "Post-appel", set_aside: "Mis de côté", paused: "En pause", logged_out: "Déconnectés",
};
const standings = {
  menu: "au menu", waiting: "en attente", offered: "proposés", ringing: "sonnent", talking: "en conversation",
  callback: "à rappeler", "calling back": "rappelés", rating: "interrogés après l’appel",
};
const outcomes = {
  answered: "décrochés", abandoned: "abandonnés", dissuaded: "dissuadés", self_served: "servis par le menu",
  callback: "rappels", transferred_out: "transférés", message: "messages", failed: "échecs",
};

const $ = (id) => document.getElementById(id);
let last = null, received = 0;

// text replaces what an element says; values never become markup.
const text = (id, value) => { if ($(id).textContent !== value) $(id).textContent = value; };

function row(cells) {
  const tr = document.createElement("tr");
  for (const cell of cells) tr.append(Object.assign(document.createElement("td"), { textContent: cell }));
  return tr;
}

function clock(seconds) {
  const s = Math.max(0, Math.round(seconds)), m = Math.floor(s / 60);
  return m + ":" + String(s % 60).padStart(2, "0");
}

function rate({ rate: { numerator, denominator, value } }) {
  const share = value === null ? "" : " = " + (100 * value).toLocaleString("fr", { minimumFractionDigits: 1, maximumFractionDigits: 1 }) + " %";
  return `${numerator}/${denominator}${share}`;
}

function queue(q, now) {
  const longest = q.oldest_since ? clock((now - new Date(q.oldest_since)) / 1000) : "–";
  return row([q.label || q.name, q.waiting, q.ringing, q.talking, longest, ...q.answered.map(rate)]);
}

// announcement is what every caller of an entry or a queue is told now.
function announcement(a) {
  const where = a.entry ? "à l’entrée " + a.entry : "à la file " + a.queue;
  const until = new Date(a.until).toLocaleString("fr", { dateStyle: "short", timeStyle: "short" });
  return `Annonce ${where} jusqu’au ${until}${a.hang_up ? ", puis raccroché" : ""} : ${a.text || a.prompt}`;
}

function draw() {
  if (!last) return;
  const now = new Date(new Date(last.now).getTime() + Date.now() - received);
  text("site", last.site);
  text("state", `${now.toLocaleTimeString("fr")} · ${last.ready ? "prêt" : "pas prêt"} · pilote ${last.leader || "personne"}`);
  text("calls", Object.entries(standings).map(([k, name]) => `${last.calls[k] || 0} ${name}`).join(" · "));
  const done = Object.entries(outcomes).filter(([k]) => last.outcomes[k]).map(([k, name]) => `${last.outcomes[k]} ${name}`);
  text("conservation", `${last.offered} appels présentés = ${[...done, `${last.still_here} en cours`].join(" + ")}`);
  if ($("attention").textContent !== last.attention.join("")) {
    $("attention").replaceChildren(...last.attention.map((a) => Object.assign(document.createElement("li"), { textContent: a })));
  }
  const announced = (last.announcements || []).map(announcement);
  if ($("announcements").textContent !== announced.join("")) {
    $("announcements").replaceChildren(...announced.map((a) => Object.assign(document.createElement("li"), { textContent: a })));
  }
  $("queues").replaceChildren(...last.queues.map((q) => queue(q, now)));
  $("centers").replaceChildren(...last.centers.map((c) => row([(c.label || c.center) + (c.at_hand ? ` (${c.at_hand} en main)` : ""), ...Object.keys(states).map((s) => c.agents[s] || 0)])));
}

$("states").append(...["Centre", ...Object.values(states)].map((t) => Object.assign(document.createElement("th"), { scope: "col", textContent: t })));
const events = new EventSource("/api/v1/events");
events.addEventListener("top", (e) => { last = JSON.parse(e.data); received = Date.now(); draw(); });
events.addEventListener("error", () => text("state", "le contrôleur ne répond plus ; ce que vous voyez est ancien"));
setInterval(() => { if (events.readyState === EventSource.OPEN) draw(); }, 1000);
