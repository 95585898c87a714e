/** All drafts this tab keeps, and what it takes over of tabs that are gone. */

import { clearOld, heldBy, wipeAll, type Record } from "./device";
import { Keeper } from "./keeper";
import { hear, tab, tell, whenGone } from "./tabs";
import { nobodyIsHere, whoeverIsHere, whoIsHere } from "./whose";

/** How long a screen waits for a tab that may just be going, as when a page is loaded anew. */
const MOMENT = 250;

const keepers = new Map<string, Keeper>();
const made = new Set<string>();
const watched = new Map<string, Promise<void>>();
const listeners = new Set<() => void>();
let owner: string | null = null;

/** Make an id for a new draft: nobody has it, so nobody is asked. */
export function newDraftId(): string {
  const id = crypto.randomUUID();
  made.add(id);
  return id;
}

/** Whether this tab made the draft and nobody has opened it since: there is nothing to wait for. */
export const isNew = (id: string): boolean => made.has(id);

/** Give the keeper of a draft. Asks who is signed in; throws what `ask` throws. */
export async function keeperOf(id: string): Promise<Keeper> {
  begin(await whoIsHere());
  const here = owner as string;
  await inheritance(here, id);
  const known = keepers.get(id);
  if (known) return known;
  const keeper = newKeeper(here, id);
  // Once: whoever comes back to it finds on the server what was saved.
  keeper.open(made.delete(id));
  return keeper;
}

/** Go on with what was left on the device, when its adviser is signed in. */
export async function resume(): Promise<void> {
  if (!(await clearOld().catch(() => false))) return;
  const here = await whoeverIsHere();
  if (!here) return;
  begin(here);
  await watchAll(here);
  for (const keeper of keepers.values()) keeper.nudge();
}

function begin(here: string): void {
  if (owner !== here) {
    for (const keeper of keepers.values()) keeper.close();
    keepers.clear();
    tell({ kind: "here", owner: here });
  }
  owner = here;
}

function newKeeper(here: string, id: string): Keeper {
  const keeper: Keeper = new Keeper(here, id, () => {
    if (keeper.isDone && keepers.get(id) === keeper) keepers.delete(id);
    for (const listener of listeners) listener();
  });
  keepers.set(id, keeper);
  return keeper;
}

async function inheritance(here: string, id: string): Promise<void> {
  const records = await heldBy(here).catch(() => []);
  const left = records.filter((one) => one.id === id && one.tab !== tab);
  const moment = new Promise((over) => setTimeout(over, MOMENT));
  await Promise.race([moment, Promise.all(left.map((one) => watch(one.tab)))]);
}

async function watchAll(here: string): Promise<void> {
  for (const record of await heldBy(here).catch(() => [])) void watch(record.tab);
}

/** Take over what that tab holds as soon as it is gone. */
function watch(other: string): Promise<void> {
  if (other === tab) return Promise.resolve();
  let watching = watched.get(other);
  if (!watching) {
    // What cannot be read or written now stays where it is, for a page that can.
    watching = whenGone(other, () => takeOver(other).catch(() => undefined)).finally(() => watched.delete(other));
    watched.set(other, watching);
  }
  return watching;
}

async function takeOver(other: string): Promise<void> {
  const here = owner;
  if (!here) return;
  for (const record of await heldBy(here)) {
    if (record.tab !== other || owner !== here) continue;
    await (keepers.get(record.id) ?? newKeeper(here, record.id)).takeOver(record);
  }
}

/** Give what waits on this device, of every tab; `isSeen` is what a screen of this tab shows. */
export async function waiting(): Promise<(Record & { isHere: boolean; isSeen: boolean })[]> {
  const here = owner;
  if (!here) return [];
  const records = await heldBy(here).catch(() => []);
  return records.map((one) => ({ ...one, isHere: one.tab === tab, isSeen: one.tab === tab && (keepers.get(one.id)?.isSeen ?? false) }));
}

/** Throw a draft away, here and on the server; that it is gone already is as good. Throws what `ask` throws. */
export async function discardDraft(id: string): Promise<void> {
  await (await keeperOf(id)).discard();
}

/** The adviser has seen that what was written here came too late; it goes from the device. */
export async function dismiss(id: string): Promise<void> {
  await keepers.get(id)?.discard();
}

/** Hear when what waits may have changed. */
export function whenChanged(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/**
 * Let nothing of the adviser stay on this device: at sign-out, before it. Other tabs do the same.
 *
 * Only of this adviser: what another has not sent waits for that one.
 */
export async function wipe(): Promise<void> {
  const here = owner ?? (await whoeverIsHere());
  if (!here) return;
  await letGo(here);
  tell({ kind: "wiped", owner: here });
}

/** Stop, and leave on the device what is there. */
function letBe(): void {
  for (const keeper of keepers.values()) keeper.close();
  keepers.clear();
  owner = null;
  nobodyIsHere();
}

async function letGo(here: string): Promise<void> {
  if (owner === here) letBe();
  await wipeAll(here);
  for (const listener of listeners) listener();
}

hear((message) => {
  if (message.kind === "wiped") void letGo(message.owner);
  if (message.kind === "here" && owner && owner !== message.owner) letBe();
  if (message.kind === "ended") keepers.get(message.id)?.ended(message.end);
  if (message.kind === "holds" && owner) void watch(message.tab);
  for (const listener of listeners) listener();
});
addEventListener("online", () => {
  for (const keeper of keepers.values()) keeper.nudge();
});
document.addEventListener("visibilitychange", () => {
  if (document.hidden) for (const keeper of keepers.values()) keeper.hurry();
});
