// SPDX-License-Identifier: BSD-3-Clause
// Records as comma-separated values.
import type { Row, Value } from "./types";

function csvField(value: Value | undefined): string {
    if (value === null || value === undefined) return "";
    let text = Array.isArray(value)
        ? value.map((one) => (Array.isArray(one) ? one.join("x") : String(one))).join("; ")
        : String(value);
    if (typeof value === "string" && /^[=+\-@\t\r]/.test(text)) text = `'${text}`; // spreadsheets run formulas
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/// A column for each key of any record.
export function toCsv(rows: Row[]): string {
    const keys = [...new Set(rows.flatMap((row) => Object.keys(row)))].filter((key) => key !== "layers");
    return [keys.join(","), ...rows.map((row) => keys.map((key) => csvField(row[key])).join(","))].join("\n") + "\n";
}
