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
  label?: string;
  contact?: string;
  next_why?: string;
  next?: "pause" | "logout";
  /** asides are the media of which nothing more is offered to him until then. */
  asides?: Aside[];
}

export interface Aside {
  medium: "email" | "voicemail";
  until: string;
  why: string;
  label?: string;
}

export interface Caller {
  id: string;
  medium: "voice" | "email" | "voicemail";
  caller: string;
  number?: string;
  standing: string;
  arrived: string;
  queued?: string;
  /** waits_since is since when the person waits; absent for a contact that is over. */
  waits_since?: string;
  answered?: string;
  topic?: string;
  authentication?: number;
  department?: string;
  queue?: string;
  entry: string;
  /** called_back is where the person is called back: through relay, where there is one. */
  called_back?: string;
  relay?: string;
  entry_label?: string;
  queue_label?: string;
  over?: boolean;
  /** role is that of an agent who was called into the conversation, by a colleague. */
  role?: Role;
  by?: string;
  path: string[];
  earlier: Earlier[];
  /** callbacks are the calls back that the person is promised. */
  callbacks?: Callback[];
  file_page?: string;
  conversation?: Conversation;
  /** message and mail are what lies on the agent's screen, while he has it. */
  message?: VoiceMessage;
  mail?: Mail;
}

export interface Callback {
  contact: string;
  topic?: string;
  standing: "promised" | "callback" | "offered" | "ringing" | "calling back";
  requested: string;
  expires: string;
  /** from and until are those of an appointment. */
  from?: string;
  until?: string;
}

/** VoiceMessage is a recorded message; its sound is the agent's contact/recording. */
export interface VoiceMessage {
  at: string;
  seconds: number;
  due?: string;
  until?: string;
}

export interface Mail {
  from: string;
  subject: string;
  body: string;
  until?: string;
}

export type Role = "consulted" | "target" | "member" | "listening" | "whispering" | "barging" | "leaving";

export interface Party {
  id: string;
  role: Role;
  agent?: string;
  name?: string;
  number?: string;
  joined?: string;
}

/** Colleague is another agent who is logged in. */
export interface Colleague {
  id: string;
  name: string;
  center: string;
  state: AgentState;
}

export interface Conversation {
  state: "together" | "held" | "asking" | "consulting" | "sending" | "inviting" | "conference";
  held_since?: string;
  /** identifying: he is on hold to key in who he is. */
  identifying?: boolean;
  recording?: "on" | "paused" | "interrupted";
  parties: Party[];
}

export interface Earlier {
  contact: string;
  at: string;
  medium: string;
  topic?: string;
  outcome: string;
  agent?: string;
  noted?: Noted;
  result?: string;
}

/** Noted is what an agent notes of a contact. */
export interface Noted {
  contact: string;
  topic?: string;
  acts?: string[];
  result?: string;
  note?: string;
}

export interface Coded {
  name: string;
  label: string;
}

export interface Treatment {
  contact: string;
  required: boolean;
  topics: string[];
  acts: Coded[];
  results: Coded[];
  notes: boolean;
  saved?: Noted;
  saved_at?: string;
  draft?: Noted;
}

export interface Card {
  now: string;
  site: string;
  ready: boolean;
  agent: Agent;
  center_label?: string;
  can: string[];
  pauses: Coded[];
  queues: Coded[];
  caller?: Caller;
  /** hand is what he has at hand beside his calls. */
  hand?: Caller[];
  treatment?: Treatment;
}

export interface Session {
  login: string;
  name: string;
  role: "agent" | "supervisor";
  agent?: string;
}
