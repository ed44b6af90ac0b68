import { useEffect, useRef } from "preact/hooks";

/** Pause asks for the reason, in a dialog that Escape closes. */
export function Pause({ onReason, onClose }: { onReason(reason: string): void; onClose(): void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  const submit = (e: SubmitEvent) => {
    e.preventDefault();
    onReason(String(new FormData(e.currentTarget as HTMLFormElement).get("reason")).trim());
  };
  return (
    <dialog ref={dialog} onClose={onClose} aria-labelledby="pause-title">
      <form onSubmit={submit}>
        <h2 id="pause-title">Pause</h2>
        <label for="reason">Motif de la pause</label>
        <input id="reason" name="reason" maxlength={120} autofocus />
        <p class="row">
          <button class="key main">Mettre en pause</button>
          <button class="key" type="button" onClick={onClose}>Annuler</button>
        </p>
      </form>
    </dialog>
  );
}
