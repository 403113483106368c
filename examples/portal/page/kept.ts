// SPDX-License-Identifier: BSD-3-Clause
// Files that were dropped, kept in the browser's IndexedDB until somebody forgets them. They never leave the machine.
import type { Options } from "./files";

export interface Kept {
    name: string;
    file: File;
    options: Options;
    /// When it was dropped; files are read again in this order.
    at: number;
}

const files = "files";

function opened(name: string): Promise<IDBDatabase> {
    return new Promise((open, fail) => {
        const request = indexedDB.open(name, 1);
        request.onupgradeneeded = () => request.result.createObjectStore(files, { keyPath: "name" });
        request.onsuccess = () => open(request.result);
        request.onerror = () => fail(request.error ?? new Error("no storage"));
    });
}

export class KeptFiles {
    /// `name`: of the page, for pages opened from files share one storage.
    constructor(private readonly name: string) {}

    /// In the order they were dropped; none where the browser has no storage.
    async all(): Promise<Kept[]> {
        try {
            const found = await this.run<Kept[]>("readonly", (store) => store.getAll());
            return found.sort((a, b) => a.at - b.at);
        } catch {
            return [];
        }
    }

    /// Whether the file will be there when the page is opened again.
    async keep(file: File, options: Options): Promise<boolean> {
        try {
            await this.run("readwrite", (store) => store.put({ name: file.name, file, options, at: Date.now() }));
            return true;
        } catch {
            return false; // no storage, or no room for it
        }
    }

    async forget(name: string): Promise<void> {
        await this.run("readwrite", (store) => store.delete(name)).catch(() => undefined);
    }

    private async run<Result>(mode: IDBTransactionMode, ask: (store: IDBObjectStore) => IDBRequest): Promise<Result> {
        const database = await opened(this.name);
        try {
            return await new Promise<Result>((done, fail) => {
                const transaction = database.transaction(files, mode);
                const request = ask(transaction.objectStore(files));
                transaction.oncomplete = () => done(request.result as Result);
                transaction.onabort = transaction.onerror = () => fail(transaction.error ?? new Error("not stored"));
            });
        } finally {
            database.close();
        }
    }
}
