import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { colleagues } from "./api";
import type { Wanted } from "./keys";
import { day, hour } from "./time";
import type { Callback, Coded, Colleague } from "./types";
import { callback, readable, states } from "./words";

/** Ask wants what a command needs, in a dialog that Escape closes. */
export function Ask({ wanted, pauses, queues, callbacks, onSaid, onClose }: {
  wanted: Wanted; pauses: Coded[]; queues: Coded[]; callbacks: Callback[]; onSaid(body: unknown): void; onClose(): void;
}) {
  switch (wanted) {
    case "login":
      return <Seat onSaid={onSaid} onClose={onClose} />;
    case "pause":
      return <Pause pauses={pauses} onSaid={onSaid} onClose={onClose} />;
    case "transfer":
      return <Target title="Transférer l’appel" verb="Transférer" queues={queues} onSaid={onSaid} onClose={onClose} />;
    case "consult":
      return <Target title="Consulter quelqu’un" verb="Appeler" queues={[]} onSaid={onSaid} onClose={onClose} />;
    case "answer":
      return <Reply onSaid={onSaid} onClose={onClose} />;
    case "cancel-callback":
      return <Uncall callbacks={callbacks} onSaid={onSaid} onClose={onClose} />;
    case "conference":
      return <Target title="Ajouter quelqu’un à l’appel" verb="Appeler" queues={[]} onSaid={onSaid} onClose={onClose} />;
  }
}

function Dialog({ title, verb, back = "Annuler", onSubmit, onClose, children }: {
  title: string; verb: string; back?: string; onSubmit(form: FormData): void; onClose(): void; children: ComponentChildren;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  const submit = (e: SubmitEvent) => {
    e.preventDefault();
    onSubmit(new FormData(e.currentTarget as HTMLFormElement));
  };
  return (
    <dialog ref={dialog} onClose={onClose} aria-labelledby="dialog-title">
      <form onSubmit={submit}>
        <h2 id="dialog-title">{title}</h2>
        {children}
        <p class="row">
          <button class="key main">{verb}</button>
          <button class="key" type="button" onClick={onClose}>{back}</button>
        </p>
      </form>
    </dialog>
  );
}

/** Seat is at which phone the agent sits: as it is written on it, or in full. */
function Seat({ onSaid, onClose }: { onSaid(body: unknown): void; onClose(): void }) {
  const phone = (written: string) => (written.includes("/") ? written : `PJSIP/${written}`);
  return (
    <Dialog title="Prendre mon service à un autre poste" verb="Prendre mon service" onClose={onClose}
      onSubmit={(f) => onSaid({ phone: phone(String(f.get("phone") ?? "").trim()) })}>
      <label for="phone">Nom du poste</label>
      <input id="phone" name="phone" required maxlength={64} autocomplete="off" autocapitalize="none" spellcheck={false} autofocus />
    </Dialog>
  );
}

/** Reply is the answer to a mail. */
function Reply({ onSaid, onClose }: { onSaid(body: unknown): void; onClose(): void }) {
  return (
    <Dialog title="Répondre au courriel" verb="Répondre" onClose={onClose} onSubmit={(f) => onSaid({ text: String(f.get("text") ?? "") })}>
      <label for="text">Réponse</label>
      <textarea id="text" name="text" rows={8} required maxlength={8000} autofocus />
    </Dialog>
  );
}

/** promised says which call back it is. */
export function promised(c: Callback): string {
  const when = c.from && c.until ? callback.appointment(day(c.from), hour(c.until)) : callback.asked(day(c.requested));
  return c.topic ? `${readable(c.topic)} · ${when}` : when;
}

/** Uncall asks whether a call back of the person is to be cancelled, and which. */
function Uncall({ callbacks, onSaid, onClose }: { callbacks: Callback[]; onSaid(body: unknown): void; onClose(): void }) {
  return (
    <Dialog title={callback.confirm} verb={callback.yes} back={callback.no} onClose={onClose}
      onSubmit={(f) => onSaid({ callback: String(f.get("callback") ?? ""), reason: callback.reason })}>
      <label for="callback">{callback.which}</label>
      <select id="callback" name="callback" required autofocus>
        {callbacks.map((c) => <option key={c.contact} value={c.contact}>{promised(c)}</option>)}
      </select>
      <p>{callback.said}</p>
    </Dialog>
  );
}

function Pause({ pauses, onSaid, onClose }: { pauses: Coded[]; onSaid(body: unknown): void; onClose(): void }) {
  return (
    <Dialog title="Pause" verb="Mettre en pause" onClose={onClose} onSubmit={(f) => onSaid({ reason: String(f.get("reason") ?? "").trim() })}>
      <label for="reason">Motif de la pause</label>
      {pauses.length > 0 ? (
        <select id="reason" name="reason" autofocus>
          {pauses.map((p) => <option key={p.name} value={p.name}>{p.label}</option>)}
        </select>
      ) : <input id="reason" name="reason" maxlength={120} autofocus />}
    </Dialog>
  );
}

/** Target is whom to call: a queue where there are some, a colleague, or a number. */
function Target({ title, verb, queues, onSaid, onClose }: { title: string; verb: string; queues: Coded[]; onSaid(body: unknown): void; onClose(): void }) {
  const [kind, setKind] = useState(queues.length > 0 ? "queue" : "agent");
  const [others, setOthers] = useState<Colleague[]>();
  useEffect(() => void colleagues().then(setOthers, () => setOthers([])), []);
  const kinds = [...(queues.length > 0 ? [["queue", "Une file"]] : []), ["agent", "Un collègue"], ["number", "Un numéro"]];
  return (
    <Dialog title={title} verb={verb} onClose={onClose} onSubmit={(f) => onSaid({ [kind]: String(f.get("target") ?? "").trim() })}>
      <fieldset>
        <legend>Vers</legend>
        {kinds.map(([k, label]) => (
          <label key={k} class="choice"><input type="radio" name="kind" checked={kind === k} autofocus={kind === k} onChange={() => setKind(k ?? "agent")} />{label}</label>
        ))}
      </fieldset>
      <label for="target">{kind === "queue" ? "File" : kind === "agent" ? "Collègue" : "Numéro de téléphone"}</label>
      {kind === "queue" && <select id="target" key="queue" name="target">{queues.map((q) => <option key={q.name} value={q.name}>{q.label}</option>)}</select>}
      {kind === "agent" && (
        <select id="target" key="agent" name="target" required>
          {!others?.length && <option value="">{others ? "Personne d’autre n’est en service" : "Un instant…"}</option>}
          {others?.map((o) => <option key={o.id} value={o.id} disabled={o.state !== "ready"}>{o.name} · {o.center} · {states[o.state].name}</option>)}
        </select>
      )}
      {kind === "number" && <input id="target" key="number" name="target" required maxlength={64} autocomplete="off" inputmode="tel" />}
    </Dialog>
  );
}
