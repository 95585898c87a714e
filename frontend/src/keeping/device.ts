/**
 * What is not on the server yet, on this device: one record per adviser, draft and tab.
 *
 * In IndexedDB, written through to the disk before it counts as kept.
 */

import type { Held } from "./sending";

export type Record = Held & { owner: string; id: string; tab: string };

const STORE = "unsent";
let opened: Promise<IDBDatabase> | null = null;

function database(): Promise<IDBDatabase> {
  opened ??= new Promise<IDBDatabase>((give, fail) => {
    const asked = indexedDB.open("gids-keeping", 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore(STORE, { keyPath: ["owner", "id", "tab"] });
    asked.onsuccess = () => give(asked.result);
    asked.onerror = () => fail(asked.error);
  }).catch((error: unknown) => {
    opened = null;
    throw error;
  });
  return opened;
}

async function change(what: (store: IDBObjectStore) => void): Promise<void> {
  const transaction = (await database()).transaction(STORE, "readwrite", { durability: "strict" });
  const done = new Promise<void>((give, fail) => {
    transaction.oncomplete = () => give();
    transaction.onabort = () => fail(transaction.error);
  });
  what(transaction.objectStore(STORE));
  return done;
}

// Among keys, a list comes after every text.
const all = (owner: string) => IDBKeyRange.bound([owner], [owner, []]);

export const keep = (record: Record): Promise<void> => change((store) => store.put(record));

export const forget = (owner: string, id: string, tab: string): Promise<void> =>
  change((store) => store.delete([owner, id, tab]));

/** Let nothing of this adviser stay. */
export const wipeAll = (owner: string): Promise<void> => change((store) => store.delete(all(owner)));

/** Give everything this adviser has not sent from this device. */
export async function heldBy(owner: string): Promise<Record[]> {
  const asked = (await database()).transaction(STORE).objectStore(STORE).getAll(all(owner));
  return new Promise((give, fail) => {
    asked.onsuccess = () => give(asked.result as Record[]);
    asked.onerror = () => fail(asked.error);
  });
}

/** Whether anything of anybody is here. */
export async function holdsAnything(): Promise<boolean> {
  const asked = (await database()).transaction(STORE).objectStore(STORE).count();
  return new Promise((give, fail) => {
    asked.onsuccess = () => give(asked.result > 0);
    asked.onerror = () => fail(asked.error);
  });
}
