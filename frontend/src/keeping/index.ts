/** Nothing that an adviser writes is lost, and nothing is sent twice. */

export type { Answers } from "./answers";
export { ConflictDialog } from "./ConflictDialog";
export { discardDraft, newDraftId, resume, waiting, wipe } from "./desk";
export type { Kept } from "./kept";
export { Outbox } from "./Outbox";
export { SavedLine } from "./SavedLine";
export { useDraft } from "./useDraft";
