// Everything that the page says, in one place: another language is another such file.
import type { AgentState } from "./types";

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
  handling: "en traitement",
  closed: "raccroché",
};

export const authentication: Record<number, string> = {
  0: "non authentifié",
  1: "identifié",
  2: "authentifié",
};

/** said is what a refusal of the controller means for an agent. */
export const said: Record<string, string> = {
  unreachable: "Le contrôleur ne répond pas. Réessayez dans un instant.",
  wrong_password: "Identifiant ou mot de passe incorrect.",
  too_many_attempts: "Trop d’essais. Attendez quelques minutes avant de recommencer.",
  not_encrypted: "Cette adresse n’est pas chiffrée : utilisez celle que vous a donnée votre administrateur.",
  not_signed_in: "Vous n’êtes plus connecté.",
  no_effect: "Sans effet : la situation vient de changer.",
  ledger_unavailable: "L’ordre n’a pas pu être enregistré. Réessayez.",
  forbidden: "Vous ne pouvez agir que pour vous-même.",
};
