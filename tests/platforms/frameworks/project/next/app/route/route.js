import { ReconnectingWebSocket } from "@holdfast/websocket";
import { live } from "../../life.mjs";

export const runtime = "edge";
export const dynamic = "force-dynamic";

/** Lives the one life on the edge, for the length of a request. */
export async function GET(request) {
  const { searchParams } = new URL(request.url);
  return Response.json(await live(ReconnectingWebSocket, searchParams.get("server")));
}
