// deno-lint-ignore-file no-console -- the parent reads it
import { serveDeno } from "../../../../lib/resume/adapters/deno.ts";
import { ResumeServer } from "../../../../lib/resume/server/mod.ts";
import { echo } from "./program.ts";

const server = new ResumeServer<Request>(echo());
Deno.serve(
  { port: Number(Deno.args[0]), hostname: "127.0.0.1", onListen: () => console.log("listening") },
  (request) => serveDeno(server, request),
);
