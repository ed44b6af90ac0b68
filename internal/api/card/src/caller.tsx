import { clock, day, hour, useNow } from "./time";
import { promised } from "./dialog";
import type { Callback, Caller as Contact, Earlier, Party } from "./types";
import type { ComponentChildren } from "preact";
import { authentication, callback, called, media, outcomes, readable, recording, roles, screenStandings, standings } from "./words";

/**
 * Caller is who is calling, or has written or left a message, and why, in the order in which an
 * agent needs it. tape is the key for its recording, talkingSince when the agent answered, sound
 * where a recorded message is heard.
 */
export function Caller({ contact, sound, talkingSince, offset, tape, onRemove }: {
  contact: Contact; sound: string; talkingSince?: string | undefined; offset: number; tape: ComponentChildren; onRemove?: ((p: Party) => void) | undefined;
}) {
  const now = useNow(offset);
  const held = contact.conversation?.held_since;
  const identifying = !contact.over && contact.conversation?.identifying;
  const taped = contact.over ? undefined : contact.conversation?.recording;
  const { message, mail } = contact;
  const kind = media[contact.medium];
  const words = kind ? screenStandings : standings;
  return (
    <section class={`caller ${contact.over ? "over" : ""}`} aria-labelledby="caller-title">
      <p class="standing">
        {kind && `${kind} · `}{contact.over ? "Dernier contact" : identifying ? "s’identifie ; personne n’entend ses touches" : (words[contact.standing] ?? contact.standing)}
        {!contact.over && contact.answered && <> · <time>{clock(now - Date.parse(contact.answered))}</time></>}
        {!contact.over && held && <> · {identifying ? "depuis" : "en attente depuis"} <time>{clock(now - Date.parse(held))}</time></>}
      </p>
      {/* One region that is there before it says anything, so that readers announce each change. */}
      <div class={`recorded ${taped ?? ""}`}>
        <span role="status">{taped && <><span aria-hidden="true">{recording[taped].sign}</span> {recording[taped].text}</>}</span>
        {tape}
      </div>
      {contact.role && <p class="role">{called[contact.role](contact.by ?? "un collègue")}</p>}
      <h2 id="caller-title">{contact.topic ? readable(contact.topic) : "Motif non indiqué"}</h2>
      {message && <audio key={contact.id} id="sound" class="sound" controls preload="none" src={sound} aria-label="Le message vocal" />}
      {mail && <><h3>{mail.subject || "Sans objet"}</h3><p class="mail">{mail.body}</p></>}
      <dl>
        <Row name="Durée" value={message && clock(message.seconds * 1000)} />
        <Row name="Laissé il y a" value={message && clock(now - Date.parse(message.at))} />
        <Row name="À traiter avant" value={message?.due && day(message.due)} />
        <Row name="De" value={mail?.from} />
        <Row name="Retiré à" value={hourOf(message?.until ?? mail?.until)} />
        <Row name="Numéro" value={contact.medium === "email" ? undefined : contact.number ? spaced(contact.number) : contact.caller === "withheld" ? "masqué" : contact.caller} />
        <Row name={contact.relay ? "À donner au relais" : "Rappelé au"} value={contact.called_back && spaced(contact.called_back)} />
        <Row name="Relais appelé" value={contact.relay && spaced(contact.relay)} />
        <Row name="Département" value={contact.department} />
        <Row name="A attendu" value={message ? undefined : clock(waitOf(contact, talkingSince, now))} />
        <Row name="Authentification" value={kind ? undefined : authentication[contact.authentication ?? 0]} />
        <Row name="File" value={contact.queue_label ?? contact.queue} />
        <Row name="Entrée" value={contact.entry_label ?? contact.entry} />
        <Row name="Arrivé à" value={message ? undefined : hour(contact.arrived)} />
      </dl>
      {!contact.role && <Parties parties={contact.conversation?.parties ?? []} onRemove={onRemove} />}
      {contact.path.length > 0 && (
        <p class="path"><span class="name">Parcours</span> {contact.path.map(readable).join(" › ")}</p>
      )}
      {contact.file_page && (
        <p><a class="key link" href={contact.file_page} target="_blank" rel="noreferrer">Ouvrir le dossier<span class="hidden"> (nouvel onglet)</span></a></p>
      )}
      {!contact.over && <Promised callbacks={contact.callbacks ?? []} />}
      <History earlier={contact.earlier} />
    </section>
  );
}

/**
 * waitOf is how long the person has waited for this agent, as his phone shows it: through
 * all queues, from the first arrival on.
 */
function waitOf(contact: Contact, talkingSince: string | undefined, now: number): number {
  if (!contact.waits_since) return Date.parse(contact.answered ?? contact.arrived) - Date.parse(contact.queued ?? contact.arrived);
  return (talkingSince ? Date.parse(talkingSince) : now) - Date.parse(contact.waits_since);
}

/** Parties are who else is in the conversation, or is being called. */
function Parties({ parties, onRemove }: { parties: Party[]; onRemove: ((p: Party) => void) | undefined }) {
  const here = parties.filter((p) => p.role !== "leaving");
  if (here.length === 0) return null;
  return (
    <>
      <h3>Aussi en ligne</h3>
      <ul class="parties">
        {here.map((p) => {
          const name = p.name ?? p.agent ?? "Numéro extérieur";
          return (
            <li key={p.id}>
              <span><strong>{name}</strong> · {p.joined ? roles[p.role] : "son téléphone sonne"}</span>
              {onRemove && <button class="quiet" onClick={() => onRemove(p)}>Retirer<span class="hidden"> {name}</span></button>}
            </li>
          );
        })}
      </ul>
    </>
  );
}

/** Promised are the calls back that the person waits for. */
function Promised({ callbacks }: { callbacks: Callback[] }) {
  if (callbacks.length === 0) return null;
  return (
    <>
      <h3>{callback.title}</h3>
      <ul class="earlier">
        {callbacks.map((c) => <li key={c.contact}><p>{[promised(c), callback.standings[c.standing]].filter(Boolean).join(" · ")}</p></li>)}
      </ul>
    </>
  );
}

function History({ earlier }: { earlier: Earlier[] }) {
  if (earlier.length === 0) return <p class="path"><span class="name">Contacts précédents</span> aucun depuis ce numéro en 30 jours</p>;
  return (
    <>
      <h3>Contacts précédents de ce numéro</h3>
      <ol class="earlier">
        {earlier.map((e) => {
          const topic = e.noted?.topic ?? e.topic;
          return (
            <li key={e.contact}>
              <p><time dateTime={e.at}>{day(e.at)}</time> · {topic ? readable(topic) : "motif non indiqué"} · {outcomes[e.outcome] ?? e.outcome}
                {e.agent && ` par ${e.agent}`}{e.result && ` · ${e.result}`}</p>
              {e.noted?.note && <p class="note">{e.noted.note}</p>}
            </li>
          );
        })}
      </ol>
    </>
  );
}

function hourOf(at: string | undefined): string | undefined {
  return at && hour(at);
}

/** spaced writes a French number as people read it. */
function spaced(number: string): string {
  return number.replace(/^\+33(\d)(\d\d)(\d\d)(\d\d)(\d\d)$/, "0$1 $2 $3 $4 $5");
}

function Row({ name, value }: { name: string; value: string | undefined }) {
  if (!value) return null;
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}
