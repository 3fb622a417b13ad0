// deno-lint-ignore-file explicit-function-return-type -- plain JavaScript: run by Node as it is
/**
 * Transforms the modules of a package as a bundler does: `node build.mjs JOB`, a JSON object with
 * `tool`, `modules` (a folder with the tool), `from` (a folder), `files` (its modules, relative) and
 * `variants` (`[folder, options]`). Prints what failed as `{ folder: message }`.
 *
 * @module
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname } from "node:path";
import process from "node:process";

const { tool, modules, from, files, variants } = JSON.parse(process.argv[2]);
const require = createRequire(`${modules}/`);

/** Each takes the code of a module, its path in the package and options, and gives CommonJS. */
const tools = {
  babel() {
    const babel = require("@babel/core");
    return (code, path, options) => {
      const filename = `${modules}/node_modules/@holdfast/websocket/${path}`;
      const fixed = { babelrc: false, configFile: false, compact: false, cwd: modules, filename };
      return babel.transformSync(code, { ...fixed, ...options }).code;
    };
  },
  swc() {
    const swc = require("@swc/core");
    return (code, path, jsc) =>
      swc.transformSync(code, {
        ...{ configFile: false, swcrc: false, filename: path, module: { type: "commonjs" } },
        jsc: { parser: { syntax: "ecmascript" }, ...jsc },
      }).code;
  },
  typescript() {
    const ts = require("typescript");
    return (code, path, compilerOptions) => {
      const { outputText, diagnostics } = ts.transpileModule(code, {
        fileName: path,
        reportDiagnostics: true,
        compilerOptions: {
          ...{ allowJs: true, module: "commonjs", rewriteRelativeImportExtensions: true },
          ...compilerOptions,
        },
      });
      const [diagnostic] = diagnostics;
      if (diagnostic) throw new Error(ts.flattenDiagnosticMessageText(diagnostic.messageText, " "));
      return outputText;
    };
  },
  esbuild() {
    const esbuild = require("esbuild");
    return (code, path, options) => {
      try {
        return esbuild.transformSync(code, { format: "cjs", logLevel: "silent", ...options }).code;
      } catch ({ errors: [{ text }] }) {
        throw new Error(`${path}: ${text}`);
      }
    };
  },
};

const transform = tools[tool]();
const failures = {};
for (const [folder, options] of variants) {
  try {
    for (const file of files) {
      const path = `${folder}/${file.replace(/\.ts$/, ".js")}`;
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, transform(readFileSync(`${from}/${file}`, "utf8"), file, options));
    }
  } catch ({ message }) {
    const [line] = message.split("\n", 1);
    failures[folder] = line.replace(`${modules}/node_modules/`, "");
  }
}
console.log(JSON.stringify(failures));
