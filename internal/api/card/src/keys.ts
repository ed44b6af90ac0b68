import type { Card } from "./types";

/** Key is one thing that the agent can do now, by a button and by a letter. */
export interface Key {
  id: string;
  label: string;
  letter: string;
  enabled: boolean;
  kind?: "main" | "danger";
  act: () => Promise<void>;
}

/** Acts are what keys do; main.tsx sends them. */
export interface Acts {
  command(verb: string, body?: unknown): Promise<void>;
  choosePause(): void;
}

/** keysOf are the keys in the order in which they stand, always at the same place. */
export function keysOf({ agent }: Card, acts: Acts): Key[] {
  const { state, next } = agent;
  const out = state === "logged_out";
  const resting = state === "paused" || state === "set_aside" || state === "wrap_up";
  const keys: Key[] = [];
  if (out) {
    keys.push({ id: "login", label: "Prendre mon service", letter: "d", enabled: true, kind: "main", act: () => acts.command("login") });
    return keys;
  }
  keys.push({
    id: "ready",
    label: state === "wrap_up" ? "Fin du post-appel" : next ? "Rester en service" : "Disponible",
    letter: "d",
    enabled: resting || next !== undefined,
    kind: "main",
    act: () => acts.command("resume"),
  });
  keys.push({
    id: "pause",
    label: state === "ready" || state === "set_aside" ? "Pause" : "Pause après l’appel",
    letter: "p",
    enabled: state !== "paused" && next !== "pause",
    act: async () => acts.choosePause(),
  });
  keys.push({
    id: "logout",
    label: state === "ready" || state === "paused" || state === "set_aside" ? "Fin de service" : "Fin de service après l’appel",
    letter: "q",
    enabled: next !== "logout",
    act: () => acts.command("logout"),
  });
  return keys;
}
