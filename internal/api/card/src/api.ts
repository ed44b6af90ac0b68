import type { Card, Colleague, Noted, Session } from "./types";

/** Refused is the error of a request that the controller answered with a reason. */
export class Refused extends Error {
  constructor(readonly status: number, readonly code: string, message: string, readonly hint: string) {
    super(message);
  }
}

async function ask<T>(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<T> {
  let answer: Response;
  try {
    answer = await fetch(path, {
      method,
      credentials: "same-origin",
      headers: { ...headers, ...(body === undefined ? {} : { "Content-Type": "application/json" }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  } catch {
    throw new Refused(0, "unreachable", "the controller does not answer", "");
  }
  const said = await answer.json().catch(() => null);
  if (!answer.ok) {
    const e = said?.error ?? {};
    throw new Refused(answer.status, e.code ?? "internal", e.message ?? answer.statusText, e.hint ?? "");
  }
  return said as T;
}

export const session = {
  current: () => ask<Session>("GET", "/api/v1/session"),
  begin: (login: string, password: string) => ask<Session>("POST", "/api/v1/session", { login, password }),
  end: () => ask<unknown>("DELETE", "/api/v1/session"),
};

/**
 * command asks for something about the agent himself. It has an operation id: what was
 * sent twice, because the first answer was lost, takes effect once.
 */
export function command(agent: string, verb: string, body: unknown = {}): Promise<void> {
  return once(`/api/v1/agents/${encodeURIComponent(agent)}/${verb}`, body);
}

async function once(path: string, body: unknown): Promise<void> {
  const op = { "Idempotency-Key": "card-" + operation() };
  try {
    await ask("POST", path, body, op);
  } catch (e) {
    if (!(e instanceof Refused) || (e.status !== 0 && e.status !== 503)) throw e;
    await ask("POST", path, body, op);
  }
}

/** operation is a new id. randomUUID is there in pages that were encrypted only. */
function operation(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, "0")).join("");
}

export const treatment = {
  save: (n: Noted) => once("/api/v1/card/treated", n),
  /** draft is kept by the controller, so that a page that is loaded again has it. */
  draft: (n: Noted) => ask<unknown>("PUT", "/api/v1/card/draft", n),
};

export const colleagues = () => ask<Colleague[]>("GET", "/api/v1/card/colleagues");

/** watch follows the card until close is called: again after each interruption. */
export function watch(on: { card(c: Card): void; lost(): void; signedOut(): void }): { close(): void } {
  let events: EventSource | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let closed = false;
  const signedOut = () => {
    close();
    on.signedOut();
  };
  const close = () => {
    closed = true;
    clearTimeout(timer);
    events?.close();
  };
  const open = () => {
    events = new EventSource("/api/v1/card/events");
    events.addEventListener("card", (e) => on.card(JSON.parse((e as MessageEvent<string>).data)));
    events.addEventListener("signed_out", signedOut);
    events.addEventListener("error", () => {
      on.lost();
      // A stream that was refused is not tried again by the browser, which does not say why.
      if (events?.readyState === EventSource.CLOSED) timer = setTimeout(again, 2000);
    });
  };
  const again = async () => {
    try {
      await session.current();
    } catch (e) {
      if (e instanceof Refused && (e.status === 401 || e.status === 403)) return signedOut();
    }
    if (!closed) open();
  };
  open();
  return { close };
}
