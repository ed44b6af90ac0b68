import { useRef, useState } from "preact/hooks";
import { Refused, session } from "./api";
import type { Session } from "./types";
import { said } from "./words";

export function SignIn({ onSession, notice }: { onSession(s: Session): void; notice: string }) {
  const [wrong, setWrong] = useState("");
  const [busy, setBusy] = useState(false);
  const password = useRef<HTMLInputElement>(null);

  const submit = async (e: SubmitEvent) => {
    e.preventDefault();
    const form = new FormData(e.currentTarget as HTMLFormElement);
    setBusy(true);
    try {
      onSession(await session.begin(String(form.get("login")), String(form.get("password"))));
    } catch (e) {
      setWrong(e instanceof Refused ? (said[e.code] ?? e.message) : String(e));
      password.current?.select();
    } finally {
      setBusy(false);
    }
  };

  return (
    <main class="signin">
      <h1>Fiche agent</h1>
      <form onSubmit={submit}>
        {/* One live region that is there before it says anything: readers announce what changes in it. */}
        <p role="alert" class="wrong">{wrong || notice}</p>
        <label for="login">Identifiant</label>
        <input id="login" name="login" autocomplete="username" autocapitalize="none" spellcheck={false} required autofocus />
        <label for="password">Mot de passe</label>
        <input id="password" name="password" type="password" autocomplete="current-password" required ref={password} />
        <button class="key main" disabled={busy}>Se connecter</button>
      </form>
    </main>
  );
}
