import { render } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { command, Refused, session as sessions, watch } from "./api";
import { Caller } from "./caller";
import "./card.css";
import { Ask } from "./dialog";
import { cancellable, keysOf, onDesk, writtenOf, type Key, type Wanted } from "./keys";
import { deskPhone, type Phone } from "./phone";
import { SignIn } from "./signin";
import { State } from "./state";
import { Treatment } from "./treatment";
import type { Card, Session } from "./types";
import { media, said, screenStandings } from "./words";

function App() {
  // undefined until the controller has said whether somebody is signed in.
  const [session, setSession] = useState<Session | null | undefined>(undefined);
  const [notice, setNotice] = useState("");
  useEffect(() => {
    sessions.current().then(setSession, (e) => {
      if (e instanceof Refused && e.status !== 401) setNotice(said[e.code] ?? e.message);
      setSession(null);
    });
  }, []);
  if (session === undefined) return <main><p>Un instant…</p></main>;
  if (session === null) return <SignIn notice={notice} onSession={setSession} />;
  const signedOut = (notice: string) => {
    setNotice(notice);
    setSession(null);
  };
  if (session.role === "supervisor") return <Supervisor session={session} onSignedOut={() => signedOut("")} />;
  return <Desk onSignedOut={signedOut} />;
}

function Supervisor({ session, onSignedOut }: { session: Session; onSignedOut(): void }) {
  return (
    <main class="signin">
      <h1>{session.name}</h1>
      <p>Vous êtes connecté comme superviseur : <a href="/">le tableau de bord</a> est à vous. La fiche est celle des agents.</p>
      <button class="key" onClick={() => void sessions.end().finally(onSignedOut)}>Se déconnecter</button>
    </main>
  );
}

function Desk({ onSignedOut }: { onSignedOut(notice: string): void }) {
  const [card, setCard] = useState<Card>();
  const [offset, setOffset] = useState(0);
  const [lost, setLost] = useState(false);
  const [problem, setProblem] = useState("");
  // What a dialog asks for, and about which contact: another may be on the desk when it is answered.
  const [wanted, setWanted] = useState<Wanted>();
  const [about, setAbout] = useState<string>();
  const [picked, setPicked] = useState<string>();
  const [letters, setLetters] = useState(localStorage.getItem("letters") !== "off");
  const phone: Phone = useMemo(deskPhone, []);

  useEffect(() => {
    const watching = watch({
      card: (c) => {
        setOffset(Date.parse(c.now) - Date.now());
        setLost(false);
        setCard(c);
      },
      lost: () => setLost(true),
      signedOut: () => onSignedOut(said["not_signed_in"] ?? ""),
    });
    return () => {
      watching.close();
      phone.close();
    };
  }, []);

  const run = async (act: () => Promise<void>) => {
    setProblem("");
    try {
      await act();
    } catch (e) {
      setProblem(e instanceof Refused ? (said[e.code] ?? [e.message, e.hint].filter(Boolean).join(" ; ")) : String(e));
    }
  };
  const desk = card && onDesk(card, picked);
  const keys = desk
    ? keysOf(desk, {
      command: (verb, body) => command(desk.agent.id, verb, body), play, answer: phone.answer,
      ask: (w) => {
        setAbout(desk.caller?.id);
        setWanted(w);
      },
    })
    : [];
  useLetters(letters && !wanted, keys, run);

  useEffect(() => {
    document.title = card?.caller && card.agent.state === "ringing"
      ? `${writtenOf(card) ? "✉" : "☎"} ${card.caller.topic ?? media[card.caller.medium] ?? "Appel"}` : "guichet – fiche agent";
  }, [card]);

  if (!card || !desk) return <main><p>{lost ? said["unreachable"] : "Un instant…"}</p></main>;
  const { agent, caller, treatment } = desk;
  const onScreen = writtenOf(desk);
  const button = (k: Key) => (
    <button key={k.id} id={`key-${k.id}`} class={`key ${k.kind ?? ""}`} disabled={!k.enabled || lost} onClick={() => void run(k.act)}
      aria-keyshortcuts={letters ? k.letter : undefined}>
      {k.label}{letters && <kbd aria-hidden="true">{k.letter.toUpperCase()}</kbd>}
    </button>
  );
  return (
    <>
      <header>
        <h1>{agent.name}</h1>
        <p>{agent.id} · {card.center_label ?? agent.center} · poste {agent.phone.replace(/^PJSIP\//, "")}</p>
        <button class="quiet" onClick={() => void sessions.end().finally(() => onSignedOut(""))}>Se déconnecter</button>
      </header>
      <main class="desk">
        <p role="alert" class="wrong">
          {lost ? "Le contrôleur ne répond plus ; ce que vous voyez est ancien. Vos appels continuent." : !card.ready ? "Le service n’est pas prêt : les ordres peuvent être refusés." : problem}
        </p>
        <State agent={agent} onScreen={onScreen !== undefined} pauses={card.pauses} offset={offset} owed={agent.state === "wrap_up" && treatment?.required === true && !treatment.saved}
          hint={agent.state === "ringing" && !onScreen ? phone.hint : undefined} />
        {card.hand && (
          <p class="hand">En main à côté des appels : {card.hand.map((c) => (
            <button key={c.id} class="quiet" aria-pressed={c.id === caller?.id} onClick={() => setPicked(c.id)}>
              {media[c.medium]}{c.mail && ` « ${c.mail.subject} »`}, {screenStandings[c.standing] ?? c.standing}
            </button>
          ))}</p>
        )}
        {groups.map(([group, name]) => {
          const of = keys.filter((k) => k.group === group);
          return of.length > 0 && <nav key={group} class="keys" aria-label={group === "call" && onScreen ? media[onScreen.medium] : name}>{of.map(button)}</nav>;
        })}
        {caller ? (
          <div class="contact">
            <Caller contact={caller} sound={`/api/v1/agents/${encodeURIComponent(agent.id)}/contact/recording?contact=${encodeURIComponent(caller.id)}`} talkingSince={agent.state === "talking" ? agent.since : undefined} offset={offset} tape={keys.filter((k) => k.group === "recording").map(button)} onRemove={caller.role === undefined && card.can.includes("remove")
              ? (p) => void run(() => command(agent.id, "remove", { party: p.id })) : undefined} />
            {/* Of another contact it is another form. */}
            {treatment && <Treatment key={treatment.contact} choices={treatment} asked={caller.topic} run={run} />}
          </div>
        ) : <p class="nobody">{agent.state === "ready" ? "Personne en ligne. Le prochain appel s’affichera ici." : "Personne en ligne."}</p>}
      </main>
      <footer>
        <label><input type="checkbox" checked={letters} onChange={(e) => {
          const on = e.currentTarget.checked;
          localStorage.setItem("letters", on ? "on" : "off");
          setLetters(on);
        }} /> Touches du clavier</label>
      </footer>
      {wanted && <Ask wanted={wanted} pauses={card.pauses} queues={card.queues} callbacks={cancellable(caller)} onClose={() => setWanted(undefined)} onSaid={(body) => {
        setWanted(undefined);
        void run(() => command(agent.id, wanted, wanted === "answer" ? { contact: about, ...(body as object) } : body));
      }} />}
    </>
  );
}

/** play plays the message from its beginning, or stops it. */
async function play() {
  const sound = document.querySelector<HTMLAudioElement>("#sound");
  if (!sound) return;
  if (!sound.paused) return sound.pause();
  sound.currentTime = 0;
  await sound.play();
}

/** groups are the rows of keys. */
const groups = [["call", "L’appel"], ["self", "Votre service"]] as const;

/** useLetters presses a key by its letter, unless somebody is writing. */
function useLetters(on: boolean, keys: Key[], run: (act: () => Promise<void>) => Promise<void>) {
  const now = useRef(keys);
  now.current = keys;
  useEffect(() => {
    if (!on) return;
    const pressed = (e: KeyboardEvent) => {
      const at = e.target as HTMLElement;
      if (e.ctrlKey || e.altKey || e.metaKey || e.repeat || at.closest("input:not([type=checkbox], [type=radio]), textarea, select, dialog")) return;
      const key = now.current.find((k) => k.letter === e.key.toLowerCase());
      if (!key?.enabled) return;
      e.preventDefault();
      void run(key.act);
    };
    addEventListener("keydown", pressed);
    return () => removeEventListener("keydown", pressed);
  }, [on]);
}

const root = document.getElementById("card");
if (root) render(<App />, root);
