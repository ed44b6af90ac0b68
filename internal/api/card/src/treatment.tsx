import { useEffect, useRef, useState } from "preact/hooks";
import { treatment as server } from "./api";
import { hour } from "./time";
import type { Noted, Treatment as Choices } from "./types";
import { readable } from "./words";

/** pause is how long nothing is typed before what was goes to the controller. */
const pause = 400;

/**
 * Treatment is what the agent notes of the contact. What is begun goes to the controller
 * while it is written, and comes from there when the page is loaded again.
 */
export function Treatment({ choices, asked, run }: { choices: Choices; asked: string | undefined; run(act: () => Promise<void>): Promise<void> }) {
  const begun = choices.draft ?? choices.saved ?? { contact: choices.contact, ...(asked ? { topic: asked } : {}) };
  const [noted, setNoted] = useState<Noted>(begun);
  const [changed, setChanged] = useState(choices.draft !== undefined);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);

  const change = (part: Partial<Noted>) => {
    const next = { ...noted, ...part, contact: choices.contact };
    setNoted(next);
    setChanged(true);
    clearTimeout(timer.current);
    // A draft that is not kept is still in the page; what is meant is said by the button.
    timer.current = setTimeout(() => void server.draft(next).catch(() => {}), pause);
  };
  const submit = (e: SubmitEvent) => {
    e.preventDefault();
    clearTimeout(timer.current);
    void run(async () => {
      await server.save(noted);
      setChanged(false);
    });
  };
  const state = changed ? "Modifié, à enregistrer" : choices.saved_at ? `Enregistré à ${hour(choices.saved_at)}` : choices.required ? "À renseigner avant d’être disponible" : "";
  return (
    <section class="treatment" aria-labelledby="treatment-title">
      <h2 id="treatment-title">Traitement</h2>
      <form onSubmit={submit} onKeyDown={(e) => {
        if (e.key === "Enter" && e.ctrlKey) e.currentTarget.requestSubmit();
      }}>
        <label for="treated-topic">Motif traité{choices.required && <Needed />}</label>
        <select id="treated-topic" required={choices.required} value={noted.topic ?? ""} onChange={(e) => change({ topic: e.currentTarget.value })}>
          <option value="">–</option>
          {choices.topics.map((t) => <option key={t} value={t}>{readable(t)}</option>)}
        </select>
        {choices.acts.length > 0 && (
          <fieldset>
            <legend>Actes de gestion</legend>
            {choices.acts.map(({ name, label }) => (
              <label key={name} class="choice">
                <input type="checkbox" checked={noted.acts?.includes(name) ?? false} onChange={(e) =>
                  change({ acts: e.currentTarget.checked ? [...(noted.acts ?? []), name] : (noted.acts ?? []).filter((a) => a !== name) })} />
                {label}
              </label>
            ))}
          </fieldset>
        )}
        {choices.results.length > 0 && (
          <fieldset>
            <legend>Issue{choices.required && <Needed />}</legend>
            {choices.results.map(({ name, label }) => (
              <label key={name} class="choice">
                <input type="radio" name="result" required={choices.required} checked={noted.result === name} onChange={() => change({ result: name })} />
                {label}
              </label>
            ))}
          </fieldset>
        )}
        {choices.notes && (
          <>
            <label for="treated-note">Note</label>
            <textarea id="treated-note" rows={3} maxlength={1000} value={noted.note ?? ""} onInput={(e) => change({ note: e.currentTarget.value })} />
          </>
        )}
        <p class="row">
          <button class="key main">Enregistrer<kbd aria-hidden="true">Ctrl ⏎</kbd></button>
          <span role="status" class="saved">{state}</span>
        </p>
      </form>
    </section>
  );
}

function Needed() {
  return <span class="needed"> (obligatoire)</span>;
}
