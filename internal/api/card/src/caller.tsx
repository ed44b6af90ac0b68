import { clock, hour, useNow } from "./time";
import type { Caller as Contact } from "./types";
import { authentication, standings } from "./words";

/** Caller is who is calling, and why, in the order in which an agent needs it. */
export function Caller({ contact, offset }: { contact: Contact; offset: number }) {
  const now = useNow(offset);
  const from = Date.parse(contact.queued ?? contact.arrived);
  const waited = (contact.answered ? Date.parse(contact.answered) : now) - from;
  return (
    <section class="caller" aria-labelledby="caller-title">
      <h2 id="caller-title">{contact.topic ?? "Motif non indiqué"}</h2>
      <p class="standing">{standings[contact.standing] ?? contact.standing}</p>
      <dl>
        <Row name="Numéro" value={contact.number ?? (contact.caller === "withheld" ? "masqué" : contact.caller)} />
        <Row name="Département" value={contact.department} />
        <Row name="A attendu" value={clock(waited)} />
        <Row name="Authentification" value={authentication[contact.authentication ?? 0]} />
        <Row name="File" value={contact.queue_label ?? contact.queue} />
        <Row name="Entrée" value={contact.entry_label ?? contact.entry} />
        <Row name="Arrivé à" value={hour(contact.arrived)} />
      </dl>
    </section>
  );
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
