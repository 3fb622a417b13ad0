// deno-lint-ignore-file no-console -- the parent reads it
import process from "node:process";
import { bunHandlers } from "../../../../lib/resume/adapters/bun.ts";
import { ResumeServer } from "../../../../lib/resume/server/mod.ts";
import { echo } from "./program.ts";

declare const Bun: { serve(options: object): unknown };

const server = new ResumeServer<Request>(echo());
Bun.serve({ port: Number(process.argv[2]), hostname: "127.0.0.1", ...bunHandlers(server) });
console.log("listening");
