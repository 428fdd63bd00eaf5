/** A connection of better-sqlite3, node:sqlite or sqlite3. */
interface Connection {
  loadExtension(path: string, callback?: any): any;
}

/** Loads the extension; the callback is for connections of the package sqlite3. */
export declare function load(db: Connection, callback?: (error: Error | null) => void): void;

/** The path of the library. */
export declare const path: string;

/** The folder of the scripts for the sqlite3 shell. */
export declare const sqlPath: string;

/** The line that reads a script, such as "report.sql", in the sqlite3 shell, in any folder. */
export declare function script(name: string): string;

/** The version of the extension. */
export declare const version: string;
