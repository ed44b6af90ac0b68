// Everything that the page says, in one place: another language is another such file.
import type { AgentState, Coded, Role } from "./types";

export const states: Record<AgentState, { name: string; sign: string }> = {
  ready: { name: "Disponible", sign: "●" },
  reserved: { name: "Appel attribué", sign: "◐" },
  ringing: { name: "Le téléphone sonne", sign: "☎" },
  talking: { name: "En conversation", sign: "☎" },
  wrap_up: { name: "Post-appel", sign: "✎" },
  set_aside: { name: "Mis de côté", sign: "!" },
  paused: { name: "En pause", sign: "❚❚" },
  logged_out: { name: "Hors service", sign: "○" },
};

/** screenStates are those in which a mail or a recorded message is with the agent. */
export const screenStates: Partial<Record<AgentState, { name: string; sign: string }>> = {
  reserved: { name: "Contact attribué", sign: "◐" },
  ringing: { name: "À prendre", sign: "✉" },
  talking: { name: "En traitement", sign: "✎" },
};

/** why is the reason of a state, as far as the controller has words of its own for it. */
export const why: Record<string, string> = {
  no_answer: "vous n’avez pas décroché",
  refused: "vous avez refusé l’appel",
  busy: "votre poste était occupé",
  unreachable: "votre poste n’est pas joignable",
  lost: "l’appel n’a pas abouti",
  failed: "l’appel n’a pas abouti",
  pause: "",
};

export const standings: Record<string, string> = {
  offered: "va sonner",
  ringing: "sonne",
  talking: "en conversation",
  held: "en attente, avec musique",
  consulting: "en attente pendant la consultation",
  conference: "en conférence",
  "sent on": "transféré",
  handling: "en traitement",
  "calling back": "la personne est appelée",
  closed: "raccroché",
};

/** media say what lies on the screen, screenStandings where it is. */
export const media: Record<string, string> = { email: "Courriel", voicemail: "Message vocal" };
export const screenStandings: Record<string, string> = { offered: "proposé", handling: "en traitement", talking: "terminé", closed: "terminé" };

/** aside says that nothing more of a medium is offered to the agent, and asideWhy what he did with the last one. */
export const aside: Record<string, string> = { email: "Plus de courriels", voicemail: "Plus de messages vocaux" };
export const asideWhy: Record<string, string> = {
  no_answer: "vous n’avez pas pris le dernier",
  refused: "vous avez refusé le dernier",
  returned: "vous avez rendu le dernier",
};

/** callback are the calls back that the person is promised, and what cancelling one asks and says. */
export const callback = {
  title: "Rappels prévus pour cette personne",
  asked: (at: string) => `rappel demandé le ${at}`,
  appointment: (from: string, until: string) => `rendez-vous téléphonique le ${from}, jusqu’à ${until}`,
  standings: { promised: "la personne est encore en ligne", callback: "", offered: "un agent va être appelé", ringing: "le téléphone d’un agent sonne", "calling back": "la personne est appelée" },
  key: "Annuler le rappel",
  confirm: "Annuler ce rappel ?",
  which: "Rappel à annuler",
  said: "La personne ne sera plus appelée. Le journal garde votre nom.",
  yes: "Oui, annuler le rappel",
  no: "Non, le garder",
  reason: "n’en a plus besoin, dit à l’agent",
};

/** recording says how the recording of the conversation stands. */
export const recording = {
  on: { sign: "●", text: "Conversation enregistrée" },
  paused: { sign: "❚❚", text: "Enregistrement suspendu" },
  interrupted: { sign: "❚❚", text: "Enregistrement interrompu ; il reprend de lui-même" },
};

/** roles say who is in the conversation beside the caller. */
export const roles: Record<Role, string> = {
  consulted: "consulté",
  target: "reçoit l’appel",
  member: "en conférence",
  listening: "écoute",
  whispering: "vous parle",
  barging: "intervient",
  leaving: "quitte l’appel",
};

/** called say to who was called into a conversation what he is there. */
export const called: Record<Role, (by: string) => string> = {
  consulted: (by) => `${by} vous consulte ; l’appelant ne vous entend pas`,
  target: (by) => `${by} vous transfère cet appel`,
  member: (by) => `En conférence, à la demande de ${by}`,
  listening: () => "Vous écoutez cet appel",
  whispering: () => "Vous parlez à l’agent seul",
  barging: () => "Vous parlez à tous",
  leaving: () => "Vous avez transmis cet appel",
};

export const authentication: Record<number, string> = {
  0: "non authentifié",
  1: "identifié",
  2: "authentifié",
};

export const outcomes: Record<string, string> = {
  answered: "décroché",
  abandoned: "abandonné",
  dissuaded: "non accepté",
  self_served: "servi par le menu",
  callback: "rappel demandé",
  transferred_out: "transféré",
  message: "message laissé",
  failed: "échec",
};

/** readable is a name of the site that has no label, as people read it. */
export function readable(name: string): string {
  const text = name.replaceAll("_", " ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** nextPause is the reason of a pause that is to come. */
export function nextPause(reason: string | undefined, pauses: Coded[]): string {
  if (!reason || reason === "pause") return "";
  return ` – ${pauses.find((p) => p.name === reason)?.label ?? reason}`;
}

/** said is what a refusal of the controller means for an agent. */
export const said: Record<string, string> = {
  unreachable: "Le contrôleur ne répond pas. Réessayez dans un instant.",
  wrong_password: "Identifiant ou mot de passe incorrect.",
  too_many_attempts: "Trop d’essais. Attendez quelques minutes avant de recommencer.",
  not_encrypted: "Cette adresse n’est pas chiffrée : utilisez celle que vous a donnée votre administrateur.",
  not_signed_in: "Vous n’êtes plus connecté.",
  no_effect: "Sans effet : la situation vient de changer.",
  ledger_unavailable: "L’ordre n’a pas pu être enregistré. Réessayez.",
  no_conversation: "Vous n’êtes en ligne avec personne.",
  not_yours: "Vous participez à cet appel sans en être responsable.",
  held_already: "L’appelant est déjà en attente.",
  no_identification: "Ce site n’identifie personne pendant un appel.",
  being_identified: "L’appelant s’identifie ; reprenez-le d’abord.",
  not_held: "L’appelant n’est pas en attente.",
  others_called: "Quelqu’un est déjà appelé ou consulté : terminez d’abord.",
  nobody_called: "Personne n’est consulté.",
  nowhere: "Indiquez vers qui transférer.",
  oneself: "Ce serait vous-même.",
  not_ready: "Ce collègue n’est pas disponible.",
  catching_up: "Le journal vient de reprendre : tout n’est pas encore relu. Réessayez dans quelques secondes.",
  number_refused: "Ce numéro ne peut pas être appelé.",
  queue_refused: "Cette file n’accepte pas cet appel.",
  moved_too_often: "Cet appel a déjà été renvoyé trop souvent vers une file : traitez-le, ou passez-le à un collègue.",
  transferred_too_often: "Cet appel a déjà été passé trop souvent de collègue en collègue : traitez-le, ou envoyez-le vers une file.",
  not_recorded: "Cette conversation n’est pas enregistrée.",
  paused_already: "L’enregistrement est déjà suspendu.",
  not_paused: "L’enregistrement n’est pas suspendu.",
  not_holder: "La téléphonie est momentanément indisponible ou en cours de reprise. Réessayez dans quelques secondes.",
  code_required: "Indiquez d’abord le motif traité et l’issue de ce contact.",
  no_site_key: "Le site n’a pas de clé de chiffrement : c’est impossible. Prévenez votre administrateur.",
  too_long: "Le texte est trop long.",
  not_logged_in: "Vous n’êtes pas en service.",
  already_logged_in: "Vous êtes déjà en service à un autre poste : terminez-y d’abord.",
  phone_taken: "Un collègue est en service à ce poste : prenez-en un autre.",
  unknown_phone: "Personne ne peut prendre son service à ce poste : vérifiez son nom.",
  phone_unregistered: "Ce poste n’est pas connecté : branchez-le, ou prenez-en un autre.",
  phone_unseen: "L’état de ce poste n’a pas pu être vérifié. Réessayez.",
  phone_on_call: "Votre poste est en communication : raccrochez, et vous serez disponible.",
  unknown_reason: "Ce motif de pause n’est pas dans la liste.",
  no_number: "Cette personne a masqué son numéro : elle ne peut pas être rappelée.",
  not_free: "Votre poste n’est pas libre pour appeler : terminez d’abord ce que vous faites.",
  outside_hours: "À cette heure, personne n’est rappelé.",
  too_many_calls: "Trop d’appels ont été passés vers l’extérieur depuis une heure. Réessayez plus tard.",
  no_trunk: "Le site n’a pas de ligne vers l’extérieur pour rappeler : prévenez votre administrateur.",
  called_already: "Cette personne est déjà appelée pour ce motif, ou le sera.",
  no_callback: "Ce rappel n’est plus prévu.",
  on_the_line: "La personne qui l’a demandé n’a pas encore raccroché.",
  being_called: "Un agent rappelle justement cette personne.",
  not_this_person: "Ce rappel n’est pas celui de la personne que vous servez.",
  no_wrap_up: "Vous n’êtes pas en post-appel.",
  wrap_up_longest: "Le post-appel ne peut pas durer plus longtemps : mettez-vous en pause.",
  older_controller: "Un contrôleur d’une version plus ancienne est encore en service : ce n’est pas possible pour le moment.",
  busy: "Trop de fiches sont ouvertes. Fermez-en une, ou réessayez dans un instant.",
  bad_request: "Cet ordre n’a pas été compris.",
  not_found: "Cet agent ou ce contact n’existe plus.",
  internal: "Le contrôleur n’a pas pu répondre.",
  forbidden: "Vous ne pouvez agir que pour vous-même.",
};
