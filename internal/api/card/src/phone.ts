/**
 * Phone is what the agent speaks through. The card never assumes that it is in this
 * page: a desk phone rings beside the screen, and only its own hook answers it. A
 * softphone is another Phone, and nothing else of the card changes.
 */
export interface Phone {
  /** answer takes the call that rings; absent when only the set itself can. */
  answer?: () => Promise<void>;
  /** hint says what to do while it rings. */
  readonly hint: string;
  /** close gives back what the phone holds, when the agent signs out. */
  close(): void;
}

export function deskPhone(): Phone {
  return { hint: "Décrochez votre poste.", close: () => {} };
}
