// What the controller says; internal/api/openapi.yaml describes it.

export type AgentState =
  | "logged_out" | "ready" | "reserved" | "ringing" | "talking" | "wrap_up" | "set_aside" | "paused";

export interface Agent {
  id: string;
  name: string;
  center: string;
  phone: string;
  state: AgentState;
  since?: string;
  until?: string;
  why?: string;
  next?: "pause" | "logout";
}

export interface Caller {
  id: string;
  medium: "voice" | "email";
  caller: string;
  number?: string;
  standing: string;
  arrived: string;
  queued?: string;
  answered?: string;
  topic?: string;
  authentication?: number;
  department?: string;
  queue?: string;
  entry: string;
  entry_label?: string;
  queue_label?: string;
}

export interface Card {
  now: string;
  site: string;
  ready: boolean;
  agent: Agent;
  caller?: Caller;
}

export interface Session {
  login: string;
  name: string;
  role: "agent" | "supervisor";
  agent?: string;
}
