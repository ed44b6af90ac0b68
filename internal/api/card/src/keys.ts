import type { Callback, Caller, Card } from "./types";
import { callback } from "./words";

/** Key is one thing that the agent can do now, by a button and by a letter. */
export interface Key {
  id: string;
  /** group is what it is about: the call, the agent himself, or the recording. */
  group: "call" | "self" | "recording";
  label: string;
  letter: string;
  enabled: boolean;
  kind?: "main" | "danger";
  act: () => Promise<void>;
}

/** Wanted is what a dialog asks for before a command is sent. */
export type Wanted = "login" | "pause" | "transfer" | "consult" | "conference" | "answer" | "cancel-callback";

/** Acts are what keys do; main.tsx sends them. */
export interface Acts {
  command(verb: string, body?: unknown): Promise<void>;
  ask(wanted: Wanted): void;
  /** play plays the recorded message. */
  play(): Promise<void>;
  /** answer takes the call that rings; absent when the phone alone can. */
  answer?: (() => Promise<void>) | undefined;
}

/**
 * keysOf are the keys, in an order that does not change: what cannot be done now stays
 * at its place. What this controller has no command for is not there.
 */
export function keysOf(card: Card, acts: Acts): Key[] {
  if (card.agent.state === "logged_out") {
    return [
      { id: "login", group: "self", label: "Prendre mon service", letter: "d", enabled: true, kind: "main", act: () => acts.command("login") },
      { id: "seat", group: "self", label: "À un autre poste", letter: "b", enabled: true, act: async () => acts.ask("login") },
    ];
  }
  return [
    ...(writtenOf(card) ? written(card, acts) : [...answering(card, acts), ...conversation(card, acts)]).map((k) => ({ ...k, group: "call" as const })),
    ...presence(card, acts).map((k) => ({ ...k, group: "self" as const })),
    ...recording(card, acts).map((k) => ({ ...k, group: "recording" as const })),
  ];
}

type Ungrouped = Omit<Key, "group">;

function presence({ agent, can }: Card, acts: Acts): Ungrouped[] {
  const { state, next } = agent;
  // Something of one medium is kept from him: the key ends that, too, except in wrap-up, which it finishes.
  const kept = (agent.asides?.length ?? 0) > 0;
  const wraps = state === "wrap_up";
  const free = state === "ready" || state === "set_aside" || state === "paused";
  const keys: Ungrouped[] = [
    {
      id: "ready",
      label: wraps ? "Fin du post-appel" : next ? "Rester en service" : "Disponible",
      letter: "d",
      enabled: state === "paused" || state === "set_aside" || wraps || next !== undefined || kept,
      kind: "main",
      // The end of a wrap-up keeps what was wanted after it; resuming takes it back.
      act: () => acts.command(wraps ? "finish" : "resume"),
    },
    {
      id: "pause",
      label: free ? "Pause" : "Pause ensuite",
      letter: "p",
      enabled: state !== "paused" && next !== "pause",
      act: async () => acts.ask("pause"),
    },
  ];
  if (can.includes("extend")) {
    keys.push({ id: "extend", label: "Prolonger", letter: "e", enabled: wraps, act: () => acts.command("extend") });
  }
  keys.push({ id: "logout", label: free ? "Fin de service" : "Finir ensuite", letter: "q", enabled: next !== "logout", act: () => acts.command("logout") });
  return keys;
}

/** answering takes the call that rings, where the phone can be told to. */
function answering({ agent }: Card, { answer }: Acts): Ungrouped[] {
  return answer ? [{ id: "answer", label: "Décrocher", letter: "o", enabled: agent.state === "ringing", kind: "main", act: answer }] : [];
}

/**
 * onDesk is the card with what the agent works on: his call, and without one what he has picked of
 * what is at hand beside his calls. After a call comes what is to be noted of it.
 */
export function onDesk(card: Card, picked?: string): Card {
  const { caller, hand = [], agent } = card;
  if (hand.length === 0 || (caller && !caller.over) || agent.state === "wrap_up") return card;
  const { treatment: _, ...rest } = card;
  return { ...rest, caller: hand.find((c) => c.id === picked) ?? hand.find((c) => c.standing !== "offered") ?? hand[0]! };
}

/** writtenOf is what lies on the agent's screen: a mail, or a recorded message. */
export function writtenOf({ caller }: Card): Caller | undefined {
  return caller && !caller.over && caller.medium !== "voice" ? caller : undefined;
}

/** written is what can be done with it. Each says with which: another may have come since. */
function written(card: Card, acts: Acts): Ungrouped[] {
  const { caller, can } = card;
  const has = caller?.standing === "offered" || caller?.standing === "handling";
  const does = (verb: string) => () => acts.command(verb, { contact: caller?.id });
  const spoken = caller?.medium === "voicemail";
  return [
    ...(can.includes("accept") ? [{ id: "accept", label: "Prendre", letter: "o", enabled: caller?.standing === "offered", kind: "main" as const, act: does("accept") }] : []),
    ...(spoken ? [{ id: "listen", label: "Écouter", letter: "l", enabled: has, act: acts.play }] : []),
    ...(spoken && can.includes("call-back") ? [{ id: "call-back", label: "Rappeler", letter: "a", enabled: callable(card), act: does("call-back") }] : []),
    ...(spoken && can.includes("done") ? [{ id: "done", label: "Traité", letter: "t", enabled: has, act: does("done") }] : []),
    ...(!spoken && can.includes("answer") ? [{ id: "reply", label: "Répondre", letter: "t", enabled: has, act: async () => acts.ask("answer") }] : []),
    ...(can.includes("return") ? [{ id: "return", label: "Rendre", letter: "r", enabled: has, kind: "danger" as const, act: does("return") }] : []),
    ...uncalling(card, has, acts),
  ];
}

/** callable: he has taken the message, the number is known, and his phone is free for it. */
function callable({ agent, caller }: Card): boolean {
  return caller?.standing === "handling" && caller.number !== undefined && (agent.state === "ready" || agent.contact === caller.id);
}

/** cancellable are the calls back of the person for which nobody's phone rings. */
export function cancellable(caller: Caller | undefined): Callback[] {
  return caller?.callbacks?.filter((c) => c.standing === "callback") ?? [];
}

/** uncalling cancels a call back of the person, who needs it no more; it asks first. */
function uncalling({ caller, can }: Card, serves: boolean, acts: Acts): Ungrouped[] {
  if (!caller?.callbacks?.length || !can.includes("cancel-callback")) return [];
  return [{
    id: "cancel-callback", label: callback.key, letter: "n", enabled: serves && cancellable(caller).length > 0, kind: "danger",
    act: async () => acts.ask("cancel-callback"),
  }];
}

/** conversation is what can be done with the call. */
function conversation(card: Card, acts: Acts): Ungrouped[] {
  const { agent, caller, can } = card;
  const talks = agent.state === "talking" && caller?.medium === "voice" && !caller.over;
  // Who was called into a conversation can leave it, and decides nothing else.
  const state = talks && !caller.role ? (caller.conversation?.state ?? "together") : undefined;
  const held = state === "held";
  const second = state === "asking" || state === "consulting" || state === "sending";
  const alone = state === "together" || held;
  const keys: Ungrouped[] = [
    { id: held ? "unhold" : "hold", label: held ? "Reprendre" : "Attente", letter: "a", enabled: alone, act: () => acts.command(held ? "unhold" : "hold") },
    { id: "identify", label: "Identifier", letter: "i", enabled: state === "together" || state === "conference", act: () => acts.command("identify") },
    second
      ? { id: "complete", label: "Transmettre l’appel", letter: "t", enabled: state !== "sending", act: () => acts.command("complete") }
      : { id: "transfer", label: "Transférer", letter: "t", enabled: alone, act: async () => acts.ask("transfer") },
    second
      ? { id: "cancel", label: "Revenir à l’appelant", letter: "c", enabled: true, act: () => acts.command("cancel") }
      : { id: "consult", label: "Consulter", letter: "c", enabled: alone, act: async () => acts.ask("consult") },
    {
      id: "conference", label: "Conférence", letter: "f", enabled: alone || state === "consulting" || state === "conference",
      act: async () => (second ? acts.command("conference") : acts.ask("conference")),
    },
    { id: "hangup", label: caller?.role ? "Quitter l’appel" : "Raccrocher", letter: "r", enabled: talks && caller.role !== "leaving", kind: "danger", act: () => acts.command("hangup") },
  ];
  return [...keys.filter((k) => can.includes(k.id)), ...uncalling(card, talks && !caller.role, acts)];
}

/** recording is what who has the call can do about its recording, where there is one. */
function recording({ agent, caller, can }: Card, acts: Acts): Ungrouped[] {
  const how = agent.state === "talking" && !caller?.over && !caller?.role ? caller?.conversation?.recording : undefined;
  if (!how) return [];
  const id = how === "paused" ? "resume-recording" : "pause-recording";
  const key = { id, label: how === "paused" ? "Reprendre" : "Suspendre", letter: "s", enabled: true, act: () => acts.command(id) };
  return can.includes(id) ? [key] : [];
}
