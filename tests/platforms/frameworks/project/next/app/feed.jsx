"use client";
/** A component that needs the client in browsers only, and is rendered on the server first. */
import { ReconnectingWebSocket } from "@holdfast/websocket";
import { useEffect, useState } from "react";
import { live } from "../life.mjs";

export function Feed() {
  const [state, setState] = useState("rendered");
  useEffect(() => {
    const query = new URLSearchParams(location.search);
    live(ReconnectingWebSocket, query.get("server")).then((life) => {
      setState("hydrated");
      return fetch(query.get("results"), {
        method: "POST",
        mode: "no-cors",
        body: JSON.stringify(life),
      });
    });
  }, []);
  return <p>{state}</p>;
}
