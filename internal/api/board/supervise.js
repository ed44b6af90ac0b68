// What a supervisor who is signed in may do with conversations, by the phone of an agent who
// is logged in. Rows stay as long as their conversation, so that the focus stays where it is.
"use strict";

const modes = { listening: "Écouter", whispering: "Souffler", barging: "Intervenir" };
const tells = {
  no_conversation: "cet agent n’est plus en conversation", not_yours: "cet agent n’a plus l’appel", oneself: "votre poste est dans cette conversation",
  others_called: "quelqu’un est déjà appelé dans cette conversation", nowhere: "votre poste n’est pas connecté", not_ready: "votre poste n’est pas libre",
  older_controller: "un contrôleur d’une version plus ancienne ne le permet pas", catching_up: "le registre est en cours de reprise, réessayez",
  not_holder: "l’appel est repris par un autre contrôleur, réessayez", not_signed_in: "votre session est terminée", forbidden: "réservé aux superviseurs",
};
const roles = {
  consulted: "consulté", target: "appelé pour reprendre", member: "en conférence", listening: "écoute", whispering: "souffle", barging: "intervient", leaving: "quitte",
};

(function supervise() {
  const $ = (id) => document.getElementById(id);
  const rows = new Map();
  let post = sessionStorage.getItem("post") || "", names = {}, busy = false, again = false;

  const say = (what) => { $("said").textContent = what; };
  const put = (element, what) => { if (element.textContent !== what) element.textContent = what; };

  async function ask(path, body) {
    const answer = await fetch(path, body && { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
    const read = await answer.json();
    if (answer.ok) return read;
    const code = read.error ? read.error.code : "";
    throw new Error(tells[code] || `refusé (${code || answer.status})`);
  }

  // act has one thing done about the conversation of an agent, and shows what became of it.
  async function act(what, path, body) {
    if (!post) return say("Choisissez d’abord votre poste."), $("post").focus();
    try {
      await ask(path, body);
      say(what + " : fait.");
    } catch (e) {
      say(what + " : " + e.message + ".");
    }
    refresh();
  }

  function button(label, does) {
    const b = Object.assign(document.createElement("button"), { type: "button", textContent: label });
    b.addEventListener("click", () => { if (b.getAttribute("aria-disabled") !== "true") does(); });
    return b;
  }

  // A button that can do nothing now keeps its place and its focus.
  const can = (b, may) => b.setAttribute("aria-disabled", String(!may));

  function newRow(id) {
    const tr = document.createElement("tr"), cells = [0, 1, 2, 3].map(() => document.createElement("td")), last = document.createElement("td");
    const row = { tr, cells, agent: "", buttons: {} };
    const of = (verb) => `/api/v1/agents/${encodeURIComponent(row.agent)}/${verb}`;
    for (const [mode, label] of Object.entries(modes)) {
      row.buttons[mode] = button(label, () => act(label, of("supervise"), { contact: id, supervisor: post, mode }));
    }
    row.buttons.takeover = button("Reprendre", () => act("Reprendre", of("takeover"), { contact: id, supervisor: post }));
    row.buttons.end = button("Quitter", () => act(row.buttons.end.textContent, `/api/v1/agents/${encodeURIComponent(post)}/hangup`, { contact: id }));
    last.append(...Object.values(row.buttons));
    tr.append(...cells, last);
    tr.dataset.contact = id;
    return row;
  }

  function show(row, call, now) {
    row.agent = call.agent;
    const who = names[call.agent] || call.agent, others = call.conversation.parties;
    const mine = others.find((p) => p.agent === post && modes[p.role]), has = post && call.agent === post;
    put(row.cells[0], who);
    put(row.cells[1], call.topic || "–");
    put(row.cells[2], call.answered ? clock((now - new Date(call.answered)) / 1000) : "–");
    put(row.cells[3], others.map((p) => `${p.name || p.agent || p.number} ${p.joined ? roles[p.role] || p.role : "sonne"}`).join(", ") || "–");
    for (const [mode, label] of Object.entries(modes)) {
      const b = row.buttons[mode];
      b.setAttribute("aria-pressed", String(Boolean(mine && mine.joined && mine.role === mode)));
      b.setAttribute("aria-label", `${label} : ${who}`);
      can(b, !has && (!mine || mine.joined && mine.role !== mode));
    }
    row.buttons.takeover.setAttribute("aria-label", `Reprendre l’appel de ${who}`);
    can(row.buttons.takeover, Boolean(mine && mine.joined));
    put(row.buttons.end, has ? "Terminer" : "Quitter");
    row.buttons.end.setAttribute("aria-label", has ? `Terminer l’appel de ${who}` : `Quitter : ${who}`);
    can(row.buttons.end, Boolean(mine || has));
  }

  // posts are the agents whose phone can be called, and the one that is chosen.
  function posts(agents) {
    const free = agents.filter((a) => a.state === "ready" || a.state === "paused" || a.id === post && a.state !== "logged_out");
    const options = [["", "choisir"], ...free.map((a) => [a.id, `${a.name} (${a.id})`])];
    const select = $("post");
    if (JSON.stringify(options) === select.dataset.options) return;
    select.dataset.options = JSON.stringify(options);
    select.replaceChildren(...options.map(([value, label]) => Object.assign(document.createElement("option"), { value, textContent: label })));
    select.value = post;
  }

  async function refresh() {
    if (busy) { again = true; return; }
    busy = true;
    try {
      const [calls, agents] = await Promise.all([ask("/api/v1/calls"), ask("/api/v1/agents")]);
      names = Object.fromEntries(agents.map((a) => [a.id, a.name]));
      posts(agents);
      const talking = calls.filter((c) => c.conversation && c.agent).sort((a, b) => (names[a.agent] || a.agent).localeCompare(names[b.agent] || b.agent, "fr") || a.id.localeCompare(b.id));
      const live = new Set(talking.map((c) => c.id));
      for (const [id, row] of rows) if (!live.has(id)) { row.tr.remove(); rows.delete(id); }
      let before = null;
      for (const call of talking) {
        if (!rows.has(call.id)) rows.set(call.id, newRow(call.id));
        const row = rows.get(call.id);
        show(row, call, Date.now());
        const at = before ? before.nextSibling : $("conversations").firstChild;
        if (row.tr !== at) $("conversations").insertBefore(row.tr, at);
        before = row.tr;
      }
      $("none").hidden = talking.length > 0;
    } catch (e) {
      say(e.message);
    } finally {
      setTimeout(() => { busy = false; if (again) { again = false; refresh(); } }, 700); // at most so often
    }
  }

  async function begin() {
    const answer = await fetch("/api/v1/session");
    const session = answer.ok ? await answer.json() : {};
    if (session.role !== "supervisor") {
      $("signin").hidden = Boolean(session.role);
      return;
    }
    $("supervision").hidden = false;
    $("post").addEventListener("change", (e) => { post = e.target.value; sessionStorage.setItem("post", post); say(""); refresh(); });
    refresh();
    events.addEventListener("top", refresh);
  }
  begin().catch(() => {});
})();
