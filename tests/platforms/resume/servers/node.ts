// deno-lint-ignore-file no-console -- the parent reads it
import process from "node:process";
// @ts-types="npm:@types/ws@8"
import { WebSocketServer } from "npm:ws@8";
import { acceptWs, wsOptions } from "../../../../lib/resume/adapters/ws.ts";
import { ResumeServer } from "../../../../lib/resume/server/mod.ts";
import { echo } from "./program.ts";

const server = new ResumeServer<import("node:http").IncomingMessage>(echo());
const wss = new WebSocketServer(
  { port: Number(process.argv[2]), host: "127.0.0.1", ...wsOptions(server) },
  () => console.log("listening"),
);
wss.on("connection", (socket, request) => acceptWs(server, socket, request));
