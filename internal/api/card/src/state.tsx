import { clock, useNow } from "./time";
import type { Agent, Coded } from "./types";
import { aside, asideWhy, nextPause, screenStates, states, why } from "./words";

/** State is what the agent does now, since when, and what follows. */
export function State({ agent, onScreen, pauses, offset, owed, hint }: {
  agent: Agent; onScreen: boolean; pauses: Coded[]; offset: number; owed: boolean; hint?: string | undefined;
}) {
  const now = useNow(offset);
  const { name, sign } = (onScreen && screenStates[agent.state]) || states[agent.state];
  const reason = agent.why ? (why[agent.why] ?? agent.label ?? agent.why) : "";
  return (
    <section class={`state ${agent.state}`} aria-label="Votre état">
      <p class="now">
        <span class="sign" aria-hidden="true">{sign}</span>
        {/* The name alone is announced: an age that changes each second would never be silent. */}
        <strong role="status">{name}{reason && ` – ${reason}`}</strong>
        {agent.since && <time class="age">{clock(now - Date.parse(agent.since))}</time>}
      </p>
      <p class="follows">
        {hint && <span class="hint">{hint}</span>}
        {agent.until && (Date.parse(agent.until) > now
          ? <span>se termine dans {clock(Date.parse(agent.until) - now)}</span>
          : owed && <span>en attente du motif traité et de l’issue</span>)}
        {/* A region that is there before it says anything; the time that is left is not announced. */}
        <span role="status">{agent.asides?.map((a) => `${aside[a.medium] ?? a.medium} – ${asideWhy[a.why] ?? a.label ?? a.why}`).join(" ; ")}</span>
        {agent.asides?.map((a) => <span key={a.medium} aria-hidden="true">encore {clock(Date.parse(a.until) - now)}</span>)}
        {agent.next === "pause" && <span>ensuite : pause{nextPause(agent.next_why, pauses)}</span>}
        {agent.next === "logout" && <span>ensuite : fin de service</span>}
      </p>
    </section>
  );
}
