/**
 * What is not on the server yet, on this device: one record per adviser, draft and tab.
 *
 * In IndexedDB, written through to the disk before it counts as kept.
 */

import type { Held } from "./sending";

export type Record = Held & { owner: string; id: string; tab: string; at: number };

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

async function change(what: (store: IDBObjectStore, transaction: IDBTransaction) => void): Promise<void> {
  const transaction = (await database()).transaction(STORE, "readwrite", { durability: "strict" });
  const done = new Promise<void>((give, fail) => {
    transaction.oncomplete = () => give();
    transaction.onabort = () => fail(transaction.error);
  });
  what(transaction.objectStore(STORE), transaction);
  return done;
}

// Among keys, a list comes after every text.
const all = (owner: string) => IDBKeyRange.bound([owner], [owner, []]);

/** Keep it, over what was kept of it before. */
export const keep = (record: Omit<Record, "at">): Promise<void> =>
  change((store, transaction) => {
    store.put({ ...record, at: Date.now() });
    // Now, and not when the page has heard that it was put: the page may be going.
    transaction.commit();
  });

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

/** In milliseconds: the service keeps a draft as long. */
const LONGEST = 30 * 24 * 3600 * 1000;

/** Let go of what nobody came back for, and tell whether anything of anybody is left. */
export async function clearOld(): Promise<boolean> {
  let left = false;
  await change((store) => {
    store.openCursor().onsuccess = (event) => {
      const cursor = (event.target as IDBRequest<IDBCursorWithValue | null>).result;
      if (!cursor) return;
      if ((cursor.value as Record).at < Date.now() - LONGEST) cursor.delete();
      else left = true;
      cursor.continue();
    };
  });
  return left;
}
