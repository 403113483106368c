// SPDX-License-Identifier: BSD-3-Clause
// Puts the page together: node bundle.mjs BUILD_FOLDER PAGE.html
import { createRequire } from "node:module";
import { readFile, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const [build, page] = process.argv.slice(2).map((path) => resolve(path));
const source = join(dirname(fileURLToPath(import.meta.url)), "page");
const { build: bundle } = createRequire(join(build, "node_modules", "of.js"))("esbuild");

const options = {
    bundle: true,
    minify: true,
    write: false,
    nodePaths: [join(build, "node_modules")],
    logLevel: "warning",
};
const [main, worker] = await Promise.all(
    ["main.ts", "worker.ts"].map(async (file) => {
        const { outputFiles } = await bundle({
            ...options,
            entryPoints: [join(source, file)],
            format: "iife",
            target: "es2022",
            charset: "utf8",
            alias: { library: join(build, "library.mjs") },
        });
        return outputFiles[0].text.replaceAll("</script", "<\\/script");
    }),
);
const { outputFiles: styles } = await bundle({ ...options, entryPoints: [join(source, "style.css")] });
const library = gzipSync(await readFile(join(build, "library.wasm")), { level: 9 }).toString("base64");

const parts = {
    DOCS: process.env.DOCS ?? "site/index.html", // where mkdocs puts the documentation beside the page
    STYLE: styles[0].text,
    LIBRARY: library,
    WORKER: worker,
    SCRIPT: main,
};
const template = await readFile(join(source, "index.html"), "utf8");
await writeFile(
    page,
    template.replace(/<!--(DOCS|LIBRARY)-->|\/\*(STYLE|WORKER|SCRIPT)\*\//g, (_, a, b) => parts[a ?? b]),
);
